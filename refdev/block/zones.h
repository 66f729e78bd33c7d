/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The zones of a zoned disk (VIRTIO 1.4, 5.2.4 to 5.2.6): what they are, the state that each is in, and how many of them may be
 * open and active at a time. The kernel's header may not have any of it yet.
 */
#ifndef REFDEV_BLOCK_ZONES_H
#define REFDEV_BLOCK_ZONES_H

#include "refdev/core/types.h"

#define VIRTIO_BLK_F_ZONED 17

enum refdev_zone_model { REFDEV_ZONED_NOT, REFDEV_HOST_MANAGED, REFDEV_HOST_AWARE };

enum refdev_zone_type {
	REFDEV_ZONE_CONVENTIONAL = 1,
	REFDEV_ZONE_WRITE_REQUIRED, /* to be written one sector after the other */
	REFDEV_ZONE_WRITE_PREFERRED, /* better so, but it need not be */
};

enum refdev_zone_state {
	REFDEV_ZONE_NOT_WP, /* no write pointer: a conventional zone */
	REFDEV_ZONE_EMPTY,
	REFDEV_ZONE_IOPEN,
	REFDEV_ZONE_EOPEN,
	REFDEV_ZONE_CLOSED,
	REFDEV_ZONE_RDONLY = 13,
	REFDEV_ZONE_FULL,
	REFDEV_ZONE_OFFLINE,
};

/* Request types and statuses of 5.2.6. */
#define REFDEV_ZONE_T_APPEND 15
#define REFDEV_ZONE_T_REPORT 16
#define REFDEV_ZONE_T_OPEN 18
#define REFDEV_ZONE_T_CLOSE 20
#define REFDEV_ZONE_T_FINISH 22
#define REFDEV_ZONE_T_RESET 24
#define REFDEV_ZONE_T_RESET_ALL 26

#define REFDEV_ZONE_S_OK 0
#define REFDEV_ZONE_S_INVALID 3
#define REFDEV_ZONE_S_UNALIGNED 4
#define REFDEV_ZONE_S_OPEN_RESOURCE 5
#define REFDEV_ZONE_S_ACTIVE_RESOURCE 6

#define REFDEV_MOST_ZONES 16

/* What the zones of a disk are. Sizes are in sectors, but for the granularity, which is in bytes. */
struct refdev_zoning {
	enum refdev_zone_model model;
	u32 zone_sectors;
	u32 zone_capacity; /* how many of them can be written, in a sequential zone */
	u32 conventional; /* how many zones are, from the start of the disk on */
	u32 max_open, max_active; /* 0: no limit */
	u32 max_append; /* 0: there are no appends */
	u32 write_granularity;
	u32 read_only, offline; /* the number of a zone that is so from the start; 0: none */
	bool unwritten_fails; /* a read of what was never written, instead of giving a pattern */
};

struct refdev_zone {
	enum refdev_zone_type type;
	enum refdev_zone_state state;
	u64 start;
	u32 capacity;
	u32 written; /* sectors from the start on, also where there is no write pointer any more */
};

struct refdev_zones {
	struct refdev_zoning is;
	struct refdev_zone zone[REFDEV_MOST_ZONES];
	unsigned int n;
};

/* Makes the zones of a disk of @sectors sectors, which must be at most REFDEV_MOST_ZONES of them. All are empty. */
void refdev_zones_init(struct refdev_zones *zones, const struct refdev_zoning *is, u64 sectors);

/* The zone that a sector is in, or NULL. */
struct refdev_zone *refdev_zone_at(struct refdev_zones *zones, u64 sector);

/* Open, close, finish or reset it, by the request's type. Returns the status. */
u8 refdev_zone_act(struct refdev_zones *zones, struct refdev_zone *zone, u32 type);

/*
 * Opens it implicitly, where it is not open, for a write that is to come; closes another one for that if need be. Returns the
 * status.
 */
u8 refdev_zone_open_to_write(struct refdev_zones *zones, struct refdev_zone *zone);

/* The sectors before @end, counted from the zone's start, were written: moves the write pointer, and maybe the state. */
void refdev_zone_written(struct refdev_zone *zone, u32 end);

#endif
