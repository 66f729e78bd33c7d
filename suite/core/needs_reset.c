// SPDX-License-Identifier: GPL-2.0-or-later
/* What a device says when it can't go on (VIRTIO 1.4, 2.1.2). */
#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

#include "core.h"

/* Makes a descriptor available that does not exist: its number is the size of the queue. */
static void make_nonsense_available(struct avps_vq *vq)
{
	struct avps_split *split = &vq->split;

	split->avail->ring[split->avail->idx & (vq->size - 1)] = vq->size;
	__atomic_store_n(&split->avail->idx, split->avail->idx + 1, __ATOMIC_SEQ_CST);
}

/*
 * A device that a driver's nonsense has brought to a halt says so: DEVICE_NEEDS_RESET, and a configuration change
 * notification. One that passes over the nonsense and goes on has nothing to say.
 */
AVPS_TEST(core, halted_device_asks_for_reset, CLAUSES("core-status-002", "core-status-003"), SPLIT_RING,
	  ONLY_IF(exercise_interrupts))
{
	struct exercise_request request;
	struct avps_used used;
	u8 status;
	int err;

	START(0);
	make_nonsense_available(&self->ex.vq);
	REQUIRE(!exercise_add(&self->ex, &request), "the ring is full");
	avps_vq_notify(&self->ex.vq);
	err = avps_vq_spin_used(&self->ex.vq, &used);
	if (!err)
		SKIP_AS(AVPS_SKIP_ABSENT, "the device goes on after a descriptor that does not exist");
	status = self->ops->get_status(self->transport);
	CHECK("core-status-002", status & VIRTIO_CONFIG_S_NEEDS_RESET,
	      "the device uses no more buffers, its status is %#x", status);
	CHECK("core-status-003",
	      avps_io_interrupt_wait(self->dev->io, &self->transport->config_vector, 1, avps_patience()) > 0,
	      "no configuration change notification came");
}
