// SPDX-License-Identifier: GPL-2.0-or-later
/* /avps.json and the kernel command line, good and bad (docs/records.md). */
#include "harness.h"

#include "avps/options.h"

static const char *cmdline; /* what the kernel was started with; NULL: /proc can't be read */

FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);

/* The linker puts it in the place of fopen(), so that a test can say what is in /proc/cmdline. */
FILE *__wrap_fopen(const char *path, const char *mode)
{
	if (strcmp(path, "/proc/cmdline"))
		return __real_fopen(path, mode);
	return cmdline ? fmemopen((void *)cmdline, strlen(cmdline), mode) : NULL;
}

FIXTURE(options)
{
	struct avps_options options;
	char path[40];
	int file;
	char why[200];
};

FIXTURE_SETUP(options)
{
	self->file = memfd_create("avps.json", 0);
	ASSERT_LE(0, self->file);
	snprintf(self->path, sizeof(self->path), "/proc/self/fd/%d", self->file);
}

FIXTURE_TEARDOWN(options)
{
	json_object_put(self->options.leave_out);
	json_object_put(self->options.only);
	json_object_put(self->options.host_actions);
	close(self->file);
}

static int read_text(FIXTURE_DATA(options) * self, const char *text)
{
	if (ftruncate(self->file, 0) || pwrite(self->file, text, strlen(text), 0) != (ssize_t)strlen(text))
		return -EIO;
	memset(self->why, 0, sizeof(self->why));
	return avps_options_read(self->path, &self->options, self->why, sizeof(self->why));
}

/* What is wrong with a file, without its path, which comes first; "" if nothing is. */
static const char *wrong_with(FIXTURE_DATA(options) * self, const char *text)
{
	int err = read_text(self, text);
	size_t length = strlen(self->path);

	if (!err)
		return "";
	if (err != -EINVAL)
		return strerror(-err);
	return strncmp(self->why, self->path, length) ? "(no path)" : self->why + length;
}

TEST_F(options, missing_file_gives_defaults)
{
	memset(&self->options, 0xff, sizeof(self->options));
	ASSERT_EQ(0, avps_options_read("/nonexistent/avps.json", &self->options, self->why, sizeof(self->why)));
	EXPECT_STREQ("", self->options.nonce);
	EXPECT_STREQ("", self->options.stream);
	EXPECT_STREQ("", self->options.cmdline);
	EXPECT_FALSE(self->options.interactive);
	EXPECT_EQ(4000, self->options.patience_ms);
	EXPECT_EQ(30, self->options.test_limit_s);
	EXPECT_NULL(self->options.leave_out);
	EXPECT_NULL(self->options.only);
	EXPECT_NULL(self->options.host_actions);
}

TEST_F(options, empty_object_gives_defaults)
{
	ASSERT_EQ(0, read_text(self, "{}"));
	EXPECT_EQ(4000, self->options.patience_ms);
	EXPECT_EQ(30, self->options.test_limit_s);
	EXPECT_FALSE(self->options.interactive);
}

TEST_F(options, every_key_is_taken)
{
	ASSERT_EQ(0, read_text(self, "{\"nonce\": \"abc-123\", \"interactive\": true, \"patience_ms\": 1, "
				     "\"test_limit_s\": 77, \"leave_out\": [{\"test\": \"a.b\"}], "
				     "\"only\": [{\"device\": \"d\"}, {\"ring\": \"split\"}], "
				     "\"host_actions\": [\"a\", \"b\", \"c\"]}"));
	EXPECT_STREQ("abc-123", self->options.nonce);
	EXPECT_TRUE(self->options.interactive);
	EXPECT_EQ(1, self->options.patience_ms);
	EXPECT_EQ(77, self->options.test_limit_s);
	EXPECT_EQ(1, json_object_array_length(self->options.leave_out));
	EXPECT_EQ(2, json_object_array_length(self->options.only));
	EXPECT_EQ(3, json_object_array_length(self->options.host_actions));
}

TEST_F(options, values_of_the_wrong_form_are_named)
{
	EXPECT_STREQ(": \"nonce\" must be a string", wrong_with(self, "{\"nonce\": 7}"));
	EXPECT_STREQ(": \"nonce\" must be a string", wrong_with(self, "{\"nonce\": null}"));
	EXPECT_STREQ(": \"interactive\" must be true or false", wrong_with(self, "{\"interactive\": 1}"));
	EXPECT_STREQ(": \"patience_ms\" must be a positive number", wrong_with(self, "{\"patience_ms\": 0}"));
	EXPECT_STREQ(": \"patience_ms\" must be a positive number", wrong_with(self, "{\"patience_ms\": -5}"));
	EXPECT_STREQ(": \"patience_ms\" must be a positive number", wrong_with(self, "{\"patience_ms\": \"9\"}"));
	EXPECT_STREQ(": \"test_limit_s\" must be a positive number", wrong_with(self, "{\"test_limit_s\": 1.5}"));
	EXPECT_STREQ(": \"leave_out\" must be a list of {test, device, ring}", wrong_with(self, "{\"leave_out\": {}}"));
	EXPECT_STREQ(": \"only\" must be a list of {test, device, ring}",
		     wrong_with(self, "{\"only\": \"block.flush\"}"));
	EXPECT_STREQ(": \"host_actions\" must be a list of strings",
		     wrong_with(self, "{\"host_actions\": \"block-resize\"}"));
	EXPECT_STREQ(": \"host_actions\" must be a list of strings", wrong_with(self, "{\"host_actions\": [1]}"));
}

/* What comes after the mistake does not make up for it. */
TEST_F(options, one_wrong_value_is_enough)
{
	EXPECT_STREQ(": \"nonce\" must be a string", wrong_with(self, "{\"nonce\": 7, \"interactive\": true}"));
}

TEST_F(options, unknown_keys_are_named)
{
	EXPECT_STREQ(": unknown key \"patience\"", wrong_with(self, "{\"nonce\": \"\", \"patience\": 1}"));
}

TEST_F(options, what_is_no_object_is_refused)
{
	EXPECT_STREQ(" is not a JSON object", wrong_with(self, ""));
	EXPECT_STREQ(" is not a JSON object", wrong_with(self, "[]"));
	EXPECT_STREQ(" is not a JSON object", wrong_with(self, "null"));
	EXPECT_STREQ(" is not a JSON object", wrong_with(self, "{\"nonce\": "));
}

/* Misread, one of these would select everything or nothing. */
TEST_F(options, entries_of_lists_are_looked_at)
{
	const char *form = ": \"only\" must be a list of {test, device, ring}";

	EXPECT_STREQ(form, wrong_with(self, "{\"only\": [\"block.flush\"]}"));
	EXPECT_STREQ(form, wrong_with(self, "{\"only\": [{}, null]}"));
	EXPECT_STREQ(form, wrong_with(self, "{\"only\": [{\"tset\": \"block.flush\"}]}"));
	EXPECT_STREQ(form, wrong_with(self, "{\"only\": [{\"test\": 3}]}"));
	EXPECT_STREQ("", wrong_with(self, "{\"only\": [{\"test\": \"t\", \"device\": \"d\", \"ring\": null}]}"));
}

/* The device of the record stream, by command line. */
static const char *stream(FIXTURE_DATA(options) * self, const char *text)
{
	cmdline = text;
	return read_text(self, "{}") ? "(error)" : self->options.stream;
}

TEST_F(options, stream_is_a_word_of_the_command_line)
{
	EXPECT_STREQ("ttyS1", stream(self, "avps.stream=ttyS1\n"));
	EXPECT_STREQ("avps.stream=ttyS1", self->options.cmdline);
	EXPECT_STREQ("ttyAMA0", stream(self, "console=ttyS0 avps.stream=ttyAMA0 quiet\n"));
	EXPECT_STREQ("hvc0", stream(self, "xavps.stream=ttyS1 avps.stream=hvc0"));
	EXPECT_STREQ("", stream(self, "console=ttyS0 xavps.stream=ttyS1\n"));
	EXPECT_STREQ("", stream(self, "console=ttyS0 avps.stream= quiet\n"));
	EXPECT_STREQ("", stream(self, "\n"));
}

TEST_F(options, long_command_lines_are_cut)
{
	char text[3000];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	EXPECT_STREQ("", stream(self, text));
	EXPECT_EQ(sizeof(self->options.cmdline) - 1, strlen(self->options.cmdline));
	memcpy(text + 900, " avps.stream=", 13);
	EXPECT_EQ(sizeof(self->options.stream) - 1, strlen(stream(self, text)));
}

/* Whether a list names the test block.flush on device d0 with the split ring, or with none. */
static bool names(const char *list, const char *ring)
{
	struct json_object *json = json_tokener_parse(list);
	bool match = avps_options_match(json, "block.flush", "d0", ring);

	json_object_put(json);
	return match;
}

TEST(entries_match_by_the_keys_they_have)
{
	EXPECT_TRUE(names("[{\"test\": \"block.flush\", \"device\": \"d0\", \"ring\": \"split\"}]", "split"));
	EXPECT_TRUE(names("[{\"test\": \"block.flush\"}]", "split"));
	EXPECT_TRUE(names("[{\"device\": \"d0\"}]", "split"));
	EXPECT_TRUE(names("[{\"ring\": \"split\"}]", "split"));
	EXPECT_TRUE(names("[{}]", NULL));
	EXPECT_FALSE(names("[{\"test\": \"block.flush2\"}]", "split"));
	EXPECT_FALSE(names("[{\"test\": \"block.flus\"}]", "split"));
	EXPECT_FALSE(names("[{\"device\": \"d1\"}]", "split"));
	EXPECT_FALSE(names("[{\"ring\": \"packed\"}]", "split"));
	EXPECT_FALSE(names("[{\"test\": \"block.flush\", \"device\": \"d1\"}]", "split"));
}

TEST(no_ring_is_null)
{
	EXPECT_TRUE(names("[{\"ring\": null}]", NULL));
	EXPECT_TRUE(names("[{\"test\": \"block.flush\"}]", NULL));
	EXPECT_FALSE(names("[{\"ring\": null}]", "split"));
	EXPECT_FALSE(names("[{\"ring\": \"split\"}]", NULL));
}

TEST(one_entry_that_matches_is_enough)
{
	EXPECT_TRUE(names("[{\"test\": \"a.b\"}, {\"device\": \"d0\"}]", "split"));
	EXPECT_FALSE(names("[{\"test\": \"a.b\"}, {\"device\": \"d1\"}]", "split"));
	EXPECT_FALSE(names("[]", "split"));
	EXPECT_FALSE(avps_options_match(NULL, "block.flush", "d0", "split"));
}

TEST_HARNESS_MAIN
