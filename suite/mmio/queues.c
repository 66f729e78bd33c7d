// SPDX-License-Identifier: GPL-2.0-or-later
/* QueueSizeMax, QueueSize and QueueReady (VIRTIO 1.4, 4.2.2, 4.2.3.2). */
#include "mmio.h"

/* Whether the queues are those of the survey and no others. */
static enum avps_skip all_queues_known(struct avps_device *dev, char *why, size_t why_size)
{
	if (dev->n_queues && dev->n_queues < AVPS_MAX_QUEUES)
		return 0;
	snprintf(why, why_size, "the device has no queues, or more than are looked at");
	return AVPS_SKIP_ABSENT;
}

/*
 * QueueSizeMax is 0 for a queue that is not there, also if the one that was selected before is.
 */
AVPS_TEST(mmio, missing_queues_have_size_zero, CLAUSES("mmio-p03"), NO_RING, ONLY_IF(all_queues_known))
{
	u16 n = self->dev->n_queues;
	const u16 missing[] = { n, n + 1, 1023, 1024, 0x7fff, 0xffff };

	for (size_t i = 0; i < ARRAY_SIZE(missing); i++) {
		u32 size;

		REQUIRE(QUEUE_READ(0, QUEUE_NUM_MAX), "QueueSizeMax of queue 0 is 0");
		size = QUEUE_READ(missing[i], QUEUE_NUM_MAX);
		CHECK("mmio-p03", size == 0, "QueueSizeMax of queue %u of %u is %u", missing[i], n, size);
	}
}

static enum avps_skip two_queues(struct avps_device *dev, char *why, size_t why_size)
{
	if (dev->queue_max[0] && dev->queue_max[1])
		return 0;
	snprintf(why, why_size, "the device has only one queue");
	return AVPS_SKIP_ABSENT;
}

/*
 * QueueReady reads what was last written to it: the driver enables a queue, and stops using it (4.2.2.2).
 */
AVPS_TEST(mmio, queue_ready_reads_back, CLAUSES("mmio-p04"))
{
	struct avps_vq vq;

	REQUIRE(!avps_device_negotiate(self->dev, exercise_features(self->dev)), "negotiation failed");
	REQUIRE(!avps_device_queue_setup(self->dev, &vq, self->on->ring, 0, 0), "queue 0 can't be set up");
	CHECK_EQ("mmio-p04", QUEUE_READ(0, QUEUE_READY), 0);
	QUEUE_WRITE(0, QUEUE_READY, 1);
	CHECK_EQ("mmio-p04", QUEUE_READ(0, QUEUE_READY), 1);
	QUEUE_WRITE(0, QUEUE_READY, 0);
	CHECK_EQ("mmio-p04", QUEUE_READ(0, QUEUE_READY), 0);
}

/*
 * And it is one of each queue.
 */
AVPS_TEST(mmio, queue_ready_is_of_the_selected_queue, CLAUSES("mmio-p04"), ONLY_IF(two_queues))
{
	struct avps_vq vq[2];

	REQUIRE(!avps_device_negotiate(self->dev, exercise_features(self->dev)), "negotiation failed");
	for (u16 queue = 0; queue < 2; queue++)
		REQUIRE(!avps_device_queue_setup(self->dev, &vq[queue], self->on->ring, queue, 0),
			"queue %u can't be set up", queue);
	QUEUE_WRITE(1, QUEUE_READY, 1);
	CHECK_EQ("mmio-p04", QUEUE_READ(0, QUEUE_READY), 0);
	CHECK_EQ("mmio-p04", QUEUE_READ(1, QUEUE_READY), 1);
	QUEUE_WRITE(0, QUEUE_READY, 1);
	QUEUE_WRITE(1, QUEUE_READY, 0);
	CHECK_EQ("mmio-p04", QUEUE_READ(0, QUEUE_READY), 1);
	CHECK_EQ("mmio-p04", QUEUE_READ(1, QUEUE_READY), 0);
}
