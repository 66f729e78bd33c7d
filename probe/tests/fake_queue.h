/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device's side of a virtqueue of either layout: a reading of VIRTIO 1.4, 2.7 and 2.8, that shares nothing with the
 * library's. It moves no data.
 */
#ifndef FAKE_QUEUE_H
#define FAKE_QUEUE_H

#include "avps/virtqueue.h"

#define FAKE_LIST 16 /* descriptors in one buffer, at most */

/* A buffer as the device finds it. */
struct fake_list {
	u16 id;
	u16 n;
	struct fake_element {
		u64 addr;
		u32 len;
		bool writable;
		bool indirect;
	} elements[FAKE_LIST];
};

struct fake_queue {
	struct avps_queue_setup setup;
	bool packed;
	u16 available, used; /* where it goes on: indexes of a split ring, offsets in a packed one */
	bool available_wrap, used_wrap; /* packed: the wrap counters */
	const char *broken; /* the rule that the driver has broken; NULL: none so far */
};

/* A device that was told of @vq. */
void fake_queue_init(struct fake_queue *queue, const struct avps_vq *vq);

/* Takes the next available buffer; false if there is none, or if it is broken. */
bool fake_queue_take(struct fake_queue *queue, struct fake_list *list);

/*
 * Uses @n buffers by one entry, that of the last one, with @len bytes written. More than one buffer at a time is for
 * IN_ORDER.
 */
void fake_queue_use(struct fake_queue *queue, const struct fake_list *lists, unsigned int n, u32 len);

#endif
