// SPDX-License-Identifier: GPL-2.0-or-later
/* The trace: what is kept, and how it reads. */
#include "harness.h"

#include <linux/virtio_ring.h>

#include "avps/clock.h"
#include "avps/pci.h"
#include "avps/trace.h"
#include "fake_virtio.h"
#include "probe/report/trace_text.h"

static struct avps_trace_entry entries[AVPS_TRACE_ENTRIES];
static u64 lost;

/* Adds entries numbered from @first on. */
static void add(u32 first, u32 n)
{
	for (u32 i = 0; i < n; i++)
		avps_trace_add((struct avps_trace_entry){ .kind = AVPS_TRACE_READ, .offset = first + i });
}

TEST(without_memory_nothing_is_kept)
{
	add(0, 1);
	avps_trace_clear();
	lost = 7;
	EXPECT_EQ(0, avps_trace_copy(entries, &lost));
	EXPECT_EQ(0, lost);
}

TEST(entries_come_out_oldest_first_with_their_time)
{
	u64 before = avps_now_us();

	ASSERT_EQ(0, avps_trace_init());
	EXPECT_EQ(0, avps_trace_copy(entries, &lost));
	add(100, 3);
	ASSERT_EQ(3, avps_trace_copy(entries, &lost));
	EXPECT_EQ(0, lost);
	for (u32 i = 0; i < 3; i++)
		EXPECT_EQ(100 + i, entries[i].offset);
	EXPECT_LE(before, entries[0].at_us);
	EXPECT_LE(entries[0].at_us, entries[2].at_us);
	EXPECT_GE(avps_now_us(), entries[2].at_us);
}

TEST(the_newest_are_kept_and_the_others_counted)
{
	ASSERT_EQ(0, avps_trace_init());
	add(0, AVPS_TRACE_ENTRIES);
	ASSERT_EQ(AVPS_TRACE_ENTRIES, avps_trace_copy(entries, &lost));
	EXPECT_EQ(0, lost);
	add(AVPS_TRACE_ENTRIES, 1);
	ASSERT_EQ(AVPS_TRACE_ENTRIES, avps_trace_copy(entries, &lost));
	EXPECT_EQ(1, lost);
	add(AVPS_TRACE_ENTRIES + 1, AVPS_TRACE_ENTRIES + 4);
	ASSERT_EQ(AVPS_TRACE_ENTRIES, avps_trace_copy(entries, &lost));
	EXPECT_EQ(AVPS_TRACE_ENTRIES + 5, lost);
	for (u32 i = 0; i < AVPS_TRACE_ENTRIES; i++)
		ASSERT_EQ(AVPS_TRACE_ENTRIES + 5 + i, entries[i].offset);
}

TEST(clear_forgets_all)
{
	ASSERT_EQ(0, avps_trace_init());
	add(0, 200);
	avps_trace_clear();
	EXPECT_EQ(0, avps_trace_copy(entries, &lost));
	EXPECT_EQ(0, lost);
	add(500, 1);
	ASSERT_EQ(1, avps_trace_copy(entries, &lost));
	EXPECT_EQ(500, entries[0].offset);
}

/* It is there to outlive a test that crashed. */
TEST(a_dead_child_leaves_its_entries)
{
	pid_t child;

	ASSERT_EQ(0, avps_trace_init());
	child = fork();
	if (!child) {
		add(42, 1);
		kill(getpid(), SIGKILL);
	}
	ASSERT_EQ(child, waitpid(child, NULL, 0));
	ASSERT_EQ(1, avps_trace_copy(entries, &lost));
	EXPECT_EQ(42, entries[0].offset);
}

/* How an entry reads that was made 1234 us after the first, on a device with the PCI transport. */
static const char *text(struct avps_trace_entry entry)
{
	static char out[200];
	static struct fake_virtio device;
	struct avps_device dev = {};
	static char why[100];

	fake_virtio_init(&device);
	if (avps_pci_open(&device.fake.io, &dev.transport, why, sizeof(why)))
		return why;
	entry.at_us = 5001234;
	avps_trace_text(&dev, &entry, 5000000, out, sizeof(out));
	free(dev.transport);
	return out;
}

TEST(entries_read_as_what_happened)
{
	EXPECT_STREQ("    1234 us  read  device_status/8 -> 0xb",
		     text((struct avps_trace_entry){ .kind = AVPS_TRACE_READ,
						     .region = COMMON_BAR,
						     .offset = COMMON_AT + DEVICE_STATUS,
						     .width = 1,
						     .value = 0xb }));
	EXPECT_STREQ("    1234 us  write notify+0x4/16 <- 0x1",
		     text((struct avps_trace_entry){ .kind = AVPS_TRACE_WRITE,
						     .region = NOTIFY_BAR,
						     .offset = NOTIFY_AT + 4,
						     .width = 2,
						     .value = 1 }));
	EXPECT_STREQ("    1234 us  write bar5+0x30/32 <- 0x1",
		     text((struct avps_trace_entry){
			     .kind = AVPS_TRACE_WRITE, .region = 5, .offset = 0x30, .width = 4, .value = 1 }));
	EXPECT_STREQ("    1234 us  read  pci+0x34/8 -> 0x40",
		     text((struct avps_trace_entry){
			     .kind = AVPS_TRACE_CONFIG_READ, .offset = 0x34, .width = 1, .value = 0x40 }));
	EXPECT_STREQ("    1234 us  write pci+0x4/16 <- 0x6",
		     text((struct avps_trace_entry){
			     .kind = AVPS_TRACE_CONFIG_WRITE, .offset = 4, .width = 2, .value = 6 }));
	EXPECT_STREQ("    1234 us  irq   vector 2, 3 times",
		     text((struct avps_trace_entry){ .kind = AVPS_TRACE_INTERRUPT, .offset = 2, .value = 3 }));
	EXPECT_STREQ("    1234 us  desc  queue 1 [7] addr 0x120000 len 512 device-writable next",
		     text((struct avps_trace_entry){ .kind = AVPS_TRACE_DESCRIPTOR,
						     .region = 1,
						     .offset = 7,
						     .value = 0x120000,
						     .length = 512,
						     .flags = VRING_DESC_F_WRITE | VRING_DESC_F_NEXT }));
	EXPECT_STREQ(
		"    1234 us  desc  queue 0 [0] addr 0x10 len 32 device-readable indirect",
		text((struct avps_trace_entry){
			.kind = AVPS_TRACE_DESCRIPTOR, .value = 0x10, .length = 32, .flags = VRING_DESC_F_INDIRECT }));
	EXPECT_STREQ(
		"    1234 us  used  queue 1 buffer 7 len 513",
		text((struct avps_trace_entry){ .kind = AVPS_TRACE_USED, .region = 1, .offset = 7, .length = 513 }));
}

TEST_HARNESS_MAIN
