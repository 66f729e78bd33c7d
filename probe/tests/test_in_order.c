// SPDX-License-Identifier: GPL-2.0-or-later
/* Buffers that a device uses in order, one by one or in batches (VIRTIO 1.4, 2.7.5, 2.7.9, 2.8.14). */
#include "harness.h"

#include "fake_io.h"
#include "fake_queue.h"
#include "fake_ring.h"

#define F_NEXT 1

static struct avps_vq vq;
static struct fake_queue device;
static struct fake_list lists[8]; /* as the device took them */
static struct avps_used used;

static int init(enum avps_ring ring, u16 size)
{
	int err;

	fake_dma_init();
	err = avps_vq_init(&vq, NULL, ring, 3, size);
	vq.in_order = true;
	fake_queue_init(&device, &vq);
	return err;
}

FIXTURE(in_order){};

FIXTURE_VARIANT(in_order)
{
	enum avps_ring ring;
};

FIXTURE_VARIANT_ADD(in_order, split){
	.ring = AVPS_RING_SPLIT,
};

FIXTURE_VARIANT_ADD(in_order, packed){
	.ring = AVPS_RING_PACKED,
};

FIXTURE_SETUP(in_order)
{
	ASSERT_EQ(0, init(variant->ring, 8));
}

FIXTURE_TEARDOWN(in_order)
{
	EXPECT_EQ(NULL, device.broken);
	avps_vq_free(&vq);
}

/* Makes a buffer of @n elements available, each with room for 100 bytes. */
static int add(unsigned int n)
{
	struct avps_element elements[FAKE_LIST] = {};

	for (unsigned int i = 0; i < n; i++)
		elements[i] = (struct avps_element){ .buf = { .len = 100 }, .writable = true };
	return avps_vq_add(&vq, elements, n);
}

/* Makes @n buffers of one element available, and the device takes them. */
static void add_and_take(struct __test_metadata *_metadata, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		ASSERT_LE(0, add(1));
		ASSERT_TRUE(fake_queue_take(&device, &lists[i]));
	}
}

/* The driver gets a buffer, or nothing, or an error. */
#define EXPECT_USED(index, length)                           \
	do {                                                 \
		ASSERT_EQ(1, avps_vq_poll_used(&vq, &used)); \
		EXPECT_EQ(lists[index].id, used.id);         \
		EXPECT_EQ(length, used.len);                 \
	} while (0)
#define EXPECT_NOTHING() EXPECT_EQ(0, avps_vq_poll_used(&vq, &used))
#define EXPECT_WRONG() EXPECT_EQ(-EPROTO, avps_vq_poll_used(&vq, &used))

TEST_F(in_order, one_by_one)
{
	for (int i = 0; i < 20; i++) {
		add_and_take(_metadata, 2);
		fake_queue_use(&device, &lists[0], 1, 10);
		EXPECT_USED(0, 10);
		EXPECT_NOTHING();
		fake_queue_use(&device, &lists[1], 1, 20);
		EXPECT_USED(1, 20);
		EXPECT_NOTHING();
	}
}

/* Those that are passed over are assumed to have been written completely. */
TEST_F(in_order, a_batch_is_reported_buffer_by_buffer)
{
	static const unsigned int lengths[] = { 2, 1, 3, 1 };

	for (int i = 0; i < 4; i++) {
		ASSERT_LE(0, add(lengths[i]));
		ASSERT_TRUE(fake_queue_take(&device, &lists[i]));
	}
	EXPECT_NOTHING();
	fake_queue_use(&device, lists, 3, 17);
	EXPECT_USED(0, 200);
	EXPECT_USED(1, 100);
	EXPECT_USED(2, 17);
	EXPECT_NOTHING();
	fake_queue_use(&device, &lists[3], 1, 18);
	EXPECT_USED(3, 18);
	EXPECT_NOTHING();
}

TEST_F(in_order, lengths_of_those_passed_over_count_writable_bytes_only)
{
	struct avps_element mixed[] = { { .buf.len = 16 },
					{ .buf.len = 512, .writable = true },
					{ .buf.len = 1, .writable = true } };

	ASSERT_LE(0, avps_vq_add(&vq, mixed, 3));
	ASSERT_LE(0, avps_vq_add(&vq, mixed, 1));
	ASSERT_LE(0, avps_vq_add(&vq, mixed, 3));
	for (int i = 0; i < 3; i++)
		ASSERT_TRUE(fake_queue_take(&device, &lists[i]));
	fake_queue_use(&device, lists, 3, 0);
	EXPECT_USED(0, 513);
	EXPECT_USED(1, 0);
	EXPECT_USED(2, 0);
}

TEST_F(in_order, two_batches_at_once)
{
	add_and_take(_metadata, 5);
	fake_queue_use(&device, &lists[0], 2, 11);
	fake_queue_use(&device, &lists[2], 3, 22);
	EXPECT_USED(0, 100);
	EXPECT_USED(1, 11);
	EXPECT_USED(2, 100);
	EXPECT_USED(3, 100);
	EXPECT_USED(4, 22);
	EXPECT_NOTHING();
}

TEST_F(in_order, a_batch_of_the_whole_ring_in_each_lap)
{
	for (int lap = 0; lap < 5; lap++) {
		add_and_take(_metadata, 8);
		EXPECT_EQ(-ENOSPC, add(1));
		fake_queue_use(&device, lists, 8, lap);
		for (int i = 0; i < 7; i++)
			EXPECT_USED(i, 100);
		EXPECT_USED(7, lap);
		EXPECT_NOTHING();
	}
}

TEST_F(in_order, a_batch_over_the_ring_s_end)
{
	for (int i = 0; i < 50; i++) {
		add_and_take(_metadata, 5);
		fake_queue_use(&device, lists, 5, i);
		for (int j = 0; j < 4; j++)
			EXPECT_USED(j, 100);
		EXPECT_USED(4, i);
		EXPECT_NOTHING();
	}
}

/* The driver may go on adding while it has not yet taken all of a batch; there is room for what it has taken. */
TEST_F(in_order, room_comes_back_buffer_by_buffer)
{
	add_and_take(_metadata, 8);
	fake_queue_use(&device, lists, 4, 7);
	EXPECT_EQ(-ENOSPC, add(1));
	EXPECT_USED(0, 100);
	ASSERT_LE(0, add(1));
	EXPECT_EQ(-ENOSPC, add(1));
	EXPECT_USED(1, 100);
	EXPECT_USED(2, 100);
	ASSERT_LE(0, add(2));
	EXPECT_EQ(-ENOSPC, add(1));
	EXPECT_USED(3, 7);
	EXPECT_NOTHING();
	ASSERT_TRUE(fake_queue_take(&device, &lists[0]));
	ASSERT_TRUE(fake_queue_take(&device, &lists[1]));
	EXPECT_EQ(2, lists[1].n);
	fake_queue_use(&device, &lists[4], 4, 8);
	fake_queue_use(&device, &lists[0], 2, 9);
	for (int i = 4; i < 7; i++)
		EXPECT_USED(i, 100);
	EXPECT_USED(7, 8);
	EXPECT_USED(0, 100);
	EXPECT_USED(1, 9);
	EXPECT_NOTHING();
}

TEST_F(in_order, a_buffer_that_was_used_before_is_a_protocol_error)
{
	add_and_take(_metadata, 3);
	fake_queue_use(&device, lists, 2, 0);
	fake_queue_use(&device, &lists[0], 1, 0);
	EXPECT_USED(0, 100);
	EXPECT_USED(1, 0);
	EXPECT_WRONG();
	EXPECT_EQ(lists[0].id, used.id);
	EXPECT_NOTHING();
}

TEST_F(in_order, without_the_feature_any_order_will_do)
{
	vq.in_order = false;
	add_and_take(_metadata, 3);
	fake_queue_use(&device, &lists[1], 1, 1);
	EXPECT_USED(1, 1);
	fake_queue_use(&device, &lists[2], 1, 2);
	EXPECT_USED(2, 2);
	EXPECT_NOTHING();
	fake_queue_use(&device, &lists[0], 1, 0);
	EXPECT_USED(0, 0);
}

/*
 * Descriptors of a split ring are taken in ring order, and each says where the next one is (2.7.5): 0 in the table's last,
 * else the one that follows.
 */
TEST(split_descriptors_are_in_ring_order)
{
	u16 expected = 0;

	ASSERT_EQ(0, init(AVPS_RING_SPLIT, 8));
	for (unsigned int i = 0; i < 100; i++) {
		unsigned int n = 1 + i % 5;
		int id = add(n);

		ASSERT_EQ(expected, id);
		for (unsigned int j = 1; j < n; j++) {
			const u8 *desc = (u8 *)fake_dma_at(vq.setup.descriptor_area) + 16 * expected;

			ASSERT_EQ(F_NEXT, fake_get(desc, 12, 2) & F_NEXT);
			expected = expected == 7 ? 0 : expected + 1;
			ASSERT_EQ(expected, fake_get(desc, 14, 2));
		}
		expected = expected == 7 ? 0 : expected + 1;
		ASSERT_TRUE(fake_queue_take(&device, &lists[0]));
		ASSERT_EQ(n, lists[0].n);
		fake_queue_use(&device, lists, 1, 0);
		ASSERT_EQ(1, avps_vq_poll_used(&vq, &used));
	}
}

/* The index of a split ring counts each buffer of a batch, so it shows that a buffer came before its turn. */
TEST(split_buffers_that_are_out_of_order)
{
	ASSERT_EQ(0, init(AVPS_RING_SPLIT, 8));
	add_and_take(_metadata, 3);
	fake_queue_use(&device, &lists[1], 1, 1);
	EXPECT_WRONG();
	EXPECT_EQ(lists[1].id, used.id);
	EXPECT_NOTHING();
	fake_queue_use(&device, &lists[2], 1, 2);
	EXPECT_WRONG();
	EXPECT_NOTHING();
	/* Nothing of that was taken for used, and the driver has not lost its place. */
	fake_queue_use(&device, &lists[0], 1, 3);
	EXPECT_USED(0, 3);
	EXPECT_NOTHING();
}

TEST(split_batch_that_is_not_all_counted)
{
	ASSERT_EQ(0, init(AVPS_RING_SPLIT, 8));
	add_and_take(_metadata, 3);
	fake_queue_use(&device, &lists[1], 2, 1); /* entry of the third buffer, and 2 counted */
	EXPECT_WRONG();
}

/* A packed ring has no index: a buffer before its turn looks like a batch, and the one passed over must not come again. */
TEST(packed_buffers_that_are_out_of_order)
{
	ASSERT_EQ(0, init(AVPS_RING_PACKED, 8));
	add_and_take(_metadata, 3);
	fake_queue_use(&device, &lists[1], 1, 1);
	fake_queue_use(&device, &lists[2], 1, 2);
	fake_queue_use(&device, &lists[0], 1, 3);
	EXPECT_USED(0, 100);
	EXPECT_USED(1, 1);
	EXPECT_WRONG();
	EXPECT_EQ(lists[0].id, used.id);
}

/* A generator of our own, since each run must do the same. */
static u32 next_random(u32 *state, u32 below)
{
	*state = *state * 1664525 + 1013904223;
	return (*state >> 16) % below;
}

/* A run of one device and one driver against a model of what the driver has to report. */
struct mix {
	struct {
		u16 id;
		u32 len;
	} model[16];
	struct fake_list lists[16]; /* each twice, eight apart, so that any batch lies in one piece */
	u32 added, taken, used, polled; /* buffers, so far */
};

static void mix_add(struct mix *mix, unsigned int n)
{
	int id = add(n);

	if (id < 0)
		return;
	mix->model[mix->added % 16].id = id;
	mix->model[mix->added % 16].len = 100 * n;
	mix->added++;
}

static void mix_take(struct __test_metadata *_metadata, struct mix *mix)
{
	struct fake_list *list = &mix->lists[mix->taken % 8];

	ASSERT_EQ(mix->taken < mix->added, fake_queue_take(&device, list));
	ASSERT_EQ(NULL, device.broken);
	if (mix->taken == mix->added)
		return;
	ASSERT_EQ(mix->model[mix->taken % 16].id, list->id);
	list[8] = *list;
	mix->taken++;
}

static void mix_use(struct mix *mix, unsigned int n, u32 len)
{
	if (mix->used + n > mix->taken)
		return;
	fake_queue_use(&device, &mix->lists[mix->used % 8], n, len);
	mix->used += n;
	mix->model[(mix->used - 1) % 16].len = len;
}

static void mix_poll(struct __test_metadata *_metadata, struct mix *mix)
{
	ASSERT_EQ(mix->polled < mix->used, avps_vq_poll_used(&vq, &used));
	if (mix->polled == mix->used)
		return;
	ASSERT_EQ(mix->model[mix->polled % 16].id, used.id);
	ASSERT_EQ(mix->model[mix->polled % 16].len, used.len);
	mix->polled++;
}

/*
 * What the driver reports is what it made available, in that order; each length is the device's for the last of a batch,
 * and all that is writable for the others.
 */
static void mix(struct __test_metadata *_metadata, enum avps_ring ring, u16 size, u32 random)
{
	struct mix mix = {};

	ASSERT_EQ(0, init(ring, size));
	for (u32 turn = 0; turn < 20000; turn++) {
		u32 what = next_random(&random, 4), n = 1 + next_random(&random, 3);

		if (what == 0)
			mix_add(&mix, n);
		else if (what == 1)
			mix_take(_metadata, &mix);
		else if (what == 2)
			mix_use(&mix, n, turn);
		else
			mix_poll(_metadata, &mix);
	}
	EXPECT_LT(1000, mix.polled);
	avps_vq_free(&vq);
}

TEST_F(in_order, any_mixture_of_adding_and_using)
{
	for (u32 seed = 1; seed <= 3; seed++)
		mix(_metadata, variant->ring, 8, seed);
}

TEST(packed_any_mixture_on_a_ring_of_odd_size)
{
	mix(_metadata, AVPS_RING_PACKED, 7, 4);
}

TEST_HARNESS_MAIN
