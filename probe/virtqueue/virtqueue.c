// SPDX-License-Identifier: GPL-2.0-or-later
/* What does not depend on the layout of a virtqueue: waiting, notifying, interrupts. */
#include "avps/virtqueue.h"

#include <errno.h>
#include <linux/virtio_config.h>
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

int avps_vq_init(struct avps_vq *vq, struct avps_transport *t, enum avps_ring ring, u16 index, u16 size)
{
	memset(vq, 0, sizeof(*vq));
	vq->transport = t;
	vq->ring = ring;
	vq->index = index;
	vq->size = size;
	vq->vector = AVPS_NO_VECTOR;
	return ring == AVPS_RING_SPLIT ? avps_split_init(vq) : -EINVAL;
}

int avps_vq_add(struct avps_vq *vq, const struct avps_element *elements, unsigned int n)
{
	return vq->ops->add(vq, elements, n);
}

void avps_vq_notify(struct avps_vq *vq)
{
	vq->transport->ops->notify(vq->transport, vq->index);
}

int avps_vq_poll_used(struct avps_vq *vq, struct avps_used *used)
{
	int got = vq->ops->poll_used(vq, used);

	if (got > 0)
		avps_trace_add((struct avps_trace_entry){
			.kind = AVPS_TRACE_USED, .region = vq->index, .offset = used->id, .length = used->len });
	return got;
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
	for (;;) {
		if (wait_either(vq, deadline, &config_changed))
			interrupted = true;
		got = avps_vq_poll_used(vq, used);
		if (got) {
			used->interrupted = interrupted;
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
