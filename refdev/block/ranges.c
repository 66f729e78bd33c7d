// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests that name ranges of sectors: discard, write zeroes, secure erase (VIRTIO 1.4, 5.2.6, 5.2.6.2). */
#include <endian.h>
#include <linux/virtio_blk.h>
#include <string.h>

#include "refdev/block/parts.h"
#include "refdev/core/defect.h"

/* What a discarded sector reads as: a driver may expect nothing, so it gets nothing that it might hope for. */
#define DISCARDED 0xd1

static struct virtio_blk_discard_write_zeroes range_at(const struct refdev_block_request *request, u64 i)
{
	struct virtio_blk_discard_write_zeroes range = { 0 };

	refdev_buffer_read(request->buffer, REFDEV_BLOCK_HEADER + i * sizeof(range), &range, sizeof(range));
	return (struct virtio_blk_discard_write_zeroes){
		.sector = le64toh(range.sector),
		.num_sectors = le32toh(range.num_sectors),
		.flags = le32toh(range.flags),
	};
}

/* Whether the flags are those that the request can have: unmap is one of write zeroes. */
static bool flags_known(u32 type, u32 flags)
{
	u32 known = type == VIRTIO_BLK_T_WRITE_ZEROES ? VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP : 0;

	if (defect("block.write_zeroes_takes_any_flags") && type == VIRTIO_BLK_T_WRITE_ZEROES)
		return true;
	if (defect("block.discard_takes_any_flags") && type == VIRTIO_BLK_T_DISCARD)
		return !(flags & VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP);
	if (defect("block.secure_erase_takes_any_flags") && type == VIRTIO_BLK_T_SECURE_ERASE)
		return true;
	if (defect("block.flags_are_one_byte"))
		flags &= 0xff;
	if (defect("block.flags_lose_the_highest"))
		flags &= 0x7fffffff;
	if (defect("block.discard_takes_unmap") && type == VIRTIO_BLK_T_DISCARD)
		known = VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP;
	return !(flags & ~known);
}

static u8 wrong_flags(u32 type, u32 flags)
{
	bool unmap = flags == VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP;

	if (defect("block.discard_unmap_is_an_error") && type == VIRTIO_BLK_T_DISCARD && unmap)
		return VIRTIO_BLK_S_IOERR;
	if (defect("block.unknown_flags_are_an_error") && !unmap)
		return VIRTIO_BLK_S_IOERR;
	return VIRTIO_BLK_S_UNSUPP;
}

static void zero(struct refdev_block *block, u64 sector, u64 sectors, u32 flags)
{
	u64 skip = 0;

	if (defect("block.write_zeroes_does_nothing"))
		return;
	if (defect("block.write_zeroes_with_unmap_discards") && flags) {
		memset(block->storage + sector * REFDEV_BLOCK_SECTOR, DISCARDED, sectors * REFDEV_BLOCK_SECTOR);
		return;
	}
	if (defect("block.write_zeroes_with_unmap_does_nothing") && flags)
		return;
	if (defect("block.write_zeroes_skips_first_sector"))
		skip = 1;
	if (defect("block.write_zeroes_skips_last_sector") && sectors)
		sectors--;
	if (defect("block.write_zeroes_goes_one_sector_on") && refdev_block_inside(block, sector, sectors + 1))
		sectors++;
	for (; skip < sectors; skip++)
		memset(block->storage + (sector + skip) * REFDEV_BLOCK_SECTOR, 0, REFDEV_BLOCK_SECTOR);
}

static void discard(struct refdev_block *block, u64 sector, u64 sectors)
{
	if (defect("block.discard_goes_one_sector_on") && refdev_block_inside(block, sector, sectors + 1))
		sectors++;
	memset(block->storage + sector * REFDEV_BLOCK_SECTOR, DISCARDED, sectors * REFDEV_BLOCK_SECTOR);
}

/* Whether a read-only disk lets such a request change it. */
static bool changes_read_only(const struct refdev_block *block, u32 type)
{
	if (defect("block.disk_is_read_only_if_accepted") && !refdev_has(&block->dev, VIRTIO_BLK_F_RO))
		return true;
	return (type == VIRTIO_BLK_T_WRITE_ZEROES && defect("block.read_only_disk_is_zeroed")) ||
	       (type == VIRTIO_BLK_T_DISCARD && defect("block.read_only_disk_is_discarded")) ||
	       (type == VIRTIO_BLK_T_SECURE_ERASE && defect("block.read_only_disk_is_erased"));
}

/* How many sectors a range may have, and how many ranges there may be. */
static u64 most_sectors(void)
{
	return REFDEV_BLOCK_RANGE_SECTORS - defect("block.range_limit_is_one_too_many");
}

static u64 most_ranges(u32 type)
{
	if (defect("block.one_erasure_at_a_time") && type == VIRTIO_BLK_T_SECURE_ERASE)
		return 1;
	return REFDEV_BLOCK_RANGES - defect("block.number_of_ranges_is_one_too_many");
}

/* Makes of the first range one that spans all of them, for a defect. */
static void span(struct virtio_blk_discard_write_zeroes *range, const struct refdev_block_request *request, u64 n)
{
	struct virtio_blk_discard_write_zeroes last = range_at(request, n - 1);

	if (last.sector > range->sector)
		range->num_sectors = last.sector + last.num_sectors - range->sector;
}

u8 refdev_block_ranges(struct refdev_block *block, struct refdev_block_request *request)
{
	u64 n = request->data / sizeof(struct virtio_blk_discard_write_zeroes);

	if (!n || n > most_ranges(request->type) || request->data % sizeof(struct virtio_blk_discard_write_zeroes))
		return VIRTIO_BLK_S_IOERR;
	/* All are looked at before any is carried out. */
	for (u64 i = 0; i < n; i++) {
		struct virtio_blk_discard_write_zeroes range = range_at(request, i);

		if (i && defect("block.flags_of_the_first_range_count"))
			break;
		if (!flags_known(request->type, range.flags))
			return wrong_flags(request->type, range.flags);
	}
	if ((block->dev.offered & FEATURE_BIT(VIRTIO_BLK_F_RO)) && !changes_read_only(block, request->type))
		return VIRTIO_BLK_S_IOERR;
	for (u64 i = 0; i < n; i++) {
		struct virtio_blk_discard_write_zeroes range = range_at(request, i);

		u64 at, sectors = range.num_sectors;
		u8 status = refdev_block_range_place(block, range.sector, &sectors, &at);

		if (status)
			return status;
		if (sectors > most_sectors())
			return VIRTIO_BLK_S_IOERR;
	}
	for (u64 i = 0; i < n; i++) {
		struct virtio_blk_discard_write_zeroes range = range_at(request, i);
		u64 at, sectors = range.num_sectors;
		u8 status;

		if (i && defect("block.first_range_is_all"))
			break;
		if (defect("block.ranges_are_joined"))
			span(&range, request, n);
		if (defect("block.empty_range_is_the_rest") && !range.num_sectors)
			sectors = block->sectors - range.sector;
		else
			sectors = range.num_sectors;
		/* The driver may have changed it since it was looked at: memory is shared. */
		status = refdev_block_range_place(block, range.sector, &sectors, &at);
		if (!status && block->zones.n)
			status = refdev_zoned_range(block, request->type, at, sectors);
		if (status)
			return status;
		if (request->type == VIRTIO_BLK_T_DISCARD)
			discard(block, at, sectors);
		else
			zero(block, at, sectors, range.flags);
		refdev_block_changed(block, at, sectors);
	}
	return VIRTIO_BLK_S_OK;
}
