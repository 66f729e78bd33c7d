// SPDX-License-Identifier: GPL-2.0-or-later
/* The sectors, and the volatile cache before them (VIRTIO 1.4, 5.2.6, 5.2.6.2). */
#include <linux/virtio_blk.h>
#include <string.h>

#include "refdev/block/parts.h"
#include "refdev/core/defect.h"

bool refdev_block_resize(struct refdev_block *block, u64 sectors)
{
	u64 before = block->sectors;

	if (!sectors || sectors > REFDEV_BLOCK_MOST_SECTORS)
		return false;
	if (sectors > before) {
		size_t at = before * REFDEV_BLOCK_SECTOR, len = (sectors - before) * REFDEV_BLOCK_SECTOR;

		memset(block->storage + at, 0, len);
		memset(block->stable + at, 0, len);
	}
	if (defect("block.resize_empties_the_disk"))
		memset(block->storage, 0, sizeof(block->storage));
	block->sectors = sectors;
	if (sectors > before || !defect("block.shrinking_is_not_told"))
		refdev_config_changed(&block->dev);
	return true;
}

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

/* Whether a completed write is stable without a flush. */
static bool writes_through(const struct refdev_block *block)
{
	const struct refdev *dev = &block->dev;

	if (refdev_has(dev, VIRTIO_BLK_F_CONFIG_WCE))
		return !block->writeback;
	return !refdev_has(dev, VIRTIO_BLK_F_FLUSH);
}

void refdev_block_changed(struct refdev_block *block, u64 sector, u64 sectors)
{
	size_t at = sector * REFDEV_BLOCK_SECTOR;

	if (writes_through(block))
		memcpy(block->stable + at, block->storage + at, sectors * REFDEV_BLOCK_SECTOR);
}

u8 refdev_block_flush(struct refdev_block *block)
{
	if (defect("block.flush_is_an_error"))
		return VIRTIO_BLK_S_IOERR;
	memcpy(block->stable, block->storage, sizeof(block->stable));
	return VIRTIO_BLK_S_OK;
}

static bool whole_sectors(const struct refdev_block *block, u64 sector, u64 bytes)
{
	return !(bytes % REFDEV_BLOCK_SECTOR) && refdev_block_inside(block, sector, bytes / REFDEV_BLOCK_SECTOR);
}

/* Data goes to each descriptor as if the request began there. */
static void read_each_piece_anew(struct refdev_block_request *request, const u8 *from)
{
	const struct refdev_buffer *buffer = request->buffer;
	const struct refdev_piece *pieces = buffer->pieces + buffer->n_readable;
	u64 left = request->room;

	for (unsigned int i = 0; i < buffer->n_writable && left; i++) {
		u64 len = pieces[i].len < left ? pieces[i].len : left;

		memcpy(pieces[i].at, from, len);
		left -= len;
	}
}

/* For a defect: the disk is half as large as it says, and every sector of it there twice. */
static u64 seven_bits(u64 sector, u64 sectors)
{
	u64 low = sector & 127;

	return low + sectors > 128 ? sector : low;
}

#define PAGE_SECTORS 8

/* For a defect: what a page of the medium holds beside the sectors that are written is lost. */
static void clear_page(struct refdev_block *block, u64 sector, u64 sectors)
{
	u64 first = sector / PAGE_SECTORS * PAGE_SECTORS;

	if (sectors && sectors < PAGE_SECTORS)
		memset(block->storage + first * REFDEV_BLOCK_SECTOR, 0, PAGE_SECTORS * REFDEV_BLOCK_SECTOR);
}

u8 refdev_block_read(struct refdev_block *block, struct refdev_block_request *request)
{
	const u8 *medium = defect("block.reads_pass_the_cache") ? block->stable : block->storage;

	if (!whole_sectors(block, request->sector, request->room))
		return VIRTIO_BLK_S_IOERR;
	if (defect("block.reads_fail_without_flush") && !refdev_has(&block->dev, VIRTIO_BLK_F_FLUSH))
		return VIRTIO_BLK_S_IOERR;
	if (defect("block.sector_is_seven_bits"))
		request->sector = seven_bits(request->sector, request->room / REFDEV_BLOCK_SECTOR);
	medium += request->sector * REFDEV_BLOCK_SECTOR;
	request->written = request->room;
	if (defect("block.each_descriptor_reads_from_the_start"))
		read_each_piece_anew(request, medium);
	else
		refdev_buffer_write(request->buffer, 0, medium, request->room);
	return VIRTIO_BLK_S_OK;
}

u8 refdev_block_write(struct refdev_block *block, struct refdev_block_request *request)
{
	bool read_only = block->dev.offered & FEATURE_BIT(VIRTIO_BLK_F_RO);
	u64 sector = request->sector, sectors = request->data / REFDEV_BLOCK_SECTOR, bytes = request->data;

	if (!whole_sectors(block, sector, bytes))
		return VIRTIO_BLK_S_IOERR;
	if (read_only && defect("block.read_only_disk_ignores_writes"))
		return VIRTIO_BLK_S_OK;
	if (read_only && defect("block.read_only_disk_is_unsupported"))
		return VIRTIO_BLK_S_UNSUPP;
	if (read_only && !defect("block.read_only_disk_is_written") &&
	    !defect("block.read_only_disk_writes_then_refuses"))
		return VIRTIO_BLK_S_IOERR;
	if (defect("block.write_is_dropped"))
		return VIRTIO_BLK_S_OK;
	if (defect("block.write_loses_last_sector") && sectors > 1)
		bytes -= REFDEV_BLOCK_SECTOR;
	if (defect("block.write_loses_second_half"))
		bytes /= 2;
	if (defect("block.write_sector_is_six_bits") && sectors <= 64)
		sector = (sector & 63) + sectors > 64 ? 0 : sector & 63;
	if (defect("block.sector_is_seven_bits"))
		sector = seven_bits(sector, sectors);
	if (defect("block.write_is_of_whole_pages"))
		clear_page(block, sector, sectors);
	if (defect("block.write_goes_one_sector_on") && sector + sectors < block->sectors)
		sector++;
	if (defect("block.last_sectors_are_one") && sector == block->sectors - 1)
		sector--;
	refdev_buffer_read(request->buffer, REFDEV_BLOCK_HEADER, block->storage + sector * REFDEV_BLOCK_SECTOR, bytes);
	refdev_block_changed(block, sector, sectors);
	return read_only && defect("block.read_only_disk_writes_then_refuses") ? VIRTIO_BLK_S_IOERR : VIRTIO_BLK_S_OK;
}
