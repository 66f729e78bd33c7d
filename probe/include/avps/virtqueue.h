/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver's side of a virtqueue (VIRTIO 1.4, 2.6 to 2.8), in whichever layout.
 */
#ifndef AVPS_VIRTQUEUE_H
#define AVPS_VIRTQUEUE_H

#include "avps/dma.h"
#include "avps/transport.h"

enum avps_ring {
	AVPS_RING_NONE, /* for tests that use no ring */
	AVPS_RING_SPLIT,
	AVPS_RING_PACKED,
};

/* "split", "packed", or NULL: as in the records. */
const char *avps_ring_name(enum avps_ring ring);

/* The feature that has to be accepted for a layout. */
avps_features avps_ring_feature(enum avps_ring ring);

/* One element of a buffer: device-readable, or device-writable. */
struct avps_element {
	struct avps_buf buf;
	bool writable;
	bool indirect; /* buf is a table of descriptors; set with `writable` only to see it ignored (2.7.5.3.2) */
};

/* What the device said of a buffer that it used. */
struct avps_used {
	u16 id; /* as given out by avps_vq_add() */
	u32 len; /* bytes that the device claims to have written */
	bool interrupted; /* an interrupt came for it, as far as somebody waited for one */
};

struct avps_vq;

struct avps_vq_ops {
	int (*add)(struct avps_vq *vq, const struct avps_element *elements, unsigned int n);
	/* The next used entry as it stands in the ring, left there; 1, 0, or -EPROTO and the entry is skipped. */
	int (*peek_used)(struct avps_vq *vq, struct avps_used *used);
	/* Frees a buffer's descriptors and steps over its used entry. */
	void (*release)(struct avps_vq *vq, u16 id);
	void (*want_interrupts)(struct avps_vq *vq, bool want);
	u16 (*next)(struct avps_vq *vq); /* what a notification with data says besides the queue (2.9) */
	void (*free)(struct avps_vq *vq);
};

/* The split layout (VIRTIO 1.4, 2.7), for tests that look at it; the names are those of <linux/virtio_ring.h>. */
struct avps_split {
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	u16 free_head;
	u16 free_count;
	u16 last_used;
	u16 *next; /* the driver's own copy of desc[].next: a device may spoil the table */
	u16 *chain_length; /* by head; 0: not in flight */
};

/* The packed layout (2.8), likewise. */
struct avps_packed {
	struct vring_packed_desc *desc;
	struct vring_packed_desc_event *driver_event;
	struct vring_packed_desc_event *device_event;
	u16 next_avail;
	u16 next_used;
	bool avail_wrap; /* the wrap counters */
	bool used_wrap;
	u16 free_count; /* descriptors */
	u16 *free_ids;
	u16 n_free_ids;
	u16 *chain_length; /* by id; 0: not in flight */
};

/*
 * With IN_ORDER the device may say of several buffers at once that it has used them, by the last one alone (2.7.9,
 * 2.8.14): so the driver keeps in mind which were made available, in a ring of its own.
 */
struct avps_order {
	struct {
		u16 id;
		u32 writable; /* bytes; the length of those that were passed over */
	} * in_flight;
	u16 first, count;
	bool batch; /* the device has used all up to `last` */
	struct avps_used last;
};

struct avps_vq {
	const struct avps_vq_ops *ops;
	struct avps_transport *transport;
	enum avps_ring ring;
	u16 index;
	u16 size;
	u16 vector; /* AVPS_NO_VECTOR: nobody is told */
	bool level; /* the interrupt is a line, acknowledged by reading the interrupt status */
	u16 covered; /* buffers that an interrupt may stand for besides the one that was taken with it */
	bool notification_data; /* notifications say where the next descriptor is: NOTIFICATION_DATA was accepted */
	bool in_order; /* the device uses buffers in order: IN_ORDER was accepted */
	struct avps_queue_setup setup;
	struct avps_buf descriptor_area;
	struct avps_buf driver_area;
	struct avps_buf device_area;
	union {
		struct avps_split split;
		struct avps_packed packed;
	};
	struct avps_order order;
};

/*
 * Lays a queue out in DMA memory, zeroed, all descriptors free. The device is not touched.
 *
 * @size: entries, at most 32768; a power of two for the split layout
 *
 * Returns 0, or -EINVAL for a size or layout that can't be. -ENOMEM when the heap is full.
 */
int avps_vq_init(struct avps_vq *vq, struct avps_transport *t, enum avps_ring ring, u16 index, u16 size);

/* Gives back what avps_vq_init() took from the heap. */
void avps_vq_free(struct avps_vq *vq);

/*
 * Makes a buffer of @n elements available (device-readable ones first, as 2.7.4.2 wants). Does not notify.
 *
 * Returns the buffer's id, or -ENOSPC when there are too few free descriptors.
 */
int avps_vq_add(struct avps_vq *vq, const struct avps_element *elements, unsigned int n);

/* Notifies the device, always. */
void avps_vq_notify(struct avps_vq *vq);

/*
 * Takes the next used buffer if there is one.
 *
 * Returns 1 with *used filled, 0 when the device has used nothing more, -EPROTO when it used a buffer that was not made
 * available, or not in order with IN_ORDER; *used then says what it was.
 */
int avps_vq_poll_used(struct avps_vq *vq, struct avps_used *used);

/*
 * Takes the next used buffer, waiting for the queue's interrupt as long as the run's patience allows. A buffer that is
 * there without an interrupt is taken too once the patience is at its end; used->interrupted tells.
 *
 * Returns 0; -ETIMEDOUT when nothing was used, -EIO when the device says that it needs a reset, -EPROTO as above.
 */
int avps_vq_wait_used(struct avps_vq *vq, struct avps_used *used);

/*
 * Takes the next used buffer, watching the ring instead of waiting for an interrupt. Results as avps_vq_wait_used().
 */
int avps_vq_spin_used(struct avps_vq *vq, struct avps_used *used);

/*
 * Waits for the queue's interrupt. With a level-triggered line: reads the status, and lets it fire again.
 *
 * Returns how many came, or 0 when @deadline passed first; a deadline of 0 only looks.
 */
int avps_vq_wait_interrupt(struct avps_vq *vq, avps_deadline deadline);

/* Tells the device whether the driver wants interrupts for used buffers (2.7.7, 2.8.10). On at the start. */
void avps_vq_want_interrupts(struct avps_vq *vq, bool want);

/* The layouts' part, for virtqueue.c. */
int avps_split_init(struct avps_vq *vq);
int avps_packed_init(struct avps_vq *vq);

/* For the layouts: how many buffers a used entry of @id stands for with IN_ORDER; 0 when @id is not in flight. */
u16 avps_vq_batch(const struct avps_vq *vq, u16 id);

#endif
