// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines from the host: what comes over a pipe whose far end the test holds. */
#include "harness.h"

#include <fcntl.h>
#include <pty.h>
#include <termios.h>
#include <zlib.h>

#include "avps/clock.h"
#include "avps/report.h"

#define MAX_JSON 65536
#define PIPE_SIZE (1 << 20)

FIXTURE(receive)
{
	int pipe[2];
};

FIXTURE_SETUP(receive)
{
	char path[40];

	ASSERT_EQ(0, pipe(self->pipe));
	ASSERT_LE(PIPE_SIZE, fcntl(self->pipe[1], F_SETPIPE_SZ, PIPE_SIZE));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", self->pipe[0]);
	ASSERT_EQ(0, avps_stream_open(path));
}

FIXTURE_TEARDOWN(receive)
{
	close(self->pipe[0]);
	close(self->pipe[1]);
}

/* The host says @text. The pipe has room for all of it. */
static void say(FIXTURE_DATA(receive) * self, const char *text)
{
	size_t length = strlen(text);

	if (write(self->pipe[1], text, length) != (ssize_t)length)
		abort();
}

/* A record's line; from the heap. */
static char *line(unsigned int seq, const char *json)
{
	char *text;

	if (asprintf(&text, "@avps %u %zu %08lx %s\n", seq, strlen(json), crc32(0, (const Bytef *)json, strlen(json)),
		     json) < 0)
		abort();
	return text;
}

static void say_record(FIXTURE_DATA(receive) * self, const char *json)
{
	char *text = line(0, json);

	say(self, text);
	free(text);
}

/* The JSON of the next record that is there, as text; "(none)" if there is none. Valid until the next call. */
static const char *heard(void)
{
	static struct json_object *record;

	json_object_put(record);
	record = avps_stream_receive(0);
	return record ? json_object_to_json_string_ext(record, JSON_C_TO_STRING_PLAIN) : "(none)";
}

TEST_F(receive, nothing_while_nothing_is_said)
{
	EXPECT_STREQ("(none)", heard());
}

TEST_F(receive, records_come_one_by_one)
{
	say_record(self, "{\"a\":1}");
	say_record(self, "{\"b\":2}");
	EXPECT_STREQ("{\"a\":1}", heard());
	EXPECT_STREQ("{\"b\":2}", heard());
	EXPECT_STREQ("(none)", heard());
}

/* CRC-32 of {"a":1} is 561bacaf, by zlib elsewhere. */
TEST_F(receive, a_record_by_its_bytes)
{
	say(self, "@avps 7 7 561bacaf {\"a\":1}\n");
	EXPECT_STREQ("{\"a\":1}", heard());
}

TEST_F(receive, a_line_may_come_in_pieces)
{
	char *text = line(3, "{\"type\":\"done\"}"), piece[2] = "";

	for (const char *at = text; *at; at++) {
		EXPECT_STREQ("(none)", heard());
		piece[0] = *at;
		say(self, piece);
	}
	EXPECT_STREQ("{\"type\":\"done\"}", heard());
	free(text);
}

TEST_F(receive, what_is_no_record_is_passed_over)
{
	say(self, "login: \n\n@avps\n@avps \n@avps x y z\n@avps 0 2 {}\n\x01\x02\xff\n@avps 0 0 00000000 \n");
	say_record(self, "{\"a\":1}");
	say(self, "more\n");
	say_record(self, "{\"b\":2}");
	EXPECT_STREQ("{\"a\":1}", heard());
	EXPECT_STREQ("{\"b\":2}", heard());
}

TEST_F(receive, damaged_records_are_passed_over)
{
	say(self, "@avps 7 7 561bacae {\"a\":1}\n"); /* checksum */
	say(self, "@avps 7 7 561bacaf {\"a\":2}\n"); /* JSON */
	say(self, "@avps 7 8 561bacaf {\"a\":1}\n"); /* length */
	say(self, "@avps 7 6 561bacaf {\"a\":1}\n");
	say(self, "@avps 7 7 561bacaf {\"a\":1} \n"); /* something after it */
	say(self, "@avps 7 7 561bacaf {\"a\":1}\r\n");
	say_record(self, "{\"a\":"); /* intact, and no JSON */
	EXPECT_STREQ("(none)", heard());
	say_record(self, "{\"b\":2}");
	EXPECT_STREQ("{\"b\":2}", heard());
}

/* A record is one object (docs/records.md): whoever receives it asks for its fields. */
TEST_F(receive, json_that_is_no_object_is_passed_over)
{
	say_record(self, "[1]");
	say_record(self, "17");
	say_record(self, "{\"b\":2}");
	EXPECT_STREQ("{\"b\":2}", heard());
}

/* A serial line that is switched on often gives such bytes. */
TEST_F(receive, a_record_may_start_after_a_byte_of_zero)
{
	if (write(self->pipe[1], "\0@avps 7 7 561bacaf {\"a\":1}\n", 28) != 28)
		abort();
	EXPECT_STREQ("{\"a\":1}", heard());
}

TEST_F(receive, a_record_may_start_within_a_line)
{
	say(self, "login: ");
	say_record(self, "{\"a\":1}");
	EXPECT_STREQ("{\"a\":1}", heard());
}

/* The one before was cut off, by the death of its sender for instance. */
TEST_F(receive, a_record_may_start_within_a_record)
{
	say(self, "@avps 6 14 0123");
	say_record(self, "{\"a\":1}");
	say(self, "@avps 6 700 01234567 {\"b\":");
	say_record(self, "{\"b\":2}");
	EXPECT_STREQ("{\"a\":1}", heard());
	EXPECT_STREQ("{\"b\":2}", heard());
}

TEST_F(receive, the_longest_record)
{
	static char json[MAX_JSON + 1];

	memset(json, 'p', MAX_JSON);
	memcpy(json, "{\"a\":\"", 6);
	memcpy(json + MAX_JSON - 2, "\"}", 2);
	say_record(self, json);
	EXPECT_STREQ(json, heard());
}

TEST_F(receive, lines_longer_than_any_record_are_passed_over)
{
	static char text[3 * MAX_JSON];

	memset(text, 'x', sizeof(text) - 1);
	say(self, text);
	EXPECT_STREQ("(none)", heard());
	say(self, text);
	say(self, "\n");
	say_record(self, "{\"a\":1}");
	EXPECT_STREQ("{\"a\":1}", heard());
}

TEST_F(receive, many_lines_at_once)
{
	char json[40];

	for (int i = 0; i < 2000; i++) {
		snprintf(json, sizeof(json), "{\"n\":%d}", i);
		say_record(self, json);
	}
	for (int i = 0; i < 2000; i++) {
		snprintf(json, sizeof(json), "{\"n\":%d}", i);
		ASSERT_STREQ(json, heard());
	}
	EXPECT_STREQ("(none)", heard());
}

/* The far end of a terminal gets what was written, and nothing is echoed to it. */
TEST(a_terminal_passes_bytes_as_they_are)
{
	int host, guest;
	char path[64], got[200];
	ssize_t length;
	struct termios settings;

	ASSERT_EQ(0, openpty(&host, &guest, path, NULL, NULL));
	ASSERT_EQ(0, avps_stream_open(path));
	ASSERT_EQ(0, tcgetattr(guest, &settings));
	EXPECT_EQ(0, settings.c_lflag & (ECHO | ICANON | ISIG));
	ASSERT_EQ(27, write(host, "@avps 7 7 561bacaf {\"a\":1}\n", 27));
	EXPECT_STREQ("{\"a\":1}", heard());
	avps_stream_send(avps_record_new("note"));
	length = read(host, got, sizeof(got) - 1);
	ASSERT_LT(0, length);
	got[length] = '\0';
	EXPECT_STREQ("@avps 0 15 c3c0c542 {\"type\":\"note\"}\n", got);
}

TEST_HARNESS_MAIN
