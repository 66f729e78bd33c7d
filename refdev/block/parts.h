/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the disk show each other. */
#ifndef REFDEV_BLOCK_PARTS_H
#define REFDEV_BLOCK_PARTS_H

#include "refdev/block/block.h"

/* A request as it came from the driver (VIRTIO 1.4, 5.2.6): the layout counts bytes, not descriptors (2.7.4). */
struct refdev_block_request {
	const struct refdev_buffer *buffer;
	u32 type;
	u64 sector;
	u64 data; /* bytes that the driver sends after the header */
	u64 room; /* bytes for the device to write before the status */
	u64 written; /* of them */
};

/* Bytes in the header of a request, before its data. */
#define REFDEV_BLOCK_HEADER 16

/* Limits that the configuration announces, in sectors and ranges. */
#define REFDEV_BLOCK_RANGE_SECTORS 128
#define REFDEV_BLOCK_RANGES 16

/* The disk that @dev is. */
struct refdev_block *refdev_block_of(struct refdev *dev);

/* Carries a request out, but for its status. Returns the status: VIRTIO_BLK_S_*. */
u8 refdev_block_carry_out(struct refdev_block *block, struct refdev_block_request *request);

/* Reads, writes, and makes stable what was written (medium.c). Each returns a status. */
u8 refdev_block_read(struct refdev_block *block, struct refdev_block_request *request);
u8 refdev_block_write(struct refdev_block *block, struct refdev_block_request *request);
u8 refdev_block_flush(struct refdev_block *block);

/* The identity and the wear of the disk (about.c). */
u8 refdev_block_identity(struct refdev_block *block, struct refdev_block_request *request);
u8 refdev_block_lifetime(struct refdev_block *block, struct refdev_block_request *request);

/* Discard, write zeroes and secure erase (ranges.c). */
u8 refdev_block_ranges(struct refdev_block *block, struct refdev_block_request *request);

/* Whether @sectors sectors from @sector on are on the disk. */
bool refdev_block_inside(const struct refdev_block *block, u64 sector, u64 sectors);

/* Sectors changed: they are stable at once where the cache writes through (5.2.6.2). */
void refdev_block_changed(struct refdev_block *block, u64 sector, u64 sectors);

/* Bits of 5.2.3 and types of 5.2.6 that the kernel's header may not have yet. */
#ifndef VIRTIO_BLK_F_LIFETIME
#define VIRTIO_BLK_F_LIFETIME 15
#endif
#ifndef VIRTIO_BLK_T_GET_LIFETIME
#define VIRTIO_BLK_T_GET_LIFETIME 10
#endif

/* The device's configuration (config.c), as refdev_type wants it. */
#define REFDEV_BLOCK_CONFIG_LEN 72 /* to the end of secure_erase_sector_alignment (5.2.4) */
void refdev_block_config(struct refdev *dev, u8 *config, size_t len);
void refdev_block_config_written(struct refdev *dev, u32 offset, unsigned int width, const u8 *config);

#endif
