// SPDX-License-Identifier: GPL-2.0-or-later
/* The driver's side of a packed ring, held against VIRTIO 1.4, 2.8, and against what a device may do to it. */
#include "harness.h"

#include "avps/trace.h"
#include "fake_io.h"
#include "fake_queue.h"
#include "fake_ring.h"

/* As 2.8.6 has them. */
enum {
	F_NEXT = 1,
	F_WRITE = 2,
	F_INDIRECT = 4,
	F_AVAIL = 0x80,
	F_USED = 0x8000,
};

struct descriptor {
	u64 addr;
	u32 len;
	u16 id;
	u16 flags;
};

static struct avps_vq vq;
static struct fake_queue device;
static struct avps_used used;

static int init(u16 size)
{
	int err;

	fake_dma_init();
	err = avps_vq_init(&vq, NULL, AVPS_RING_PACKED, 3, size);
	fake_queue_init(&device, &vq);
	return err;
}

static struct avps_element element(u64 bus, u32 len, bool writable)
{
	return (struct avps_element){ .buf = { .bus = bus, .len = len }, .writable = writable };
}

/* Makes a buffer of @n elements available. */
static int add(unsigned int n)
{
	struct avps_element elements[FAKE_LIST] = {};

	return avps_vq_add(&vq, elements, n);
}

static struct descriptor *descriptor(u16 at)
{
	return (struct descriptor *)fake_dma_at(vq.setup.descriptor_area) + at;
}

/* The device writes a used descriptor, whatever was made available there. */
static void write_used(u16 at, bool wrap, u16 id)
{
	*descriptor(at) = (struct descriptor){ .id = id, .flags = wrap ? F_AVAIL | F_USED : 0 };
}

/* The device takes the next buffer and uses it. */
static void use_next(u32 len)
{
	struct fake_list list;

	if (fake_queue_take(&device, &list))
		fake_queue_use(&device, &list, 1, len);
}

/* In place of the trace, which is told of each descriptor of a list in turn: what the device sees at that moment. */
static u16 watched; /* the first descriptor of the list */
static unsigned int traced; /* descriptors */
static unsigned int exposed; /* how often a list was available before all of it was there */

void avps_trace_add(struct avps_trace_entry entry)
{
	if (entry.kind != AVPS_TRACE_DESCRIPTOR)
		return;
	traced++;
	exposed += !!(descriptor(watched)->flags & (F_AVAIL | F_USED));
}

TEST(areas_are_aligned_apart_and_zero)
{
	u8 *memory = fake_dma_init();
	struct avps_queue_setup *setup = &vq.setup;
	struct avps_buf after;

	avps_dma_alloc(1, 1); /* nothing is aligned by luck */
	memset(memory + 1, 0xff, FAKE_PAGE_SIZE - 1);
	ASSERT_EQ(0, avps_vq_init(&vq, NULL, AVPS_RING_PACKED, 3, 7));
	after = avps_dma_alloc(1, 1);
	EXPECT_EQ(3, setup->index);
	EXPECT_EQ(7, setup->size);
	EXPECT_EQ(0, setup->descriptor_area % 16);
	EXPECT_EQ(0, setup->driver_area % 4);
	EXPECT_EQ(0, setup->device_area % 4);
	EXPECT_LE(setup->descriptor_area + 16 * 7, setup->driver_area);
	EXPECT_LE(setup->driver_area + 4, setup->device_area);
	EXPECT_LE(setup->device_area + 4, after.bus);
	for (u64 at = 0; at < 16 * 7; at++)
		ASSERT_EQ(0, *(u8 *)fake_dma_at(setup->descriptor_area + at));
	EXPECT_EQ(0, fake_get(fake_dma_at(setup->driver_area), 0, 4));
	EXPECT_EQ(0, fake_get(fake_dma_at(setup->device_area), 0, 4));
	avps_vq_free(&vq);
}

TEST(every_number_up_to_32768_is_a_size)
{
	static const u16 sizes[] = { 1, 2, 3, 5, 7, 8, 100, 255, 256, 257, 4095, 32767, 32768 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		ASSERT_EQ(0, init(sizes[i]));
		for (u32 n = 0; n < sizes[i]; n++)
			ASSERT_LE(0, add(1));
		ASSERT_EQ(-ENOSPC, add(1));
		ASSERT_NE(0, descriptor(sizes[i] - 1)->flags);
		avps_vq_free(&vq);
	}
}

TEST(other_sizes_are_refused)
{
	EXPECT_EQ(-EINVAL, init(0));
	EXPECT_EQ(-EINVAL, init(32769));
	EXPECT_EQ(-EINVAL, init(65535));
}

TEST(a_buffer_of_one_element)
{
	struct avps_element one = element(0x123456789abc, 512, true);
	int id;

	ASSERT_EQ(0, init(7));
	id = avps_vq_add(&vq, &one, 1);
	ASSERT_LE(0, id);
	ASSERT_GT(7, id);
	EXPECT_EQ(0x123456789abc, descriptor(0)->addr);
	EXPECT_EQ(512, descriptor(0)->len);
	EXPECT_EQ(id, descriptor(0)->id);
	EXPECT_EQ(F_WRITE | F_AVAIL, descriptor(0)->flags);
	EXPECT_EQ(0, descriptor(1)->flags);
}

TEST(a_list_fills_descriptors_in_ring_order)
{
	struct avps_element list[] = { element(0x1000, 16, false), element(0x2000, 512, false),
				       element(0x3000, 1, true) };
	int id;

	ASSERT_EQ(0, init(7));
	ASSERT_LE(0, add(1)); /* so that the list does not start where everything starts */
	id = avps_vq_add(&vq, list, 3);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(list[i].buf.bus, descriptor(1 + i)->addr);
		EXPECT_EQ(list[i].buf.len, descriptor(1 + i)->len);
		EXPECT_EQ(F_AVAIL | (i < 2 ? F_NEXT : F_WRITE), descriptor(1 + i)->flags);
	}
	EXPECT_EQ(id, descriptor(3)->id); /* the device looks for it in the last one (2.8.6) */
	EXPECT_NE(id, descriptor(0)->id);
}

TEST(an_indirect_element_is_flagged)
{
	struct avps_element table = element(0x4000, 32, false);

	table.indirect = true;
	ASSERT_EQ(0, init(7));
	ASSERT_LE(0, avps_vq_add(&vq, &table, 1));
	EXPECT_EQ(F_INDIRECT | F_AVAIL, descriptor(0)->flags);
	table.writable = true;
	ASSERT_LE(0, avps_vq_add(&vq, &table, 1));
	EXPECT_EQ(F_INDIRECT | F_WRITE | F_AVAIL, descriptor(1)->flags);
}

/* The device must never see a part of a list (2.8.6). */
TEST(a_list_becomes_available_at_once)
{
	ASSERT_EQ(0, init(7));
	ASSERT_LE(0, add(1));
	watched = 1;
	traced = 0;
	ASSERT_LE(0, add(4));
	EXPECT_EQ(4, traced);
	EXPECT_EQ(0, exposed);
	EXPECT_EQ(F_NEXT | F_AVAIL, descriptor(1)->flags);
}

/* Both bits in each lap: AVAIL as the wrap counter, which begins with 1, and USED the other way round (2.8.1). */
TEST(available_bits_follow_the_wrap_counter)
{
	ASSERT_EQ(0, init(3));
	for (int i = 0; i < 12; i++) {
		ASSERT_LE(0, add(1));
		EXPECT_EQ(i / 3 % 2 ? F_USED : F_AVAIL, descriptor(i % 3)->flags);
		use_next(0);
		ASSERT_EQ(1, avps_vq_poll_used(&vq, &used));
	}
}

TEST(used_bits_follow_the_wrap_counter)
{
	static const u16 wrong_in_first[] = { 0, F_AVAIL, F_USED, F_AVAIL | F_WRITE, F_NEXT };
	static const u16 wrong_in_second[] = { F_AVAIL | F_USED, F_AVAIL, F_USED, F_AVAIL | F_USED | F_WRITE };

	ASSERT_EQ(0, init(1));
	ASSERT_EQ(0, add(1));
	for (size_t i = 0; i < ARRAY_SIZE(wrong_in_first); i++) {
		descriptor(0)->flags = wrong_in_first[i];
		EXPECT_EQ(0, avps_vq_poll_used(&vq, &used));
	}
	descriptor(0)->flags = F_AVAIL | F_USED | F_NEXT; /* reserved in a used descriptor, to be ignored (2.8.6) */
	EXPECT_EQ(1, avps_vq_poll_used(&vq, &used));
	ASSERT_EQ(0, add(1));
	for (size_t i = 0; i < ARRAY_SIZE(wrong_in_second); i++) {
		descriptor(0)->flags = wrong_in_second[i];
		EXPECT_EQ(0, avps_vq_poll_used(&vq, &used));
	}
	descriptor(0)->flags = F_NEXT;
	EXPECT_EQ(1, avps_vq_poll_used(&vq, &used));
}

TEST(a_list_goes_on_at_the_ring_s_start)
{
	int id;

	ASSERT_EQ(0, init(5));
	for (int i = 0; i < 3; i++) {
		ASSERT_LE(0, add(1));
		use_next(0);
		ASSERT_EQ(1, avps_vq_poll_used(&vq, &used));
	}
	id = add(4);
	ASSERT_LE(0, id);
	EXPECT_EQ(F_NEXT | F_AVAIL, descriptor(3)->flags);
	EXPECT_EQ(F_NEXT | F_AVAIL, descriptor(4)->flags);
	EXPECT_EQ(F_NEXT | F_USED, descriptor(0)->flags);
	EXPECT_EQ(F_USED, descriptor(1)->flags);
	EXPECT_EQ(id, descriptor(1)->id);
	use_next(9); /* the device writes it where the list began: before the end, in the first lap */
	EXPECT_EQ(F_AVAIL | F_USED | F_WRITE, descriptor(3)->flags);
	ASSERT_EQ(1, avps_vq_poll_used(&vq, &used));
	EXPECT_EQ(id, used.id);
	EXPECT_EQ(9, used.len);
	/* And the next one after the list's end, in the second. */
	id = add(1);
	EXPECT_EQ(F_USED, descriptor(2)->flags);
	use_next(0);
	EXPECT_EQ(0, descriptor(2)->flags);
	ASSERT_EQ(1, avps_vq_poll_used(&vq, &used));
	EXPECT_EQ(id, used.id);
}

TEST(a_buffer_that_finds_no_room_changes_nothing)
{
	u8 before[16 * 7];
	u16 ids[7];
	struct avps_packed state;

	ASSERT_EQ(0, init(7));
	ASSERT_EQ(0, add(5));
	memcpy(before, descriptor(0), sizeof(before));
	memcpy(ids, vq.packed.free_ids, sizeof(ids));
	state = vq.packed;
	EXPECT_EQ(-ENOSPC, add(3));
	EXPECT_EQ(-ENOSPC, add(0));
	EXPECT_EQ(0, memcmp(before, descriptor(0), sizeof(before)));
	EXPECT_EQ(0, memcmp(ids, vq.packed.free_ids, sizeof(ids)));
	EXPECT_EQ(0, memcmp(&state, &vq.packed, sizeof(state)));
	/* What fits still does, and what comes back is room again. */
	EXPECT_LE(0, add(2));
	EXPECT_EQ(-ENOSPC, add(1));
	use_next(0);
	EXPECT_EQ(-ENOSPC, add(1)); /* not before the driver has seen it */
	ASSERT_EQ(1, avps_vq_poll_used(&vq, &used));
	EXPECT_LE(0, add(5));
	EXPECT_EQ(-ENOSPC, add(1));
}

/* Used descriptors lie one list's length apart, and that is the length of the list that was used there (2.8.6). */
TEST(lists_of_different_lengths_come_back_in_any_order)
{
	static const unsigned int lengths[] = { 3, 1, 2 }, order[] = { 1, 2, 0 }, places[] = { 0, 1, 3 };
	struct fake_list lists[3];
	int ids[3];

	ASSERT_EQ(0, init(7));
	for (int i = 0; i < 3; i++) {
		ids[i] = add(lengths[i]);
		ASSERT_TRUE(fake_queue_take(&device, &lists[i]));
		EXPECT_EQ(ids[i], lists[i].id);
		EXPECT_EQ(lengths[i], lists[i].n);
	}
	for (int i = 0; i < 3; i++) {
		unsigned int which = order[i];

		EXPECT_EQ(0, avps_vq_poll_used(&vq, &used));
		fake_queue_use(&device, &lists[which], 1, 100 + which);
		EXPECT_EQ(F_AVAIL | F_USED | F_WRITE, descriptor(places[i])->flags);
		ASSERT_EQ(1, avps_vq_poll_used(&vq, &used));
		EXPECT_EQ(ids[which], used.id);
		EXPECT_EQ(100 + which, used.len);
		EXPECT_FALSE(used.interrupted);
	}
	EXPECT_EQ(0, avps_vq_poll_used(&vq, &used));
	for (int i = 0; i < 7; i++)
		EXPECT_LE(0, add(1));
}

TEST(several_used_buffers_are_taken_one_by_one)
{
	struct fake_list lists[3];

	ASSERT_EQ(0, init(3));
	for (int i = 0; i < 3; i++) {
		add(1);
		fake_queue_take(&device, &lists[i]);
	}
	for (int i = 2; i >= 0; i--)
		fake_queue_use(&device, &lists[i], 1, 100 + i);
	for (int i = 2; i >= 0; i--) {
		ASSERT_EQ(1, avps_vq_poll_used(&vq, &used));
		EXPECT_EQ(lists[i].id, used.id);
		EXPECT_EQ(100 + i, used.len);
	}
	EXPECT_EQ(0, avps_vq_poll_used(&vq, &used));
}

static void laps(struct __test_metadata *_metadata, u16 size, u16 longest, u32 buffers)
{
	struct fake_list list;

	ASSERT_EQ(0, init(size));
	for (u32 i = 0; i < buffers; i++) {
		unsigned int n = 1 + i % longest;
		int id = add(n);

		ASSERT_LE(0, id);
		ASSERT_EQ(0, avps_vq_poll_used(&vq, &used));
		ASSERT_TRUE(fake_queue_take(&device, &list));
		ASSERT_EQ(id, list.id);
		ASSERT_EQ(n, list.n);
		fake_queue_use(&device, &list, 1, i);
		ASSERT_EQ(1, avps_vq_poll_used(&vq, &used));
		ASSERT_EQ(id, used.id);
		ASSERT_EQ(i, used.len);
	}
	EXPECT_EQ(NULL, device.broken);
	avps_vq_free(&vq);
}

/* Far more than 65 536 buffers, so that nothing that has 16 bits can count them. */
TEST(many_laps)
{
	laps(_metadata, 7, 3, 70000);
	laps(_metadata, 1, 1, 70000);
	laps(_metadata, 5, 5, 1000);
	laps(_metadata, 255, 4, 5000);
}

TEST(the_longest_list_fills_the_largest_ring)
{
	static struct avps_element elements[32768];
	u32 flagged = 0;

	ASSERT_EQ(0, init(32768));
	for (int lap = 0; lap < 3; lap++) {
		int id = avps_vq_add(&vq, elements, 32768);

		ASSERT_LE(0, id);
		EXPECT_EQ(-ENOSPC, add(1));
		for (u32 i = 0; i < 32768; i++)
			flagged += descriptor(i)->flags == ((lap % 2 ? F_USED : F_AVAIL) | (i < 32767 ? F_NEXT : 0));
		EXPECT_EQ(id, descriptor(32767)->id);
		write_used(0, lap % 2 == 0, id);
		ASSERT_EQ(1, avps_vq_poll_used(&vq, &used));
		ASSERT_EQ(0, avps_vq_poll_used(&vq, &used));
	}
	EXPECT_EQ(3 * 32768, flagged);
	avps_vq_free(&vq);
}

TEST(a_used_id_outside_the_ring_is_a_protocol_error)
{
	static const u16 ids[] = { 7, 0x8000, 0xffff };

	ASSERT_EQ(0, init(7));
	for (size_t i = 0; i <= ARRAY_SIZE(ids); i++)
		ASSERT_EQ(i, add(1));
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		write_used(i, true, ids[i]);
		EXPECT_EQ(-EPROTO, avps_vq_poll_used(&vq, &used));
		EXPECT_EQ(ids[i], used.id);
	}
	/* The entry is done with, and what is in flight still is. */
	EXPECT_EQ(0, avps_vq_poll_used(&vq, &used));
	write_used(ARRAY_SIZE(ids), true, 0);
	EXPECT_EQ(1, avps_vq_poll_used(&vq, &used));
}

TEST(a_used_buffer_that_is_not_in_flight_is_a_protocol_error)
{
	ASSERT_EQ(0, init(7));
	ASSERT_EQ(0, add(1));
	ASSERT_EQ(1, add(1));
	write_used(0, true, 2); /* never made available */
	EXPECT_EQ(-EPROTO, avps_vq_poll_used(&vq, &used));
	write_used(1, true, 0);
	EXPECT_EQ(1, avps_vq_poll_used(&vq, &used));
	write_used(2, true, 0); /* twice */
	EXPECT_EQ(-EPROTO, avps_vq_poll_used(&vq, &used));
	EXPECT_EQ(0, used.id);
	write_used(3, true, 1);
	EXPECT_EQ(1, avps_vq_poll_used(&vq, &used));
	EXPECT_EQ(1, used.id);
	for (int i = 0; i < 7; i++)
		EXPECT_LE(0, add(1));
	EXPECT_EQ(-ENOSPC, add(1));
}

/* Past the end, a wrong entry is stepped over like any other: the next one counts in the next lap. */
TEST(a_protocol_error_at_the_ring_s_end)
{
	ASSERT_EQ(0, init(2));
	ASSERT_EQ(0, add(1));
	write_used(0, true, 0);
	ASSERT_EQ(1, avps_vq_poll_used(&vq, &used));
	ASSERT_EQ(0, add(1));
	write_used(1, true, 1);
	ASSERT_EQ(-EPROTO, avps_vq_poll_used(&vq, &used));
	EXPECT_EQ(0, avps_vq_poll_used(&vq, &used));
	write_used(0, false, 0);
	EXPECT_EQ(1, avps_vq_poll_used(&vq, &used));
}

/* Which ids are in flight, and how long their lists are, is not read back from memory that the device can write. */
TEST(a_device_that_writes_descriptors_does_not_break_the_driver)
{
	ASSERT_EQ(0, init(7));
	ASSERT_EQ(0, add(3));
	memset(descriptor(0), 0xff, 7 * sizeof(struct descriptor));
	for (int i = 0; i < 7; i++)
		EXPECT_EQ(-EPROTO, avps_vq_poll_used(&vq, &used));
	EXPECT_EQ(0, avps_vq_poll_used(&vq, &used));
	write_used(0, false, 0);
	ASSERT_EQ(1, avps_vq_poll_used(&vq, &used));
	for (int i = 0; i < 7; i++)
		EXPECT_LE(0, add(1));
	EXPECT_EQ(-ENOSPC, add(1));
}

TEST(interrupts_are_wanted_until_told_otherwise)
{
	const u8 *driver, *device_area;

	ASSERT_EQ(0, init(7));
	driver = fake_dma_at(vq.setup.driver_area);
	device_area = fake_dma_at(vq.setup.device_area);
	EXPECT_EQ(0, fake_get(driver, 0, 4));
	avps_vq_want_interrupts(&vq, false);
	EXPECT_EQ(0, fake_get(driver, 0, 2)); /* offset and wrap counter */
	EXPECT_EQ(1, fake_get(driver, 2, 2)); /* RING_EVENT_FLAGS_DISABLE */
	avps_vq_want_interrupts(&vq, true);
	EXPECT_EQ(0, fake_get(driver, 0, 4));
	EXPECT_EQ(0, fake_get(device_area, 0, 4)); /* the device's */
}

/* Offset and wrap counter of the next descriptor (2.9). */
TEST(next_is_where_the_next_list_will_be)
{
	ASSERT_EQ(0, init(5));
	EXPECT_EQ(0x8000, vq.ops->next(&vq));
	ASSERT_LE(0, add(3));
	EXPECT_EQ(0x8003, vq.ops->next(&vq));
	use_next(0);
	EXPECT_EQ(0x8003, vq.ops->next(&vq)); /* that of the driver, whatever the device does */
	ASSERT_EQ(1, avps_vq_poll_used(&vq, &used));
	ASSERT_LE(0, add(2));
	EXPECT_EQ(0, vq.ops->next(&vq));
	ASSERT_LE(0, add(2));
	EXPECT_EQ(2, vq.ops->next(&vq));
	use_next(0);
	ASSERT_EQ(1, avps_vq_poll_used(&vq, &used));
	ASSERT_LE(0, add(3));
	EXPECT_EQ(0x8000, vq.ops->next(&vq));
}

TEST_HARNESS_MAIN
