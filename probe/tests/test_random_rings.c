// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Driver and device on one ring, each with its own reading of VIRTIO 1.4, 2.7 and 2.8: whatever the lists and the order of
 * completion, each buffer reaches the device as it was made and comes back exactly once with the device's length.
 */
#include "harness.h"

#include "fake_queue.h"
#include "fake_ring.h"

#define LONGEST 5 /* elements in a list */
#define BUFFERS 12500 /* a run */
#define MAX_SIZE 64

/* A buffer on its way. Its number is in all its addresses. */
struct buffer {
	u32 number;
	unsigned int n;
	unsigned int readable; /* of n; the others are writable */
	struct fake_list list; /* as the device took it */
	u32 written; /* what the device says */
	u32 turn; /* the device used it as its turn-th one; 0: not yet */
};

struct run {
	struct avps_vq vq;
	struct fake_queue device;
	u32 random;
	struct buffer by_id[MAX_SIZE]; /* n is 0 where none is in flight */
	u16 fifo[MAX_SIZE]; /* ids that the device has not taken yet, oldest first */
	unsigned int n_fifo;
	u16 taken[MAX_SIZE]; /* ids that the device holds */
	unsigned int n_taken;
	unsigned int descriptors; /* in flight */
	u32 added, used, returned; /* buffers, so far */
	u32 reordered; /* buffers that were not used in their turn */
};

/* A generator of our own, since each run must do the same. */
static u32 next_random(struct run *run, u32 below)
{
	run->random = run->random * 1664525 + 1013904223;
	return (run->random >> 16) % below;
}

static u64 address(u32 number, unsigned int element)
{
	return (u64)number << 32 | (element + 1) << 16;
}

static u32 length(u32 number, unsigned int element)
{
	return number % 1000 + element + 1;
}

static void add(struct __test_metadata *_metadata, struct run *run)
{
	struct buffer buffer = { .number = run->added, .n = 1 + next_random(run, LONGEST) };
	struct avps_element elements[LONGEST];
	int id;

	buffer.readable = next_random(run, buffer.n + 1);
	for (unsigned int i = 0; i < buffer.n; i++)
		elements[i] = (struct avps_element){ .buf = { .bus = address(buffer.number, i),
							      .len = length(buffer.number, i) },
						     .writable = i >= buffer.readable };
	id = avps_vq_add(&run->vq, elements, buffer.n);
	if (run->descriptors + buffer.n > run->vq.size) {
		ASSERT_EQ(-ENOSPC, id);
		return;
	}
	ASSERT_LE(0, id);
	ASSERT_GT(run->vq.size, id);
	ASSERT_EQ(0, run->by_id[id].n); /* an id in flight is not given out again */
	run->by_id[id] = buffer;
	run->fifo[run->n_fifo++] = id;
	run->descriptors += buffer.n;
	run->added++;
}

/* The device takes the next buffer, which is the oldest, as it was made. */
static void take(struct __test_metadata *_metadata, struct run *run)
{
	struct fake_list list;
	struct buffer *buffer;

	ASSERT_EQ(run->n_fifo > 0, fake_queue_take(&run->device, &list));
	ASSERT_EQ(NULL, run->device.broken);
	if (!run->n_fifo)
		return;
	ASSERT_EQ(run->fifo[0], list.id);
	memmove(run->fifo, run->fifo + 1, --run->n_fifo * sizeof(run->fifo[0]));
	buffer = &run->by_id[list.id];
	ASSERT_EQ(buffer->n, list.n);
	for (unsigned int i = 0; i < list.n; i++) {
		ASSERT_EQ(address(buffer->number, i), list.elements[i].addr);
		ASSERT_EQ(length(buffer->number, i), list.elements[i].len);
		ASSERT_EQ(i >= buffer->readable, list.elements[i].writable);
		ASSERT_FALSE(list.elements[i].indirect);
	}
	buffer->list = list;
	run->taken[run->n_taken++] = list.id;
}

/* The device uses one of the buffers that it holds, any of them. */
static void use(struct run *run)
{
	unsigned int which = run->n_taken ? next_random(run, run->n_taken) : 0;
	struct buffer *buffer = &run->by_id[run->taken[which]];

	if (!run->n_taken)
		return;
	buffer->written = buffer->readable < buffer->n ? next_random(run, 65536) : 0;
	buffer->turn = ++run->used;
	fake_queue_use(&run->device, &buffer->list, 1, buffer->written);
	run->n_taken--;
	memmove(run->taken + which, run->taken + which + 1, (run->n_taken - which) * sizeof(run->taken[0]));
	run->reordered += which != 0;
}

/* The driver gets what the device has used, in the order in which it was used. */
static void poll_used(struct __test_metadata *_metadata, struct run *run)
{
	struct avps_used used;
	int got = avps_vq_poll_used(&run->vq, &used);

	ASSERT_EQ(run->returned < run->used, got);
	if (!got)
		return;
	ASSERT_GT(run->vq.size, used.id);
	ASSERT_EQ(++run->returned, run->by_id[used.id].turn);
	ASSERT_EQ(run->by_id[used.id].written, used.len);
	run->descriptors -= run->by_id[used.id].n;
	memset(&run->by_id[used.id], 0, sizeof(run->by_id[0]));
}

static void random_run(struct __test_metadata *_metadata, enum avps_ring ring, u16 size, u32 seed)
{
	static struct run run;

	memset(&run, 0, sizeof(run));
	run.random = seed;
	fake_dma_init();
	ASSERT_EQ(0, avps_vq_init(&run.vq, NULL, ring, 1, size));
	fake_queue_init(&run.device, &run.vq);
	while (run.returned < BUFFERS) {
		u32 what = next_random(&run, 4);

		if (what == 0 && run.added < BUFFERS)
			add(_metadata, &run);
		else if (what == 1)
			take(_metadata, &run);
		else if (what == 2)
			use(&run);
		else
			poll_used(_metadata, &run);
	}
	EXPECT_EQ(BUFFERS, run.added);
	EXPECT_EQ(0, run.descriptors);
	EXPECT_EQ(0, run.n_fifo);
	EXPECT_EQ(0, run.n_taken);
	EXPECT_LT(size > LONGEST ? BUFFERS / 20 : 0, run.reordered);
	for (u16 i = 0; i < size; i++) /* nothing has leaked */
		EXPECT_LE(0, avps_vq_add(&run.vq, &(struct avps_element){}, 1));
	EXPECT_EQ(-ENOSPC, avps_vq_add(&run.vq, &(struct avps_element){}, 1));
	avps_vq_free(&run.vq);
}

TEST(split)
{
	random_run(_metadata, AVPS_RING_SPLIT, 64, 1);
	random_run(_metadata, AVPS_RING_SPLIT, 16, 2);
	random_run(_metadata, AVPS_RING_SPLIT, 8, 3);
	random_run(_metadata, AVPS_RING_SPLIT, 2, 4);
}

TEST(packed)
{
	random_run(_metadata, AVPS_RING_PACKED, 64, 1);
	random_run(_metadata, AVPS_RING_PACKED, 17, 2);
	random_run(_metadata, AVPS_RING_PACKED, 7, 3);
	random_run(_metadata, AVPS_RING_PACKED, 3, 4);
}

TEST_HARNESS_MAIN
