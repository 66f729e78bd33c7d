// SPDX-License-Identifier: GPL-2.0-or-later
/* From what a child left behind to a verdict: the whole table of docs/records.md. */
#include "harness.h"

#include "avps/test.h"

static const char *const clauses[] = { "blk-001", "blk-002", NULL };
static const struct avps_suite suite = { .name = "block" };
static const struct avps_test test = { .suite = &suite, .name = "reads", .clauses = clauses };

/* What may be true of a run, besides how the child ended. */
enum {
	JUDGED = 1, /* every clause that the test names */
	FAILED = 2, /* the second clause, among the judged */
	UNDECLARED = 4,
	PRECONDITION = 8,
	FACTS = 16,
};

static struct avps_outcome outcome_of(enum avps_child child, unsigned int facts)
{
	struct avps_outcome outcome = { .child = child, .verdict = 99 };

	if (facts & JUDGED) {
		outcome.counts[0].pass = 1;
		outcome.counts[1].pass = 3;
	}
	if (facts & FAILED) {
		outcome.counts[1].fail = 1;
		strcpy(outcome.first_failure, "blk-002: expected 0, seen 1");
	}
	if (facts & UNDECLARED)
		strcpy(outcome.undeclared, "blk-777");
	if (facts & PRECONDITION)
		strcpy(outcome.precondition, "no queue");
	if (child == AVPS_CHILD_SKIPPED) {
		outcome.skip = AVPS_SKIP_LAUNCH;
		strcpy(outcome.skip_message, "needs a disk");
	}
	return outcome;
}

/* "VERDICT reason: message" of a settled run. */
static const char *settled_by(const struct avps_test *by, struct avps_outcome outcome)
{
	static const char *const verdicts[] = { "PASS", "FAIL", "SKIP", "ERROR", "MISS" };
	static char text[500];

	avps_outcome_settle(by, &outcome);
	if (outcome.verdict >= ARRAY_SIZE(verdicts))
		return "no verdict";
	snprintf(text, sizeof(text), "%s %s: %s", verdicts[outcome.verdict], outcome.reason ?: "-", outcome.message);
	return text;
}

static const char *settled(enum avps_child child, unsigned int facts)
{
	return settled_by(&test, outcome_of(child, facts));
}

#define UNDECLARED_IS "ERROR undeclared-clause: it judged blk-777, which it does not name"
#define FAILED_IS "FAIL -: blk-002: expected 0, seen 1"
#define PRECONDITION_IS "FAIL precondition: no queue"

/* What the device did wrong stands, and a test that is wrong itself comes first, however the child ended. */
TEST(what_was_found_comes_before_how_the_child_ended)
{
	for (enum avps_child child = AVPS_CHILD_RETURNED; child <= AVPS_CHILD_TIMED_OUT; child++) {
		for (unsigned int facts = 0; facts < FACTS; facts++) {
			const char *found = facts & UNDECLARED	   ? UNDECLARED_IS
					    : facts & FAILED	   ? FAILED_IS
					    : facts & PRECONDITION ? PRECONDITION_IS
								   : NULL;

			if (found)
				EXPECT_STREQ(found, settled(child, facts));
		}
	}
}

TEST(without_failure_the_end_of_the_child_decides)
{
	EXPECT_STREQ("PASS -: ", settled(AVPS_CHILD_RETURNED, JUDGED));
	EXPECT_STREQ("ERROR judged-nothing: it ended without judging blk-001", settled(AVPS_CHILD_RETURNED, 0));
	for (unsigned int facts = 0; facts <= JUDGED; facts++) {
		EXPECT_STREQ("SKIP launch: needs a disk", settled(AVPS_CHILD_SKIPPED, facts));
		EXPECT_STREQ("ERROR crashed: the test died; the console says more", settled(AVPS_CHILD_DIED, facts));
		EXPECT_STREQ("MISS timeout: the test did not end within its time limit",
			     settled(AVPS_CHILD_TIMED_OUT, facts));
	}
}

TEST(every_clause_must_be_judged)
{
	struct avps_outcome outcome = outcome_of(AVPS_CHILD_RETURNED, JUDGED);

	outcome.counts[1].pass = 0;
	EXPECT_STREQ("ERROR judged-nothing: it ended without judging blk-002", settled_by(&test, outcome));
}

/* kselftest's own SKIP() leaves no reason, and a verdict of SKIP has one. */
TEST(a_skip_without_reason_is_none)
{
	struct avps_outcome outcome = { .child = AVPS_CHILD_SKIPPED };

	EXPECT_STREQ("ERROR judged-nothing: it ended without judging blk-001", settled_by(&test, outcome));
}

TEST(the_last_of_sixteen_clauses_counts)
{
	static const char *const sixteen[] = { "c-01", "c-02", "c-03", "c-04", "c-05", "c-06", "c-07", "c-08", "c-09",
					       "c-10", "c-11", "c-12", "c-13", "c-14", "c-15", "c-16", NULL };
	const struct avps_test full = { .suite = &suite, .name = "full", .clauses = sixteen };
	struct avps_outcome outcome = { .child = AVPS_CHILD_RETURNED };

	for (int i = 0; i < 15; i++)
		outcome.counts[i].pass = 1;
	EXPECT_STREQ("ERROR judged-nothing: it ended without judging c-16", settled_by(&full, outcome));
	outcome.counts[15].fail = 1;
	strcpy(outcome.first_failure, "c-16");
	EXPECT_STREQ("FAIL -: c-16", settled_by(&full, outcome));
}

TEST(long_messages_are_cut)
{
	struct avps_outcome outcome = { .child = AVPS_CHILD_RETURNED };

	memset(outcome.undeclared, 'x', sizeof(outcome.undeclared) - 1);
	EXPECT_STREQ("ERROR undeclared-clause: it judged xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, which it does not name",
		     settled_by(&test, outcome));
}

TEST(skip_reasons_are_those_of_the_records)
{
	EXPECT_STREQ("not-offered", avps_skip_name(AVPS_SKIP_NOT_OFFERED));
	EXPECT_STREQ("absent", avps_skip_name(AVPS_SKIP_ABSENT));
	EXPECT_STREQ("launch", avps_skip_name(AVPS_SKIP_LAUNCH));
	EXPECT_STREQ("host-cannot", avps_skip_name(AVPS_SKIP_HOST_CANNOT));
	EXPECT_STREQ("newer", avps_skip_name(AVPS_SKIP_NEWER));
	EXPECT_STREQ("waived", avps_skip_name(AVPS_SKIP_WAIVED));
}

TEST(names_say_suite_and_test)
{
	char name[40];

	avps_test_name(&test, name, sizeof(name));
	EXPECT_STREQ("block.reads", name);
}

TEST_HARNESS_MAIN
