// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading and writing (VIRTIO 1.4, 5.2.6). Places and lengths are in blocks of the disk. */
#include <string.h>

#include "block.h"

/* Blocks that the tests of this file may overwrite. */
#define SCRATCH 64
#define SCRATCH_BLOCKS 8

#define BLOCK ((size_t)self->disk.unit * BLK_SECTOR)
#define AT(block_) ((u64)(block_)*self->disk.unit)
#define PATTERN(block_, blocks_, generation_) blk_pattern(AT(block_), (blocks_)*self->disk.unit, generation_)

/*
 * What is written is what is read: a pattern that knows its place, and then another one over it.
 */
AVPS_TEST(block, reads_what_was_written, CLAUSES("blk-p01"), ONLY_IF(blk_writable))
{
	for (u32 generation = 1; generation <= 2; generation++) {
		struct avps_buf pattern = PATTERN(SCRATCH, SCRATCH_BLOCKS, generation);
		struct avps_buf back = avps_dma_alloc(pattern.len, BLK_SECTOR);

		CHECK_EQ("blk-p01", blk_write(&self->disk, AT(SCRATCH), pattern), VIRTIO_BLK_S_OK);
		CHECK_EQ("blk-p01", blk_read(&self->disk, AT(SCRATCH), back), VIRTIO_BLK_S_OK);
		CHECK_SAME("blk-p01", "what is read", back.cpu, pattern.cpu, pattern.len);
	}
}

/*
 * A write changes its own block and none beside it, also where the device keeps several together.
 */
AVPS_TEST(block, write_leaves_neighbours_alone, CLAUSES("blk-p01"), ONLY_IF(blk_writable))
{
	struct avps_buf expected = PATTERN(SCRATCH, SCRATCH_BLOCKS, 3);
	struct avps_buf back = avps_dma_alloc(expected.len, BLK_SECTOR);

	REQUIRE(blk_write(&self->disk, AT(SCRATCH), expected) == VIRTIO_BLK_S_OK, "the blocks can't be written");
	for (u32 i = 0; i < SCRATCH_BLOCKS; i++) {
		struct avps_buf one = avps_buf_slice(expected, i * BLOCK, BLOCK);

		blk_fill(one, AT(SCRATCH + i), 4 + i);
		CHECK_EQ("blk-p01", blk_write(&self->disk, AT(SCRATCH + i), one), VIRTIO_BLK_S_OK);
		CHECK_EQ("blk-p01", blk_read(&self->disk, AT(SCRATCH), back), VIRTIO_BLK_S_OK);
		CHECK_SAME("blk-p01", "what is read", back.cpu, expected.cpu, expected.len);
	}
}

#define MOST_BITS 64

/*
 * Blocks whose numbers have one bit set, each another, are different ones, and so is block 0. What they held is put back.
 */
AVPS_TEST(block, every_bit_of_the_sector_number_counts, CLAUSES("blk-p02"), ONLY_IF(blk_writable))
{
	struct avps_buf before[1 + MOST_BITS], pattern[1 + MOST_BITS];
	struct avps_buf back = avps_dma_alloc(BLOCK, BLK_SECTOR);
	u64 blocks = self->disk.capacity / self->disk.unit;
	u64 block[1 + MOST_BITS] = { 0 };
	int n = 1;

	while (n <= MOST_BITS && (u64)1 << (n - 1) < blocks) {
		block[n] = (u64)1 << (n - 1);
		n++;
	}
	for (int i = 0; i < n; i++) {
		before[i] = avps_dma_alloc(BLOCK, BLK_SECTOR);
		REQUIRE(blk_read(&self->disk, AT(block[i]), before[i]) == VIRTIO_BLK_S_OK, "sector %llu can't be read",
			(unsigned long long)AT(block[i]));
	}
	for (int i = 0; i < n; i++) {
		pattern[i] = PATTERN(block[i], 1, 12);
		CHECK_EQ("blk-p02", blk_write(&self->disk, AT(block[i]), pattern[i]), VIRTIO_BLK_S_OK);
	}
	for (int i = 0; i < n; i++) {
		CHECK_EQ("blk-p02", blk_read(&self->disk, AT(block[i]), back), VIRTIO_BLK_S_OK);
		CHECK_SAME("blk-p02", "a block whose number has one bit set, or none", back.cpu, pattern[i].cpu, BLOCK);
	}
	for (int i = 0; i < n; i++)
		blk_write(&self->disk, AT(block[i]), before[i]);
}

/*
 * Sectors are 512 bytes and counted from 0 to capacity - 1: the last block can be used, and is a different one from its
 * neighbour.
 */
AVPS_TEST(block, last_sector_is_its_own, CLAUSES("blk-p02"), ONLY_IF(blk_writable))
{
	u64 last = self->disk.capacity / self->disk.unit - 1;
	struct avps_buf pattern = PATTERN(last - 1, 2, 3);
	struct avps_buf back = avps_dma_alloc(BLOCK, BLK_SECTOR);

	REQUIRE(self->disk.capacity >= 2 * self->disk.unit, "the disk has %llu sectors",
		(unsigned long long)self->disk.capacity);
	CHECK_EQ("blk-p02", blk_write(&self->disk, AT(last), avps_buf_slice(pattern, BLOCK, BLOCK)), VIRTIO_BLK_S_OK);
	CHECK_EQ("blk-p02", blk_write(&self->disk, AT(last - 1), avps_buf_slice(pattern, 0, BLOCK)), VIRTIO_BLK_S_OK);
	CHECK_EQ("blk-p02", blk_read(&self->disk, AT(last), back), VIRTIO_BLK_S_OK);
	CHECK_SAME("blk-p02", "the last block", back.cpu, (u8 *)pattern.cpu + BLOCK, BLOCK);
}

/*
 * A read writes the data and the status byte, and should say so in the used length.
 */
AVPS_TEST(block, used_length_counts_data_and_status, CLAUSES("blk-p03"))
{
	struct avps_element data = { .buf = avps_dma_alloc(BLOCK, BLK_SECTOR), .writable = true };
	struct blk_result result = { 0 };

	CHECK_EQ("blk-p03", blk_request(&self->disk, VIRTIO_BLK_T_IN, 0, data, &result), VIRTIO_BLK_S_OK);
	CHECK_EQ("blk-p03", result.used_len, data.buf.len + 1);
}

/*
 * A write and a flush write their status byte alone.
 */
AVPS_TEST(block, used_length_counts_the_status_alone, CLAUSES("blk-p19"), ONLY_IF(blk_writable))
{
	struct avps_element data = { .buf = PATTERN(SCRATCH, 2, 13) };
	struct blk_result result = { 0 };

	CHECK_EQ("blk-p19", blk_request(&self->disk, VIRTIO_BLK_T_OUT, AT(SCRATCH), data, &result), VIRTIO_BLK_S_OK);
	CHECK_EQ("blk-p19", result.used_len, 1);
	if (!avps_has(self->disk.features, VIRTIO_BLK_F_FLUSH))
		return;
	CHECK_EQ("blk-p19", blk_request(&self->disk, VIRTIO_BLK_T_FLUSH, 0, (struct avps_element){}, &result),
		 VIRTIO_BLK_S_OK);
	CHECK_EQ("blk-p19", result.used_len, 1);
}
