// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading and writing (VIRTIO 1.4, 5.2.6). */
#include <string.h>

#include "block.h"

/* Sectors that the tests of this file may overwrite. */
#define SCRATCH 64
#define SCRATCH_SECTORS 8

/*
 * What is written is what is read: a pattern that knows its place, and then another one over it.
 */
AVPS_TEST(block, reads_what_was_written, CLAUSES("blk-p01"), ONLY_IF(blk_writable))
{
	for (u32 generation = 1; generation <= 2; generation++) {
		struct avps_buf pattern = blk_pattern(SCRATCH, SCRATCH_SECTORS, generation);
		struct avps_buf back = avps_dma_alloc(pattern.len, BLK_SECTOR);

		CHECK_EQ("blk-p01", blk_write(&self->disk, SCRATCH, pattern), VIRTIO_BLK_S_OK);
		CHECK_EQ("blk-p01", blk_read(&self->disk, SCRATCH, back), VIRTIO_BLK_S_OK);
		CHECK_SAME("blk-p01", "what is read", back.cpu, pattern.cpu, pattern.len);
	}
}

/*
 * A write changes its own sector and none beside it, also where the device keeps several together.
 */
AVPS_TEST(block, write_leaves_neighbours_alone, CLAUSES("blk-p01"), ONLY_IF(blk_writable))
{
	struct avps_buf expected = blk_pattern(SCRATCH, SCRATCH_SECTORS, 3);
	struct avps_buf back = avps_dma_alloc(expected.len, BLK_SECTOR);

	REQUIRE(blk_write(&self->disk, SCRATCH, expected) == VIRTIO_BLK_S_OK, "the sectors can't be written");
	for (u32 i = 0; i < SCRATCH_SECTORS; i++) {
		struct avps_buf one = blk_pattern(SCRATCH + i, 1, 4 + i);

		memcpy((u8 *)expected.cpu + i * BLK_SECTOR, one.cpu, BLK_SECTOR);
		CHECK_EQ("blk-p01", blk_write(&self->disk, SCRATCH + i, one), VIRTIO_BLK_S_OK);
		CHECK_EQ("blk-p01", blk_read(&self->disk, SCRATCH, back), VIRTIO_BLK_S_OK);
		CHECK_SAME("blk-p01", "what is read", back.cpu, expected.cpu, expected.len);
	}
}

#define MOST_BITS 64

/*
 * Sectors whose numbers have one bit set, each another, are different ones, and so is sector 0. What they held is put back.
 */
AVPS_TEST(block, every_bit_of_the_sector_number_counts, CLAUSES("blk-p02"), ONLY_IF(blk_writable))
{
	struct avps_buf before[1 + MOST_BITS], pattern[1 + MOST_BITS];
	struct avps_buf back = avps_dma_alloc(BLK_SECTOR, BLK_SECTOR);
	u64 sector[1 + MOST_BITS] = { 0 };
	int n = 1;

	while (n <= MOST_BITS && (u64)1 << (n - 1) < self->disk.capacity) {
		sector[n] = (u64)1 << (n - 1);
		n++;
	}
	for (int i = 0; i < n; i++) {
		before[i] = avps_dma_alloc(BLK_SECTOR, BLK_SECTOR);
		REQUIRE(blk_read(&self->disk, sector[i], before[i]) == VIRTIO_BLK_S_OK, "sector %llu can't be read",
			(unsigned long long)sector[i]);
	}
	for (int i = 0; i < n; i++) {
		pattern[i] = blk_pattern(sector[i], 1, 12);
		CHECK_EQ("blk-p02", blk_write(&self->disk, sector[i], pattern[i]), VIRTIO_BLK_S_OK);
	}
	for (int i = 0; i < n; i++) {
		CHECK_EQ("blk-p02", blk_read(&self->disk, sector[i], back), VIRTIO_BLK_S_OK);
		CHECK_SAME("blk-p02", "a sector whose number has one bit set, or none", back.cpu, pattern[i].cpu,
			   BLK_SECTOR);
	}
	for (int i = 0; i < n; i++)
		blk_write(&self->disk, sector[i], before[i]);
}

/*
 * Sectors are 512 bytes and counted from 0 to capacity - 1: the last one can be used, and is a different one from its
 * neighbour.
 */
AVPS_TEST(block, last_sector_is_its_own, CLAUSES("blk-p02"), ONLY_IF(blk_writable))
{
	u64 last = self->disk.capacity - 1;
	struct avps_buf pattern = blk_pattern(last - 1, 2, 3);
	struct avps_buf back = avps_dma_alloc(BLK_SECTOR, BLK_SECTOR);

	REQUIRE(self->disk.capacity >= 2, "the disk has %llu sectors", (unsigned long long)self->disk.capacity);
	CHECK_EQ("blk-p02", blk_write(&self->disk, last, avps_buf_slice(pattern, BLK_SECTOR, BLK_SECTOR)),
		 VIRTIO_BLK_S_OK);
	CHECK_EQ("blk-p02", blk_write(&self->disk, last - 1, avps_buf_slice(pattern, 0, BLK_SECTOR)), VIRTIO_BLK_S_OK);
	CHECK_EQ("blk-p02", blk_read(&self->disk, last, back), VIRTIO_BLK_S_OK);
	CHECK_SAME("blk-p02", "the last sector", back.cpu, (u8 *)pattern.cpu + BLK_SECTOR, BLK_SECTOR);
}

/*
 * A read writes the data and the status byte, and should say so in the used length.
 */
AVPS_TEST(block, used_length_counts_data_and_status, CLAUSES("blk-p03"))
{
	struct avps_element data = { .buf = avps_dma_alloc(BLK_SECTOR, BLK_SECTOR), .writable = true };
	struct blk_result result = { 0 };

	CHECK_EQ("blk-p03", blk_request(&self->disk, VIRTIO_BLK_T_IN, 0, data, &result), VIRTIO_BLK_S_OK);
	CHECK_EQ("blk-p03", result.used_len, BLK_SECTOR + 1);
}

/*
 * A read-only disk refuses to be written with IOERR, and keeps what it has.
 */
AVPS_TEST(block, read_only_disk_refuses_writes, CLAUSES("blk-024"), NEEDS(VIRTIO_BLK_F_RO))
{
	struct avps_buf before = avps_dma_alloc(BLK_SECTOR, BLK_SECTOR);
	struct avps_buf after = avps_dma_alloc(BLK_SECTOR, BLK_SECTOR);
	struct avps_buf other = avps_dma_alloc(BLK_SECTOR, BLK_SECTOR);

	REQUIRE(blk_read(&self->disk, SCRATCH, before) == VIRTIO_BLK_S_OK, "the sector can't be read");
	for (size_t i = 0; i < BLK_SECTOR; i++)
		((u8 *)other.cpu)[i] = ~((u8 *)before.cpu)[i];
	CHECK_EQ("blk-024", blk_write(&self->disk, SCRATCH, other), VIRTIO_BLK_S_IOERR);
	REQUIRE(blk_read(&self->disk, SCRATCH, after) == VIRTIO_BLK_S_OK, "the sector can't be read afterwards");
	CHECK_SAME("blk-024", "the sector after a refused write", after.cpu, before.cpu, BLK_SECTOR);
}
