// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Flags in discard, write zeroes and secure erase: one that the standard does not know makes the request unsupported, and so does
 * `unmap` in a discard (VIRTIO 1.4, 5.2.6.2).
 */
#include "ranges.h"

#define SCRATCH 128 /* block */

/* Each flag that the standard does not know, alone; in the last range of a request, too. */
static void check_unknown_flags(struct blk *disk, enum range_request which)
{
	struct range_limits limits = ranges_of(disk, which);
	struct virtio_blk_discard_write_zeroes ranges[2] = {
		{ .sector = (u64)SCRATCH * limits.step, .num_sectors = limits.step },
		{ .sector = (u64)(SCRATCH + 1) * limits.step, .num_sectors = limits.step },
	};

	for (int bit = 1; bit < 32; bit++)
		CHECK_EQ("blk-025", blk_range(disk, limits.kind->type, ranges[0].sector, limits.step, (u32)1 << bit),
			 VIRTIO_BLK_S_UNSUPP);
	if (limits.segments < 2)
		return;
	ranges[1].flags = 2;
	CHECK_EQ("blk-025", ranges_request(disk, limits.kind, ranges, 2), VIRTIO_BLK_S_UNSUPP);
}

AVPS_TEST(block, unknown_flags_of_write_zeroes, CLAUSES("blk-025"), NEEDS(VIRTIO_BLK_F_WRITE_ZEROES),
	  ONLY_IF(blk_writable))
{
	check_unknown_flags(&self->disk, RANGE_WRITE_ZEROES);
}

AVPS_TEST(block, unknown_flags_of_discard, CLAUSES("blk-025", "blk-026"), NEEDS(VIRTIO_BLK_F_DISCARD),
	  ONLY_IF(blk_writable))
{
	check_unknown_flags(&self->disk, RANGE_DISCARD);
	CHECK_EQ("blk-026",
		 blk_range(&self->disk, VIRTIO_BLK_T_DISCARD, (u64)SCRATCH * self->disk.unit, self->disk.unit,
			   VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP),
		 VIRTIO_BLK_S_UNSUPP);
}

AVPS_TEST(block, unknown_flags_of_secure_erase, CLAUSES("blk-025"), NEEDS(VIRTIO_BLK_F_SECURE_ERASE),
	  ONLY_IF(blk_writable))
{
	BLK_START(BLK_USUAL | FEATURE(VIRTIO_BLK_F_SECURE_ERASE));
	check_unknown_flags(&self->disk, RANGE_SECURE_ERASE);
}
