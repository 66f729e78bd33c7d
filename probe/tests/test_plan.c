// SPDX-License-Identifier: GPL-2.0-or-later
/* Which tests run on which device, and what the records tell of it. */
#include "harness.h"

#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>

#include "avps/host.h"
#include "avps/judge.h"
#include "avps/pci.h"
#include "avps/plan.h"
#include "avps/trace.h"
#include "capture.h"
#include "fake_ring.h"
#include "fake_virtio.h"

static unsigned int runs; /* how many times a test was run */
static u64 memory; /* the address of what it allocated, the last time */
static enum avps_child ends_with = AVPS_CHILD_RETURNED;
static bool holds = true;

/* Judges the test's first clause, here and not in a child, and takes some time for it. */
static void run_here(const struct avps_test *test, const struct avps_instance *on, unsigned int limit_s,
		     struct avps_outcome *outcome)
{
	const struct avps_site site = { test->clauses[0], test->file, test->line };

	avps_io_read(on->device->io, COMMON_BAR, COMMON_AT + NUM_QUEUES, 2);
	memory = avps_dma_alloc(1, 1).bus;
	for (u64 start = avps_now_us(); avps_now_us() == start;)
		;
	runs++;
	if (limit_s == 30)
		avps_judge(&site, holds, "x", "y");
	outcome->child = ends_with;
}

static enum avps_skip never(struct avps_device *dev, char *why, size_t why_size)
{
	snprintf(why, why_size, "not on %s", dev->id);
	return AVPS_SKIP_LAUNCH;
}

static const struct avps_suite any = { .name = "core" };
static const struct avps_suite block = { .name = "block", .virtio_id = VIRTIO_ID_BLOCK };
static const struct avps_suite mmio = { .name = "mmio", .transport = "mmio" };
static const struct avps_suite pci = { .name = "pci", .transport = "pci" };

/* The compiler hands them over as they stand or backwards; neither is the order of their sources. */
#define UNIT_TEST(name_, ...)                                                                                   \
	static const struct avps_test name_ = {                                                                 \
		.name = #name_, .clauses = (const char *const[]){ "c-001", NULL }, .run = run_here, __VA_ARGS__ \
	};                                                                                                      \
	static const struct avps_test *const name_##_reference __attribute__((used, section("avps_tests"))) = &name_

UNIT_TEST(windows, .suite = &mmio, .file = "a.c", .line = 1);
UNIT_TEST(identity, .suite = &pci, .file = "a.c", .line = 9, .ring_use = AVPS_NO_RING);
UNIT_TEST(later, .suite = &block, .file = "b.c", .line = 1, .only_if = never);
UNIT_TEST(second, .suite = &block, .file = "a.c", .line = 10, .needs = (const int[]){ VIRTIO_F_VERSION_1, 9, -1 });
UNIT_TEST(first, .suite = &block, .file = "a.c", .line = 9, .needs = (const int[]){ VIRTIO_F_VERSION_1, -1 });
UNIT_TEST(third, .suite = &block, .file = "a.c", .line = 11);
UNIT_TEST(packed, .suite = &any, .file = "a.c", .line = 2, .ring_use = AVPS_PACKED_RING);
UNIT_TEST(closing, .suite = &block, .file = "a.c", .line = 2, .last = true);
UNIT_TEST(summoned, .suite = &block, .file = "a.c", .line = 3, .on_demand = true);
UNIT_TEST(split, .suite = &any, .file = "a.c", .line = 1, .ring_use = AVPS_SPLIT_RING);

FIXTURE(plan)
{
	struct fake_virtio fakes[2];
	struct avps_device devices[3];
	struct avps_options options;
	struct avps_run *runs;
	struct avps_outcome outcome;
	struct json_object *record;
};

/* A block device, one that could not be opened, and one of another type. */
FIXTURE_SETUP(plan)
{
	char why[100];

	fake_dma_init();
	capture_open();
	ASSERT_EQ(0, avps_trace_init());
	self->options = (struct avps_options){ .test_limit_s = 30 };
	for (int i = 0; i < 3; i++) {
		struct avps_device *dev = &self->devices[i];

		snprintf(dev->id, sizeof(dev->id), "d%d", i);
		dev->bus = "pci";
		dev->virtio_id = i == 2 ? VIRTIO_ID_NET : VIRTIO_ID_BLOCK;
		if (i == 1) {
			strcpy(dev->problem, "it is on fire");
			continue;
		}
		fake_virtio_init(&self->fakes[i / 2]);
		dev->io = &self->fakes[i / 2].fake.io;
		ASSERT_EQ(0, avps_pci_open(dev->io, &dev->transport, why, sizeof(why)));
		avps_device_survey(dev);
	}
}

FIXTURE_TEARDOWN(plan)
{
	json_object_put(self->options.only);
	json_object_put(self->options.leave_out);
	json_object_put(self->record);
	free(self->runs);
	free(self->devices[0].transport);
	free(self->devices[2].transport);
}

/* The plan as text: "test device ring, …". */
static const char *make(FIXTURE_DATA(plan) * self)
{
	static char text[1000];
	size_t at = 0;
	int n;

	free(self->runs);
	n = avps_plan_make(self->devices, 3, &self->options, &self->runs);
	text[0] = '\0';
	for (int i = 0; i < n; i++) {
		char name[64];

		avps_test_name(self->runs[i].test, name, sizeof(name));
		at += snprintf(text + at, sizeof(text) - at, "%s%s %s %s", i ? ", " : "", name,
			       self->runs[i].on.device->id, avps_ring_name(self->runs[i].on.ring) ?: "-");
		if (self->runs[i].index != (unsigned int)i)
			return "a wrong index";
	}
	return text;
}

/* In the order of suite, file and line. */
TEST_F(plan, has_what_fits_each_device)
{
	EXPECT_STREQ(
		"block.first d0 split, block.second d0 split, block.third d0 split, block.later d0 split, core.split d0 split, "
		"pci.identity d0 -, core.split d2 split, pci.identity d2 -, block.closing d0 split",
		make(self));
}

TEST_F(plan, has_nothing_that_is_left_out)
{
	self->options.leave_out =
		json_tokener_parse("[{\"test\": \"core.split\", \"device\": \"d0\"}, {\"ring\": null}, "
				   "{\"test\": \"block.second\", \"ring\": \"split\"}]");
	EXPECT_STREQ("block.first d0 split, block.third d0 split, block.later d0 split, core.split d2 split, "
		     "block.closing d0 split",
		     make(self));
}

TEST_F(plan, has_only_what_is_asked_for)
{
	self->options.only = json_tokener_parse("[{\"test\": \"core.split\"}, {\"test\": \"block.first\"}]");
	self->options.leave_out = json_tokener_parse("[{\"device\": \"d2\"}]");
	EXPECT_STREQ("block.first d0 split, core.split d0 split", make(self));
	json_object_put(self->options.only);
	self->options.only = json_object_new_array();
	EXPECT_STREQ("", make(self));
}

TEST_F(plan, has_what_is_on_demand_only_by_name)
{
	self->options.only = json_tokener_parse("[{\"device\": \"d0\", \"ring\": \"split\"}]");
	EXPECT_EQ(NULL, strstr(make(self), "summoned"));
	json_object_put(self->options.only);
	self->options.only = json_tokener_parse("[{\"test\": null}, {\"test\": \"block.summoned\"}]");
	EXPECT_STREQ("block.summoned d0 split", make(self));
	self->options.leave_out = json_tokener_parse("[{\"test\": \"block.summoned\"}]");
	EXPECT_STREQ("", make(self));
}

TEST_F(plan, is_reported_in_records_of_64_items)
{
	static struct avps_run many[130];
	struct json_object *item;

	for (int i = 0; i < 130; i++)
		many[i] = (struct avps_run){ .index = i, .test = &split, .on = { .device = &self->devices[2] } };
	many[64].on.ring = AVPS_RING_SPLIT;
	avps_plan_report(many, 130);
	ASSERT_EQ(3, capture_count());
	for (int i = 0; i < 3; i++) {
		self->record = capture_record(i);
		EXPECT_STREQ("plan", capture_field(self->record, "type"));
		EXPECT_EQ(64 * i, atoi(capture_field(self->record, "first")));
		EXPECT_STREQ("130", capture_field(self->record, "total"));
		EXPECT_EQ(i < 2 ? 64 : 2, json_object_array_length(json_object_object_get(self->record, "items")));
		item = json_object_array_get_idx(json_object_object_get(self->record, "items"), 0);
		EXPECT_STREQ(
			i == 1 ? "{\"test\":\"core.split\",\"device\":\"d2\",\"ring\":\"split\",\"clauses\":[\"c-001\"]}"
			       : "{\"test\":\"core.split\",\"device\":\"d2\",\"ring\":null,\"clauses\":[\"c-001\"]}",
			json_object_to_json_string_ext(item, JSON_C_TO_STRING_PLAIN));
		json_object_put(self->record);
	}
	self->record = NULL;
}

TEST_F(plan, of_nothing_is_reported_too)
{
	avps_plan_report(NULL, 0);
	EXPECT_EQ(1, capture_count());
	self->record = capture_record(0);
	EXPECT_STREQ("0", capture_field(self->record, "total"));
	EXPECT_STREQ("[]", capture_field(self->record, "items"));
}

/* Runs one entry of the plan, and gives "VERDICT reason message" of its `end`, the last record. */
static const char *end_of(FIXTURE_DATA(plan) * self, const struct avps_test *test, int device)
{
	static char text[400];
	const struct avps_run run = { .index = 3,
				      .test = test,
				      .on = { .device = &self->devices[device], .ring = AVPS_RING_SPLIT } };

	avps_plan_run(&run, 1, NULL, &self->options, &self->outcome);
	json_object_put(self->record);
	self->record = capture_record(capture_count() - 1);
	snprintf(text, sizeof(text), "%s %s %s", capture_field(self->record, "verdict"),
		 capture_field(self->record, "reason"), capture_field(self->record, "message"));
	return text;
}

TEST_F(plan, runs_between_begin_and_end)
{
	memset(&self->outcome, 0xff, sizeof(self->outcome)); /* nothing of the last run may stay */
	EXPECT_STREQ("PASS null null", end_of(self, &first, 0));
	EXPECT_EQ(2, capture_count());
	EXPECT_STREQ("end", capture_field(self->record, "type"));
	EXPECT_STREQ("3", capture_field(self->record, "index"));
	EXPECT_STREQ("block.first", capture_field(self->record, "test"));
	EXPECT_STREQ("d0", capture_field(self->record, "device"));
	EXPECT_STREQ("split", capture_field(self->record, "ring"));
	EXPECT_STREQ("1", capture_field(self->record, "checks"));
	EXPECT_STREQ("{\"c-001\":{\"pass\":1,\"fail\":0}}", capture_field(self->record, "clauses"));
	EXPECT_LT(0, atoi(capture_field(self->record, "duration_us")));
	json_object_put(self->record);
	self->record = capture_record(0);
	EXPECT_STREQ("begin", capture_field(self->record, "type"));
	EXPECT_STREQ("3", capture_field(self->record, "index"));
	EXPECT_STREQ("block.first", capture_field(self->record, "test"));
}

/* run_here() judges only under that limit. */
TEST_F(plan, runs_a_test_under_its_own_limit)
{
	struct avps_test slow = first;

	slow.limit_s = 30;
	self->options.test_limit_s = 5;
	EXPECT_STREQ("ERROR judged-nothing it ended without judging c-001", end_of(self, &first, 0));
	EXPECT_STREQ("PASS null null", end_of(self, &slow, 0));
}

TEST_F(plan, skips_what_the_device_does_not_offer)
{
	EXPECT_STREQ("SKIP not-offered the device does not offer feature bit 9", end_of(self, &second, 0));
	EXPECT_STREQ("SKIP launch not on d0", end_of(self, &later, 0));
	EXPECT_EQ(0, runs);
	self->devices[0].offered |= FEATURE(9);
	EXPECT_STREQ("PASS null null", end_of(self, &second, 0));
}

TEST_F(plan, skips_what_the_host_cannot_do)
{
	struct json_object *actions = json_tokener_parse("[\"block-resize\"]");
	struct avps_test asking = first;

	asking.host = "block-resize";
	EXPECT_STREQ("SKIP host-cannot the host can't do block-resize on this target", end_of(self, &asking, 0));
	EXPECT_EQ(0, runs);
	ASSERT_EQ(0, avps_host_allow(actions));
	EXPECT_STREQ("PASS null null", end_of(self, &asking, 0));
	asking.host = "block";
	EXPECT_STREQ("SKIP host-cannot the host can't do block on this target", end_of(self, &asking, 0));
	json_object_put(actions);
}

TEST_F(plan, runs_only_what_is_selected)
{
	const bool selected[] = { false, true, false };
	struct avps_run three[3];

	for (int i = 0; i < 3; i++)
		three[i] = (struct avps_run){ .index = i, .test = &first, .on = { .device = &self->devices[0] } };
	avps_plan_run(three, 3, selected, &self->options, &self->outcome);
	EXPECT_EQ(1, runs);
	self->record = capture_record(0);
	EXPECT_STREQ("1", capture_field(self->record, "index"));
	avps_plan_run(three, 3, NULL, &self->options, &self->outcome);
	EXPECT_EQ(4, runs);
}

/* The type of record @n. */
static const char *type_of(FIXTURE_DATA(plan) * self, unsigned int n)
{
	json_object_put(self->record);
	self->record = capture_record(n);
	return self->record ? capture_field(self->record, "type") : "(none)";
}

TEST_F(plan, traces_a_failure_and_goes_on_with_a_healthy_device)
{
	holds = false;
	EXPECT_STREQ("FAIL null c-001: expected x, seen y", end_of(self, &first, 0));
	EXPECT_STREQ("begin", type_of(self, 0));
	EXPECT_STREQ("check", type_of(self, 1));
	EXPECT_STREQ("trace", type_of(self, 2));
	EXPECT_STREQ("end", type_of(self, 3));
	holds = true;
	EXPECT_STREQ("PASS null null", end_of(self, &first, 0));
}

TEST_F(plan, starts_memory_and_trace_afresh)
{
	struct json_object *entries;

	holds = false;
	end_of(self, &first, 0);
	EXPECT_EQ(fake_bus[0], memory);
	end_of(self, &first, 0);
	EXPECT_EQ(fake_bus[0], memory);
	EXPECT_STREQ("trace", type_of(self, 6));
	EXPECT_STREQ("0", capture_field(self->record, "lost"));
	ASSERT_TRUE(json_object_object_get_ex(self->record, "entries", &entries));
	ASSERT_EQ(1, json_object_array_length(entries));
	EXPECT_STREQ("       0 us  read  num_queues/16 -> 0",
		     json_object_get_string(json_object_array_get_idx(entries, 0)));
}

TEST_F(plan, gives_up_a_device_that_is_not_healthy_any_more)
{
	holds = false;
	self->fakes[0].offered[0] = 1; /* as if the device had changed while the test ran */
	EXPECT_STREQ("FAIL null c-001: expected x, seen y", end_of(self, &first, 0));
	EXPECT_STREQ("log", type_of(self, 3));
	EXPECT_STREQ("d0 is not healthy after block.first: the offered features have changed",
		     capture_field(self->record, "text"));
	EXPECT_STREQ("MISS device-lost not healthy after block.first: the offered features have changed",
		     end_of(self, &first, 0));
	EXPECT_STREQ("{}", capture_field(self->record, "clauses"));
	EXPECT_EQ(1, runs);
	holds = true;
	EXPECT_STREQ("PASS null null", end_of(self, &first, 2));
}

/* A child that died may have stopped in the middle of a line. */
TEST_F(plan, starts_a_line_after_a_child_that_died)
{
	const struct avps_run run = { .test = &split, .on = { .device = &self->devices[0] } };
	const char *text;

	ends_with = AVPS_CHILD_DIED;
	avps_plan_run(&run, 1, NULL, &self->options, &self->outcome);
	text = capture_text();
	EXPECT_NE(NULL, strstr(text, "\n\n@avps 1 "));
	EXPECT_NE(NULL, strstr(text, "\"verdict\":\"ERROR\",\"reason\":\"crashed\""));
}

TEST_HARNESS_MAIN
