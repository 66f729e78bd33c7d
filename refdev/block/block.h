/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A reference disk (VIRTIO 1.4, 5.2): its sectors are kept in memory, twice, as a disk with a volatile cache would keep them. */
#ifndef REFDEV_BLOCK_H
#define REFDEV_BLOCK_H

#include "refdev/block/zones.h"
#include "refdev/core/device.h"

#define REFDEV_BLOCK_SECTOR 512
#define REFDEV_BLOCK_SECTORS 256
#define REFDEV_BLOCK_MOST_SECTORS 512 /* that it can be given later */
#define REFDEV_BLOCK_BYTES (REFDEV_BLOCK_SECTOR * REFDEV_BLOCK_MOST_SECTORS)
#define REFDEV_BLOCK_QUEUES 2
#define REFDEV_BLOCK_QUEUE_SIZE 128
#define REFDEV_BLOCK_ID 20

struct refdev_block_options {
	bool read_only; /* offers RO, and has blocks of 2048 bytes, as an optical disc */
	const char *serial; /* what GET_ID answers: up to 20 bytes, copied; NULL: none, GET_ID is not supported */
	const struct refdev_zoning *zoning; /* its zones, copied; NULL: none, ZONED is not offered */
	u64 sectors; /* 0: REFDEV_BLOCK_SECTORS */
	bool no_lifetime; /* the storage has no lifetime metrics, and LIFETIME is not offered */
	refdev_features without; /* what this disk does not offer of what the model can do */
};

/* What only defects need to remember: memory of the last request, and what was written there. */
struct refdev_block_wrong {
	u8 *status;
	u8 last_status;
	struct refdev_piece data;
	bool data_waits; /* until after a reset */
};

/* Who keeps what a disk has made stable beyond the life of the machine: @keep is called for each piece of it. */
struct refdev_block_keeper {
	void (*keep)(void *of, u64 at, const void *bytes, size_t len);
	void *of;
};

/* What is so of the storage behind the disk. */
struct refdev_block_facts {
	bool zoned;
	bool lifetime; /* it has lifetime metrics */
};

struct refdev_block {
	struct refdev dev;
	u64 sectors; /* how many it has now */
	u8 storage[REFDEV_BLOCK_BYTES]; /* what a read sees */
	u8 stable[REFDEV_BLOCK_BYTES]; /* what a power cut leaves */
	struct refdev_block_keeper keeper; /* .keep NULL: nobody */
	u8 serial[REFDEV_BLOCK_ID]; /* padded with NUL */
	bool has_serial;
	struct refdev_block_facts facts;
	struct refdev_zones zones; /* none where .is.model is REFDEV_ZONED_NOT */
	u8 writeback; /* field of the configuration that the driver may write; as the driver left it */
	struct refdev_block_wrong wrong;
};

/*
 * Makes a disk of REFDEV_BLOCK_SECTORS sectors or as many as the options say, no two of them alike, at rest (VIRTIO 1.4, 5.2.5).
 *
 * @ring_features: the device-independent bits to offer beside its own
 * @memory: the driver's memory; must stay valid
 */
void refdev_block_init(struct refdev_block *block, const struct refdev_block_options *options,
		       refdev_features ring_features, const struct refdev_memory *memory);

/* The power fails and comes back: the device is reset, and holds what was made stable before (5.2.6.2). */
void refdev_block_power_cut(struct refdev_block *block);

/* Has the disk hold @len bytes of @content from its start on, and @keeper keep what becomes stable from now on. */
void refdev_block_keep(struct refdev_block *block, const struct refdev_block_keeper *keeper, const void *content,
		       size_t len);

/*
 * Gives the disk another number of sectors while it is in operation (5.2.6.2), and tells the driver. What is new reads as
 * zeroes. False if there can't be so many.
 */
bool refdev_block_resize(struct refdev_block *block, u64 sectors);

#endif
