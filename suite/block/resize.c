// SPDX-License-Identifier: GPL-2.0-or-later
/* A disk that becomes larger and smaller while it is in operation (VIRTIO 1.4, 5.2.4, 5.2.6.2). */
#include "resize.h"

RESIZE_SUITE(block_resize, "block")

#define STRADDLING 2 /* sectors on either side of where the disk ends, or ended */

/*
 * When the capacity changes, whichever way, the driver is told.
 */
AVPS_TEST(block_resize, capacity_change_is_told, CLAUSES("blk-023"), HOST(RESIZE), ONLY_IF(blk_writable))
{
	const u64 sizes[] = { self->disk.sectors + RESIZE_MORE, self->disk.sectors };

	for (int i = 0; i < 2; i++) {
		RESIZE_AND_SEE(&self->disk, sizes[i]);
		CHECK("blk-023", resizable_told(&self->disk, avps_patience()),
		      "no configuration change notification came when the capacity became %llu",
		      (unsigned long long)sizes[i]);
	}
}

/*
 * A disk that has become larger has all its new sectors, no more, and the old ones with what they held; requests may lie
 * across its former end.
 */
AVPS_TEST(block_resize, larger_disk_has_its_new_sectors, CLAUSES("blk-p01", "blk-p02"), HOST(RESIZE),
	  ONLY_IF(blk_writable))
{
	struct blk *disk = &self->disk.disk;
	u64 before = self->disk.sectors, now = before + RESIZE_MORE;
	struct avps_buf old = blk_pattern(before - STRADDLING, STRADDLING, 21);
	struct avps_buf across = blk_pattern(before - STRADDLING, 2 * STRADDLING, 22);
	struct avps_buf last = blk_pattern(now - 1, 1, 23);
	struct avps_buf back = avps_dma_alloc(across.len, BLK_SECTOR), one = avps_buf_slice(back, 0, BLK_SECTOR);

	REQUIRE(blk_write(disk, before - STRADDLING, old) == VIRTIO_BLK_S_OK, "the last sectors can't be written");
	RESIZE_TO(&self->disk, now);
	CHECK_EQ("blk-p02", resizable_capacity(&self->disk), now);
	CHECK_EQ("blk-p01", blk_read(disk, before - STRADDLING, avps_buf_slice(back, 0, old.len)), VIRTIO_BLK_S_OK);
	CHECK_SAME("blk-p01", "what was there before", back.cpu, old.cpu, old.len);

	CHECK_EQ("blk-p02", blk_write(disk, now - 1, last), VIRTIO_BLK_S_OK);
	CHECK_EQ("blk-p02", blk_write(disk, before - STRADDLING, across), VIRTIO_BLK_S_OK);
	CHECK_EQ("blk-p02", blk_read(disk, before - STRADDLING, back), VIRTIO_BLK_S_OK);
	CHECK_SAME("blk-p02", "the sectors around the former end", back.cpu, across.cpu, across.len);
	CHECK_EQ("blk-p02", blk_read(disk, now - 1, one), VIRTIO_BLK_S_OK);
	CHECK_SAME("blk-p02", "the last of the new sectors", one.cpu, last.cpu, BLK_SECTOR);
	CHECK_EQ("blk-p02", blk_read(disk, now, one), VIRTIO_BLK_S_IOERR);
}

/*
 * A disk that has become smaller no longer has the sectors behind its end, not even those of a request that begins before it;
 * what remains holds what it held.
 */
AVPS_TEST(block_resize, smaller_disk_lacks_the_sectors_behind_its_end, CLAUSES("blk-p01", "blk-p02"), HOST(RESIZE),
	  ONLY_IF(blk_writable))
{
	struct blk *disk = &self->disk.disk;
	u64 now = self->disk.sectors;
	struct avps_buf pattern = blk_pattern(now - STRADDLING, 2 * STRADDLING, 24);
	struct avps_buf kept = avps_buf_slice(pattern, 0, STRADDLING * BLK_SECTOR);
	struct avps_buf back = avps_dma_alloc(pattern.len, BLK_SECTOR), one = avps_buf_slice(back, 0, BLK_SECTOR);

	RESIZE_AND_SEE(&self->disk, now + RESIZE_MORE);
	REQUIRE(blk_write(disk, now - STRADDLING, pattern) == VIRTIO_BLK_S_OK, "the larger disk can't be written");
	RESIZE_TO(&self->disk, now);
	CHECK_EQ("blk-p02", resizable_capacity(&self->disk), now);
	CHECK_EQ("blk-p02", blk_read(disk, now, one), VIRTIO_BLK_S_IOERR);
	CHECK_EQ("blk-p02", blk_write(disk, now, avps_buf_slice(pattern, kept.len, BLK_SECTOR)), VIRTIO_BLK_S_IOERR);
	CHECK_EQ("blk-p02", blk_read(disk, now - STRADDLING, back), VIRTIO_BLK_S_IOERR);
	CHECK_EQ("blk-p02", resizable_capacity(&self->disk), now);
	CHECK_EQ("blk-p01", blk_read(disk, now - STRADDLING, avps_buf_slice(back, 0, kept.len)), VIRTIO_BLK_S_OK);
	CHECK_SAME("blk-p01", "what is left", back.cpu, kept.cpu, kept.len);
}
