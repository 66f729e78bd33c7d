// SPDX-License-Identifier: GPL-2.0-or-later
/* The record stream as it is written; the expected bytes and digests were made with zlib and SHA-256 elsewhere. */
#include "harness.h"

#include "avps/report.h"
#include "capture.h"

#define HELLO "@avps 0 44 826d67d4 {\"type\":\"log\",\"level\":\"info\",\"text\":\"hello\"}\n"
#define NOTE "@avps 1 15 c3c0c542 {\"type\":\"note\"}\n"
#define MAX_JSON 65536

static void send_two(void)
{
	avps_report_log("info", "%s", "hello");
	avps_stream_send(avps_record_new("note"));
}

/* A record whose JSON is @length bytes long. */
static struct json_object *record_of(size_t length)
{
	struct json_object *record = avps_record_new("x");
	size_t rest = length - strlen("{\"type\":\"x\",\"pad\":\"\"}");
	char *pad = malloc(rest);

	memset(pad, 'p', rest);
	json_object_object_add(record, "pad", json_object_new_string_len(pad, rest));
	free(pad);
	return record;
}

TEST(records_are_framed_and_numbered)
{
	capture_open();
	send_two();
	EXPECT_STREQ(HELLO NOTE, capture_text());
}

TEST(records_are_sent_again_byte_for_byte)
{
	capture_open();
	send_two();
	EXPECT_TRUE(avps_stream_resend(1));
	EXPECT_TRUE(avps_stream_resend(0));
	EXPECT_FALSE(avps_stream_resend(2));
	EXPECT_FALSE(avps_stream_resend(UINT32_MAX));
	EXPECT_STREQ(HELLO NOTE NOTE HELLO, capture_text());
}

TEST(bye_counts_and_digests_what_came_before)
{
	capture_open();
	send_two();
	avps_stream_resend(0); /* does not count */
	avps_stream_bye();
	EXPECT_STREQ(HELLO NOTE HELLO "@avps 2 102 cf3cffa1 {\"type\":\"bye\",\"records\":2,\"sha256\":"
				      "\"a554496570e134b19db76a9d619c335ea1f6450d79c26d8af072b400caeb97a8\"}\n",
		     capture_text());
}

TEST(bye_alone_digests_nothing)
{
	struct json_object *bye;

	capture_open();
	avps_stream_bye();
	bye = capture_record(0);
	EXPECT_STREQ("bye", capture_field(bye, "type"));
	EXPECT_STREQ("0", capture_field(bye, "records"));
	EXPECT_STREQ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", capture_field(bye, "sha256"));
	json_object_put(bye);
}

TEST(recover_starts_a_line)
{
	capture_open();
	avps_report_log("info", "%s", "hello");
	avps_stream_recover();
	avps_stream_send(avps_record_new("note"));
	EXPECT_STREQ(HELLO "\n" NOTE, capture_text());
}

/* Tests run in children, and judge there. */
TEST(children_send_with_numbers_of_the_same_row)
{
	pid_t child;

	capture_open();
	child = fork();
	if (!child) {
		avps_report_log("info", "%s", "hello");
		kill(getpid(), SIGKILL);
	}
	ASSERT_EQ(child, waitpid(child, NULL, 0));
	avps_stream_send(avps_record_new("note"));
	EXPECT_TRUE(avps_stream_resend(0));
	EXPECT_STREQ(HELLO NOTE HELLO, capture_text());
}

TEST(the_longest_record_is_sent_whole)
{
	struct json_object *record;

	capture_open();
	avps_stream_send(record_of(MAX_JSON));
	record = capture_record(0);
	ASSERT_NE(NULL, record);
	EXPECT_EQ(MAX_JSON, strlen(json_object_to_json_string_ext(record, JSON_C_TO_STRING_PLAIN)));
	json_object_put(record);
}

TEST(a_record_that_is_too_long_is_not_sent_and_takes_no_number)
{
	struct json_object *record;

	capture_open();
	avps_stream_send(record_of(MAX_JSON + 1));
	EXPECT_STREQ("", capture_text());
	avps_stream_send(avps_record_new("note"));
	record = capture_record(0);
	EXPECT_STREQ("note", capture_field(record, "type"));
	json_object_put(record);
}

/* What is kept has an end; what was sent before it is reached stays as it was. */
TEST(a_record_without_room_is_not_sent)
{
	unsigned int fit = (32 << 20) / MAX_JSON;

	capture_open();
	for (unsigned int i = 0; i < fit; i++)
		avps_stream_send(record_of(MAX_JSON));
	ASSERT_EQ(fit, capture_count());
	avps_stream_send(avps_record_new("note"));
	EXPECT_EQ(fit, capture_count());
	EXPECT_FALSE(avps_stream_resend(fit));
	EXPECT_TRUE(avps_stream_resend(fit - 1));
}

TEST(text_is_made_printable)
{
	struct json_object *record;

	capture_open();
	avps_report_log("warning", "a\tb\xc3\xa9\x7f\"\\/ c\n");
	EXPECT_NE(NULL, strstr(capture_text(), "\"text\":\"a?b???\\\"\\\\/ c?\"}\n"));
	record = capture_record(0);
	EXPECT_STREQ("a?b???\"\\/ c?", capture_field(record, "text"));
	json_object_put(record);
}

TEST(no_text_is_null)
{
	struct json_object *record = avps_record_new("x");

	capture_open();
	avps_record_text(record, "ring", NULL);
	avps_record_number(record, "n", INT64_MIN);
	avps_stream_send(record);
	record = capture_record(0);
	EXPECT_STREQ("null", capture_field(record, "ring"));
	EXPECT_STREQ("-9223372036854775808", capture_field(record, "n"));
	json_object_put(record);
}

TEST(a_stream_that_is_not_there)
{
	EXPECT_EQ(-ENOENT, avps_stream_open("/nonexistent/tty"));
}

TEST_HARNESS_MAIN
