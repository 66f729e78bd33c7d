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

/* Limits that the configuration announces: of segments, their bytes, and of ranges and their sectors. */
#define REFDEV_BLOCK_SEGMENTS \
	(REFDEV_BLOCK_QUEUE_SIZE - 2) /* beside header and status, each in a descriptor of its own */
#define REFDEV_BLOCK_SEGMENT 65536
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

/* Bytes in a block of the disk, as the configuration says. */
u32 refdev_block_size(const struct refdev_block *block);

/* The identity and the wear of the disk (about.c). */
u8 refdev_block_identity(struct refdev_block *block, struct refdev_block_request *request);
u8 refdev_block_lifetime(struct refdev_block *block, struct refdev_block_request *request);

/* Discard, write zeroes and secure erase (ranges.c). */
u8 refdev_block_ranges(struct refdev_block *block, struct refdev_block_request *request);

/*
 * Whether a read, or a @write, of @bytes bytes from @sector on can be (bounds.c). Returns a status, and if that is OK the place in
 * *at: that is @sector, but for defects, which may also make *bytes less.
 */
u8 refdev_block_place(struct refdev_block *block, u64 sector, u64 *bytes, bool write, u64 *at);

/* The same for a range of a discard, write zeroes or secure erase request. */
u8 refdev_block_range_place(struct refdev_block *block, u64 sector, u64 *sectors, u64 *at);

/* Whether @sectors sectors from @sector on are on the disk. */
bool refdev_block_inside(const struct refdev_block *block, u64 sector, u64 sectors);

/* Sectors changed: they are stable at once where the cache writes through (5.2.6.2). */
void refdev_block_changed(struct refdev_block *block, u64 sector, u64 sectors);

/* Whether there are zones, and the driver has accepted that (zone_requests.c). */
bool refdev_block_zoned(const struct refdev_block *block);

/* A request about zones from a driver that may make it. Returns a status. */
u8 refdev_zoned_request(struct refdev_block *block, struct refdev_block_request *request);

/*
 * Reads and writes on a disk with zones, in place of the plain ones; a write also for a driver that knows nothing of zones. What a
 * range that is to be discarded, zeroed or erased means for its zones, before that is done (zone_medium.c). Each returns a status.
 */
u8 refdev_zoned_read(struct refdev_block *block, struct refdev_block_request *request);
u8 refdev_zoned_write(struct refdev_block *block, struct refdev_block_request *request);
u8 refdev_zoned_range(struct refdev_block *block, u32 type, u64 sector, u64 sectors);

/* Bits of 5.2.3 and types of 5.2.6 that the kernel's header may not have yet. */
#ifndef VIRTIO_BLK_F_LIFETIME
#define VIRTIO_BLK_F_LIFETIME 15
#endif
#ifndef VIRTIO_BLK_T_GET_LIFETIME
#define VIRTIO_BLK_T_GET_LIFETIME 10
#endif

/* The device's configuration (config.c), as refdev_type wants it. */
#define REFDEV_BLOCK_CONFIG_LEN 72 /* to the end of secure_erase_sector_alignment (5.2.4) */
#define REFDEV_BLOCK_ZONED_CONFIG_LEN 96 /* to the end of zoned */
void refdev_block_config(struct refdev *dev, u8 *config, size_t len);
void refdev_block_config_written(struct refdev *dev, u32 offset, unsigned int width, const u8 *config);

/* Its part about zones, and the alignment of what is erased, in sectors (zone_config.c). */
void refdev_zoned_config(const struct refdev_block *block, u8 *config, size_t len);
u32 refdev_block_erase_unit(const struct refdev_block *block);

#endif
