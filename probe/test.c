// SPDX-License-Identifier: GPL-2.0-or-later
/* The tests that are linked in, and what their results amount to. */
#include "avps/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Filled by AVPS_TEST (suite/harness.h); the linker marks both ends. */
extern const struct avps_test *__start_avps_tests[] __attribute__((weak));
extern const struct avps_test *__stop_avps_tests[] __attribute__((weak));

bool avps_tests_in_process;

static int by_source(const void *a, const void *b)
{
	const struct avps_test *left = *(const struct avps_test *const *)a;
	const struct avps_test *right = *(const struct avps_test *const *)b;
	int order = strcmp(left->suite->name, right->suite->name);

	if (!order)
		order = strcmp(left->file, right->file);
	return order ? order : left->line - right->line;
}

size_t avps_all_tests(const struct avps_test *const **tests)
{
	static const struct avps_test **sorted;
	size_t n = __stop_avps_tests - __start_avps_tests;

	if (!sorted) {
		sorted = malloc(n * sizeof(*sorted) + 1);
		if (!sorted)
			abort();
		memcpy(sorted, __start_avps_tests, n * sizeof(*sorted));
		qsort(sorted, n, sizeof(*sorted), by_source);
	}
	*tests = sorted;
	return n;
}

void avps_test_name(const struct avps_test *test, char *out, size_t size)
{
	snprintf(out, size, "%s.%s", test->suite->name, test->name);
}

const char *avps_skip_name(enum avps_skip reason)
{
	static const char *const names[] = {
		[AVPS_SKIP_NOT_OFFERED] = "not-offered", [AVPS_SKIP_ABSENT] = "absent", [AVPS_SKIP_LAUNCH] = "launch",
		[AVPS_SKIP_HOST_CANNOT] = "host-cannot", [AVPS_SKIP_NEWER] = "newer",	[AVPS_SKIP_WAIVED] = "waived",
	};

	return names[reason];
}

static void settle(struct avps_outcome *outcome, enum avps_verdict verdict, const char *reason, const char *message)
{
	outcome->verdict = verdict;
	outcome->reason = reason;
	snprintf(outcome->message, sizeof(outcome->message), "%s", message);
}

static bool any_failed(const struct avps_outcome *outcome)
{
	for (int i = 0; i < AVPS_MAX_TEST_CLAUSES; i++)
		if (outcome->counts[i].fail)
			return true;
	return false;
}

/* The first clause that the test names and no check judged, or NULL. */
static const char *unjudged(const struct avps_test *test, const struct avps_outcome *outcome)
{
	for (int i = 0; test->clauses[i]; i++)
		if (!outcome->counts[i].pass && !outcome->counts[i].fail)
			return test->clauses[i];
	return NULL;
}

/*
 * The order matters. What the device did wrong stands even if the test died of it afterwards; a test that is itself
 * wrong comes before what it claims.
 */
void avps_outcome_settle(const struct avps_test *test, struct avps_outcome *outcome)
{
	const char *missing = unjudged(test, outcome);
	char message[160];

	if (outcome->undeclared[0]) {
		snprintf(message, sizeof(message), "it judged %s, which it does not name", outcome->undeclared);
		settle(outcome, AVPS_ERROR, "undeclared-clause", message);
	} else if (any_failed(outcome)) {
		settle(outcome, AVPS_FAIL, NULL, outcome->first_failure);
	} else if (outcome->precondition[0]) {
		settle(outcome, AVPS_FAIL, "precondition", outcome->precondition);
	} else if (outcome->child == AVPS_CHILD_TIMED_OUT) {
		settle(outcome, AVPS_MISS, "timeout", "the test did not end within its time limit");
	} else if (outcome->child == AVPS_CHILD_DIED) {
		settle(outcome, AVPS_ERROR, "crashed", "the test died; the console says more");
	} else if (outcome->child == AVPS_CHILD_SKIPPED && outcome->skip) {
		settle(outcome, AVPS_SKIP, avps_skip_name(outcome->skip), outcome->skip_message);
	} else if (missing) {
		snprintf(message, sizeof(message), "it ended without judging %s", missing);
		settle(outcome, AVPS_ERROR, "judged-nothing", message);
	} else {
		settle(outcome, AVPS_PASS, NULL, "");
	}
}
