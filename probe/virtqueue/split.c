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

static void release_chain(struct avps_vq *vq, u16 head)
{
	struct avps_split *split = &vq->split;
	u16 last = head;

	for (u16 i = 1; i < split->chain_length[head]; i++)
		last = split->next[last];
	split->next[last] = split->free_head;
	split->free_head = head;
	split->free_count += split->chain_length[head];
	split->chain_length[head] = 0;
}

static int split_poll_used(struct avps_vq *vq, struct avps_used *used)
{
	struct avps_split *split = &vq->split;
	const volatile struct vring_used_elem *element;

	if (__atomic_load_n(&split->used->idx, __ATOMIC_ACQUIRE) == split->last_used)
		return 0;
	element = &split->used->ring[split->last_used++ & (vq->size - 1)];
	*used = (struct avps_used){ .id = element->id, .len = element->len };
	if (element->id >= vq->size || !split->chain_length[used->id])
		return -EPROTO;
	release_chain(vq, used->id);
	return 1;
}

static void split_want_interrupts(struct avps_vq *vq, bool want)
{
	__atomic_store_n(&vq->split.avail->flags, want ? 0 : VRING_AVAIL_F_NO_INTERRUPT, __ATOMIC_SEQ_CST);
}

static const struct avps_vq_ops split_ops = {
	.add = split_add,
	.poll_used = split_poll_used,
	.want_interrupts = split_want_interrupts,
};

static struct avps_buf zeroed(size_t len, size_t align)
{
	struct avps_buf buf = avps_dma_alloc(len, align);

	memset(buf.cpu, 0, len);
	return buf;
}

int avps_split_init(struct avps_vq *vq)
{
	struct avps_split *split = &vq->split;
	struct avps_buf desc, avail, used;
	u16 size = vq->size;

	if (!size || size > MAX_SIZE || (size & (size - 1)))
		return -EINVAL;
	split->chain_length = calloc(size, sizeof(*split->chain_length));
	split->next = calloc(size, sizeof(*split->next));
	if (!split->chain_length || !split->next) {
		avps_vq_free(vq);
		return -ENOMEM;
	}
	/* Both rings end in a 16-bit event field (2.7.6, 2.7.8), hence the extra two bytes. */
	desc = zeroed(size * sizeof(*split->desc), DESCRIPTOR_ALIGN);
	avail = zeroed(sizeof(*split->avail) + size * sizeof(u16) + sizeof(u16), DRIVER_ALIGN);
	used = zeroed(sizeof(*split->used) + size * sizeof(struct vring_used_elem) + sizeof(u16), DEVICE_ALIGN);
	split->desc = desc.cpu;
	split->avail = avail.cpu;
	split->used = used.cpu;
	for (u16 i = 0; i + 1 < size; i++)
		split->next[i] = i + 1;
	split->free_count = size;
	vq->ops = &split_ops;
	vq->setup = (struct avps_queue_setup){ .index = vq->index,
					       .size = size,
					       .descriptor_area = desc.bus,
					       .driver_area = avail.bus,
					       .device_area = used.bus };
	return 0;
}

void avps_vq_free(struct avps_vq *vq)
{
	if (vq->ring != AVPS_RING_SPLIT)
		return;
	free(vq->split.chain_length);
	free(vq->split.next);
	vq->split.chain_length = vq->split.next = NULL;
}
