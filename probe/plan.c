// SPDX-License-Identifier: GPL-2.0-or-later
#include "avps/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avps/clock.h"
#include "avps/dma.h"
#include "avps/host.h"
#include "avps/judge.h"
#include "avps/report.h"
#include "avps/trace.h"

#define ITEMS_PER_RECORD 64

static bool suite_fits(const struct avps_suite *suite, const struct avps_device *dev)
{
	return (suite->registers_only ? dev->io != NULL : dev->transport && !dev->problem[0]) &&
	       (!suite->virtio_id || suite->virtio_id == dev->virtio_id) &&
	       (!suite->transport || !strcmp(suite->transport, dev->bus));
}

/* Whether an entry of `only` names the test, and does not just match it along with others. */
static bool asked_for(const struct avps_options *options, const char *name)
{
	for (size_t i = 0; options->only && i < json_object_array_length(options->only); i++) {
		struct json_object *test = NULL;

		json_object_object_get_ex(json_object_array_get_idx(options->only, i), "test", &test);
		if (test && !strcmp(json_object_get_string(test), name))
			return true;
	}
	return false;
}

static bool wanted(const struct avps_options *options, const struct avps_test *test, const struct avps_device *dev,
		   enum avps_ring ring)
{
	const char *ring_name = avps_ring_name(ring);
	char name[128];

	avps_test_name(test, name, sizeof(name));
	if (test->on_demand && !asked_for(options, name))
		return false;
	if (options->only && !avps_options_match(options->only, name, dev->id, ring_name))
		return false;
	return !avps_options_match(options->leave_out, name, dev->id, ring_name);
}

static bool ring_fits(const struct avps_test *test, const struct avps_device *dev, enum avps_ring ring)
{
	switch (test->ring_use) {
	case AVPS_NO_RING:
		return ring == AVPS_RING_NONE;
	case AVPS_SPLIT_RING:
		return ring == AVPS_RING_SPLIT && avps_device_has_ring(dev, ring);
	case AVPS_PACKED_RING:
		return ring == AVPS_RING_PACKED && avps_device_has_ring(dev, ring);
	default:
		return avps_device_has_ring(dev, ring);
	}
}

/* Adds @test on @dev to @plan (NULL: only counts) in each ring layout. Returns the new length. */
static int add_test(struct avps_run *plan, int n, const struct avps_test *test, struct avps_device *dev,
		    const struct avps_options *options)
{
	for (enum avps_ring ring = AVPS_RING_NONE; ring <= AVPS_RING_PACKED; ring++) {
		if (!ring_fits(test, dev, ring) || !wanted(options, test, dev, ring))
			continue;
		if (plan)
			plan[n] = (struct avps_run){ .index = n, .test = test, .on = { .device = dev, .ring = ring } };
		n++;
	}
	return n;
}

/* Adds the tests that are to come last, or those that aren't, to @plan (NULL: only counts). Returns the new length. */
static int add_tests(struct avps_run *plan, int n, bool last, struct avps_device *devices, int n_devices,
		     const struct avps_options *options)
{
	const struct avps_test *const *tests;
	size_t n_tests = avps_all_tests(&tests);

	for (int d = 0; d < n_devices; d++)
		for (size_t i = 0; i < n_tests; i++)
			if (tests[i]->last == last && suite_fits(tests[i]->suite, &devices[d]))
				n = add_test(plan, n, tests[i], &devices[d], options);
	return n;
}

static int fill(struct avps_run *plan, struct avps_device *devices, int n_devices, const struct avps_options *options)
{
	int n = add_tests(plan, 0, false, devices, n_devices, options);

	return add_tests(plan, n, true, devices, n_devices, options);
}

int avps_plan_make(struct avps_device *devices, int n_devices, const struct avps_options *options,
		   struct avps_run **plan)
{
	int n = fill(NULL, devices, n_devices, options);

	*plan = calloc(n + 1, sizeof(**plan));
	if (!*plan)
		return -ENOMEM;
	return fill(*plan, devices, n_devices, options);
}

static struct json_object *plan_item(const struct avps_run *run)
{
	struct json_object *item = json_object_new_object(), *clauses = json_object_new_array();
	char name[128];

	avps_test_name(run->test, name, sizeof(name));
	avps_record_text(item, "test", name);
	avps_record_text(item, "device", run->on.device->id);
	avps_record_text(item, "ring", avps_ring_name(run->on.ring));
	for (int i = 0; run->test->clauses[i]; i++)
		json_object_array_add(clauses, json_object_new_string(run->test->clauses[i]));
	json_object_object_add(item, "clauses", clauses);
	return item;
}

void avps_plan_report(const struct avps_run *plan, int n)
{
	int first = 0;

	do {
		struct json_object *record = avps_record_new("plan"), *items = json_object_new_array();

		avps_record_number(record, "first", first);
		avps_record_number(record, "total", n);
		for (int i = first; i < n && i < first + ITEMS_PER_RECORD; i++)
			json_object_array_add(items, plan_item(&plan[i]));
		json_object_object_add(record, "items", items);
		avps_stream_send(record);
		first += ITEMS_PER_RECORD;
	} while (first < n);
}

/* Why the run needs no child: a feature that is not offered, a host that can't act, or a condition of the test's own. */
static enum avps_skip unfit(const struct avps_run *run, char *why, size_t why_size)
{
	const struct avps_test *test = run->test;
	struct avps_device *dev = run->on.device;

	for (const int *need = test->needs; need && *need >= 0; need++) {
		if (!avps_has(dev->offered, *need)) {
			snprintf(why, why_size, "the device does not offer feature bit %d", *need);
			return AVPS_SKIP_NOT_OFFERED;
		}
	}
	if (test->host && !avps_host_can(test->host)) {
		snprintf(why, why_size, "the host can't do %s on this target", test->host);
		return AVPS_SKIP_HOST_CANNOT;
	}
	return test->only_if ? test->only_if(dev, why, why_size) : 0;
}

/* After a test that did not go well: later ones must not fail because of it. */
static void check_health(struct avps_device *dev, const struct avps_run *run)
{
	char why[100], name[128];

	if (dev->problem[0] || !avps_device_healthy(dev, why, sizeof(why)))
		return;
	avps_test_name(run->test, name, sizeof(name));
	snprintf(dev->problem, sizeof(dev->problem), "not healthy after %.40s: %s", name, why);
	avps_report_log("error", "%s is %s", dev->id, dev->problem);
}

static void run_in_child(const struct avps_run *run, const struct avps_options *options, struct avps_outcome *outcome)
{
	u64 start = avps_now_us();

	avps_dma_rewind();
	avps_trace_clear();
	avps_judge_begin(run, outcome);
	run->test->run(run->test, &run->on, run->test->limit_s ?: options->test_limit_s, outcome);
	if (outcome->child == AVPS_CHILD_DIED || outcome->child == AVPS_CHILD_TIMED_OUT)
		avps_stream_recover();
	outcome->duration_us = avps_now_us() - start;
	avps_outcome_settle(run->test, outcome);
	if (outcome->verdict == AVPS_PASS || outcome->verdict == AVPS_SKIP)
		return;
	avps_report_trace(run);
	check_health(run->on.device, run);
}

static void run_one(const struct avps_run *run, const struct avps_options *options, struct avps_outcome *outcome)
{
	memset(outcome, 0, sizeof(*outcome));
	avps_report_begin(run);
	if (run->on.device->problem[0] && !run->test->suite->registers_only) {
		outcome->verdict = AVPS_MISS;
		outcome->reason = "device-lost";
		snprintf(outcome->message, sizeof(outcome->message), "%s", run->on.device->problem);
	} else {
		outcome->skip = unfit(run, outcome->message, sizeof(outcome->message));
		if (outcome->skip) {
			outcome->verdict = AVPS_SKIP;
			outcome->reason = avps_skip_name(outcome->skip);
		} else {
			run_in_child(run, options, outcome);
		}
	}
	avps_report_end(run, outcome);
}

void avps_plan_run(const struct avps_run *plan, int n, const bool *selected, const struct avps_options *options,
		   struct avps_outcome *outcome)
{
	for (int i = 0; i < n; i++)
		if (!selected || selected[i])
			run_one(&plan[i], options, outcome);
}
