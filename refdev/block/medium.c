// SPDX-License-Identifier: GPL-2.0-or-later
/* The sectors, and the volatile cache before them (VIRTIO 1.4, 5.2.6, 5.2.6.2). */
#include <linux/virtio_blk.h>
#include <string.h>

#include "refdev/block/parts.h"
#include "refdev/core/defect.h"

void refdev_block_keep(struct refdev_block *block, const struct refdev_block_keeper *keeper, const void *content,
		       size_t len)
{
	if (len > block->sectors * REFDEV_BLOCK_SECTOR)
		len = block->sectors * REFDEV_BLOCK_SECTOR;
	memcpy(block->storage, content, len);
	memcpy(block->stable, content, len);
	block->keeper = *keeper;
}

/* What is read becomes what a power cut leaves. */
static void make_stable(struct refdev_block *block, size_t at, size_t len)
{
	memcpy(block->stable + at, block->storage + at, len);
	if (block->keeper.keep)
		block->keeper.keep(block->keeper.of, at, block->stable + at, len);
}

bool refdev_block_resize(struct refdev_block *block, u64 sectors)
{
	u64 before = block->sectors;

	if (!sectors || sectors > REFDEV_BLOCK_MOST_SECTORS)
		return false;
	if (sectors > before) {
		size_t at = before * REFDEV_BLOCK_SECTOR, len = (sectors - before) * REFDEV_BLOCK_SECTOR;

		memset(block->storage + at, 0, len);
		make_stable(block, at, len);
	}
	if (defect("block.resize_empties_the_disk"))
		memset(block->storage, 0, sizeof(block->storage));
	block->sectors = sectors;
	if (sectors > before || !defect("block.shrinking_is_not_told"))
		refdev_config_changed(&block->dev);
	return true;
}

/* Whether a completed write is stable without a flush. */
static bool writes_through(const struct refdev_block *block)
{
	const struct refdev *dev = &block->dev;

	if (refdev_has(dev, VIRTIO_BLK_F_CONFIG_WCE))
		return !block->writeback && !defect("block.writing_through_is_only_said");
	return !refdev_has(dev, VIRTIO_BLK_F_FLUSH) && !defect("block.nobody_flushes_and_writes_are_volatile");
}

void refdev_block_changed(struct refdev_block *block, u64 sector, u64 sectors)
{
	size_t at = sector * REFDEV_BLOCK_SECTOR;

	if (defect("block.written_through_without_its_last_sector") && sectors)
		sectors--;
	if (writes_through(block))
		make_stable(block, at, sectors * REFDEV_BLOCK_SECTOR);
}

u8 refdev_block_flush(struct refdev_block *block)
{
	if (defect("block.flush_is_an_error"))
		return VIRTIO_BLK_S_IOERR;
	if (defect("block.flush_is_a_lie"))
		return VIRTIO_BLK_S_OK;
	if (defect("block.flush_with_a_mode_is_a_lie") && refdev_has(&block->dev, VIRTIO_BLK_F_CONFIG_WCE))
		return VIRTIO_BLK_S_OK;
	if (defect("block.flush_leaves_the_second_half")) {
		make_stable(block, 0, block->sectors / 2 * REFDEV_BLOCK_SECTOR);
		return VIRTIO_BLK_S_OK;
	}
	if (defect("block.flush_changes_the_mode"))
		block->writeback = 1;
	make_stable(block, 0, block->sectors * REFDEV_BLOCK_SECTOR);
	return VIRTIO_BLK_S_OK;
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

/* For a defect: as many whole sectors as the data needs, whether or not there is room for all of them. */
static u8 round_up(struct refdev_block *block, struct refdev_block_request *request)
{
	const struct refdev_piece *data = &request->buffer->pieces[request->buffer->n_readable];
	u64 sectors = (request->room + REFDEV_BLOCK_SECTOR - 1) / REFDEV_BLOCK_SECTOR;

	if (!refdev_block_inside(block, request->sector, sectors))
		return VIRTIO_BLK_S_IOERR;
	memcpy(data->at, block->storage + request->sector * REFDEV_BLOCK_SECTOR, sectors * REFDEV_BLOCK_SECTOR);
	request->written = request->room;
	return VIRTIO_BLK_S_OK;
}

u8 refdev_block_read(struct refdev_block *block, struct refdev_block_request *request)
{
	const u8 *medium = defect("block.reads_pass_the_cache") ? block->stable : block->storage;
	u64 bytes = request->room;
	u8 status;

	if (bytes % REFDEV_BLOCK_SECTOR && defect("block.odd_read_is_rounded_up"))
		return round_up(block, request);
	status = refdev_block_place(block, request->sector, &bytes, false, &request->sector);
	if (status)
		return status;
	if (defect("block.reads_fail_without_flush") && !refdev_has(&block->dev, VIRTIO_BLK_F_FLUSH))
		return VIRTIO_BLK_S_IOERR;
	if (defect("block.sector_is_seven_bits"))
		request->sector = seven_bits(request->sector, bytes / REFDEV_BLOCK_SECTOR);
	if (defect("block.read_is_of_whole_blocks"))
		request->sector -= request->sector % (refdev_block_size(block) / REFDEV_BLOCK_SECTOR);
	medium += request->sector * REFDEV_BLOCK_SECTOR;
	request->written = bytes;
	if (defect("block.each_descriptor_reads_from_the_start"))
		read_each_piece_anew(request, medium);
	else
		refdev_buffer_write(request->buffer, 0, medium, bytes);
	return VIRTIO_BLK_S_OK;
}

/* What a disk that is read-only says to a write. */
static u8 refused(struct refdev_block *block)
{
	if (defect("block.read_only_disk_ignores_writes"))
		return VIRTIO_BLK_S_OK;
	if (defect("block.read_only_disk_is_unsupported"))
		return VIRTIO_BLK_S_UNSUPP;
	if (defect("block.disk_is_read_only_if_accepted") && !refdev_has(&block->dev, VIRTIO_BLK_F_RO))
		return VIRTIO_BLK_S_OK;
	return VIRTIO_BLK_S_IOERR;
}

/* Whether a write to a read-only disk changes it. */
static bool written_all_the_same(const struct refdev_block *block)
{
	return defect("block.read_only_disk_is_written") || defect("block.read_only_disk_writes_then_refuses") ||
	       (defect("block.disk_is_read_only_if_accepted") && !refdev_has(&block->dev, VIRTIO_BLK_F_RO));
}

/* For a defect: the header is thought to have a descriptor of its own, and what else is in that is lost. */
static u64 data_at(const struct refdev_block_request *request, u64 *bytes)
{
	u64 first = request->buffer->pieces[0].len;

	if (first <= REFDEV_BLOCK_HEADER || !defect("block.data_begins_in_the_second_descriptor"))
		return REFDEV_BLOCK_HEADER;
	*bytes -= first - REFDEV_BLOCK_HEADER;
	return first;
}

/* Where a device with one of these defects writes instead of where it should. */
static u64 wrong_sector(const struct refdev_block *block, u64 sector, u64 sectors)
{
	if (defect("block.write_sector_is_six_bits") && sectors <= 64)
		return (sector & 63) + sectors > 64 ? 0 : sector & 63;
	if (defect("block.sector_is_seven_bits"))
		return seven_bits(sector, sectors);
	if (defect("block.write_goes_one_sector_on") && sector + sectors < block->sectors)
		return sector + 1;
	if (defect("block.last_sectors_are_one") && sector == block->sectors - 1)
		return sector - 1;
	return sector;
}

#define BAD_SECTOR 77

u8 refdev_block_write(struct refdev_block *block, struct refdev_block_request *request)
{
	bool read_only = block->dev.offered & FEATURE_BIT(VIRTIO_BLK_F_RO);
	u64 sector, sectors, from, bytes = request->data;
	u8 bad[REFDEV_BLOCK_SECTOR];
	u8 status;

	if (bytes % REFDEV_BLOCK_SECTOR && defect("block.odd_write_clears_a_page")) {
		if (refdev_block_inside(block, request->sector, PAGE_SECTORS))
			clear_page(block, request->sector, 1);
		return VIRTIO_BLK_S_IOERR;
	}
	status = refdev_block_place(block, request->sector, &bytes, true, &sector);
	if (status)
		return status;
	sectors = bytes / REFDEV_BLOCK_SECTOR;
	status = read_only ? refused(block) : VIRTIO_BLK_S_OK;
	if (read_only && !written_all_the_same(block))
		return status;
	if (read_only && defect("block.read_only_disk_is_written"))
		status = VIRTIO_BLK_S_OK;
	if (defect("block.write_is_dropped"))
		return status;
	if (defect("block.write_loses_last_sector") && sectors > 1)
		bytes -= REFDEV_BLOCK_SECTOR;
	if (defect("block.write_loses_second_half"))
		bytes /= 2;
	if (defect("block.large_write_is_cut_short") && sectors > 32)
		bytes = 32 * REFDEV_BLOCK_SECTOR;
	sector = wrong_sector(block, sector, sectors);
	if (defect("block.write_is_of_whole_pages"))
		clear_page(block, sector, sectors);
	from = data_at(request, &bytes);
	memcpy(bad, block->storage + BAD_SECTOR * REFDEV_BLOCK_SECTOR, sizeof(bad));
	refdev_buffer_read(request->buffer, from, block->storage + sector * REFDEV_BLOCK_SECTOR, bytes);
	if (defect("block.one_sector_is_bad"))
		memcpy(block->storage + BAD_SECTOR * REFDEV_BLOCK_SECTOR, bad, sizeof(bad));
	refdev_block_changed(block, sector, sectors);
	return status;
}
