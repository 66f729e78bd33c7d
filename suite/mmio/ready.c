// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A queue whose QueueReady is 0 is left alone (VIRTIO 1.4, 4.2.2.1). A reset is the fence: once it has ended, the device is
 * done with all that it had taken up.
 */
#include <linux/virtio_ids.h>

#include "dma_span.h"
#include "mmio.h"

/*
 * Before the queue is made ready, nothing happens to it: its addresses are known, a buffer is available and notified.
 */
AVPS_TEST(mmio, queue_is_not_touched_before_it_is_ready, CLAUSES("mmio-007"), ONLY_IF(exercise_known))
{
	const struct avps_exercise *kind = avps_exercise_of(self->dev);
	struct exercise_request request;
	const void *mark = dma_mark();
	struct snapshot memory;

	self->ex.dev = self->dev;
	self->ex.kind = kind;
	REQUIRE(!avps_device_negotiate(self->dev, exercise_features(self->dev)), "negotiation failed");
	REQUIRE(!avps_device_queue_setup(self->dev, &self->ex.vq, self->on->ring, kind->queue, 0),
		"queue %u can't be set up", kind->queue);
	avps_device_go(self->dev);
	REQUIRE(!exercise_add(&self->ex, &request), "the ring is full");
	memory = dma_since(mark);
	avps_vq_notify(&self->ex.vq);
	REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");
	CHECK_UNTOUCHED("mmio-007", memory, "rings and buffers of a queue that is not ready");
}

/* Stops a queue that has served a request, leaves another one in it, and goes on to @then_. */
#define STOP_THE_QUEUE(memory_, then_)                                                                      \
	do {                                                                                                \
		const void *mark_ = dma_mark();                                                             \
		struct exercise_request request_;                                                           \
                                                                                                            \
		START(0);                                                                                   \
		REQUEST();                                                                                  \
		QUEUE_WRITE(self->ex.vq.index, QUEUE_READY, 0);                                             \
		REQUIRE(!QUEUE_READ(self->ex.vq.index, QUEUE_READY), "QueueReady does not read back 0");    \
		REQUIRE(!exercise_add(&self->ex, &request_), "the ring is full");                           \
		memory_ = dma_since(mark_);                                                                 \
		then_;                                                                                      \
		REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset"); \
	} while (0)

/*
 * When the driver stops using a queue, buffers that it leaves there stay as they are.
 */
AVPS_TEST(mmio, queue_is_not_touched_once_stopped, CLAUSES("mmio-007"), ONLY_IF(exercise_known))
{
	struct snapshot memory;

	STOP_THE_QUEUE(memory, );
	CHECK_UNTOUCHED("mmio-007", memory, "rings and buffers of a queue that was stopped");
}

static enum avps_skip acts_at_once(struct avps_device *dev, char *why, size_t why_size)
{
	if (dev->virtio_id != VIRTIO_ID_RNG)
		return exercise_known(dev, why, why_size);
	snprintf(why, why_size,
		 "the device acts when it has entropy; nothing tells that it has passed over a notification");
	return AVPS_SKIP_ABSENT;
}

/*
 * Even if the device is notified of them: what it must not do is told without a condition.
 */
AVPS_TEST(mmio, notification_of_a_stopped_queue_does_nothing, CLAUSES("mmio-007"), ONLY_IF(acts_at_once))
{
	struct snapshot memory;

	STOP_THE_QUEUE(memory, avps_vq_notify(&self->ex.vq));
	CHECK_UNTOUCHED("mmio-007", memory, "rings and buffers of a queue that was stopped");
}
