// SPDX-License-Identifier: GPL-2.0-or-later
/* The split virtqueue, driver side (VIRTIO 1.4, 2.7). */
#include <errno.h>
#include <linux/virtio_ring.h>
#include <stdlib.h>
#include <string.h>

#include "avps/trace.h"
#include "avps/virtqueue.h"

/* Alignment that 2.7 demands of the three areas. */
#define DESCRIPTOR_ALIGN 16
#define DRIVER_ALIGN 2
#define DEVICE_ALIGN 4

#define MAX_SIZE 32768

static void fill_descriptor(struct avps_vq *vq, u16 at, const struct avps_element *element, bool last)
{
	struct vring_desc *desc = &vq->split.desc[at];

	desc->addr = element->buf.bus;
	desc->len = element->buf.len;
	desc->flags = (element->writable ? VRING_DESC_F_WRITE : 0) | (element->indirect ? VRING_DESC_F_INDIRECT : 0) |
		      (last ? 0 : VRING_DESC_F_NEXT);
	desc->next = last ? 0 : vq->split.next[at];
	avps_trace_add((struct avps_trace_entry){ .kind = AVPS_TRACE_DESCRIPTOR,
						  .region = vq->index,
						  .offset = at,
						  .value = desc->addr,
						  .length = desc->len,
						  .flags = desc->flags });
}

static int split_add(struct avps_vq *vq, const struct avps_element *elements, unsigned int n)
{
	struct avps_split *split = &vq->split;
	u16 head = split->free_head, at = head;
	u16 index = split->avail->idx;

	if (!n || n > split->free_count)
		return -ENOSPC;
	for (unsigned int i = 0; i < n; i++) {
		fill_descriptor(vq, at, &elements[i], i == n - 1);
		at = split->next[at];
	}
	split->free_head = at;
	split->free_count -= n;
	split->chain_length[head] = n;
	split->avail->ring[index & (vq->size - 1)] = head;
	/* 2.7.13.3.1: the entry must be visible before the index that announces it. */
	__atomic_store_n(&split->avail->idx, index + 1, __ATOMIC_RELEASE);
	/* And the index before the driver looks whether the device wants a notification. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return head;
}

static int split_peek_used(struct avps_vq *vq, struct avps_used *used)
{
	struct avps_split *split = &vq->split;
	const volatile struct vring_used_elem *element = &split->used->ring[split->last_used & (vq->size - 1)];
	u16 entries = __atomic_load_n(&split->used->idx, __ATOMIC_ACQUIRE) - split->last_used;
	u32 id;

	if (!entries)
		return 0;
	id = element->id;
	*used = (struct avps_used){ .id = id, .len = element->len };
	/* With IN_ORDER the index counts the buffers that are passed over, too (2.7.9): else it is out of order. */
	if (id < vq->size && split->chain_length[id] && (!vq->in_order || avps_vq_batch(vq, id) <= entries))
		return 1;
	split->last_used++;
	return -EPROTO;
}

static void split_release(struct avps_vq *vq, u16 id)
{
	struct avps_split *split = &vq->split;
	u16 last = id;

	split->last_used++;
	split->free_count += split->chain_length[id];
	/* With IN_ORDER descriptors are taken in ring order for ever, and come back in that order, too (2.7.5). */
	if (!vq->in_order) {
		for (u16 i = 1; i < split->chain_length[id]; i++)
			last = split->next[last];
		split->next[last] = split->free_head;
		split->free_head = id;
	}
	split->chain_length[id] = 0;
}

static void split_want_interrupts(struct avps_vq *vq, bool want)
{
	__atomic_store_n(&vq->split.avail->flags, want ? 0 : VRING_AVAIL_F_NO_INTERRUPT, __ATOMIC_SEQ_CST);
}

/* Where the next available entry will be, as a notification with data says it (2.9). */
static u16 split_next(struct avps_vq *vq)
{
	return vq->split.avail->idx;
}

static void split_free(struct avps_vq *vq)
{
	free(vq->split.chain_length);
	free(vq->split.next);
}

static const struct avps_vq_ops split_ops = {
	.add = split_add,
	.peek_used = split_peek_used,
	.release = split_release,
	.want_interrupts = split_want_interrupts,
	.next = split_next,
	.free = split_free,
};

int avps_split_init(struct avps_vq *vq)
{
	struct avps_split *split = &vq->split;
	u16 size = vq->size;

	if (!size || size > MAX_SIZE || (size & (size - 1)))
		return -EINVAL;
	split->chain_length = calloc(size, sizeof(*split->chain_length));
	split->next = calloc(size, sizeof(*split->next));
	if (!split->chain_length || !split->next) {
		split_free(vq);
		return -ENOMEM;
	}
	/* Both rings end in a 16-bit event field (2.7.6, 2.7.8), hence the extra two bytes. */
	vq->descriptor_area = avps_dma_zeroed(size * sizeof(*split->desc), DESCRIPTOR_ALIGN);
	vq->driver_area = avps_dma_zeroed(sizeof(*split->avail) + size * sizeof(u16) + sizeof(u16), DRIVER_ALIGN);
	vq->device_area = avps_dma_zeroed(sizeof(*split->used) + size * sizeof(struct vring_used_elem) + sizeof(u16),
					  DEVICE_ALIGN);
	split->desc = vq->descriptor_area.cpu;
	split->avail = vq->driver_area.cpu;
	split->used = vq->device_area.cpu;
	for (u16 i = 0; i < size; i++)
		split->next[i] = i + 1 < size ? i + 1 : 0;
	split->free_count = size;
	vq->ops = &split_ops;
	return 0;
}
