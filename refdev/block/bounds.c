// SPDX-License-Identifier: GPL-2.0-or-later
/* Where a request lies, and whether that is on the disk (VIRTIO 1.4, 5.2.4, 5.2.6). */
#include <linux/virtio_blk.h>

#include "refdev/block/parts.h"
#include "refdev/core/defect.h"

bool refdev_block_inside(const struct refdev_block *block, u64 sector, u64 sectors)
{
	u64 capacity = block->sectors;

	if (capacity > REFDEV_BLOCK_SECTORS && defect("block.new_sectors_are_out_of_bounds"))
		capacity = REFDEV_BLOCK_SECTORS;
	if (defect("block.sectors_that_are_gone_are_served"))
		capacity = REFDEV_BLOCK_MOST_SECTORS;
	if (defect("block.last_sector_is_out_of_bounds"))
		capacity--;
	return sector <= capacity && sectors <= capacity - sector;
}

/* What a device with one of these defects makes of a place that is not on the disk. Leaves places that are there alone. */
static u64 wrong_place(struct refdev_block *block, u64 sector, u64 sectors, bool write)
{
	u64 capacity = block->sectors;

	if (defect("block.sector_is_thirty_two_bits"))
		return (u32)sector;
	if (defect("block.place_in_bytes_overflows"))
		return sector * REFDEV_BLOCK_SECTOR / REFDEV_BLOCK_SECTOR;
	if (defect("block.end_of_request_overflows") && sector + sectors < sector)
		return 0;
	if (defect("block.place_is_signed") && sector >> 63)
		return 0;
	if (write && defect("block.write_wraps_at_the_end") && sectors <= capacity)
		return sector % capacity + sectors <= capacity ? sector % capacity : 0;
	return sector;
}

/* Whether the request is for blocks of the disk: the standard does not ask for that. */
static bool whole_blocks(const struct refdev_block *block, u64 sector, u64 bytes)
{
	u32 size = refdev_block_size(block);

	return !(bytes % size) && !(sector * REFDEV_BLOCK_SECTOR % size);
}

u8 refdev_block_place(struct refdev_block *block, u64 sector, u64 *bytes, bool write, u64 *at)
{
	u64 sectors = *bytes / REFDEV_BLOCK_SECTOR;
	bool whole = !(*bytes % REFDEV_BLOCK_SECTOR);

	*at = wrong_place(block, sector, sectors, write);
	if (whole && refdev_block_inside(block, *at, sectors)) {
		if (!whole_blocks(block, sector, *bytes) && defect("block.requests_must_fit_blocks"))
			return VIRTIO_BLK_S_IOERR;
		return VIRTIO_BLK_S_OK;
	}
	if (!whole)
		return VIRTIO_BLK_S_IOERR;
	if (!write && defect("block.read_beyond_capacity_brings_nothing")) {
		*bytes = *at = 0;
		return VIRTIO_BLK_S_OK;
	}
	if (write && sector >= block->sectors && defect("block.write_beyond_capacity_is_ignored")) {
		*bytes = *at = 0;
		return VIRTIO_BLK_S_OK;
	}
	if (sector < block->sectors && defect("block.request_across_the_end_is_cut_short")) {
		*bytes = (block->sectors - sector) * REFDEV_BLOCK_SECTOR;
		return VIRTIO_BLK_S_OK;
	}
	return defect("block.beyond_capacity_is_unsupported") ? VIRTIO_BLK_S_UNSUPP : VIRTIO_BLK_S_IOERR;
}

u8 refdev_block_range_place(struct refdev_block *block, u64 sector, u64 *sectors, u64 *at)
{
	*at = sector;
	if (refdev_block_inside(block, sector, *sectors))
		return VIRTIO_BLK_S_OK;
	if (defect("block.range_overflows") && sector + *sectors < sector) {
		*at = 0;
		*sectors += sector;
		if (refdev_block_inside(block, *at, *sectors))
			return VIRTIO_BLK_S_OK;
	}
	if (defect("block.range_place_in_bytes_overflows")) {
		*at = sector * REFDEV_BLOCK_SECTOR / REFDEV_BLOCK_SECTOR;
		if (refdev_block_inside(block, *at, *sectors))
			return VIRTIO_BLK_S_OK;
	}
	if (sector < block->sectors && defect("block.range_across_the_end_is_cut_short")) {
		*sectors = block->sectors - sector;
		return VIRTIO_BLK_S_OK;
	}
	if (defect("block.range_beyond_capacity_is_ignored")) {
		*sectors = *at = 0;
		return VIRTIO_BLK_S_OK;
	}
	return defect("block.range_beyond_capacity_is_unsupported") ? VIRTIO_BLK_S_UNSUPP : VIRTIO_BLK_S_IOERR;
}
