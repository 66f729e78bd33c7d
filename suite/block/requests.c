// SPDX-License-Identifier: GPL-2.0-or-later
/* The requests beside reads and writes: flush, identity, and those that a device must refuse (VIRTIO 1.4, 5.2.6). */
#include <string.h>

#include "block.h"

/* No request type of the standard. */
#define UNKNOWN_TYPE 0x7ffffff0

#define SCRATCH 128
#define SCRATCH_SECTORS 8

AVPS_TEST(block, flush_succeeds, CLAUSES("blk-p04"), NEEDS(VIRTIO_BLK_F_FLUSH))
{
	CHECK_EQ("blk-p04", blk_flush(&self->disk), VIRTIO_BLK_S_OK);
}

/*
 * GET_ID gives 20 bytes, and the same each time. Bytes after the end of a shorter string are NUL.
 */
AVPS_TEST(block, identity_is_a_string_of_20_bytes, CLAUSES("blk-p05"))
{
	struct avps_element id[2];
	const u8 *bytes;
	size_t length;

	for (int i = 0; i < 2; i++) {
		id[i] = (struct avps_element){ .buf = avps_dma_alloc(VIRTIO_BLK_ID_BYTES, 4), .writable = true };
		memset(id[i].buf.cpu, 0xff * i, VIRTIO_BLK_ID_BYTES);
		CHECK_EQ("blk-p05", blk_request(&self->disk, VIRTIO_BLK_T_GET_ID, 0, id[i], NULL), VIRTIO_BLK_S_OK);
	}
	CHECK_SAME("blk-p05", "the identity, read a second time", id[1].buf.cpu, id[0].buf.cpu, VIRTIO_BLK_ID_BYTES);
	bytes = id[0].buf.cpu;
	length = strnlen((const char *)bytes, VIRTIO_BLK_ID_BYTES);
	CHECK_ZERO("blk-p05", "what follows the identity", bytes + length, VIRTIO_BLK_ID_BYTES - length);
}

AVPS_TEST(block, unknown_request_is_unsupported, CLAUSES("blk-p06"))
{
	struct avps_element data = { .buf = avps_dma_alloc(BLK_SECTOR, 8) };

	CHECK_EQ("blk-p06", blk_request(&self->disk, UNKNOWN_TYPE, 0, data, NULL), VIRTIO_BLK_S_UNSUPP);
}

/*
 * Without the zoned feature, each of the requests about zones is unsupported.
 */
AVPS_TEST(block, zone_requests_need_the_feature, CLAUSES("blk-037"))
{
	static const u32 without_data[] = { BLK_T_ZONE_OPEN, BLK_T_ZONE_CLOSE, BLK_T_ZONE_FINISH, BLK_T_ZONE_RESET,
					    BLK_T_ZONE_RESET_ALL };
	struct avps_element report = { .buf = avps_dma_alloc(4096, 8), .writable = true };
	struct avps_element append = { .buf = blk_pattern(SCRATCH, 1, 9) };

	for (size_t i = 0; i < ARRAY_SIZE(without_data); i++)
		CHECK_EQ("blk-037", blk_request(&self->disk, without_data[i], 0, (struct avps_element){}, NULL),
			 VIRTIO_BLK_S_UNSUPP);
	CHECK_EQ("blk-037", blk_request(&self->disk, BLK_T_ZONE_REPORT, 0, report, NULL), VIRTIO_BLK_S_UNSUPP);
	CHECK_EQ("blk-037", blk_request(&self->disk, BLK_T_ZONE_APPEND, 0, append, NULL), VIRTIO_BLK_S_UNSUPP);
}

/*
 * A flag that the standard does not know makes these requests unsupported, and so does `unmap` in a discard.
 */
AVPS_TEST(block, unknown_flags_of_write_zeroes, CLAUSES("blk-025"), NEEDS(VIRTIO_BLK_F_WRITE_ZEROES),
	  ONLY_IF(blk_writable))
{
	for (int bit = 1; bit < 32; bit++)
		CHECK_EQ("blk-025", blk_range(&self->disk, VIRTIO_BLK_T_WRITE_ZEROES, SCRATCH, 1, (u32)1 << bit),
			 VIRTIO_BLK_S_UNSUPP);
}

AVPS_TEST(block, unknown_flags_of_discard, CLAUSES("blk-025", "blk-026"), NEEDS(VIRTIO_BLK_F_DISCARD),
	  ONLY_IF(blk_writable))
{
	for (int bit = 1; bit < 32; bit++)
		CHECK_EQ("blk-025", blk_range(&self->disk, VIRTIO_BLK_T_DISCARD, SCRATCH, 1, (u32)1 << bit),
			 VIRTIO_BLK_S_UNSUPP);
	CHECK_EQ("blk-026",
		 blk_range(&self->disk, VIRTIO_BLK_T_DISCARD, SCRATCH, 1, VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP),
		 VIRTIO_BLK_S_UNSUPP);
}

/*
 * After write zeroes the range reads as zeroes, with and without `unmap`, and its neighbours are as they were.
 */
AVPS_TEST(block, write_zeroes_reads_back_zero, CLAUSES("blk-029"), NEEDS(VIRTIO_BLK_F_WRITE_ZEROES),
	  ONLY_IF(blk_writable))
{
	static const u32 flags[] = { 0, VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP };
	struct avps_buf before = blk_pattern(SCRATCH, SCRATCH_SECTORS, 5);
	struct avps_buf after = avps_dma_alloc(before.len, BLK_SECTOR);
	size_t end = before.len - BLK_SECTOR;

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		REQUIRE(blk_write(&self->disk, SCRATCH, before) == VIRTIO_BLK_S_OK, "the sectors can't be written");
		REQUIRE(blk_range(&self->disk, VIRTIO_BLK_T_WRITE_ZEROES, SCRATCH + 1, SCRATCH_SECTORS - 2, flags[i]) ==
				VIRTIO_BLK_S_OK,
			"write zeroes with flags %#x does not end with status OK", flags[i]);
		REQUIRE(blk_read(&self->disk, SCRATCH, after) == VIRTIO_BLK_S_OK, "the sectors can't be read");
		CHECK_ZERO("blk-029", "the range", (u8 *)after.cpu + BLK_SECTOR, after.len - 2 * BLK_SECTOR);
		REQUIRE(!memcmp(after.cpu, before.cpu, BLK_SECTOR) &&
				!memcmp((u8 *)after.cpu + end, (u8 *)before.cpu + end, BLK_SECTOR),
			"write zeroes changed a sector outside its range");
	}
}
