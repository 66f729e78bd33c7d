// SPDX-License-Identifier: GPL-2.0-or-later
/* The requests about zones, for a driver that has accepted ZONED (VIRTIO 1.4, 5.2.6). */
#include <endian.h>
#include <linux/virtio_blk.h>

#include "refdev/block/parts.h"
#include "refdev/core/defect.h"

struct report_header {
	u64 nr_zones;
	u8 reserved[56];
};

struct descriptor {
	u64 capacity, start, write_pointer;
	u8 type, state;
	u8 reserved[38];
};

static bool has_write_pointer(const struct refdev_zone *zone)
{
	return zone->state >= REFDEV_ZONE_EMPTY && zone->state <= REFDEV_ZONE_CLOSED;
}

static struct descriptor describe(const struct refdev_zone *zone)
{
	return (struct descriptor){
		.capacity = htole64(zone->capacity),
		.start = htole64(zone->start),
		/* Where there is none, a driver must not look. */
		.write_pointer = has_write_pointer(zone) ? htole64(zone->start + zone->written) : UINT64_MAX,
		.type = zone->type,
		.state = zone->state,
	};
}

/* As many zones as the driver has room for, from the one on that the sector is in. */
static u8 report(struct refdev_block *block, struct refdev_block_request *request)
{
	struct refdev_zones *zones = &block->zones;
	struct refdev_zone *first = refdev_zone_at(zones, request->sector);
	struct report_header header = { 0 };
	u64 n = 0;

	if (!first || request->room < sizeof(header))
		return REFDEV_ZONE_S_INVALID;
	if (first > zones->zone && request->sector == first->start && defect("block.report_begins_a_zone_early"))
		first--;
	request->written = sizeof(header);
	for (; first + n < zones->zone + zones->n; n++) {
		struct descriptor descriptor = describe(first + n);

		if (request->room - request->written < sizeof(descriptor))
			break;
		refdev_buffer_write(request->buffer, request->written, &descriptor, sizeof(descriptor));
		request->written += sizeof(descriptor);
	}
	header.nr_zones = htole64(n);
	refdev_buffer_write(request->buffer, 0, &header, sizeof(header));
	return REFDEV_ZONE_S_OK;
}

static u8 reset_all(struct refdev_block *block)
{
	struct refdev_zones *zones = &block->zones;

	for (unsigned int i = 0; i < zones->n; i++)
		refdev_zone_act(zones, &zones->zone[i], REFDEV_ZONE_T_RESET);
	return REFDEV_ZONE_S_OK;
}

/* Whether an append may be, before it is known whether it can be written; the data goes to the write pointer then. */
static u8 may_append(const struct refdev_block *block, const struct refdev_zone *zone,
		     const struct refdev_block_request *request)
{
	u32 most = block->zones.is.max_append;

	if (request->data > (u64)most * REFDEV_BLOCK_SECTOR) {
		if (!most)
			return defect("block.missing_append_is_invalid") ? REFDEV_ZONE_S_INVALID : VIRTIO_BLK_S_UNSUPP;
		if (defect("block.append_too_large_is_unsupported"))
			return VIRTIO_BLK_S_UNSUPP;
		if (!defect("block.append_of_any_size"))
			return REFDEV_ZONE_S_INVALID;
	}
	if (zone->type != REFDEV_ZONE_WRITE_REQUIRED && !defect("block.append_to_any_type"))
		return defect("block.append_to_another_type_is_unsupported") ? VIRTIO_BLK_S_UNSUPP
									     : REFDEV_ZONE_S_INVALID;
	if (request->sector != zone->start && !defect("block.append_to_any_sector") &&
	    !(request->sector == zone->start + zone->written && defect("block.append_to_the_write_pointer")))
		return REFDEV_ZONE_S_INVALID;
	return REFDEV_ZONE_S_OK;
}

static u8 append(struct refdev_block *block, struct refdev_block_request *request)
{
	struct refdev_zone *zone = refdev_zone_at(&block->zones, request->sector);
	u64 at;
	u8 status;

	if (!zone || request->room < sizeof(at))
		return REFDEV_ZONE_S_INVALID;
	status = may_append(block, zone, request);
	if (status)
		return status;
	request->sector = zone->start + zone->written;
	at = htole64(request->sector);
	if (defect("block.append_sector_is_the_zone"))
		at = htole64(zone->start);
	status = refdev_zoned_write(block, request);
	if (status)
		return status;
	if (defect("block.append_sector_is_the_next"))
		at = htole64(zone->start + zone->written);
	if (defect("block.append_sector_is_in_the_zone"))
		at = htole64(request->sector - zone->start);
	if (!defect("block.append_sector_is_missing"))
		refdev_buffer_write(request->buffer, 0, &at, sizeof(at));
	request->written = sizeof(at);
	return REFDEV_ZONE_S_OK;
}

bool refdev_block_zoned(const struct refdev_block *block)
{
	return block->zones.is.model != REFDEV_ZONED_NOT && refdev_has(&block->dev, VIRTIO_BLK_F_ZONED);
}

u8 refdev_zoned_request(struct refdev_block *block, struct refdev_block_request *request)
{
	struct refdev_zone *zone;

	switch (request->type) {
	case REFDEV_ZONE_T_REPORT:
		return report(block, request);
	case REFDEV_ZONE_T_APPEND:
		return append(block, request);
	case REFDEV_ZONE_T_RESET_ALL:
		return reset_all(block);
	}
	zone = refdev_zone_at(&block->zones, request->sector);
	if (!zone || zone->start != request->sector)
		return REFDEV_ZONE_S_INVALID;
	return refdev_zone_act(&block->zones, zone, request->type);
}
