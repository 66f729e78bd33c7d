/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Disks with zones (VIRTIO 1.4, 5.2.4 to 5.2.6): what the kernel's header may not have of them, a suite whose tests find a live one,
 * and what is done with zones. The tests overwrite and empty zones at will.
 */
#ifndef AVPS_BLOCK_ZONES_H
#define AVPS_BLOCK_ZONES_H

#include "suite/core/device_class.h"

#include "block.h"

/* zoned in the configuration. */
#define ZONED_AT 72
struct zoned_characteristics {
	u32 zone_sectors;
	u32 max_open_zones;
	u32 max_active_zones;
	u32 max_append_sectors;
	u32 write_granularity;
	u8 model;
	u8 unused2[3];
} __attribute__((packed));

#define ZONED_CONFIG(dev_, field_)                                                  \
	blk_config(dev_, ZONED_AT + offsetof(struct zoned_characteristics, field_), \
		   sizeof(((struct zoned_characteristics *)0)->field_))

enum { ZONED_NONE, ZONED_HM, ZONED_HA };
enum { ZONE_CONV = 1, ZONE_SWR, ZONE_SWP };
enum { ZONE_NOT_WP, ZONE_EMPTY, ZONE_IOPEN, ZONE_EOPEN, ZONE_CLOSED, ZONE_RDONLY = 13, ZONE_FULL, ZONE_OFFLINE };
enum { ZONE_S_INVALID_CMD = 3, ZONE_S_UNALIGNED_WP, ZONE_S_OPEN_RESOURCE, ZONE_S_ACTIVE_RESOURCE };

/* Sets of types. */
#define ZONES_SWR (1u << ZONE_SWR)
#define ZONES_SEQUENTIAL (ZONES_SWR | 1u << ZONE_SWP)
#define ZONES_ALL (ZONES_SEQUENTIAL | 1u << ZONE_CONV)

/* Sets of states. */
#define ZONES_OPEN (1u << ZONE_IOPEN | 1u << ZONE_EOPEN)
#define ZONES_ACTIVE (ZONES_OPEN | 1u << ZONE_CLOSED)
#define ZONES_USABLE (ZONES_ACTIVE | 1u << ZONE_EMPTY | 1u << ZONE_FULL)

/* What a report says of a zone; sectors. */
struct zone {
	u64 start, capacity, wp;
	u8 type, state;
};

/* No state: the report failed, or it was of another zone. */
#define ZONE_UNREPORTED 0xff

/* A live disk with ZONED, and what its configuration says of zones. */
struct zoned {
	struct blk disk;
	u8 model;
	u32 zone_sectors;
	u32 max_open, max_active, max_append;
	u32 granule; /* sectors that writes are multiples of */
	struct avps_buf header, report, status; /* of the request for a report, which is made very often */
};

/*
 * Brings the disk up with ZONED and what else the tests need, and empties the zones that are active.
 *
 * Returns 0 or a negative errno, as blk_start(); -E2BIG if writes have to be larger than tests can make them.
 */
int zoned_start(struct zoned *z, const struct avps_instance *on);

/* The most zones that zones_report() gives, and the most of a disk that are looked at: what is behind them is not. */
#define ZONES_MOST 128
#define ZONES_SCANNED (1 << 18)

/* Reports up to ZONES_MOST zones, from the one on that @sector is in. Returns how many, or -1 if the report is no report. */
int zones_report(struct zoned *z, u64 sector, struct zone *zones);

/* The zone that starts at @start, as it is now. */
struct zone zone_now(struct zoned *z, u64 start);

/* How many zones of the disk are in one of @states. */
unsigned int zones_count(struct zoned *z, unsigned int states);

/* Looks for a zone of one of @types in one of @states; false where there is none. */
bool zones_find(struct zoned *z, unsigned int types, unsigned int states, struct zone *found);

/*
 * Picks zones of one of @types and empties them. The last zone of the disk, which may be smaller than the others, is not
 * among them, and none that has no room for four granules.
 *
 * Returns how many there are, at most @wanted.
 */
unsigned int zones_pick(struct zoned *z, unsigned int types, struct zone *picked, unsigned int wanted);

/* Opens, closes, finishes or resets (BLK_T_ZONE_*). Returns as blk_request(). */
int zone_act(struct zoned *z, u32 type, const struct zone *zone);

/* Writes @sectors of a pattern of @generation at @sector. Returns as blk_request(). */
int zone_write(struct zoned *z, u64 sector, u32 sectors, u32 generation);

/*
 * Appends them to a zone.
 *
 * @sector: of the request, which is to be the first of the zone
 * @at: append_sector of the reply; may be NULL
 *
 * Returns as blk_request(); -ENOBUFS if the disk takes no request of that size.
 */
int zone_append(struct zoned *z, u64 sector, u32 sectors, u32 generation, u64 *at);

/* Brings an empty zone into a state. All but EMPTY leave a granule of generation 1 in it. Returns whether it is there. */
bool zone_bring(struct zoned *z, const struct zone *zone, u8 state);

/* The model as the configuration says it of a device that offers ZONED; read it before FEATURES_OK, or with ZONED. */
u8 zoned_model(const struct avps_device *dev);

/* Conditions, for tests that need ZONED. */
enum avps_skip zoned_known(struct avps_device *dev, char *why, size_t why_size); /* there are zones */
enum avps_skip zoned_writable(struct avps_device *dev, char *why, size_t why_size); /* which can be written */
enum avps_skip zoned_host_managed(struct avps_device *dev, char *why, size_t why_size); /* and only in sequence */
enum avps_skip zoned_host_aware(struct avps_device *dev, char *why,
				size_t why_size); /* the disk can do without ZONED */
enum avps_skip zoned_with_appends(struct avps_device *dev, char *why, size_t why_size);
enum avps_skip zoned_without_appends(struct avps_device *dev, char *why, size_t why_size);
enum avps_skip zoned_open_limit(struct avps_device *dev, char *why, size_t why_size);
enum avps_skip zoned_active_limit(struct avps_device *dev, char *why, size_t why_size);
enum avps_skip zoned_no_open_limit(struct avps_device *dev, char *why, size_t why_size);
enum avps_skip zoned_no_active_limit(struct avps_device *dev, char *why, size_t why_size);

/* What the core tests ask of a host-managed disk, which takes no driver without ZONED: a report. */
extern const struct avps_exercise zoned_exercise;

AVPS_SUITE_PART(zoned, "block", .virtio_id = VIRTIO_ID_BLOCK)
{
	struct avps_device *dev;
	const struct avps_instance *on;
	struct zoned z; /* not in tests without a ring */
};

AVPS_SETUP(zoned)
{
	self->dev = variant->on.device;
	self->on = &variant->on;
	if (self->on->ring == AVPS_RING_NONE)
		REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");
	else
		REQUIRE(!zoned_start(&self->z, self->on), "the disk could not be initialised with ZONED");
}

AVPS_TEARDOWN(zoned)
{
	avps_device_reset(self->dev);
	avps_device_interrupts(self->dev, AVPS_INTERRUPTS_NONE);
}

/* In a test: picks exactly @n_ zones, or ends it as skipped. */
#define PICK(types_, zones_, n_)                                                                                   \
	do {                                                                                                       \
		if (zones_pick(&self->z, types_, zones_, n_) < (n_))                                               \
			SKIP_AS(AVPS_SKIP_ABSENT, "the disk has fewer than %u zones that the test can use", (n_)); \
	} while (0)

/* In a test: brings a zone into a state, or ends it. */
#define BRING(zone_, state_)                                                                                         \
	REQUIRE(zone_bring(&self->z, zone_, state_), "the zone at %llu can't be brought into state %d, it is in %d", \
		(unsigned long long)(zone_)->start, state_, zone_now(&self->z, (zone_)->start).state)

/* Judges the state of a zone, and its write pointer in sectors from its start. */
#define CHECK_STATE(clause_, zone_, state_) CHECK_EQ(clause_, zone_now(&self->z, (zone_)->start).state, state_)
#define CHECK_WP(clause_, zone_, written_) \
	CHECK_EQ(clause_, zone_now(&self->z, (zone_)->start).wp, (zone_)->start + (written_))

#endif
