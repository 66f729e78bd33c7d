// SPDX-License-Identifier: GPL-2.0-or-later
/* States of zones, and what it takes to leave one for another (VIRTIO 1.4, 5.2.6). */
#include "refdev/block/zones.h"

#include <linux/virtio_blk.h>
#include <string.h>

#include "refdev/core/defect.h"

void refdev_zones_init(struct refdev_zones *zones, const struct refdev_zoning *is, u64 sectors)
{
	memset(zones, 0, sizeof(*zones));
	zones->is = *is;
	for (u64 start = 0; start < sectors && zones->n < REFDEV_MOST_ZONES; start += is->zone_sectors) {
		u64 size = sectors - start < is->zone_sectors ? sectors - start : is->zone_sectors;
		unsigned int number = zones->n++;
		struct refdev_zone *zone = &zones->zone[number];

		zone->start = start;
		if (number < is->conventional) {
			zone->type = REFDEV_ZONE_CONVENTIONAL;
			zone->capacity = size;
			continue;
		}
		zone->type =
			is->model == REFDEV_HOST_MANAGED ? REFDEV_ZONE_WRITE_REQUIRED : REFDEV_ZONE_WRITE_PREFERRED;
		zone->capacity = size < is->zone_capacity ? size : is->zone_capacity;
		zone->state = REFDEV_ZONE_EMPTY;
		if (number && number == is->read_only)
			zone->state = REFDEV_ZONE_RDONLY;
		if (number && number == is->offline)
			zone->state = REFDEV_ZONE_OFFLINE;
		if (zone->state != REFDEV_ZONE_EMPTY)
			zone->written = zone->capacity / 2;
	}
}

struct refdev_zone *refdev_zone_at(struct refdev_zones *zones, u64 sector)
{
	u64 number = sector / zones->is.zone_sectors;

	return number < zones->n ? &zones->zone[number] : NULL;
}

static bool is_open(const struct refdev_zone *zone)
{
	return zone->state == REFDEV_ZONE_IOPEN || zone->state == REFDEV_ZONE_EOPEN;
}

static bool is_open_explicitly(const struct refdev_zone *zone)
{
	return zone->state == REFDEV_ZONE_EOPEN;
}

static bool is_active(const struct refdev_zone *zone)
{
	return is_open(zone) || zone->state == REFDEV_ZONE_CLOSED;
}

static unsigned int count(const struct refdev_zones *zones, bool (*is)(const struct refdev_zone *zone))
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < zones->n; i++)
		n += is(&zones->zone[i]);
	return n;
}

/* Closes a zone that is open though nobody asked for it. False where there is none. */
static bool close_another(struct refdev_zones *zones)
{
	for (unsigned int i = 0; i < zones->n; i++) {
		if (zones->zone[i].state != REFDEV_ZONE_IOPEN)
			continue;
		zones->zone[i].state = REFDEV_ZONE_CLOSED;
		return true;
	}
	return false;
}

static unsigned int open_zones(const struct refdev_zones *zones)
{
	return count(zones, defect("block.zones_open_by_writing_do_not_count") ? is_open_explicitly : is_open);
}

/* Whether the zone may become open. A lack of both kinds of resources is one of the active ones. */
static u8 take_resources(struct refdev_zones *zones, const struct refdev_zone *zone)
{
	u32 max_open = zones->is.max_open, max_active = zones->is.max_active;

	if (is_open(zone))
		return REFDEV_ZONE_S_OK;
	if (!max_open && !max_active && count(zones, is_open) == 2 && defect("block.zones_have_a_hidden_limit"))
		return REFDEV_ZONE_S_OPEN_RESOURCE;
	if (!max_open && !max_active && count(zones, is_active) == 4 &&
	    defect("block.zones_have_a_hidden_active_limit"))
		return REFDEV_ZONE_S_ACTIVE_RESOURCE;
	if (max_active && !is_active(zone) && count(zones, is_active) >= max_active &&
	    !defect("block.active_zones_are_not_limited"))
		return defect("block.lack_of_active_zones_is_of_open_ones") ? REFDEV_ZONE_S_OPEN_RESOURCE
									    : REFDEV_ZONE_S_ACTIVE_RESOURCE;
	if (max_open && open_zones(zones) >= max_open && !defect("block.open_zones_are_not_limited") &&
	    !close_another(zones))
		return REFDEV_ZONE_S_OPEN_RESOURCE;
	return REFDEV_ZONE_S_OK;
}

static u8 open_explicitly(struct refdev_zones *zones, struct refdev_zone *zone)
{
	u8 status;

	if (!is_active(zone) && zone->state != REFDEV_ZONE_EMPTY &&
	    !(zone->state == REFDEV_ZONE_FULL && defect("block.full_zone_opens")))
		return defect("block.open_of_a_full_zone_is_an_error") ? VIRTIO_BLK_S_IOERR : REFDEV_ZONE_S_INVALID;
	if (zone->state == REFDEV_ZONE_EOPEN && defect("block.open_zone_opens_once"))
		return REFDEV_ZONE_S_INVALID;
	status = take_resources(zones, zone);
	if (status && defect("block.open_without_resources_is_invalid"))
		return REFDEV_ZONE_S_INVALID;
	if (status && !defect("block.open_without_resources_opens"))
		return status;
	if (!defect("block.zone_open_does_nothing"))
		zone->state = REFDEV_ZONE_EOPEN;
	return status;
}

static u8 close(struct refdev_zone *zone)
{
	if (zone->state == REFDEV_ZONE_EMPTY && defect("block.empty_zone_closes"))
		return REFDEV_ZONE_S_OK;
	if (zone->state == REFDEV_ZONE_FULL && defect("block.full_zone_closes"))
		zone->state = REFDEV_ZONE_CLOSED;
	if (zone->state == REFDEV_ZONE_CLOSED && defect("block.closed_zone_closes_once"))
		return REFDEV_ZONE_S_INVALID;
	if (!is_active(zone))
		return REFDEV_ZONE_S_INVALID;
	if (defect("block.zone_close_does_nothing"))
		return REFDEV_ZONE_S_OK;
	zone->state = zone->written ? REFDEV_ZONE_CLOSED : REFDEV_ZONE_EMPTY;
	return REFDEV_ZONE_S_OK;
}

/* The lists of 5.2.6 lead to full from the open states, and stay there. */
static u8 finish(struct refdev_zone *zone)
{
	if (zone->state == REFDEV_ZONE_RDONLY && defect("block.read_only_zone_finishes"))
		return REFDEV_ZONE_S_OK;
	if (zone->state == REFDEV_ZONE_EMPTY && defect("block.finish_of_an_empty_zone_does_nothing"))
		return REFDEV_ZONE_S_OK;
	if (zone->state == REFDEV_ZONE_CLOSED && defect("block.finish_refuses_and_finishes"))
		zone->state = REFDEV_ZONE_FULL;
	else if (zone->state == REFDEV_ZONE_FULL)
		return REFDEV_ZONE_S_OK;
	if (!is_open(zone))
		return REFDEV_ZONE_S_INVALID;
	if (defect("block.zone_finish_does_nothing"))
		return REFDEV_ZONE_S_OK;
	zone->state = REFDEV_ZONE_FULL;
	if (defect("block.finish_leaves_old_data"))
		zone->written = zone->capacity;
	return REFDEV_ZONE_S_OK;
}

static u8 reset(struct refdev_zone *zone)
{
	if (zone->state == REFDEV_ZONE_RDONLY && defect("block.read_only_zone_is_reset"))
		zone->state = REFDEV_ZONE_FULL;
	if (zone->state == REFDEV_ZONE_FULL && defect("block.full_zone_is_not_reset"))
		return REFDEV_ZONE_S_INVALID;
	if (zone->state == REFDEV_ZONE_CLOSED && defect("block.closed_zone_reset_does_nothing"))
		return REFDEV_ZONE_S_OK;
	if (!is_active(zone) && zone->state != REFDEV_ZONE_EMPTY && zone->state != REFDEV_ZONE_FULL)
		return REFDEV_ZONE_S_INVALID;
	zone->state = REFDEV_ZONE_EMPTY;
	if (!defect("block.reset_keeps_the_write_pointer"))
		zone->written = 0;
	return REFDEV_ZONE_S_OK;
}

u8 refdev_zone_act(struct refdev_zones *zones, struct refdev_zone *zone, u32 type)
{
	bool conventional = zone->type == REFDEV_ZONE_CONVENTIONAL, offline = zone->state == REFDEV_ZONE_OFFLINE;

	if (conventional && type == REFDEV_ZONE_T_OPEN && defect("block.conventional_zone_opens"))
		return REFDEV_ZONE_S_OK;
	if (conventional && type == REFDEV_ZONE_T_RESET && defect("block.conventional_zone_is_reset"))
		return REFDEV_ZONE_S_OK;
	if (conventional && defect("block.conventional_zone_request_is_unsupported"))
		return VIRTIO_BLK_S_UNSUPP;
	if (offline && type == REFDEV_ZONE_T_FINISH && defect("block.offline_zone_finishes"))
		return REFDEV_ZONE_S_OK;
	if (offline && defect("block.offline_zone_is_an_error"))
		return VIRTIO_BLK_S_IOERR;
	if (conventional)
		return REFDEV_ZONE_S_INVALID;
	switch (type) {
	case REFDEV_ZONE_T_OPEN:
		return open_explicitly(zones, zone);
	case REFDEV_ZONE_T_CLOSE:
		return close(zone);
	case REFDEV_ZONE_T_FINISH:
		return finish(zone);
	default:
		return reset(zone);
	}
}

u8 refdev_zone_open_to_write(struct refdev_zones *zones, struct refdev_zone *zone)
{
	u8 status = take_resources(zones, zone);

	if (status && defect("block.write_without_resources_is_an_error"))
		return VIRTIO_BLK_S_IOERR;
	if (status && !defect("block.write_needs_no_resources"))
		return status;
	if (!is_open(zone))
		zone->state = REFDEV_ZONE_IOPEN;
	return REFDEV_ZONE_S_OK;
}

void refdev_zone_written(struct refdev_zone *zone, u32 end)
{
	if (end > zone->written)
		zone->written = end;
	if (zone->written >= zone->capacity)
		zone->state = REFDEV_ZONE_FULL;
}
