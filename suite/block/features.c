// SPDX-License-Identifier: GPL-2.0-or-later
/* Features that are offered and not accepted, and those that don't go together (VIRTIO 1.4, 5.2.3, 5.2.5). */
#include "block.h"

#define SCRATCH 160 /* block */

/*
 * A device with zones is none of before this standard: it offers VERSION_1.
 */
AVPS_TEST(block, zoned_comes_with_version_1, CLAUSES("blk-006"), NO_RING, NEEDS(BLK_F_ZONED))
{
	CHECK("blk-006", avps_has(self->dev->offered, VIRTIO_F_VERSION_1),
	      "ZONED is offered without VERSION_1, by a legacy device");
}

/* What belongs to features of its own. */
static const struct {
	const char *name;
	u32 type;
} requests[] = {
	{ "flush", VIRTIO_BLK_T_FLUSH },
	{ "discard", VIRTIO_BLK_T_DISCARD },
	{ "write zeroes", VIRTIO_BLK_T_WRITE_ZEROES },
	{ "secure erase", VIRTIO_BLK_T_SECURE_ERASE },
};

/*
 * With none of the disk's features accepted, it can be read and written; a request that belongs to one ends with a status, and
 * leaves all sectors alone that it does not name.
 *
 * Which status that is, the standard leaves open, but for zones.
 */
AVPS_TEST(block, no_feature_is_needed, CLAUSES("blk-p01", "blk-p08"), ONLY_IF(blk_writable))
{
	u32 unit = self->disk.unit;
	u64 at = (u64)SCRATCH * unit;
	struct avps_buf pattern = blk_pattern(at, 3 * unit, 110);
	struct avps_buf back = avps_dma_alloc(pattern.len, BLK_SECTOR);
	size_t block = (size_t)unit * BLK_SECTOR;

	BLK_START(0);
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		int status;

		CHECK_EQ("blk-p01", blk_write(&self->disk, at, pattern), VIRTIO_BLK_S_OK);
		status = requests[i].type == VIRTIO_BLK_T_FLUSH
				 ? blk_flush(&self->disk)
				 : blk_range(&self->disk, requests[i].type, at + unit, unit, 0);
		CHECK("blk-p08", blk_status_known(status), "%s ends with status %d", requests[i].name, status);
		CHECK_EQ("blk-p01", blk_read(&self->disk, at, back), VIRTIO_BLK_S_OK);
		CHECK_SAME("blk-p01", "the block before the range", back.cpu, pattern.cpu, block);
		CHECK_SAME("blk-p01", "the block behind the range", (u8 *)back.cpu + 2 * block,
			   (u8 *)pattern.cpu + 2 * block, block);
	}
}
