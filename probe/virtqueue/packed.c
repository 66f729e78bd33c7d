// SPDX-License-Identifier: GPL-2.0-or-later
/* The packed virtqueue, driver side (VIRTIO 1.4, 2.8). */
#include <errno.h>
#include <linux/virtio_ring.h>
#include <stdlib.h>
#include <string.h>

#include "avps/trace.h"
#include "avps/virtqueue.h"

/* Alignment that 2.8 demands of the three areas. */
#define DESCRIPTOR_ALIGN 16
#define EVENT_ALIGN 4

#define MAX_SIZE 32768

#define AVAIL_FLAG (1 << VRING_PACKED_DESC_F_AVAIL)
#define USED_FLAG (1 << VRING_PACKED_DESC_F_USED)

/* Both bits of a descriptor that is made available in a lap with wrap counter @wrap (2.8.1). */
static u16 available_flags(bool wrap)
{
	return wrap ? AVAIL_FLAG : USED_FLAG;
}

static void step(u16 *at, bool *wrap, u16 n, u16 size)
{
	*at += n;
	if (*at >= size) {
		*at -= size;
		*wrap = !*wrap;
	}
}

static u16 fill_descriptor(struct avps_vq *vq, u16 at, bool wrap, u16 id, const struct avps_element *element, bool last)
{
	struct vring_packed_desc *desc = &vq->packed.desc[at];
	u16 flags = (element->writable ? VRING_DESC_F_WRITE : 0) | (element->indirect ? VRING_DESC_F_INDIRECT : 0) |
		    (last ? 0 : VRING_DESC_F_NEXT) | available_flags(wrap);

	desc->addr = element->buf.bus;
	desc->len = element->buf.len;
	desc->id = id;
	avps_trace_add((struct avps_trace_entry){ .kind = AVPS_TRACE_DESCRIPTOR,
						  .region = vq->index,
						  .offset = at,
						  .value = desc->addr,
						  .length = desc->len,
						  .flags = flags });
	return flags;
}

static int packed_add(struct avps_vq *vq, const struct avps_element *elements, unsigned int n)
{
	struct avps_packed *packed = &vq->packed;
	u16 head = packed->next_avail, head_flags = 0;
	u16 id;

	if (!n || n > packed->free_count || !packed->n_free_ids)
		return -ENOSPC;
	id = packed->free_ids[--packed->n_free_ids];
	packed->chain_length[id] = n;
	packed->free_count -= n;
	for (unsigned int i = 0; i < n; i++) {
		u16 at = packed->next_avail;
		u16 flags = fill_descriptor(vq, at, packed->avail_wrap, id, &elements[i], i == n - 1);

		if (i)
			packed->desc[at].flags = flags;
		else
			head_flags = flags;
		step(&packed->next_avail, &packed->avail_wrap, 1, vq->size);
	}
	/* 2.8.21.1: the flags of the first descriptor make the whole list available, so they come last. */
	__atomic_store_n(&packed->desc[head].flags, head_flags, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return id;
}

static int packed_peek_used(struct avps_vq *vq, struct avps_used *used)
{
	struct avps_packed *packed = &vq->packed;
	const struct vring_packed_desc *desc = &packed->desc[packed->next_used];
	u16 flags = __atomic_load_n(&desc->flags, __ATOMIC_ACQUIRE);
	u16 both = packed->used_wrap ? AVAIL_FLAG | USED_FLAG : 0;

	if ((flags & (AVAIL_FLAG | USED_FLAG)) != both)
		return 0;
	/* Strictly, len has a meaning only with VRING_DESC_F_WRITE (2.8.2): a test judges that, the others just go on. */
	*used = (struct avps_used){ .id = desc->id, .len = desc->len };
	if (used->id < vq->size && packed->chain_length[used->id])
		return 1;
	step(&packed->next_used, &packed->used_wrap, 1, vq->size);
	return -EPROTO;
}

static void packed_release(struct avps_vq *vq, u16 id)
{
	struct avps_packed *packed = &vq->packed;

	step(&packed->next_used, &packed->used_wrap, packed->chain_length[id], vq->size);
	packed->free_count += packed->chain_length[id];
	packed->chain_length[id] = 0;
	packed->free_ids[packed->n_free_ids++] = id;
}

static void packed_want_interrupts(struct avps_vq *vq, bool want)
{
	__atomic_store_n(&vq->packed.driver_event->flags,
			 want ? VRING_PACKED_EVENT_FLAG_ENABLE : VRING_PACKED_EVENT_FLAG_DISABLE, __ATOMIC_SEQ_CST);
}

/* Where the next descriptor will be, as a notification with data says it (2.9): offset and wrap counter. */
static u16 packed_next(struct avps_vq *vq)
{
	return vq->packed.next_avail | (u16)vq->packed.avail_wrap << 15;
}

static void packed_free(struct avps_vq *vq)
{
	free(vq->packed.chain_length);
	free(vq->packed.free_ids);
}

static const struct avps_vq_ops packed_ops = {
	.add = packed_add,
	.peek_used = packed_peek_used,
	.release = packed_release,
	.want_interrupts = packed_want_interrupts,
	.next = packed_next,
	.free = packed_free,
};

int avps_packed_init(struct avps_vq *vq)
{
	struct avps_packed *packed = &vq->packed;
	u16 size = vq->size;

	if (!size || size > MAX_SIZE)
		return -EINVAL;
	packed->chain_length = calloc(size, sizeof(*packed->chain_length));
	packed->free_ids = calloc(size, sizeof(*packed->free_ids));
	if (!packed->chain_length || !packed->free_ids) {
		packed_free(vq);
		return -ENOMEM;
	}
	vq->descriptor_area = avps_dma_zeroed(size * sizeof(*packed->desc), DESCRIPTOR_ALIGN);
	vq->driver_area = avps_dma_zeroed(sizeof(*packed->driver_event), EVENT_ALIGN);
	vq->device_area = avps_dma_zeroed(sizeof(*packed->device_event), EVENT_ALIGN);
	packed->desc = vq->descriptor_area.cpu;
	packed->driver_event = vq->driver_area.cpu;
	packed->device_event = vq->device_area.cpu;
	packed->avail_wrap = packed->used_wrap = true;
	packed->free_count = packed->n_free_ids = size;
	/* The last one is taken first: ids then begin with 0. */
	for (u16 i = 0; i < size; i++)
		packed->free_ids[i] = size - 1 - i;
	vq->ops = &packed_ops;
	return 0;
}
