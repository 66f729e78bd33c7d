// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks: what is counted, and what a failed one tells. */
#include "harness.h"

#include "avps/judge.h"
#include "capture.h"

static const char *const clauses[] = { "blk-001", "blk-002", NULL };
static const struct avps_suite suite = { .name = "block" };
static const struct avps_test test = { .suite = &suite, .name = "reads", .clauses = clauses };
static const struct avps_site first = { "blk-001", "suite/block/reads.c", 31 };
static const struct avps_site second = { "blk-002", "suite/block/reads.c", 32 };
static const struct avps_site stranger = { "blk-999", "suite/block/reads.c", 33 };

FIXTURE(judge)
{
	struct avps_device dev;
	struct avps_run run;
	struct avps_outcome found;
	struct json_object *record;
};

FIXTURE_SETUP(judge)
{
	capture_open();
	strcpy(self->dev.id, "0000:00:02.0");
	self->run = (struct avps_run){ .index = 5, .test = &test };
	self->run.on = (struct avps_instance){ .device = &self->dev, .ring = AVPS_RING_SPLIT };
	avps_judge_begin(&self->run, &self->found);
}

FIXTURE_TEARDOWN(judge)
{
	json_object_put(self->record);
}

/* What the only record says was seen, or expected. */
static const char *told(FIXTURE_DATA(judge) * self, const char *field)
{
	json_object_put(self->record);
	self->record = capture_record(0);
	return capture_field(self->record, field);
}

TEST_F(judge, knows_what_it_judges_for)
{
	EXPECT_EQ(&self->run, avps_judge_run());
	EXPECT_EQ(&self->found, avps_judge_outcome());
}

TEST_F(judge, a_check_that_holds_is_counted_and_silent)
{
	EXPECT_TRUE(avps_judge(&second, true, "x == 1", "x is %d", 1));
	EXPECT_TRUE(avps_judge(&second, true, "x == 1", "x is %d", 1));
	EXPECT_EQ(2, self->found.checks);
	EXPECT_EQ(0, self->found.counts[0].pass);
	EXPECT_EQ(2, self->found.counts[1].pass);
	EXPECT_EQ(0, self->found.counts[1].fail);
	EXPECT_STREQ("", self->found.first_failure);
	EXPECT_STREQ("", self->found.undeclared);
	EXPECT_STREQ("", capture_text());
}

TEST_F(judge, a_check_that_fails_is_counted_and_sent)
{
	EXPECT_FALSE(avps_judge(&first, false, "x == 1", "x is %d", 7));
	EXPECT_EQ(1, self->found.checks);
	EXPECT_EQ(0, self->found.counts[0].pass);
	EXPECT_EQ(1, self->found.counts[0].fail);
	EXPECT_EQ(1, self->found.check_records);
	EXPECT_STREQ("blk-001: expected x == 1, seen x is 7", self->found.first_failure);
	EXPECT_STREQ("check", told(self, "type"));
	EXPECT_STREQ("block.reads", told(self, "test"));
	EXPECT_STREQ("0000:00:02.0", told(self, "device"));
	EXPECT_STREQ("split", told(self, "ring"));
	EXPECT_STREQ("blk-001", told(self, "clause"));
	EXPECT_STREQ("FAIL", told(self, "verdict"));
	EXPECT_STREQ("x == 1", told(self, "expected"));
	EXPECT_STREQ("x is 7", told(self, "seen"));
	EXPECT_STREQ("suite/block/reads.c:31", told(self, "where"));
}

TEST_F(judge, the_first_failure_is_kept)
{
	avps_judge(&first, false, "a", "b");
	avps_judge(&second, false, "c", "d");
	EXPECT_STREQ("blk-001: expected a, seen b", self->found.first_failure);
	EXPECT_EQ(2, capture_count());
}

TEST_F(judge, a_clause_that_the_test_does_not_name_is_noted)
{
	EXPECT_TRUE(avps_judge(&stranger, true, "x", "y"));
	EXPECT_STREQ("blk-999", self->found.undeclared);
	EXPECT_EQ(1, self->found.checks);
	EXPECT_FALSE(avps_judge(&stranger, false, "x", "y"));
	EXPECT_EQ(0, self->found.counts[0].pass + self->found.counts[0].fail);
	EXPECT_EQ(0, self->found.counts[1].pass + self->found.counts[1].fail);
}

TEST_F(judge, failures_beyond_32_are_counted_and_not_sent)
{
	for (int i = 0; i < 40; i++)
		avps_judge(&first, false, "x", "%d", i);
	EXPECT_EQ(40, self->found.checks);
	EXPECT_EQ(40, self->found.counts[0].fail);
	EXPECT_EQ(32, self->found.check_records);
	EXPECT_EQ(32, capture_count());
	self->record = capture_record(31);
	EXPECT_STREQ("31", capture_field(self->record, "seen"));
}

TEST_F(judge, long_texts_are_cut)
{
	static char text[5000];

	memset(text, 'x', sizeof(text) - 1);
	EXPECT_FALSE(avps_judge(&first, false, text, "%s", text));
	EXPECT_EQ(sizeof(self->found.first_failure) - 1, strlen(self->found.first_failure));
	EXPECT_EQ(511, strlen(told(self, "seen")));
	EXPECT_EQ(1024, strlen(told(self, "expected")));
}

TEST_F(judge, equal_numbers_hold)
{
	EXPECT_TRUE(avps_judge_equal(&first, -5, -5, "seen", "expected"));
	EXPECT_EQ(1, self->found.counts[0].pass);
	EXPECT_STREQ("", capture_text());
}

/* What a comparison says that saw @seen and expected @expected. */
static const char *comparison(FIXTURE_DATA(judge) * self, s64 seen, s64 expected)
{
	static char text[200];
	unsigned int n = capture_count();

	if (avps_judge_equal(&first, seen, expected, "got", "WANTED"))
		return "(equal)";
	self->record = capture_record(n);
	snprintf(text, sizeof(text), "%s: %s", capture_field(self->record, "expected"),
		 capture_field(self->record, "seen"));
	json_object_put(self->record);
	self->record = NULL;
	return text;
}

TEST_F(judge, unequal_numbers_are_shown)
{
	EXPECT_STREQ("got == WANTED (0x200): 0x10", comparison(self, 16, 512));
	EXPECT_STREQ("got == WANTED (0): -110 (ETIMEDOUT)", comparison(self, -ETIMEDOUT, 0));
	EXPECT_STREQ("got == WANTED (-28 (ENOSPC)): 0", comparison(self, 0, -ENOSPC));
	EXPECT_STREQ("got == WANTED (0x1): -4000 (no errno)", comparison(self, -4000, 1));
	EXPECT_EQ(4, self->found.counts[0].fail);
}

/* A 64-bit register may hold anything; its low half must not be taken for an errno. */
TEST_F(judge, huge_numbers_are_shown)
{
	EXPECT_STREQ("got == WANTED (0): -4294967297 (no errno)", comparison(self, -4294967297, 0));
	EXPECT_STREQ("got == WANTED (0): -9223372036854775808 (no errno)", comparison(self, INT64_MIN, 0));
}

TEST_F(judge, memory_of_one_value)
{
	u8 data[100];

	memset(data, 0xa5, sizeof(data));
	EXPECT_TRUE(avps_judge_filled(&first, data, sizeof(data), 0xa5, "data"));
	data[99] = 3;
	EXPECT_TRUE(avps_judge_filled(&first, data, 99, 0xa5, "data"));
	EXPECT_TRUE(avps_judge_filled(&first, data, 0, 0, "data"));
	EXPECT_FALSE(avps_judge_filled(&first, data, 100, 0xa5, "data"));
	EXPECT_STREQ("all 100 bytes of data are 0xa5", told(self, "expected"));
	EXPECT_STREQ("byte 99 is 0x3", told(self, "seen"));
	EXPECT_EQ(3, self->found.counts[0].pass);
	EXPECT_EQ(1, self->found.counts[0].fail);
}

TEST_F(judge, memory_that_is_the_same)
{
	u8 seen[4] = { 1, 2, 3, 4 }, expected[4] = { 1, 2, 9, 9 };

	EXPECT_TRUE(avps_judge_same(&first, seen, expected, 2, "data"));
	EXPECT_FALSE(avps_judge_same(&first, seen, expected, 4, "data"));
	EXPECT_STREQ("all 4 bytes of data are as they should be", told(self, "expected"));
	EXPECT_STREQ("byte 2 is 0x3 instead of 0x9", told(self, "seen"));
	EXPECT_EQ(1, self->found.counts[0].pass);
	EXPECT_EQ(1, self->found.counts[0].fail);
}

TEST_F(judge, preconditions_and_skips_are_noted)
{
	avps_judge_precondition("queue %d is missing", 3);
	avps_judge_skip(AVPS_SKIP_ABSENT, "no %s", "queue");
	EXPECT_STREQ("queue 3 is missing", self->found.precondition);
	EXPECT_EQ(AVPS_SKIP_ABSENT, self->found.skip);
	EXPECT_STREQ("no queue", self->found.skip_message);
	EXPECT_EQ(0, self->found.checks);
}

TEST_HARNESS_MAIN
