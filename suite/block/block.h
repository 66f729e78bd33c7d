/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The suite for the block device (VIRTIO 1.4, 5.2), and the requests that its tests make. */
#ifndef AVPS_BLOCK_H
#define AVPS_BLOCK_H

#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>

#include "suite/harness.h"

#define BLK_SECTOR 512

/* Bits and request types that the kernel's header may not have yet (VIRTIO 1.4, 5.2.3, 5.2.6). */
#define BLK_F_LIFETIME 15
#define BLK_F_ZONED 17
#define BLK_T_GET_LIFETIME 10
#define BLK_T_ZONE_APPEND 15
#define BLK_T_ZONE_REPORT 16
#define BLK_T_ZONE_OPEN 18
#define BLK_T_ZONE_CLOSE 20
#define BLK_T_ZONE_FINISH 22
#define BLK_T_ZONE_RESET 24
#define BLK_T_ZONE_RESET_ALL 26

/* What the status byte holds before a request: no status of the standard. */
#define BLK_STATUS_POISON 0xa5

/* A live disk. */
struct blk {
	struct avps_device *dev;
	struct avps_vq vq;
	avps_features features; /* negotiated */
	u64 capacity; /* sectors of 512 bytes */
};

/* What came back of the last request besides its status. */
struct blk_result {
	u32 used_len;
};

/*
 * Brings the disk up with one queue, with @features as far as they are offered.
 *
 * Returns 0 or a negative errno of avps_device_negotiate() or avps_device_queue().
 */
int blk_start(struct blk *disk, const struct avps_instance *on, avps_features features);

/*
 * Makes one request and waits for it.
 *
 * @type: VIRTIO_BLK_T_*
 * @data: its data, device-writable or not; .buf.len 0 for none
 * @result: may be NULL
 *
 * Returns the status byte; -ETIMEDOUT when the device did not use the buffer, -EIO when it says that it needs a reset,
 * -EPROTO when it used another buffer.
 */
int blk_request(struct blk *disk, u32 type, u64 sector, struct avps_element data, struct blk_result *result);

/* The usual ones, in whole sectors. Returns as blk_request(). */
int blk_read(struct blk *disk, u64 sector, struct avps_buf into);
int blk_write(struct blk *disk, u64 sector, struct avps_buf from);
int blk_flush(struct blk *disk);

/* Discard, write zeroes or secure erase of one range; @flags as in struct virtio_blk_discard_write_zeroes. */
int blk_range(struct blk *disk, u32 type, u64 sector, u32 sectors, u32 flags);

/* One field of the configuration, in CPU order. */
u64 blk_config(struct avps_device *dev, u32 offset, unsigned int width);
#define BLK_CONFIG(dev_, field_) \
	blk_config(dev_, offsetof(struct virtio_blk_config, field_), sizeof(((struct virtio_blk_config *)0)->field_))

/* @sectors of memory whose bytes tell which sector and which @generation of writing they belong to. */
struct avps_buf blk_pattern(u64 sector, u32 sectors, u32 generation);

/* ONLY_IF: the disk can be written to. */
enum avps_skip blk_writable(struct avps_device *dev, char *why, size_t why_size);

AVPS_SUITE(block, .virtio_id = VIRTIO_ID_BLOCK)
{
	struct avps_device *dev;
	const struct avps_instance *on;
	struct blk disk; /* live, with BLK_USUAL features; not in tests without a ring */
};

/* What the tests accept unless they start the disk themselves. */
#define BLK_USUAL                                                                                        \
	(FEATURE(VIRTIO_BLK_F_SIZE_MAX) | FEATURE(VIRTIO_BLK_F_SEG_MAX) | FEATURE(VIRTIO_BLK_F_RO) |     \
	 FEATURE(VIRTIO_BLK_F_BLK_SIZE) | FEATURE(VIRTIO_BLK_F_FLUSH) | FEATURE(VIRTIO_BLK_F_TOPOLOGY) | \
	 FEATURE(VIRTIO_BLK_F_CONFIG_WCE) | FEATURE(VIRTIO_BLK_F_DISCARD) | FEATURE(VIRTIO_BLK_F_WRITE_ZEROES))

AVPS_SETUP(block)
{
	self->dev = variant->on.device;
	self->on = &variant->on;
	if (self->on->ring == AVPS_RING_NONE)
		REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");
	else
		REQUIRE(!blk_start(&self->disk, self->on, BLK_USUAL), "the disk could not be initialised");
}

AVPS_TEARDOWN(block)
{
	avps_device_reset(self->dev);
	avps_device_interrupts(self->dev, AVPS_INTERRUPTS_NONE);
}

#endif
