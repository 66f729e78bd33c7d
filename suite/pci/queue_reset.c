// SPDX-License-Identifier: GPL-2.0-or-later
/* Resetting one virtqueue through queue_reset (VIRTIO 1.4, 4.1.4.3, 2.6.1). */
#include "pci.h"
#include "suite/core/snapshot.h"

/* What the register of that name shows. */
static u16 queue_reset(struct avps_pci *pci, u16 queue)
{
	avps_pci_common_write(pci, COMMON_OFFSET(queue_select), 2, queue);
	return avps_pci_common_read(pci, COMMON_QUEUE_RESET, 2);
}

/* Resets a queue and waits for the end of it. Returns whether it came. */
static bool reset_queue(struct avps_pci *pci, u16 queue)
{
	avps_deadline deadline = avps_patience();

	pci->base.ops->queue_reset(&pci->base, queue);
	while (queue_reset(pci, queue))
		if (!avps_remaining_ms(deadline))
			return false;
	return true;
}

/* A live device that has agreed to the reset of single queues. */
#define START_RESETTABLE()                                                                  \
	do {                                                                                \
		REQUIRE_FIELD(COMMON_QUEUE_RESET);                                          \
		REQUIRE(!exercise_start(&self->ex, self->on, FEATURE(VIRTIO_F_RING_RESET)), \
			"the device could not be initialised with RING_RESET");             \
	} while (0)

/*
 * A reset queue is disabled. Enabled again, it is as a new one: it starts at the first entry of its new memory, and nothing
 * is done to the old, though one more buffer is there.
 */
AVPS_TEST(pci, queue_reset_makes_a_new_queue, CLAUSES("pci-029", "pci-031"), NEEDS(VIRTIO_F_RING_RESET),
	  ONLY_IF(exercise_known))
{
	struct snapshot buffers[AVPS_MAX_ELEMENTS];
	struct exercise_request request;
	struct avps_used used;
	struct exercise old;
	u16 queue;

	START_RESETTABLE();
	queue = self->ex.vq.index;
	REQUEST();
	REQUEST();
	if (!CHECK("pci-031", reset_queue(self->pci, queue), "queue_reset still reads %u",
		   queue_reset(self->pci, queue)))
		AVPS_STOP();
	CHECK_EQ("pci-031", COMMON_READ(queue_enable), 0);

	old = self->ex;
	REQUIRE(!exercise_add(&old, &request), "the ring is full after two requests");
	for (unsigned int i = 0; i < request.n; i++)
		buffers[i] = snapshot_take(request.elements[i].buf.cpu, request.elements[i].buf.len);
	REQUIRE(!avps_device_queue(self->dev, &self->ex.vq, self->on->ring, queue, 0),
		"the queue can't be set up again");
	for (int i = 0; i < 2; i++)
		CHECK_WORKS("pci-029", exercise_once(&self->ex), "request %d after the queue's reset", i);
	CHECK_EQ("pci-029", avps_vq_poll_used(&self->ex.vq, &used), 0);
	for (unsigned int i = 0; i < request.n; i++)
		CHECK_UNTOUCHED("pci-029", buffers[i], "a buffer in the memory of before the queue's reset");
}

/*
 * Only the selected queue is reset.
 */
AVPS_TEST(pci, queue_reset_leaves_the_other_queue, CLAUSES("pci-029"), NEEDS(VIRTIO_F_RING_RESET), ONLY_IF(two_queues))
{
	struct avps_vq vq[2];

	REQUIRE_FIELD(COMMON_QUEUE_RESET);
	for (u16 reset = 0; reset < 2; reset++) {
		u16 other = !reset;

		REQUIRE(!avps_device_negotiate(self->dev, exercise_features(self->dev) | FEATURE(VIRTIO_F_RING_RESET)),
			"negotiation failed");
		for (u16 queue = 0; queue < 2; queue++)
			REQUIRE(!avps_device_queue(self->dev, &vq[queue], self->on->ring, queue, 0),
				"queue %u can't be set up", queue);
		avps_device_go(self->dev);
		REQUIRE(reset_queue(self->pci, reset), "the reset of queue %u does not end", reset);
		CHECK("pci-029", !self->ops->queue_enabled(self->transport, reset), "queue %u is still enabled", reset);
		CHECK("pci-029", self->ops->queue_enabled(self->transport, other),
		      "queue %u was reset, and queue %u is disabled", reset, other);
	}
}

/*
 * queue_reset is 0 once a queue is enabled, the first time and again after its reset.
 */
AVPS_TEST(pci, enabled_queue_is_not_in_reset, CLAUSES("pci-028"), NEEDS(VIRTIO_F_RING_RESET), ONLY_IF(exercise_known))
{
	u16 queue;

	START_RESETTABLE();
	queue = self->ex.vq.index;
	for (int round = 0; round < 2; round++) {
		REQUIRE(self->ops->queue_enabled(self->transport, queue), "queue_enable does not read back 1");
		CHECK_EQ("pci-028", queue_reset(self->pci, queue), 0);
		REQUIRE(reset_queue(self->pci, queue), "the reset of the queue does not end");
		REQUIRE(!avps_device_queue(self->dev, &self->ex.vq, self->on->ring, queue, 0),
			"the queue can't be set up again");
	}
}

/*
 * The reset of the device ends that of a queue, however far it had come: no queue shows it any more.
 */
AVPS_TEST(pci, device_reset_ends_queue_resets, CLAUSES("pci-027"), NEEDS(VIRTIO_F_RING_RESET), ONLY_IF(exercise_known))
{
	START_RESETTABLE();
	REQUEST();
	self->ops->queue_reset(self->transport, self->ex.vq.index);
	REQUIRE(!avps_device_negotiate(self->dev, exercise_features(self->dev) | FEATURE(VIRTIO_F_RING_RESET)),
		"the device could not be initialised again");
	for (u16 queue = 0; queue < self->dev->n_queues; queue++)
		CHECK_EQ("pci-027", queue_reset(self->pci, queue), 0);
}
