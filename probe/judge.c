// SPDX-License-Identifier: GPL-2.0-or-later
#include "avps/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "avps/report.h"

/* Failed checks beyond these are counted and not sent: a broken loop must not fill the stream. */
#define MAX_CHECK_RECORDS 32

#define MAX_ERRNO 4095

static const struct avps_run *current;
static struct avps_outcome *found;

void avps_judge_begin(const struct avps_run *run, struct avps_outcome *outcome)
{
	current = run;
	found = outcome;
}

const struct avps_run *avps_judge_run(void)
{
	return current;
}

struct avps_outcome *avps_judge_outcome(void)
{
	return found;
}

static struct avps_clause_count *count_of(const char *clause)
{
	const char *const *clauses = current->test->clauses;

	for (int i = 0; i < AVPS_MAX_TEST_CLAUSES && clauses[i]; i++)
		if (!strcmp(clauses[i], clause))
			return &found->counts[i];
	snprintf(found->undeclared, sizeof(found->undeclared), "%s", clause);
	return NULL;
}

static void fail(const struct avps_site *site, const char *expected, const char *seen)
{
	struct avps_failure failure = {
		.clause = site->clause, .expected = expected, .seen = seen, .file = site->file, .line = site->line
	};

	if (!found->first_failure[0])
		snprintf(found->first_failure, sizeof(found->first_failure), "%s: expected %s, seen %s", site->clause,
			 expected, seen);
	if (found->check_records < MAX_CHECK_RECORDS) {
		found->check_records++;
		avps_report_check(current, &failure);
	}
}

static bool count(const struct avps_site *site, bool holds)
{
	struct avps_clause_count *clause = count_of(site->clause);

	found->checks++;
	if (clause)
		*(holds ? &clause->pass : &clause->fail) += 1;
	return holds;
}

bool avps_judge(const struct avps_site *site, bool holds, const char *expected, const char *seen, ...)
{
	char text[512];
	va_list args;

	if (count(site, holds))
		return true;
	va_start(args, seen);
	vsnprintf(text, sizeof(text), seen, args);
	va_end(args);
	fail(site, expected, text);
	return false;
}

static void value_text(s64 value, char *out, size_t size)
{
	const char *name = value < 0 && value >= -MAX_ERRNO ? strerrorname_np(-value) : NULL;

	if (value < 0)
		snprintf(out, size, "%lld (%s)", (long long)value, name ?: "no errno");
	else
		snprintf(out, size, "%#llx", (unsigned long long)value);
}

bool avps_judge_equal(const struct avps_site *site, s64 seen, s64 expected, const char *seen_text,
		      const char *expected_text)
{
	char left[48], right[48], expectation[512], finding[512];

	if (count(site, seen == expected))
		return true;
	value_text(expected, right, sizeof(right));
	value_text(seen, left, sizeof(left));
	snprintf(expectation, sizeof(expectation), "%s == %s (%s)", seen_text, expected_text, right);
	snprintf(finding, sizeof(finding), "%s", left);
	fail(site, expectation, finding);
	return false;
}

bool avps_judge_filled(const struct avps_site *site, const void *data, size_t len, u8 value, const char *what)
{
	const u8 *bytes = data;
	char expectation[256];
	size_t at = 0;

	while (at < len && bytes[at] == value)
		at++;
	snprintf(expectation, sizeof(expectation), "all %zu bytes of %s are %#x", len, what, value);
	return avps_judge(site, at == len, expectation, "byte %zu is %#x", at, at < len ? bytes[at] : 0);
}

bool avps_judge_same(const struct avps_site *site, const void *seen, const void *expected, size_t len, const char *what)
{
	const u8 *left = seen, *right = expected;
	char expectation[256];
	size_t at = 0;

	while (at < len && left[at] == right[at])
		at++;
	snprintf(expectation, sizeof(expectation), "all %zu bytes of %s are as they should be", len, what);
	return avps_judge(site, at == len, expectation, "byte %zu is %#x instead of %#x", at, at < len ? left[at] : 0,
			  at < len ? right[at] : 0);
}

void avps_judge_precondition(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(found->precondition, sizeof(found->precondition), format, args);
	va_end(args);
}

void avps_judge_skip(enum avps_skip reason, const char *format, ...)
{
	va_list args;

	found->skip = reason;
	va_start(args, format);
	vsnprintf(found->skip_message, sizeof(found->skip_message), format, args);
	va_end(args);
}
