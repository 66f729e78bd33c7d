// SPDX-License-Identifier: GPL-2.0-or-later
/* Working with zones, for the tests of them. */
#include "zones.h"

#include <string.h>

/* The layout of a report (5.2.6). */
struct report {
	u64 nr_zones;
	u8 reserved[56];
	struct {
		u64 z_cap, z_start, z_wp;
		u8 z_type, z_state;
		u8 reserved[38];
	} zones[];
};

#define REPORT_BYTES (sizeof(struct report) + ZONES_MOST * 64)
#define MOST_DATA ((u32)1 << 20) /* of one request, in bytes */
#define MOST_GRANULE 256 /* sectors: 128 KiB */

/* Makes the request for a report, in memory of its own: a large disk has more of them than there is memory for others. */
static bool request_report(struct zoned *z, u64 sector)
{
	const struct avps_element elements[] = { { .buf = z->header },
						 { .buf = z->report, .writable = true },
						 { .buf = z->status, .writable = true } };
	struct avps_used used;
	int id;

	*(struct virtio_blk_outhdr *)z->header.cpu =
		(struct virtio_blk_outhdr){ .type = BLK_T_ZONE_REPORT, .sector = sector };
	memset(z->report.cpu, AVPS_DMA_POISON, z->report.len);
	*(u8 *)z->status.cpu = BLK_STATUS_POISON;
	id = avps_vq_add(&z->disk.vq, elements, ARRAY_SIZE(elements));
	if (id < 0)
		return false;
	avps_vq_notify(&z->disk.vq);
	return !avps_vq_wait_used(&z->disk.vq, &used) && used.id == id &&
	       *(volatile u8 *)z->status.cpu == VIRTIO_BLK_S_OK;
}

int zones_report(struct zoned *z, u64 sector, struct zone *zones)
{
	const struct report *report = z->report.cpu;

	if (!request_report(z, sector))
		return -1;
	if (report->nr_zones > ZONES_MOST)
		return -1;
	for (unsigned int i = 0; i < report->nr_zones; i++)
		zones[i] = (struct zone){ .start = report->zones[i].z_start,
					  .capacity = report->zones[i].z_cap,
					  .wp = report->zones[i].z_wp,
					  .type = report->zones[i].z_type,
					  .state = report->zones[i].z_state };
	return report->nr_zones;
}

struct zone zone_now(struct zoned *z, u64 start)
{
	struct zone zones[ZONES_MOST];

	if (zones_report(z, start, zones) < 1 || zones[0].start != start)
		return (struct zone){ .state = ZONE_UNREPORTED };
	return zones[0];
}

/* Calls @visit for each zone, until it says that it has seen enough. */
static void each_zone(struct zoned *z, bool (*visit)(struct zoned *z, const struct zone *zone, void *data), void *data)
{
	struct zone zones[ZONES_MOST];
	u64 sector = 0;

	for (int left = ZONES_SCANNED; z->zone_sectors && sector < z->disk.capacity && left > 0; left -= ZONES_MOST) {
		int n = zones_report(z, sector, zones);

		for (int i = 0; i < n; i++)
			if (visit(z, &zones[i], data))
				return;
		if (n < 1)
			return;
		sector += (u64)n * z->zone_sectors;
	}
}

static bool is_one_of(unsigned int set, u8 number)
{
	return number < 32 && set >> number & 1;
}

struct counting {
	unsigned int states, n;
};

static bool count(struct zoned *z, const struct zone *zone, void *data)
{
	struct counting *counting = data;

	(void)z;
	counting->n += is_one_of(counting->states, zone->state);
	return false;
}

unsigned int zones_count(struct zoned *z, unsigned int states)
{
	struct counting counting = { .states = states };

	each_zone(z, count, &counting);
	return counting.n;
}

struct finding {
	unsigned int types, states;
	struct zone *zone;
	bool found;
};

static bool find(struct zoned *z, const struct zone *zone, void *data)
{
	struct finding *finding = data;

	(void)z;
	finding->found = is_one_of(finding->types, zone->type) && is_one_of(finding->states, zone->state);
	*finding->zone = *zone;
	return finding->found;
}

bool zones_find(struct zoned *z, unsigned int types, unsigned int states, struct zone *found)
{
	struct finding finding = { .types = types, .states = states, .zone = found };

	each_zone(z, find, &finding);
	return finding.found;
}

struct picking {
	unsigned int types, wanted, n;
	struct zone *picked;
};

static bool pick(struct zoned *z, const struct zone *zone, void *data)
{
	struct picking *picking = data;
	bool last = z->disk.capacity - zone->start <= z->zone_sectors;
	struct zone now;

	if (!is_one_of(picking->types, zone->type) || !is_one_of(ZONES_USABLE, zone->state) || last ||
	    zone->capacity < 4 * z->granule)
		return false;
	if (zone->state != ZONE_EMPTY)
		zone_act(z, BLK_T_ZONE_RESET, zone);
	now = zone_now(z, zone->start);
	if (now.state == ZONE_EMPTY)
		picking->picked[picking->n++] = now;
	return picking->n == picking->wanted;
}

unsigned int zones_pick(struct zoned *z, unsigned int types, struct zone *picked, unsigned int wanted)
{
	struct picking picking = { .types = types, .wanted = wanted, .picked = picked };

	if (wanted)
		each_zone(z, pick, &picking);
	return picking.n;
}

static bool empty_active(struct zoned *z, const struct zone *zone, void *data)
{
	(void)data;
	if (is_one_of(ZONES_ACTIVE, zone->state))
		zone_act(z, BLK_T_ZONE_RESET, zone);
	return false;
}

u8 zoned_model(const struct avps_device *dev)
{
	u32 at = ZONED_AT + offsetof(struct zoned_characteristics, model);
	struct avps_transport *t = dev->transport;

	if (!avps_has(dev->offered, BLK_F_ZONED) || !t || t->ops->config_length(t) <= at)
		return ZONED_NONE;
	return t->ops->config_read(t, at, 1);
}

int zoned_start(struct zoned *z, const struct avps_instance *on)
{
	avps_features features = BLK_USUAL | FEATURE(BLK_F_ZONED) | FEATURE(VIRTIO_BLK_F_SECURE_ERASE);
	struct avps_device *dev = on->device;
	int err;

	/* A driver of a host-managed disk has to leave DISCARD alone (5.2.5.1). */
	if (zoned_model(dev) == ZONED_HM)
		features &= ~FEATURE(VIRTIO_BLK_F_DISCARD);
	err = blk_start(&z->disk, on, features);
	if (err)
		return err;
	z->model = ZONED_CONFIG(dev, model);
	z->zone_sectors = ZONED_CONFIG(dev, zone_sectors);
	z->max_open = ZONED_CONFIG(dev, max_open_zones);
	z->max_active = ZONED_CONFIG(dev, max_active_zones);
	z->max_append = ZONED_CONFIG(dev, max_append_sectors);
	z->granule = ZONED_CONFIG(dev, write_granularity) / BLK_SECTOR;
	if (z->granule < z->disk.unit)
		z->granule = z->disk.unit;
	if (z->granule > MOST_GRANULE)
		return -E2BIG;
	z->header = avps_dma_alloc(sizeof(struct virtio_blk_outhdr), 8);
	z->report = avps_dma_alloc(REPORT_BYTES, 8);
	z->status = avps_dma_alloc(1, 1);
	if (z->model == ZONED_HM || z->model == ZONED_HA)
		each_zone(z, empty_active, NULL);
	return 0;
}

int zone_act(struct zoned *z, u32 type, const struct zone *zone)
{
	return blk_request(&z->disk, type, zone->start, (struct avps_element){}, NULL);
}

/* The data of a request in segments that the disk takes. Returns how many; 0 if it takes no such request. */
static unsigned int segments(struct zoned *z, struct avps_element *data, u64 sector, u64 sectors, u32 generation)
{
	struct avps_device *dev = z->disk.dev;
	u32 size_max = avps_has(dev->offered, VIRTIO_BLK_F_SIZE_MAX) ? BLK_CONFIG(dev, size_max) : MOST_DATA;
	u32 seg_max = avps_has(dev->offered, VIRTIO_BLK_F_SEG_MAX) ? BLK_CONFIG(dev, seg_max) : 1;
	struct avps_buf all;
	unsigned int n = 0;

	if (!sectors || sectors > MOST_DATA / BLK_SECTOR)
		return 0;
	all = blk_pattern(sector, sectors, generation);
	for (size_t at = 0; at < all.len; n++) {
		size_t len = all.len - at < size_max ? all.len - at : size_max;

		if (!len || n == seg_max || n == BLK_MOST_SEGMENTS)
			return 0;
		data[n] = (struct avps_element){ .buf = avps_buf_slice(all, at, len) };
		at += len;
	}
	return n;
}

int zone_write(struct zoned *z, u64 sector, u32 sectors, u32 generation)
{
	struct avps_element data[BLK_MOST_SEGMENTS];
	unsigned int n = segments(z, data, sector, sectors, generation);
	struct blk_pending pending;
	int err = n ? blk_add(&z->disk.vq, &pending, VIRTIO_BLK_T_OUT, sector, data, n) : -ENOBUFS;

	err = err ?: blk_wait(&z->disk.vq, &pending, 1);
	return err ?: blk_status(&pending);
}

int zone_append(struct zoned *z, u64 sector, u32 sectors, u32 generation, u64 *at)
{
	struct avps_element data[BLK_MOST_SEGMENTS + 1];
	unsigned int n = segments(z, data, sector, sectors, generation);
	struct avps_buf append_sector = avps_dma_alloc(sizeof(u64), 8);
	struct blk_pending pending;
	int err = -ENOBUFS;

	data[n] = (struct avps_element){ .buf = append_sector, .writable = true };
	if (n && n < BLK_MOST_SEGMENTS)
		err = blk_add(&z->disk.vq, &pending, BLK_T_ZONE_APPEND, sector, data, n + 1);
	err = err ?: blk_wait(&z->disk.vq, &pending, 1);
	if (err)
		return err;
	if (at)
		*at = *(volatile u64 *)append_sector.cpu;
	return blk_status(&pending);
}

bool zone_bring(struct zoned *z, const struct zone *zone, u8 state)
{
	bool done = true;

	if (state == ZONE_EOPEN)
		done = zone_act(z, BLK_T_ZONE_OPEN, zone) == VIRTIO_BLK_S_OK;
	if (state != ZONE_EMPTY)
		done = done && zone_write(z, zone->start, z->granule, 1) == VIRTIO_BLK_S_OK;
	if (state == ZONE_CLOSED)
		done = done && zone_act(z, BLK_T_ZONE_CLOSE, zone) == VIRTIO_BLK_S_OK;
	if (state == ZONE_FULL)
		done = done && zone_act(z, BLK_T_ZONE_FINISH, zone) == VIRTIO_BLK_S_OK;
	return done && zone_now(z, zone->start).state == state;
}
