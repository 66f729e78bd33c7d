// SPDX-License-Identifier: GPL-2.0-or-later
/* The driver's side of a split ring, held against VIRTIO 1.4, 2.7, and against what a device may do to it. */
#include "harness.h"

#include <linux/virtio_ring.h>

#include "fake_ring.h"

static struct avps_vq vq;

static int init(u16 size)
{
	fake_dma_init();
	return avps_vq_init(&vq, NULL, AVPS_RING_SPLIT, 3, size);
}

static struct avps_element element(u64 bus, u32 len, bool writable)
{
	return (struct avps_element){ .buf = { .bus = bus, .len = len }, .writable = writable };
}

/* Makes a buffer of @n elements available. */
static int add(unsigned int n)
{
	struct avps_element elements[16] = {};

	return avps_vq_add(&vq, elements, n);
}

static const struct vring_desc *descriptor(u16 at)
{
	return (struct vring_desc *)fake_dma_at(vq.setup.descriptor_area) + at;
}

static struct vring_avail *available(void)
{
	return fake_dma_at(vq.setup.driver_area);
}

TEST(areas_are_aligned_apart_and_zero)
{
	u8 *memory = fake_dma_init();
	struct avps_queue_setup *setup = &vq.setup;
	u64 ends[3];

	avps_dma_alloc(1, 1); /* nothing is aligned by luck */
	memset(memory + 1, 0xff, FAKE_PAGE_SIZE - 1);
	ASSERT_EQ(0, avps_vq_init(&vq, NULL, AVPS_RING_SPLIT, 3, 8));
	EXPECT_EQ(3, setup->index);
	EXPECT_EQ(8, setup->size);
	EXPECT_EQ(0, setup->descriptor_area % 16);
	EXPECT_EQ(0, setup->driver_area % 2);
	EXPECT_EQ(0, setup->device_area % 4);
	ends[0] = setup->descriptor_area + 16 * 8;
	ends[1] = setup->driver_area + 6 + 2 * 8;
	ends[2] = setup->device_area + 6 + 8 * 8;
	EXPECT_LE(ends[0], setup->driver_area);
	EXPECT_LE(ends[1], setup->device_area);
	for (u64 at = setup->driver_area; at < ends[1]; at++)
		ASSERT_EQ(0, *(u8 *)fake_dma_at(at));
	for (u64 at = setup->device_area; at < ends[2]; at++)
		ASSERT_EQ(0, *(u8 *)fake_dma_at(at));
	for (u16 i = 0; i < 8; i++) {
		EXPECT_EQ(0, descriptor(i)->addr);
		EXPECT_EQ(0, descriptor(i)->len);
		EXPECT_EQ(0, descriptor(i)->flags);
	}
	avps_vq_free(&vq);
}

/* The next allocation must not touch the event field that ends each ring. */
TEST(areas_include_their_event_fields)
{
	struct avps_buf after;

	ASSERT_EQ(0, init(8));
	after = avps_dma_alloc(1, 1);
	EXPECT_LE(vq.setup.driver_area + 6 + 2 * 8, vq.setup.device_area);
	EXPECT_LE(vq.setup.device_area + 6 + 8 * 8, after.bus);
}

TEST(every_power_of_two_up_to_32768_is_a_size)
{
	for (u32 size = 1; size <= 32768; size *= 2) {
		ASSERT_EQ(0, init(size));
		for (u32 i = 0; i < size; i++)
			ASSERT_LE(0, add(1));
		ASSERT_EQ(-ENOSPC, add(1));
		avps_vq_free(&vq);
	}
}

TEST(other_sizes_are_refused)
{
	EXPECT_EQ(-EINVAL, init(0));
	EXPECT_EQ(-EINVAL, init(3));
	EXPECT_EQ(-EINVAL, init(255));
	EXPECT_EQ(-EINVAL, init(257));
	EXPECT_EQ(-EINVAL, init(32769));
	EXPECT_EQ(-EINVAL, init(49152));
	EXPECT_EQ(-EINVAL, init(65535));
}

TEST(a_queue_has_a_layout)
{
	fake_dma_init();
	EXPECT_EQ(-EINVAL, avps_vq_init(&vq, NULL, AVPS_RING_NONE, 0, 8));
}

TEST(a_buffer_of_one_element)
{
	struct avps_element one = element(0x123456789abc, 512, true);
	int id;

	ASSERT_EQ(0, init(8));
	id = avps_vq_add(&vq, &one, 1);
	ASSERT_LE(0, id);
	EXPECT_EQ(0x123456789abc, descriptor(id)->addr);
	EXPECT_EQ(512, descriptor(id)->len);
	EXPECT_EQ(VRING_DESC_F_WRITE, descriptor(id)->flags);
	EXPECT_EQ(1, available()->idx);
	EXPECT_EQ(id, available()->ring[0]);
	EXPECT_EQ(0, available()->flags);
}

TEST(a_chain_goes_from_element_to_element)
{
	struct avps_element chain[] = { element(0x1000, 16, false), element(0x2000, 512, false),
					element(0x3000, 1, true) };
	u16 at;

	ASSERT_EQ(0, init(8));
	ASSERT_LE(0, add(1)); /* so that the chain does not start where everything starts */
	at = avps_vq_add(&vq, chain, 3);
	EXPECT_EQ(2, available()->idx);
	EXPECT_EQ(at, available()->ring[1]);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(chain[i].buf.bus, descriptor(at)->addr);
		EXPECT_EQ(chain[i].buf.len, descriptor(at)->len);
		EXPECT_EQ((i < 2 ? VRING_DESC_F_NEXT : 0) | (i == 2 ? VRING_DESC_F_WRITE : 0), descriptor(at)->flags);
		at = descriptor(at)->next;
	}
}

TEST(an_indirect_element_is_flagged)
{
	struct avps_element table = element(0x4000, 32, false);
	int id;

	table.indirect = true;
	ASSERT_EQ(0, init(8));
	id = avps_vq_add(&vq, &table, 1);
	EXPECT_EQ(VRING_DESC_F_INDIRECT, descriptor(id)->flags);
	table.writable = true;
	id = avps_vq_add(&vq, &table, 1);
	EXPECT_EQ(VRING_DESC_F_INDIRECT | VRING_DESC_F_WRITE, descriptor(id)->flags);
}

TEST(a_buffer_that_finds_no_room_changes_nothing)
{
	static u8 before[16 * 8 + 6 + 2 * 8 + 2];
	struct avps_split state;
	struct avps_used used;
	int id;

	ASSERT_EQ(0, init(8));
	id = add(6);
	ASSERT_LE(0, id);
	memcpy(before, fake_dma_at(vq.setup.descriptor_area), sizeof(before));
	state = vq.split;
	EXPECT_EQ(-ENOSPC, add(3));
	EXPECT_EQ(-ENOSPC, add(0));
	EXPECT_EQ(0, memcmp(before, fake_dma_at(vq.setup.descriptor_area), sizeof(before)));
	EXPECT_EQ(0, memcmp(&state, &vq.split, sizeof(state)));
	/* What fits still does, and what comes back is room again. */
	EXPECT_LE(0, add(2));
	EXPECT_EQ(-ENOSPC, add(1));
	fake_ring_use(&vq, id, 0);
	ASSERT_EQ(1, avps_vq_poll_used(&vq, &used));
	EXPECT_LE(0, add(6));
	EXPECT_EQ(-ENOSPC, add(1));
}

/* As the device sees it: entries one after the other, past the ring's end and past the end of a 16-bit index. */
TEST(ring_and_index_wrap)
{
	struct avps_used used;

	ASSERT_EQ(0, init(8));
	for (u32 i = 0; i < 65536 + 20; i++) {
		int id = add(1 + i % 3);

		ASSERT_LE(0, id);
		ASSERT_EQ((u16)(i + 1), available()->idx);
		ASSERT_EQ(id, available()->ring[i % 8]);
		ASSERT_EQ(0, avps_vq_poll_used(&vq, &used));
		fake_ring_use(&vq, id, i);
		ASSERT_EQ(1, avps_vq_poll_used(&vq, &used));
		ASSERT_EQ(id, used.id);
		ASSERT_EQ(i, used.len);
	}
}

TEST(several_used_buffers_are_taken_one_by_one)
{
	struct avps_used used;
	int ids[3];

	ASSERT_EQ(0, init(4));
	for (int i = 0; i < 3; i++)
		ids[i] = add(1);
	for (int i = 2; i >= 0; i--)
		fake_ring_use(&vq, ids[i], 100 + i);
	for (int i = 2; i >= 0; i--) {
		ASSERT_EQ(1, avps_vq_poll_used(&vq, &used));
		EXPECT_EQ(ids[i], used.id);
		EXPECT_EQ(100 + i, used.len);
		EXPECT_FALSE(used.interrupted);
	}
	EXPECT_EQ(0, avps_vq_poll_used(&vq, &used));
}

/* Follows the chain of a buffer as a device does; false if it meets a descriptor that another buffer holds. */
static bool claim(u16 id, unsigned int n, u8 *owned)
{
	for (unsigned int i = 0; i < n; i++) {
		if (id >= vq.size || owned[id]++)
			return false;
		if (!!(descriptor(id)->flags & VRING_DESC_F_NEXT) != (i < n - 1))
			return false;
		id = descriptor(id)->next;
	}
	return true;
}

struct in_flight {
	u16 id;
	u16 n;
};

/* A generator of our own, since each run must do the same. */
static u32 next_random(u32 *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 16;
}

TEST(descriptors_survive_any_order_of_completion)
{
	struct in_flight flying[32];
	unsigned int n_flying = 0, taken = 0;
	u32 random = 1;
	struct avps_used used;

	ASSERT_EQ(0, init(32));
	for (int turn = 0; turn < 20000; turn++) {
		unsigned int n = 1 + next_random(&random) % 5;
		u8 owned[32] = {};

		if (next_random(&random) % 2 && taken + n <= 32) {
			flying[n_flying] = (struct in_flight){ .id = add(n), .n = n };
			n_flying++;
			taken += n;
		} else if (n_flying) {
			unsigned int which = next_random(&random) % n_flying;

			fake_ring_use(&vq, flying[which].id, 0);
			ASSERT_EQ(1, avps_vq_poll_used(&vq, &used));
			ASSERT_EQ(flying[which].id, used.id);
			taken -= flying[which].n;
			flying[which] = flying[--n_flying];
		}
		for (unsigned int i = 0; i < n_flying; i++)
			ASSERT_TRUE(claim(flying[i].id, flying[i].n, owned));
	}
	while (n_flying) {
		fake_ring_use(&vq, flying[--n_flying].id, 0);
		ASSERT_EQ(1, avps_vq_poll_used(&vq, &used));
	}
	for (int i = 0; i < 32; i++)
		ASSERT_LE(0, add(1));
	EXPECT_EQ(-ENOSPC, add(1));
}

TEST(a_used_id_outside_the_ring_is_a_protocol_error)
{
	static const u32 ids[] = { 8, 0xffff, 0x10000, 0xffffffff };
	struct avps_used used;

	ASSERT_EQ(0, init(8));
	ASSERT_EQ(0, add(1));
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		fake_ring_use(&vq, ids[i], 0);
		EXPECT_EQ(-EPROTO, avps_vq_poll_used(&vq, &used));
	}
	/* The entry is done with, and what is in flight still is. */
	EXPECT_EQ(0, avps_vq_poll_used(&vq, &used));
	fake_ring_use(&vq, 0, 0);
	EXPECT_EQ(1, avps_vq_poll_used(&vq, &used));
}

TEST(a_used_buffer_that_is_not_in_flight_is_a_protocol_error)
{
	struct avps_used used;
	int head;

	ASSERT_EQ(0, init(8));
	head = add(2);
	fake_ring_use(&vq, descriptor(head)->next, 0); /* in the middle of a chain */
	EXPECT_EQ(-EPROTO, avps_vq_poll_used(&vq, &used));
	fake_ring_use(&vq, head, 7);
	EXPECT_EQ(1, avps_vq_poll_used(&vq, &used));
	fake_ring_use(&vq, head, 7); /* twice */
	EXPECT_EQ(-EPROTO, avps_vq_poll_used(&vq, &used));
	EXPECT_EQ(head, used.id);
	EXPECT_EQ(7, used.len);
	for (int i = 0; i < 8; i++)
		EXPECT_LE(0, add(1));
	EXPECT_EQ(-ENOSPC, add(1));
}

/* The descriptor table is memory that a device can write: the driver must not be led astray by it. */
TEST(a_device_that_writes_descriptors_does_not_break_the_driver)
{
	struct avps_used used;
	u8 owned[8] = {};
	int head;

	ASSERT_EQ(0, init(8));
	head = add(3);
	memset(fake_dma_at(vq.setup.descriptor_area), 0xff, 8 * sizeof(struct vring_desc));
	fake_ring_use(&vq, head, 0);
	ASSERT_EQ(1, avps_vq_poll_used(&vq, &used));
	for (int i = 0; i < 8; i++)
		ASSERT_TRUE(claim(add(1), 1, owned));
	EXPECT_EQ(-ENOSPC, add(1));
}

TEST(interrupts_are_wanted_until_told_otherwise)
{
	ASSERT_EQ(0, init(8));
	EXPECT_EQ(0, available()->flags);
	avps_vq_want_interrupts(&vq, false);
	EXPECT_EQ(VRING_AVAIL_F_NO_INTERRUPT, available()->flags);
	avps_vq_want_interrupts(&vq, true);
	EXPECT_EQ(0, available()->flags);
}

TEST(ring_names_are_those_of_the_records)
{
	EXPECT_STREQ("split", avps_ring_name(AVPS_RING_SPLIT));
	EXPECT_STREQ("packed", avps_ring_name(AVPS_RING_PACKED));
	EXPECT_EQ(NULL, avps_ring_name(AVPS_RING_NONE));
}

TEST_HARNESS_MAIN
