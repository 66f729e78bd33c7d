// SPDX-License-Identifier: GPL-2.0-or-later
/* Resetting one virtqueue through QueueReset (VIRTIO 1.4, 4.2.2.1, 2.6.1). */
#include "dma_span.h"
#include "mmio.h"

#define START_RESETTABLE() START(FEATURE(VIRTIO_F_RING_RESET))

/* Waits for the end of the reset of queue @queue_, which the caller has begun. Gives whether it came. */
#define RESET_ENDS(queue_)                                                              \
	({                                                                              \
		avps_deadline deadline_ = avps_patience();                              \
                                                                                        \
		while (QUEUE_READ(queue_, QUEUE_RESET) && avps_remaining_ms(deadline_)) \
			;                                                               \
		QUEUE_READ(queue_, QUEUE_RESET) == 0;                                   \
	})

/*
 * A reset queue is not ready, and nothing happens to it any more: not to the buffer that is left there, and notified.
 */
AVPS_TEST(mmio, queue_reset_stops_the_queue, CLAUSES("mmio-010", "mmio-012"), NEEDS(VIRTIO_F_RING_RESET),
	  ONLY_IF(exercise_known))
{
	const void *mark = dma_mark();
	struct exercise_request left;
	struct snapshot memory;
	u16 queue;

	START_RESETTABLE();
	queue = self->ex.vq.index;
	REQUEST();
	QUEUE_WRITE(queue, QUEUE_RESET, 1);
	CHECK("mmio-012", RESET_ENDS(queue), "QueueReset still reads %u", QUEUE_READ(queue, QUEUE_RESET));
	if (!CHECK_EQ("mmio-012", QUEUE_READ(queue, QUEUE_READY), 0))
		AVPS_STOP(); /* it is no queue to be left alone */
	REQUIRE(!exercise_add(&self->ex, &left), "the ring is full");
	memory = dma_since(mark);
	avps_vq_notify(&self->ex.vq);
	REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");
	CHECK_UNTOUCHED("mmio-010", memory, "rings and buffers of a queue that was reset");
}

/*
 * Enabled again it is as a new one: it starts at the first entry of its new memory.
 */
AVPS_TEST(mmio, queue_starts_anew_after_its_reset, CLAUSES("mmio-009", "mmio-010"), NEEDS(VIRTIO_F_RING_RESET),
	  ONLY_IF(exercise_known))
{
	u16 queue;

	START_RESETTABLE();
	queue = self->ex.vq.index;
	CHECK_EQ("mmio-009", QUEUE_READ(queue, QUEUE_RESET), 0);
	REQUEST();
	REQUEST();
	QUEUE_WRITE(queue, QUEUE_RESET, 1);
	if (!CHECK("mmio-010", RESET_ENDS(queue) && !QUEUE_READ(queue, QUEUE_READY),
		   "QueueReset reads %u, QueueReady %u", QUEUE_READ(queue, QUEUE_RESET),
		   QUEUE_READ(queue, QUEUE_READY)))
		AVPS_STOP(); /* the driver must not set it up now (4.2.2.2) */
	REQUIRE(!avps_device_queue(self->dev, &self->ex.vq, self->on->ring, queue, 0),
		"the queue can't be set up again");
	CHECK_EQ("mmio-009", QUEUE_READ(queue, QUEUE_RESET), 0);
	for (int i = 0; i < 2; i++)
		CHECK_WORKS("mmio-010", exercise_once(&self->ex), "request %d after the queue's reset", i);
}

/*
 * The reset of the device ends that of a queue, however far it had come: no queue shows it any more.
 */
AVPS_TEST(mmio, device_reset_ends_queue_resets, CLAUSES("mmio-008"), NEEDS(VIRTIO_F_RING_RESET),
	  ONLY_IF(exercise_known))
{
	START_RESETTABLE();
	REQUEST();
	QUEUE_WRITE(self->ex.vq.index, QUEUE_RESET, 1);
	REQUIRE(!avps_device_negotiate(self->dev, exercise_features(self->dev) | FEATURE(VIRTIO_F_RING_RESET)),
		"the device could not be initialised again");
	for (u16 queue = 0; queue < self->dev->n_queues; queue++)
		CHECK_EQ("mmio-008", QUEUE_READ(queue, QUEUE_RESET), 0);
}
