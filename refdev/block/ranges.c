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

u8 refdev_block_ranges(struct refdev_block *block, struct refdev_block_request *request)
{
	u64 n = request->data / sizeof(struct virtio_blk_discard_write_zeroes);

	if (!n || n > REFDEV_BLOCK_RANGES || request->data % sizeof(struct virtio_blk_discard_write_zeroes))
		return VIRTIO_BLK_S_IOERR;
	/* All are looked at before any is carried out. */
	for (u64 i = 0; i < n; i++) {
		struct virtio_blk_discard_write_zeroes range = range_at(request, i);

		if (!flags_known(request->type, range.flags))
			return wrong_flags(request->type, range.flags);
	}
	if (block->dev.offered & FEATURE_BIT(VIRTIO_BLK_F_RO))
		return VIRTIO_BLK_S_IOERR;
	for (u64 i = 0; i < n; i++) {
		struct virtio_blk_discard_write_zeroes range = range_at(request, i);

		if (range.num_sectors > REFDEV_BLOCK_RANGE_SECTORS ||
		    !refdev_block_inside(block, range.sector, range.num_sectors))
			return VIRTIO_BLK_S_IOERR;
	}
	for (u64 i = 0; i < n; i++) {
		struct virtio_blk_discard_write_zeroes range = range_at(request, i);

		/* The driver may have changed it since it was looked at: memory is shared. */
		if (!refdev_block_inside(block, range.sector, range.num_sectors))
			return VIRTIO_BLK_S_IOERR;
		if (request->type == VIRTIO_BLK_T_DISCARD)
			memset(block->storage + range.sector * REFDEV_BLOCK_SECTOR, DISCARDED,
			       (size_t)range.num_sectors * REFDEV_BLOCK_SECTOR);
		else
			zero(block, range.sector, range.num_sectors, range.flags);
		refdev_block_changed(block, range.sector, range.num_sectors);
	}
	return VIRTIO_BLK_S_OK;
}
