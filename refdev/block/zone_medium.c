// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading, writing and erasing where there are zones (VIRTIO 1.4, 5.2.6, 5.2.6.2). */
#include <linux/virtio_blk.h>
#include <string.h>

#include "refdev/block/parts.h"
#include "refdev/core/defect.h"

/* What an unwritten sector reads as. */
#define UNWRITTEN 0xda

/* The zones that @sectors sectors from @sector on lie in, at least one: the first, and a pointer behind the last. */
static struct refdev_zone *zones_of(struct refdev_zones *zones, u64 sector, u64 sectors, struct refdev_zone **end)
{
	struct refdev_zone *first = refdev_zone_at(zones, sector);

	*end = (sectors ? refdev_zone_at(zones, sector + sectors - 1) : first) + 1;
	return first;
}

/* How many sectors of the zone from @sector on are written, @most of them at the most. */
static u64 written_from(const struct refdev_zone *zone, u64 sector, u64 most)
{
	u64 end = zone->type == REFDEV_ZONE_CONVENTIONAL ? zone->start + zone->capacity : zone->start + zone->written;
	u64 written = end > sector ? end - sector : 0;

	return written < most ? written : most;
}

static bool all_written(struct refdev_block *block, u64 sector, u64 sectors)
{
	for (u64 i = 0; i < sectors; i++)
		if (!written_from(refdev_zone_at(&block->zones, sector + i), sector + i, 1))
			return false;
	return true;
}

/* Puts the pattern over what is unwritten of the sectors that were just read. */
static void hide_unwritten(struct refdev_block *block, const struct refdev_block_request *request)
{
	static u8 reads; /* for a defect */
	u8 pattern[REFDEV_BLOCK_SECTOR];

	memset(pattern, UNWRITTEN, sizeof(pattern));
	if (defect("block.unwritten_data_differs_each_time"))
		pattern[REFDEV_BLOCK_SECTOR - 1] = reads++;
	for (u64 done = 0; done < request->room / REFDEV_BLOCK_SECTOR; done++)
		if (!all_written(block, request->sector + done, 1) || defect("block.unwritten_data_hides_the_rest"))
			refdev_buffer_write(request->buffer, done * REFDEV_BLOCK_SECTOR, pattern, sizeof(pattern));
}

u8 refdev_zoned_read(struct refdev_block *block, struct refdev_block_request *request)
{
	u64 sectors = request->room / REFDEV_BLOCK_SECTOR;
	struct refdev_zone *zone, *end;
	u8 status;

	if (request->room % REFDEV_BLOCK_SECTOR || !refdev_block_inside(block, request->sector, sectors) ||
	    request->sector >= block->sectors)
		return VIRTIO_BLK_S_IOERR;
	zone = zones_of(&block->zones, request->sector, sectors, &end);
	if (zone->type == REFDEV_ZONE_WRITE_REQUIRED && end > zone + 1 && !defect("block.read_crosses_zones"))
		return defect("block.read_across_zones_is_an_error") ? VIRTIO_BLK_S_IOERR : REFDEV_ZONE_S_INVALID;
	for (struct refdev_zone *each = zone; each < end; each++)
		if (each->state == REFDEV_ZONE_OFFLINE && !defect("block.offline_zone_is_read"))
			return defect("block.offline_zone_is_an_error") ? VIRTIO_BLK_S_IOERR : REFDEV_ZONE_S_INVALID;
	if (defect("block.unwritten_data_is_left_out")) {
		request->room = written_from(zone, request->sector, sectors) * REFDEV_BLOCK_SECTOR;
		return refdev_block_read(block, request);
	}
	if (block->zones.is.unwritten_fails && !all_written(block, request->sector, sectors) &&
	    !defect("block.unwritten_data_is_shown"))
		return VIRTIO_BLK_S_IOERR;
	status = refdev_block_read(block, request);
	if (!status && !all_written(block, request->sector, sectors) && !defect("block.unwritten_data_is_shown"))
		hide_unwritten(block, request);
	return status;
}

/* Whether a zone can be written to at all, and if not the status that says so. */
static bool is_writable(const struct refdev_zone *zone, u8 *status)
{
	bool read_only = zone->state == REFDEV_ZONE_RDONLY && !defect("block.read_only_zone_is_written");
	bool offline = zone->state == REFDEV_ZONE_OFFLINE && !defect("block.offline_zone_is_written");

	*status = REFDEV_ZONE_S_INVALID;
	if (read_only && defect("block.read_only_zone_is_an_error"))
		*status = VIRTIO_BLK_S_IOERR;
	if (offline && defect("block.offline_zone_is_an_error"))
		*status = VIRTIO_BLK_S_IOERR;
	return !read_only && !offline;
}

/* Whether data of @sectors sectors may be written at @sector of a zone that has to be written in sequence. */
static u8 may_write(const struct refdev_zones *zones, const struct refdev_zone *zone, u64 sector, u64 sectors)
{
	u64 at = sector - zone->start;
	bool crosses = at + sectors > zones->is.zone_sectors;

	if (zone->state == REFDEV_ZONE_RDONLY || zone->state == REFDEV_ZONE_OFFLINE)
		return REFDEV_ZONE_S_OK; /* by a defect */
	if (crosses && !defect("block.write_crosses_zones"))
		return REFDEV_ZONE_S_INVALID;
	if (zone->state == REFDEV_ZONE_FULL)
		return defect("block.full_zone_is_an_error") ? VIRTIO_BLK_S_IOERR : REFDEV_ZONE_S_INVALID;
	if (at > zone->written && !defect("block.write_leaves_a_gap"))
		return defect("block.unaligned_write_is_invalid") ? REFDEV_ZONE_S_INVALID : REFDEV_ZONE_S_UNALIGNED;
	if (at < zone->written && !defect("block.write_goes_back"))
		return REFDEV_ZONE_S_UNALIGNED;
	if (at + sectors > zone->capacity && !defect("block.zone_capacity_is_ignored") &&
	    !defect("block.write_crosses_zones"))
		return defect("block.write_beyond_the_zone_is_unaligned") ? REFDEV_ZONE_S_UNALIGNED
									  : REFDEV_ZONE_S_INVALID;
	if ((sector + sectors) * REFDEV_BLOCK_SECTOR % zones->is.write_granularity &&
	    !defect("block.write_granularity_is_ignored"))
		return defect("block.write_granularity_is_an_error") ? VIRTIO_BLK_S_IOERR : REFDEV_ZONE_S_UNALIGNED;
	return REFDEV_ZONE_S_OK;
}

/* Moves the write pointers of the zones that a write has touched. Where it may be anywhere, a driver may not know of zones. */
static void follow(struct refdev_zones *zones, u64 sector, u64 sectors)
{
	struct refdev_zone *end, *zone = zones_of(zones, sector, sectors, &end);

	for (; zone < end; zone++) {
		u64 to = sector + sectors - zone->start;

		if (zone->type == REFDEV_ZONE_CONVENTIONAL || zone->state == REFDEV_ZONE_FULL)
			continue;
		refdev_zone_open_to_write(zones, zone);
		refdev_zone_written(zone, to < zone->capacity ? to : zone->capacity);
	}
}

u8 refdev_zoned_write(struct refdev_block *block, struct refdev_block_request *request)
{
	u64 sector = request->sector, sectors = request->data / REFDEV_BLOCK_SECTOR;
	struct refdev_zone *zone = refdev_zone_at(&block->zones, sector);
	u8 status;

	if (request->data % REFDEV_BLOCK_SECTOR || !refdev_block_inside(block, sector, sectors) || !zone)
		return VIRTIO_BLK_S_IOERR;
	if (!is_writable(zone, &status))
		return status;
	status = zone->type == REFDEV_ZONE_WRITE_REQUIRED ? may_write(&block->zones, zone, sector, sectors) : 0;
	if (!status && sectors && zone->type != REFDEV_ZONE_CONVENTIONAL && zone->state != REFDEV_ZONE_FULL)
		status = refdev_zone_open_to_write(&block->zones, zone);
	if (!status)
		status = refdev_block_write(block, request);
	if (!status && sectors)
		follow(&block->zones, sector, sectors);
	return status;
}

/* Each zone of the range is reset, or none (5.2.6.2). */
static u8 erase(struct refdev_block *block, u64 sector, u64 sectors)
{
	struct refdev_zone *end, *zone;

	if (!sectors || !refdev_block_inside(block, sector, sectors))
		return REFDEV_ZONE_S_INVALID;
	zone = zones_of(&block->zones, sector, sectors, &end);
	if (zone->start != sector || (end < block->zones.zone + block->zones.n && end->start != sector + sectors))
		return REFDEV_ZONE_S_INVALID;
	if (defect("block.erase_leaves_the_zones"))
		return REFDEV_ZONE_S_OK;
	if (defect("block.erase_is_for_one_zone"))
		end = zone + 1;
	for (struct refdev_zone *each = zone; each < end; each++) {
		if (each->type == REFDEV_ZONE_CONVENTIONAL && defect("block.erase_takes_conventional_zones"))
			return REFDEV_ZONE_S_OK;
		if (each->type == REFDEV_ZONE_CONVENTIONAL || each->state == REFDEV_ZONE_RDONLY ||
		    each->state == REFDEV_ZONE_OFFLINE)
			return REFDEV_ZONE_S_INVALID;
	}
	for (; zone < end; zone++) {
		u8 status = refdev_zone_act(&block->zones, zone, REFDEV_ZONE_T_RESET);

		if (status)
			return status;
	}
	return REFDEV_ZONE_S_OK;
}

u8 refdev_zoned_range(struct refdev_block *block, u32 type, u64 sector, u64 sectors)
{
	struct refdev_zone *end, *zone;
	u8 status;

	if (type == VIRTIO_BLK_T_SECURE_ERASE)
		return refdev_block_zoned(block) ? erase(block, sector, sectors) : VIRTIO_BLK_S_OK;
	if (!sectors)
		return VIRTIO_BLK_S_OK;
	/* Neither asks for a place to write to. */
	zone = zones_of(&block->zones, sector, sectors, &end);
	for (; zone < end; zone++)
		if (zone->type == REFDEV_ZONE_WRITE_REQUIRED || !is_writable(zone, &status))
			return REFDEV_ZONE_S_INVALID;
	if (type == VIRTIO_BLK_T_WRITE_ZEROES)
		follow(&block->zones, sector, sectors);
	return VIRTIO_BLK_S_OK;
}
