// SPDX-License-Identifier: GPL-2.0-or-later
/* What does not depend on the layout of a virtqueue: waiting, notifying, interrupts. */
#include "avps/virtqueue.h"

#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <stdlib.h>
#include <string.h>

#include "avps/trace.h"

/* How often a spinning wait looks at the device status: rarely, since that leaves the guest. */
#define TURNS_PER_STATUS 4096

const char *avps_ring_name(enum avps_ring ring)
{
	switch (ring) {
	case AVPS_RING_SPLIT:
		return "split";
	case AVPS_RING_PACKED:
		return "packed";
	default:
		return NULL;
	}
}

avps_features avps_ring_feature(enum avps_ring ring)
{
	return ring == AVPS_RING_PACKED ? FEATURE(VIRTIO_F_RING_PACKED) : 0;
}

static int layout_init(struct avps_vq *vq)
{
	switch (vq->ring) {
	case AVPS_RING_SPLIT:
		return avps_split_init(vq);
	case AVPS_RING_PACKED:
		return avps_packed_init(vq);
	default:
		return -EINVAL;
	}
}

int avps_vq_init(struct avps_vq *vq, struct avps_transport *t, enum avps_ring ring, u16 index, u16 size)
{
	int err;

	memset(vq, 0, sizeof(*vq));
	vq->transport = t;
	vq->ring = ring;
	vq->index = index;
	vq->size = size;
	vq->vector = AVPS_NO_VECTOR;
	err = layout_init(vq);
	if (err)
		return err;
	vq->order.in_flight = calloc(size, sizeof(*vq->order.in_flight));
	if (!vq->order.in_flight) {
		avps_vq_free(vq);
		return -ENOMEM;
	}
	vq->setup = (struct avps_queue_setup){ .index = index,
					       .size = size,
					       .descriptor_area = vq->descriptor_area.bus,
					       .driver_area = vq->driver_area.bus,
					       .device_area = vq->device_area.bus };
	return 0;
}

void avps_vq_free(struct avps_vq *vq)
{
	if (vq->ops)
		vq->ops->free(vq);
	free(vq->order.in_flight);
	memset(vq, 0, sizeof(*vq));
}

static u32 writable_bytes(const struct avps_element *elements, unsigned int n)
{
	u32 bytes = 0;

	for (unsigned int i = 0; i < n; i++)
		if (elements[i].writable)
			bytes += elements[i].buf.len;
	return bytes;
}

int avps_vq_add(struct avps_vq *vq, const struct avps_element *elements, unsigned int n)
{
	struct avps_order *order = &vq->order;
	int id = vq->ops->add(vq, elements, n);
	u16 at = (order->first + order->count) % vq->size;

	if (id < 0)
		return id;
	order->in_flight[at].id = id;
	order->in_flight[at].writable = writable_bytes(elements, n);
	order->count++;
	return id;
}

void avps_vq_notify(struct avps_vq *vq)
{
	if (vq->notification_data)
		vq->transport->ops->notify_data(vq->transport, vq->index, vq->ops->next(vq));
	else
		vq->transport->ops->notify(vq->transport, vq->index);
}

u16 avps_vq_batch(const struct avps_vq *vq, u16 id)
{
	const struct avps_order *order = &vq->order;

	for (u16 i = 0; i < order->count; i++)
		if (order->in_flight[(order->first + i) % vq->size].id == id)
			return i + 1;
	return 0;
}

/* Takes the oldest buffer of those that the device has used up to order->last. */
static void take_oldest(struct avps_vq *vq, struct avps_used *used)
{
	struct avps_order *order = &vq->order;

	used->id = order->in_flight[order->first].id;
	used->len = order->in_flight[order->first].writable;
	order->first = (order->first + 1) % vq->size;
	order->count--;
	order->batch = used->id != order->last.id;
	if (!order->batch)
		*used = order->last;
}

int avps_vq_poll_used(struct avps_vq *vq, struct avps_used *used)
{
	int got = vq->order.batch ? 1 : vq->ops->peek_used(vq, &vq->order.last);

	if (got)
		*used = vq->order.last;
	if (got <= 0)
		return got;
	if (vq->in_order)
		take_oldest(vq, used);
	else
		vq->order.count--; /* which one it was does not matter */
	vq->ops->release(vq, used->id);
	if (vq->covered)
		vq->covered--;
	avps_trace_add((struct avps_trace_entry){
		.kind = AVPS_TRACE_USED, .region = vq->index, .offset = used->id, .length = used->len });
	return 1;
}

/* Takes what has come for the queue; a line is acknowledged and may fire again. */
static unsigned int take_interrupts(struct avps_vq *vq)
{
	struct avps_transport *t = vq->transport;
	unsigned int count = avps_io_interrupt_take(t->io, vq->vector);

	if (count && vq->level) {
		t->ops->interrupt_status(t);
		t->io->ops->interrupt_unmask(t->io);
	}
	return count;
}

int avps_vq_wait_interrupt(struct avps_vq *vq, avps_deadline deadline)
{
	if (vq->vector == AVPS_NO_VECTOR)
		return 0;
	avps_io_interrupt_wait(vq->transport->io, &vq->vector, 1, deadline);
	return take_interrupts(vq);
}

static bool needs_reset(struct avps_transport *t)
{
	return t->ops->get_status(t) & VIRTIO_CONFIG_S_NEEDS_RESET;
}

int avps_vq_spin_used(struct avps_vq *vq, struct avps_used *used)
{
	avps_deadline deadline = avps_patience();
	unsigned int turns = 0;
	int got;

	do {
		got = avps_vq_poll_used(vq, used);
		if (got)
			return got < 0 ? got : 0;
		if (++turns % TURNS_PER_STATUS == 0 && needs_reset(vq->transport))
			return -EIO;
	} while (avps_remaining_ms(deadline));
	return -ETIMEDOUT;
}

/* Waits for the queue's interrupt, or for that of configuration changes. Returns whether the queue's came. */
static bool wait_either(struct avps_vq *vq, avps_deadline deadline, bool *config_changed)
{
	struct avps_transport *t = vq->transport;
	const u16 vectors[] = { vq->vector, t->config_vector };
	bool own_vector = t->config_vector != AVPS_NO_VECTOR && t->config_vector != vq->vector;

	avps_io_interrupt_wait(t->io, vectors, own_vector ? 2 : 1, deadline);
	*config_changed = own_vector && avps_io_interrupt_take(t->io, t->config_vector);
	return take_interrupts(vq);
}

int avps_vq_wait_used(struct avps_vq *vq, struct avps_used *used)
{
	avps_deadline deadline = avps_patience();
	bool interrupted = false, config_changed;
	int got;

	if (vq->vector == AVPS_NO_VECTOR)
		return avps_vq_spin_used(vq, used);
	/* One interrupt may stand for all that were in flight then: of those, what is there needs no other. */
	if (vq->covered && (got = avps_vq_poll_used(vq, used))) {
		used->interrupted = true;
		return got < 0 ? got : 0;
	}
	for (;;) {
		if (wait_either(vq, deadline, &config_changed))
			interrupted = true;
		got = avps_vq_poll_used(vq, used);
		if (got) {
			used->interrupted = interrupted;
			vq->covered = interrupted ? vq->order.count : 0;
			return got < 0 ? got : 0;
		}
		if ((config_changed || interrupted) && needs_reset(vq->transport))
			return -EIO;
		if (!avps_remaining_ms(deadline))
			return -ETIMEDOUT;
	}
}

void avps_vq_want_interrupts(struct avps_vq *vq, bool want)
{
	vq->ops->want_interrupts(vq, want);
}
