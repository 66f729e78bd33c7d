/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How tests are written: kselftest's harness, and what a conformance test needs beyond it.
 *
 * kselftest_harness.h (out of the linux-source package) forks each test, holds it to a time limit and runs fixtures.
 * Here a test also says, as data, which clauses it judges and what the device must offer, and is handed to the plan,
 * which runs it on every device and ring layout that fits. docs/adding-a-test.md shows one from end to end.
 *
 *	AVPS_TEST(block, flush_succeeds, CLAUSES("blk-p02"), NEEDS(VIRTIO_BLK_F_FLUSH))
 *	{
 *		CHECK_EQ("blk-p02", blk_flush(&self->disk), VIRTIO_BLK_S_OK);
 *	}
 */
#ifndef AVPS_HARNESS_H
#define AVPS_HARNESS_H

/* The header defines these in every translation unit; one of each is enough for the program. */
#pragma weak _fixture_global
#pragma weak __active_test
#pragma weak __wait_for_test
#pragma weak __run_test
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wclobbered"
#endif
#include <kselftest_harness.h>
#pragma GCC diagnostic pop

#include "avps/judge.h"
#include "avps/test.h"

/* Runs one test in this process; see avps_tests_in_process. */
static inline void avps_run_here(struct __test_metadata *t, struct __fixture_variant_metadata *variant)
{
	t->passed = 1;
	t->skip = 0;
	t->aborted = false;
	t->setup_completed = false;
	t->no_print = 1; /* a test that stops calls _exit(), not abort() */
	t->fn(t, variant);
}

/* Runs one test in a child, on the instance that takes the place of a fixture variant. */
static inline void avps_run_kselftest(const struct avps_test *test, const struct avps_instance *on,
				      unsigned int limit_s, struct avps_outcome *outcome)
{
	static struct __test_results results;
	struct __fixture_variant_metadata variant = { .name = "", .data = on };
	struct __test_metadata *t = test->harness;

	t->results = &results;
	t->timeout = limit_s;
	if (avps_tests_in_process)
		avps_run_here(t, &variant);
	else
		__run_test(t->fixture, &variant, t);
	if (t->timed_out)
		outcome->child = AVPS_CHILD_TIMED_OUT;
	else if (t->skip)
		outcome->child = AVPS_CHILD_SKIPPED;
	else
		outcome->child = t->passed ? AVPS_CHILD_RETURNED : AVPS_CHILD_DIED;
}

/*
 * Declares a suite and what its tests find in `self`; goes into the suite's own header.
 *
 * The arguments after the name initialise struct avps_suite: .virtio_id for one device type, .transport for one
 * transport.
 */
#define AVPS_SUITE(suite_, ...) AVPS_SUITE_PART(suite_, #suite_, __VA_ARGS__)

/* The same for tests of suite @name_, a string, that find something else in `self` than the others. */
#define AVPS_SUITE_PART(suite_, name_, ...)                                                                          \
	static const struct avps_suite avps_suite_##suite_ __attribute__((unused)) = { .name = name_, __VA_ARGS__ }; \
	FIXTURE_VARIANT(suite_)                                                                                      \
	{                                                                                                            \
		struct avps_instance on;                                                                             \
	};                                                                                                           \
	FIXTURE(suite_)

/*
 * kselftest keeps `self` in a local variable, across the setjmp() that a test comes back by when it stops. A compiler that sees
 * through all that may keep its parts in registers, which setjmp() does not save; so it must not see through set-up.
 */
#ifdef __clang__
#define AVPS_OPAQUE noinline
#else
#define AVPS_OPAQUE noipa
#endif

/* What runs before and after each test of a suite. Both see `self` and `variant->on`; the device is reset at the end.
 */
#define AVPS_SETUP(suite_) static __attribute__((unused, AVPS_OPAQUE)) FIXTURE_SETUP(suite_)
#define AVPS_TEARDOWN(suite_) static __attribute__((unused)) FIXTURE_TEARDOWN(suite_)

/*
 * Defines a test. After the name come, in any order:
 *
 * CLAUSES("…", …)	the clauses it judges, every one of them whenever it passes
 * NEEDS(bit, …)	feature bits the device must offer; else SKIP not-offered
 * ONLY_IF(function)	a condition on the device; see struct avps_test
 * HOST("action")	something that the host must be able to do (docs/records.md); else SKIP host-cannot
 * ON_DEMAND		is run only by name (`only` in the options), and is part of no other plan
 * LAST			runs after all others, since the host is at work for it while they run
 * LIMIT_S(seconds)	has a time limit of its own: it waits for the host, and not for the device
 * NO_RING		uses no virtqueue: runs once a device
 * SPLIT_RING		is about the split layout
 * PACKED_RING		is about the packed layout
 */
#define AVPS_TEST(suite_, name_, ...)                                                                            \
	static struct __test_metadata _##suite_##_##name_##_object;                                              \
	static const struct avps_test avps_test_##suite_##_##name_ = { .suite = &avps_suite_##suite_,            \
								       .name = #name_,                           \
								       .file = __FILE__,                         \
								       .line = __LINE__,                         \
								       .run = avps_run_kselftest,                \
								       .harness = &_##suite_##_##name_##_object, \
								       __VA_ARGS__ };                            \
	static const struct avps_test *const avps_test_ref_##suite_##_##name_                                    \
		__attribute__((used, section("avps_tests"))) = &avps_test_##suite_##_##name_;                    \
	TEST_F(suite_, name_)

#define CLAUSES(...)                     \
	.clauses = (const char *const[]) \
	{                                \
		__VA_ARGS__, NULL        \
	}
#define NEEDS(...)              \
	.needs = (const int[])  \
	{                       \
		__VA_ARGS__, -1 \
	}
#define ONLY_IF(function_) .only_if = function_
#define HOST(action_) .host = action_
#define ON_DEMAND .on_demand = true
#define LAST .last = true
#define LIMIT_S(seconds_) .limit_s = seconds_
#define NO_RING .ring_use = AVPS_NO_RING
#define SPLIT_RING .ring_use = AVPS_SPLIT_RING
#define PACKED_RING .ring_use = AVPS_PACKED_RING

/* This place in the source, known to the build: it refuses a clause that is not in the catalogue. */
#define AVPS_SITE(clause_)                                                                                       \
	({                                                                                                       \
		static const struct avps_site site_ = { clause_, __FILE__, __LINE__ };                           \
		static const struct avps_site *const ref_ __attribute__((used, section("avps_sites"))) = &site_; \
		&site_;                                                                                          \
	})

/*
 * The checks. Each judges one clause once, and gives whether it held. A failed one does not end the test: what follows
 * still counts where it makes sense; where it does not, AVPS_STOP().
 */

/* The condition holds; the rest is a printf format of what was seen if it does not. */
#define CHECK(clause_, condition_, ...) avps_judge(AVPS_SITE(clause_), !!(condition_), #condition_, __VA_ARGS__)

/* Two numbers are equal. A negative one is shown as an errno. */
#define CHECK_EQ(clause_, seen_, expected_) \
	avps_judge_equal(AVPS_SITE(clause_), (s64)(seen_), (s64)(expected_), #seen_, #expected_)

/* A request went well. @wrong_ is NULL or what was wrong with it; the rest says which request it was. */
#define CHECK_WORKS(clause_, wrong_, format_, ...)                                                                  \
	({                                                                                                          \
		const char *what_ = (wrong_);                                                                       \
		avps_judge(AVPS_SITE(clause_), !what_, "the request is carried out", format_ ": %s", ##__VA_ARGS__, \
			   what_ ?: "");                                                                            \
	})

/* All bytes are zero. @what_ says in words what the memory is. */
#define CHECK_ZERO(clause_, what_, data_, len_) avps_judge_filled(AVPS_SITE(clause_), data_, len_, 0, what_)

/* Memory is as expected. @what_ says in words what it is. */
#define CHECK_SAME(clause_, what_, seen_, expected_, len_) \
	avps_judge_same(AVPS_SITE(clause_), seen_, expected_, len_, what_)

/* Ends the test here, with what was judged so far. */
#define AVPS_STOP()                         \
	do {                                \
		_metadata->passed = 0;      \
		(void)__bail(1, _metadata); \
	} while (0)

/* The device must do this for the test to be able to judge anything: else the test fails, and no clause. */
#define REQUIRE(condition_, ...)                              \
	do {                                                  \
		if (!(condition_)) {                          \
			avps_judge_precondition(__VA_ARGS__); \
			AVPS_STOP();                          \
		}                                             \
	} while (0)

/* Ends the test as skipped, for one of the reasons of docs/records.md. */
#define SKIP_AS(reason_, ...)                          \
	do {                                           \
		avps_judge_skip(reason_, __VA_ARGS__); \
		SKIP(return, __VA_ARGS__);             \
	} while (0)

#endif
