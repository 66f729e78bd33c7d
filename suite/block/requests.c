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
 * GET_ID gives the same string each time, and bytes after the end of a shorter one should be NUL.
 */
AVPS_TEST(block, identity_is_padded_with_nul, CLAUSES("blk-p05"))
{
	struct avps_element id[2];
	const u8 *bytes;
	size_t length;

	for (int i = 0; i < 2; i++) {
		int status;

		id[i] = (struct avps_element){ .buf = avps_dma_alloc(VIRTIO_BLK_ID_BYTES, 4), .writable = true };
		memset(id[i].buf.cpu, 0xff * i, VIRTIO_BLK_ID_BYTES);
		status = blk_request(&self->disk, VIRTIO_BLK_T_GET_ID, 0, id[i], NULL);
		if (status == VIRTIO_BLK_S_UNSUPP)
			SKIP_AS(AVPS_SKIP_NOT_OFFERED, "the device does not support GET_ID");
		CHECK("blk-p05", status == VIRTIO_BLK_S_OK, "the request ends with status %d", status);
	}
	bytes = id[1].buf.cpu;
	length = strnlen((const char *)bytes, VIRTIO_BLK_ID_BYTES);
	CHECK_SAME("blk-p05", "the identity, read a second time", bytes, id[0].buf.cpu, length);
	CHECK_ZERO("blk-p05", "what follows the identity", bytes + length, VIRTIO_BLK_ID_BYTES - length);
}

/*
 * Where a request leaves part of its buffer alone, the used length does not cover that part.
 *
 * Made twice over memory filled differently: a byte that kept its fill both times was not written.
 */
AVPS_TEST(block, used_length_covers_only_what_was_written, CLAUSES("core-split-016"), SPLIT_RING)
{
	static const struct {
		const char *name;
		u32 type;
		size_t len;
	} kinds[] = {
		{ "GET_ID", VIRTIO_BLK_T_GET_ID, VIRTIO_BLK_ID_BYTES },
		{ "ZONE_REPORT without ZONED", BLK_T_ZONE_REPORT, 1024 },
	};

	for (size_t kind = 0; kind < ARRAY_SIZE(kinds); kind++) {
		size_t len = kinds[kind].len, kept = 0;
		struct blk_result result[2] = { 0 };
		struct avps_element data[2];
		u32 claimed;

		for (int i = 0; i < 2; i++) {
			data[i] = (struct avps_element){ .buf = avps_dma_alloc(len, 8), .writable = true };
			memset(data[i].buf.cpu, i ? 0xc3 : 0x3c, len);
			REQUIRE(blk_request(&self->disk, kinds[kind].type, 0, data[i], &result[i]) >= 0,
				"the device did not use the buffer");
		}
		claimed = result[0].used_len < result[1].used_len ? result[0].used_len : result[1].used_len;
		for (size_t at = 0; at < len && at < claimed; at++)
			kept += ((u8 *)data[0].buf.cpu)[at] == 0x3c && ((u8 *)data[1].buf.cpu)[at] == 0xc3;
		CHECK("core-split-016", !kept, "%s: of %u bytes that the device claims, %zu were not written",
		      kinds[kind].name, claimed, kept);
	}
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
AVPS_TEST(block, write_zeroes_reads_back_zero, CLAUSES("blk-029", "blk-p01"), NEEDS(VIRTIO_BLK_F_WRITE_ZEROES),
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
		CHECK_SAME("blk-p01", "the sector before the range", after.cpu, before.cpu, BLK_SECTOR);
		CHECK_SAME("blk-p01", "the sector behind the range", (u8 *)after.cpu + end, (u8 *)before.cpu + end,
			   BLK_SECTOR);
	}
}
