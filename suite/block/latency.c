// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How long a disk takes for a read, a write and a flush, as figures for the report (docs/records.md). Nothing is judged by a clock:
 * what is judged is that the requests do what they are for.
 */
#include <stdlib.h>
#include <string.h>

#include "avps/clock.h"
#include "avps/report.h"

#include "block.h"

/* One at a time. Of so many the 99th percentile is not the greatest. */
#define REQUESTS 100

/* Blocks that they go to in turn, and may overwrite. */
#define SCRATCH 64
#define BLOCKS 8

#define BLOCK ((size_t)self->disk.unit * BLK_SECTOR)
#define AT(block_) ((u64)(block_)*self->disk.unit)

/* What each took, in microseconds. */
struct series {
	u64 us[REQUESTS];
	u32 count;
};

/*
 * Makes one request, and takes down how long it took: from the notification until the driver has its buffer back, which it looks
 * for when the interrupt comes.
 *
 * Returns as blk_request().
 */
static int timed(struct blk *disk, struct series *series, u32 type, u64 sector, struct avps_element data)
{
	struct blk_pending pending;
	int err = blk_add(&disk->vq, &pending, type, sector, &data, 1);
	u64 start;

	if (err)
		return err;
	start = avps_now_us();
	err = blk_wait(&disk->vq, &pending, 1);
	series->us[series->count++] = avps_now_us() - start;
	return err ?: blk_status(&pending);
}

static int by_size(const void *left, const void *right)
{
	u64 a = *(const u64 *)left, b = *(const u64 *)right;

	return (a > b) - (a < b);
}

/* The least of a sorted series that @percent of it are not above. */
static u64 percentile(const struct series *series, u32 percent)
{
	return series->us[(series->count * percent + 99) / 100 - 1];
}

static void report(struct series *series, const char *name)
{
	struct avps_figure figure = { .name = name, .unit = "us", .count = series->count };

	qsort(series->us, series->count, sizeof(series->us[0]), by_size);
	figure.median = percentile(series, 50);
	figure.p99 = percentile(series, 99);
	figure.most = percentile(series, 100);
	avps_report_figure(avps_judge_run(), &figure);
}

/*
 * Reads, one at a time: each brings what was last written. Of a disk that can't be written to, that is what a first read has
 * brought, of its first blocks.
 */
AVPS_TEST(block, reads_one_at_a_time, CLAUSES("blk-p01"), ONLY_IF(blk_plain))
{
	bool writable = !avps_has(self->dev->offered, VIRTIO_BLK_F_RO);
	u32 first = writable ? SCRATCH : 0;
	struct avps_buf expected = blk_pattern(AT(first), BLOCKS * self->disk.unit, 99);
	struct avps_buf back = avps_dma_alloc(BLOCK, BLK_SECTOR);
	struct avps_element into = { .buf = back, .writable = true };
	struct series reads = { 0 };

	if (writable)
		REQUIRE(blk_write(&self->disk, AT(first), expected) == VIRTIO_BLK_S_OK, "the blocks can't be written");
	else
		REQUIRE(blk_read(&self->disk, AT(first), expected) == VIRTIO_BLK_S_OK, "the blocks can't be read");
	for (u32 i = 0; i < REQUESTS; i++) {
		u32 block = i % BLOCKS;
		int status;

		memset(back.cpu, AVPS_DMA_POISON, back.len);
		status = timed(&self->disk, &reads, VIRTIO_BLK_T_IN, AT(first + block), into);
		if (!CHECK_EQ("blk-p01", status, VIRTIO_BLK_S_OK))
			AVPS_STOP();
		CHECK_SAME("blk-p01", "what is read", back.cpu, (u8 *)expected.cpu + block * BLOCK, BLOCK);
	}
	report(&reads, "read latency");
}

/*
 * Writes, one at a time: what reads back is the last that was written to each block.
 */
AVPS_TEST(block, writes_one_at_a_time, CLAUSES("blk-p01"), ONLY_IF(blk_writable))
{
	struct avps_buf expected = blk_pattern(AT(SCRATCH), BLOCKS * self->disk.unit, 0);
	struct avps_buf back = avps_dma_alloc(expected.len, BLK_SECTOR);
	struct series writes = { 0 };

	for (u32 i = 0; i < REQUESTS; i++) {
		u32 block = i % BLOCKS;
		struct avps_element from = { .buf = avps_buf_slice(expected, block * BLOCK, BLOCK) };
		int status;

		blk_fill(from.buf, AT(SCRATCH + block), 100 + i);
		status = timed(&self->disk, &writes, VIRTIO_BLK_T_OUT, AT(SCRATCH + block), from);
		if (!CHECK_EQ("blk-p01", status, VIRTIO_BLK_S_OK))
			AVPS_STOP();
	}
	CHECK_EQ("blk-p01", blk_read(&self->disk, AT(SCRATCH), back), VIRTIO_BLK_S_OK);
	CHECK_SAME("blk-p01", "what is read", back.cpu, expected.cpu, expected.len);
	report(&writes, "write latency");
}

/*
 * Flushes, one at a time, each after a write so that there is something to flush: all are carried out. The longest is the bound
 * that was seen.
 */
AVPS_TEST(block, flushes_one_at_a_time, CLAUSES("blk-p04"), NEEDS(VIRTIO_BLK_F_FLUSH), ONLY_IF(blk_writable))
{
	struct avps_buf from = avps_dma_alloc(BLOCK, BLK_SECTOR);
	struct series flushes = { 0 };

	for (u32 i = 0; i < REQUESTS; i++) {
		u64 at = AT(SCRATCH + i % BLOCKS);
		int status;

		blk_fill(from, at, 200 + i);
		REQUIRE(blk_write(&self->disk, at, from) == VIRTIO_BLK_S_OK, "a block can't be written");
		status = timed(&self->disk, &flushes, VIRTIO_BLK_T_FLUSH, 0, (struct avps_element){});
		if (!CHECK_EQ("blk-p04", status, VIRTIO_BLK_S_OK))
			AVPS_STOP();
	}
	report(&flushes, "flush latency");
}
