/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judging: what the CHECK macros of suite/harness.h call, in the child.
 */
#ifndef AVPS_JUDGE_H
#define AVPS_JUDGE_H

#include "avps/test.h"

/* A place in the source that judges a clause; the build holds each against the catalogue. */
struct avps_site {
	const char *clause;
	const char *file;
	int line;
};

/* Sets what the following checks belong to. */
void avps_judge_begin(const struct avps_run *run, struct avps_outcome *outcome);

/* The run whose checks are being judged. */
const struct avps_run *avps_judge_run(void);

/* Where they are counted. */
struct avps_outcome *avps_judge_outcome(void);

/*
 * Counts one check. If it failed, sends its record.
 *
 * @expected: what had to hold, in words or as source text
 * @seen: printf format of what was found instead, used only for a failure
 *
 * Returns @holds.
 */
bool avps_judge(const struct avps_site *site, bool holds, const char *expected, const char *seen, ...)
	AVPS_PRINTF(4, 5);

/* Counts a comparison of @seen with @expected, and returns it. Negative values are shown as the errno they are. */
bool avps_judge_equal(const struct avps_site *site, s64 seen, s64 expected, const char *seen_text,
		      const char *expected_text);

/* Counts whether @len bytes at @data all are @value; shows the first that is not. */
bool avps_judge_filled(const struct avps_site *site, const void *data, size_t len, u8 value, const char *what);

/* Counts whether two pieces of memory are alike; shows the first difference. */
bool avps_judge_same(const struct avps_site *site, const void *seen, const void *expected, size_t len,
		     const char *what);

/* Notes that the device failed at something the test needs before it can judge. The test ends after it. */
void avps_judge_precondition(const char *format, ...) AVPS_PRINTF(1, 2);

/* Notes why the test stops without a verdict. */
void avps_judge_skip(enum avps_skip reason, const char *format, ...) AVPS_PRINTF(2, 3);

#endif
