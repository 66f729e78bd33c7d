// SPDX-License-Identifier: GPL-2.0-or-later
/* Many requests in flight, which may be completed in any order (VIRTIO 1.4, 5.2.6): each keeps its own data and status. */
#include "block.h"

#include <stdlib.h>
#include <string.h>

#include "suite/core/snapshot.h"

#define MOST_IN_FLIGHT 512
#define PER_REQUEST 3 /* descriptors */

/* Sectors that are read and written at once, as far as the disk has them. */
#define SPAN_BYTES ((size_t)1 << 19)

/* What is tested of a larger disk, at either end. */
#define END_BYTES ((u64)2 << 20)

/* A place on the disk and its place in memory. */
struct span {
	u64 sector;
	struct avps_buf buf;
};

/*
 * Cuts @span into requests of different lengths, and makes them in an order that is not that of the sectors, as many at once
 * as the queue holds. 0, a negative errno, or the status of one that did not succeed.
 */
static int transfer(struct blk *disk, u32 type, struct span span, u32 seed)
{
	static struct blk_pending pending[MOST_IN_FLIGHT];
	static const u32 lengths[] = { 1, 3, 8, 2, 5, 13, 1, 64, 7 };
	static struct span parts[SPAN_BYTES / BLK_SECTOR];
	unsigned int n = 0, first, room = disk->vq.size / PER_REQUEST;
	size_t at = 0, block = (size_t)disk->unit * BLK_SECTOR;

	for (u32 i = seed; at < span.buf.len; i++, n++) {
		size_t len = lengths[i % ARRAY_SIZE(lengths)] * block;

		if (len > span.buf.len - at)
			len = span.buf.len - at;
		parts[n] = (struct span){ span.sector + at / BLK_SECTOR, avps_buf_slice(span.buf, at, len) };
		at += len;
	}
	if (room > MOST_IN_FLIGHT)
		room = MOST_IN_FLIGHT;
	for (first = 0; first < n; first += room) {
		unsigned int count = n - first < room ? n - first : room;
		int err = 0;

		for (unsigned int i = 0; !err && i < count; i++) {
			/* Every second one from the end. */
			unsigned int which = first + (i % 2 ? count - 1 - i / 2 : i / 2);
			struct avps_element data = { .buf = parts[which].buf, .writable = type == VIRTIO_BLK_T_IN };

			err = blk_add(&disk->vq, &pending[i], type, parts[which].sector, &data, 1);
		}
		err = err ?: blk_wait(&disk->vq, pending, count);
		for (unsigned int i = 0; !err && i < count; i++)
			err = blk_status(&pending[i]);
		if (err)
			return err;
	}
	return 0;
}

/* The next span of the disk that is to be tested, or none: of a large disk its beginning and its end. */
static bool next_span(const struct blk *disk, struct span *span, struct avps_buf memory, bool first)
{
	u64 end = disk->capacity / disk->unit * disk->unit, ends = END_BYTES / BLK_SECTOR;
	u64 sector = first ? 0 : span->sector + span->buf.len / BLK_SECTOR;

	if (end > 2 * ends && sector >= ends && sector < end - ends)
		sector = (end - ends) / disk->unit * disk->unit;
	if (sector >= end)
		return false;
	span->sector = sector;
	span->buf = memory;
	if (span->buf.len > (end - sector) * BLK_SECTOR)
		span->buf.len = (end - sector) * BLK_SECTOR;
	return true;
}

/*
 * All of the disk holds what was written to it, every word at its own place, after requests of many sizes in any order.
 */
AVPS_TEST(block, whole_disk_holds_what_was_written, CLAUSES("blk-p01", "blk-p02"), ONLY_IF(blk_writable))
{
	struct avps_buf memory = avps_dma_alloc(SPAN_BYTES, 4096), expected = avps_dma_alloc(SPAN_BYTES, 4096);
	struct span span;
	u32 seed = 0;

	for (bool more = next_span(&self->disk, &span, memory, true); more;
	     more = next_span(&self->disk, &span, memory, false)) {
		blk_fill(span.buf, span.sector, 90);
		if (!CHECK_EQ("blk-p02", transfer(&self->disk, VIRTIO_BLK_T_OUT, span, seed++), VIRTIO_BLK_S_OK))
			AVPS_STOP();
	}
	for (bool more = next_span(&self->disk, &span, memory, true); more;
	     more = next_span(&self->disk, &span, memory, false)) {
		memset(span.buf.cpu, AVPS_DMA_POISON, span.buf.len);
		blk_fill(avps_buf_slice(expected, 0, span.buf.len), span.sector, 90);
		if (!CHECK_EQ("blk-p02", transfer(&self->disk, VIRTIO_BLK_T_IN, span, seed++), VIRTIO_BLK_S_OK))
			AVPS_STOP();
		CHECK_SAME("blk-p01", "a part of the disk", span.buf.cpu, expected.cpu, span.buf.len);
	}
}

#define FULL_BYTES ((size_t)3 << 20) /* that all the requests of the next test may read together */

/*
 * A queue that is full of requests of several kinds gives each of them back once, with the status and the data that it would
 * have had alone.
 */
AVPS_TEST(block, full_queue_keeps_requests_apart, CLAUSES("blk-p20"))
{
	static struct blk_pending pending[MOST_IN_FLIGHT];
	static struct avps_element data[MOST_IN_FLIGHT];
	const size_t block = (size_t)self->disk.unit * BLK_SECTOR;
	const u64 behind = (self->disk.capacity / self->disk.unit + 1) * self->disk.unit;
	const unsigned int blocks = 16, most = FULL_BYTES / block;
	struct avps_buf alone = avps_dma_alloc(blocks * block, BLK_SECTOR);
	unsigned int n = 0;

	if (!avps_has(self->dev->offered, VIRTIO_BLK_F_RO)) {
		blk_fill(alone, 0, 100);
		REQUIRE(blk_write(&self->disk, 0, alone) == VIRTIO_BLK_S_OK, "the first blocks can't be written");
	}
	REQUIRE(blk_read(&self->disk, 0, alone) == VIRTIO_BLK_S_OK, "the first blocks can't be read");
	for (; n < MOST_IN_FLIGHT && n < most; n++) {
		u64 sector = n % 5 == 3 ? behind : (u64)(n % blocks) * self->disk.unit;
		u32 type = n % 5 == 4 ? 0x7ffffff0 : VIRTIO_BLK_T_IN;

		/* Room for one more, whatever the layout. */
		if ((n + 1) * PER_REQUEST > self->disk.vq.size)
			break;
		data[n] = (struct avps_element){ .buf = avps_dma_alloc(block, 64), .writable = true };
		REQUIRE(!blk_add(&self->disk.vq, &pending[n], type, sector, &data[n], 1), "the queue has no room");
	}
	if (!CHECK_EQ("blk-p20", blk_wait(&self->disk.vq, pending, n), 0))
		AVPS_STOP();
	for (unsigned int i = 0; i < n; i++) {
		static const int expected[] = { VIRTIO_BLK_S_OK, VIRTIO_BLK_S_OK, VIRTIO_BLK_S_OK, VIRTIO_BLK_S_IOERR,
						VIRTIO_BLK_S_UNSUPP };

		CHECK_EQ("blk-p20", blk_status(&pending[i]), expected[i % 5]);
		if (i % 5 < 3)
			CHECK_SAME("blk-p20", "what one request of many has read", data[i].buf.cpu,
				   (u8 *)alone.cpu + i % blocks * block, block);
	}
}

#define LARGE_BYTES ((size_t)64 << 10)
#define MOST_LARGE 32

/*
 * A reset ends what is in flight: once it is done, nothing is written into the memory of a request of before, and that of the
 * queue, either. The requests of the next life are the fence.
 */
AVPS_TEST(block, reset_ends_what_is_in_flight, CLAUSES("core-reset-002"))
{
	struct avps_element data[MOST_LARGE];
	struct blk_pending pending[MOST_LARGE];
	struct avps_buf old, read;
	struct snapshot before;
	unsigned int n = 0;
	size_t len = LARGE_BYTES;

	if (len > self->disk.capacity / self->disk.unit * self->disk.unit * BLK_SECTOR)
		len = self->disk.capacity / self->disk.unit * self->disk.unit * BLK_SECTOR;
	for (; n < MOST_LARGE && (n + 1) * PER_REQUEST <= self->disk.vq.size; n++) {
		data[n] = (struct avps_element){ .buf = avps_dma_alloc(len, BLK_SECTOR), .writable = true };
		REQUIRE(!blk_add(&self->disk.vq, &pending[n], VIRTIO_BLK_T_IN, 0, &data[n], 1),
			"the queue has no room");
	}
	avps_vq_notify(&self->disk.vq);
	REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");
	for (unsigned int i = 0; i < n; i++) {
		memset(data[i].buf.cpu, AVPS_DMA_POISON, data[i].buf.len);
		memset(pending[i].status.cpu, AVPS_DMA_POISON, 1);
	}
	old = avps_dma_since(self->disk.vq.descriptor_area.cpu);
	before = snapshot_take(old.cpu, old.len);
	read = avps_dma_alloc((size_t)self->disk.unit * BLK_SECTOR, BLK_SECTOR);
	BLK_START(BLK_USUAL);
	for (int i = 0; i < 8; i++)
		REQUIRE(blk_read(&self->disk, 0, read) == VIRTIO_BLK_S_OK, "a block can't be read after the reset");
	REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");
	CHECK_UNTOUCHED("core-reset-002", before, "memory of before the reset");
}
