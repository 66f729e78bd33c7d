/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device's side of a virtqueue (VIRTIO 1.4, 2.6 to 2.8): takes buffers that the driver made available, and uses them.
 */
#ifndef REFDEV_QUEUE_H
#define REFDEV_QUEUE_H

#include "refdev/core/types.h"

#define REFDEV_MAX_PIECES 256

struct refdev;

/* What the driver says of a queue, and what the device must remember of it. */
struct refdev_queue {
	struct refdev *dev;
	u16 index;
	u16 size_max; /* 0: there is no such queue */
	u16 size; /* as the driver chose it; size_max after a reset */
	u64 descriptor_area; /* bus addresses */
	u64 driver_area;
	u64 device_area;
	bool enabled;
	bool reset; /* was reset on its own (RING_RESET) and has not been enabled since */
	/* The device's place in the ring. */
	u16 next_available; /* split: a free-running index; packed: a descriptor */
	u16 next_used;
	bool available_wrap; /* packed: the wrap counters */
	bool used_wrap;
	/* Used, and not yet written into the ring: one buffer, or with IN_ORDER several that one used entry will stand for. */
	struct {
		u16 buffers;
		u16 descriptors;
		u16 id; /* of the last one */
		u32 written;
		u16 last_descriptors; /* of the last one alone */
		u16 first_id;
	} batch;
	/* Where next_used and used_wrap were when it was last decided whether to signal, and how many were used since. */
	u16 judged_used;
	bool judged_wrap;
	u32 unjudged;
	u32 taken; /* buffers since then */
	/* What only defects need to remember. */
	struct {
		bool owed; /* a notification came */
		u16 size; /* before the queue's reset, and its areas */
		u64 descriptor_area, driver_area, device_area;
		bool event_known; /* used_event, as it was first read */
		u16 event;
		u32 signals;
		bool lived; /* it was started before, also if that was before a reset of the device */
	} wrong;
};

/* A piece of a buffer in the driver's memory. */
struct refdev_piece {
	u8 *at;
	u32 len;
};

/* A buffer that was taken from a queue: the device-readable pieces, then the device-writable ones. */
struct refdev_buffer {
	struct refdev_piece pieces[REFDEV_MAX_PIECES];
	unsigned int n_readable;
	unsigned int n_writable;
	u64 readable; /* bytes */
	u64 writable;
	u16 id; /* split: the head descriptor; packed: the buffer id */
	u16 descriptors; /* of the ring that it takes up */
};

/* Whether the driver has made a buffer available that was not taken yet. */
bool refdev_queue_pending(struct refdev_queue *queue);

/*
 * Takes the next available buffer.
 *
 * Returns false when there is none, or when what is there can't be understood: then the device needs a reset, and has said so.
 */
bool refdev_queue_take(struct refdev_queue *queue, struct refdev_buffer *buffer);

/* Copies bytes between a buffer and @data: from its readable part, or into its writable part. Returns how many there were. */
size_t refdev_buffer_read(const struct refdev_buffer *buffer, u64 offset, void *data, size_t len);
size_t refdev_buffer_write(const struct refdev_buffer *buffer, u64 offset, const void *data, size_t len);

/*
 * Gives a buffer back with @written bytes written into it, without a signal. With IN_ORDER the driver may not see it before the
 * next refdev_queue_signal(). Does nothing on a queue that is no longer live.
 */
void refdev_queue_use(struct refdev_queue *queue, const struct refdev_buffer *buffer, u32 written);

/* Signals what was used since the last time, if the driver wants to know of it (2.7.7, 2.8.10). */
void refdev_queue_signal(struct refdev_queue *queue);

/* Whether the driver wants to know of what was used since it was last judged. */
bool refdev_queue_wants_signal(struct refdev_queue *queue);

/* Back to how it is after a device reset or a queue reset: not enabled, greatest size, no addresses. */
void refdev_queue_reset(struct refdev_queue *queue);

/* To be done when the driver enables the queue: the device starts at the beginning of the ring. */
void refdev_queue_start(struct refdev_queue *queue);

/*
 * The layouts' parts of these, for queue.c: split.c and packed.c. The queue is live. use() writes queue->batch into the ring;
 * wants_signal() says whether the driver wants to know of what was used since it was last judged.
 */
bool refdev_split_pending(struct refdev_queue *queue);
bool refdev_split_take(struct refdev_queue *queue, struct refdev_buffer *buffer);
void refdev_split_use(struct refdev_queue *queue);
bool refdev_split_wants_signal(struct refdev_queue *queue);
bool refdev_packed_pending(struct refdev_queue *queue);
bool refdev_packed_take(struct refdev_queue *queue, struct refdev_buffer *buffer);
void refdev_packed_use(struct refdev_queue *queue);
bool refdev_packed_wants_signal(struct refdev_queue *queue);

/* The @len bytes of an area of the queue, aligned to @align; NULL, and the device needs a reset, where that can't be. */
void *refdev_queue_area(struct refdev_queue *queue, u64 address, u64 len, unsigned int align);

/* Adds a piece of the driver's memory to @buffer; false, and the device needs a reset, where that can't be. */
bool refdev_buffer_add(struct refdev_queue *queue, struct refdev_buffer *buffer, u64 address, u32 len, bool writable);

#endif
