/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The suite for the block device (VIRTIO 1.4, 5.2), and the requests that its tests make. */
#ifndef AVPS_BLOCK_H
#define AVPS_BLOCK_H

#include <errno.h>
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

/* The most segments of data in a request of blk_add(). */
#define BLK_MOST_SEGMENTS 256

/* A live disk. */
struct blk {
	struct avps_device *dev;
	struct avps_vq vq;
	avps_features features; /* negotiated */
	u64 capacity; /* sectors of 512 bytes */
	u32 unit; /* sectors in a block of the disk: what requests of a cautious driver are multiples of */
};

/* What came back of a request besides its status. */
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
 * Sectors in a block of the disk, 1 unless it says otherwise (5.2.4). That a request may be of less is for tests of just that:
 * all others make theirs of whole blocks, and don't fail for another reason than the one they are about.
 */
u32 blk_unit(const struct avps_device *dev);

/* A request in flight. */
struct blk_pending {
	int id; /* on the ring */
	struct avps_buf status;
	u32 used_len;
	bool done;
};

/*
 * Makes a request available, without a notification.
 *
 * @data: its @n segments of data (at most BLK_MOST_SEGMENTS), device-readable or device-writable; NULL for none
 *
 * Returns 0, or -ENOSPC when the ring has too few free descriptors.
 */
int blk_add(struct avps_vq *vq, struct blk_pending *pending, u32 type, u64 sector, const struct avps_element *data,
	    unsigned int n);

/*
 * Notifies the device, and waits until it has used all of @n requests, in whatever order.
 *
 * Returns 0; -ETIMEDOUT when one was not used, -EIO when the device says that it needs a reset, -EPROTO when it used a buffer
 * that is none of them, or one of them twice.
 */
int blk_wait(struct avps_vq *vq, struct blk_pending *pending, unsigned int n);

/* The status byte of a request that is done. */
static inline int blk_status(const struct blk_pending *pending)
{
	return *(volatile u8 *)pending->status.cpu;
}

/* Whether @status is one that a disk without zones may give (5.2.6). */
static inline bool blk_status_known(int status)
{
	return status == VIRTIO_BLK_S_OK || status == VIRTIO_BLK_S_IOERR || status == VIRTIO_BLK_S_UNSUPP;
}

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

/* Fills whole sectors of memory so that every word tells its sector, its place in it, and the @generation of writing (24 bits). */
void blk_fill(struct avps_buf buf, u64 sector, u32 generation);

/* @sectors of memory, filled like that. */
struct avps_buf blk_pattern(u64 sector, u32 sectors, u32 generation);

/* ONLY_IF: a driver that knows nothing of zones can have the disk. */
enum avps_skip blk_plain(struct avps_device *dev, char *why, size_t why_size);

/* ONLY_IF: the same, and it can be written to. */
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

/*
 * In a test, or before it: starts self->disk with @features_. A host-managed disk has to refuse a driver that knows nothing of
 * zones (5.2.5.2): what can be tested of it is in the tests of zones.
 */
#define BLK_WANTS_ZONES "the disk wants a driver that knows zones"
#define BLK_START(features_)                                                         \
	do {                                                                         \
		int err_ = blk_start(&self->disk, self->on, features_);              \
		if (err_ == -ENOTSUP && avps_has(self->dev->offered, BLK_F_ZONED)) { \
			avps_judge_skip(AVPS_SKIP_LAUNCH, "%s", BLK_WANTS_ZONES);    \
			SKIP(longjmp(_metadata->env, 1), BLK_WANTS_ZONES);           \
		}                                                                    \
		REQUIRE(!err_, "the disk could not be initialised");                 \
	} while (0)

AVPS_SETUP(block)
{
	self->dev = variant->on.device;
	self->on = &variant->on;
	if (self->on->ring == AVPS_RING_NONE)
		REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");
	else
		BLK_START(BLK_USUAL);
}

AVPS_TEARDOWN(block)
{
	avps_device_reset(self->dev);
	avps_device_interrupts(self->dev, AVPS_INTERRUPTS_NONE);
}

#endif
