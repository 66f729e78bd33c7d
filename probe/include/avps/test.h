/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a test is to the probe: data about it, a way to run it, and what it found.
 *
 * suite/harness.h makes these out of kselftest tests; the plan runs them.
 */
#ifndef AVPS_TEST_H
#define AVPS_TEST_H

#include "avps/device.h"
#include "avps/types.h"

#define AVPS_MAX_TEST_CLAUSES 16

/* Why a test was not run; the fixed list of docs/records.md. */
enum avps_skip {
	AVPS_SKIP_NOT_OFFERED = 1,
	AVPS_SKIP_ABSENT,
	AVPS_SKIP_LAUNCH,
	AVPS_SKIP_HOST_CANNOT,
	AVPS_SKIP_NEWER,
	AVPS_SKIP_WAIVED,
};

const char *avps_skip_name(enum avps_skip reason);

/* On what a test runs: one device with one ring layout. */
struct avps_instance {
	struct avps_device *device;
	enum avps_ring ring;
};

struct avps_test;
struct avps_outcome;

/* The tests of one folder. */
struct avps_suite {
	const char *name; /* "block" */
	u32 virtio_id; /* the device type they are for; 0: any */
	const char *transport; /* the transport they are for; NULL: any */
	bool registers_only; /* they need no more: they run also on a device that can't be driven, which has a `problem` */
};

/* With which ring layouts a test runs: once with each by default. */
enum avps_ring_use { AVPS_ANY_RING, AVPS_NO_RING, AVPS_SPLIT_RING, AVPS_PACKED_RING };

struct avps_test {
	const struct avps_suite *suite;
	const char *name;
	const char *file;
	int line;
	const char *const *clauses; /* ends at NULL */
	const int *needs; /* feature bits the device must offer, ends at -1; NULL: none */
	/*
	 * Decides whether the test can run on a device that has what it needs. NULL: always.
	 *
	 * Returns 0 or why not, with a sentence in @why.
	 */
	enum avps_skip (*only_if)(struct avps_device *dev, char *why, size_t why_size);
	enum avps_ring_use ring_use;
	const char *host; /* the host action that it needs (host.h); NULL: none */
	bool on_demand; /* is in a plan only if the options' `only` names it */
	bool last; /* comes after all tests that are not: the host is at work for it meanwhile */
	unsigned int limit_s; /* a time limit of its own, in seconds; 0: that of the options */

	/* Runs it in a child and says how that ended. Filled in by suite/harness.h. */
	void (*run)(const struct avps_test *test, const struct avps_instance *on, unsigned int limit_s,
		    struct avps_outcome *outcome);
	void *harness; /* the harness's own data of it */
};

/* One entry of the plan. */
struct avps_run {
	unsigned int index;
	const struct avps_test *test;
	struct avps_instance on;
};

enum avps_verdict { AVPS_PASS, AVPS_FAIL, AVPS_SKIP, AVPS_ERROR, AVPS_MISS };

struct avps_clause_count {
	u32 pass;
	u32 fail;
};

/* How the child ended, as the harness saw it. */
enum avps_child {
	AVPS_CHILD_RETURNED,
	AVPS_CHILD_SKIPPED,
	AVPS_CHILD_DIED, /* a signal, an assertion of the harness, an exit code */
	AVPS_CHILD_TIMED_OUT,
};

/* What one run found. Lives in memory that the child shares with its parent. */
struct avps_outcome {
	enum avps_child child;
	u32 checks;
	u32 check_records; /* how many were sent for this run */
	struct avps_clause_count counts[AVPS_MAX_TEST_CLAUSES]; /* in the order of test->clauses */
	char undeclared[32]; /* a clause that was judged though the test does not name it */
	char first_failure[256];
	char precondition[256]; /* what the device failed at before the test could judge */
	enum avps_skip skip;
	char skip_message[160];
	/* Filled in by the plan: */
	enum avps_verdict verdict;
	const char *reason;
	char message[320];
	u64 duration_us;
};

/*
 * Whether tests run in this process and not in a child of it. There is no time limit then, and a test that stops calls
 * _exit(), which must come back to whoever started it: that is for probe/fuzz alone.
 */
extern bool avps_tests_in_process;

/* All tests that are linked in, sorted by suite, file and line. Returns how many; the array stays valid. */
size_t avps_all_tests(const struct avps_test *const **tests);

/* "block.write_then_read" into @out. */
void avps_test_name(const struct avps_test *test, char *out, size_t size);

/* Turns what the child left behind into verdict, reason and message. */
void avps_outcome_settle(const struct avps_test *test, struct avps_outcome *outcome);

#endif
