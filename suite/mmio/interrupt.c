// SPDX-License-Identifier: GPL-2.0-or-later
/* InterruptStatus and InterruptACK (VIRTIO 1.4, 4.2.2, 4.2.3.4). */
#include <linux/virtio_ring.h>

#include "mmio.h"

#define USED VIRTIO_MMIO_INT_VRING
#define CHANGED VIRTIO_MMIO_INT_CONFIG

/* Waits until InterruptStatus has @bit: for the interrupt, or where none can come for the bit itself. False: too late. */
static bool await_event(struct avps_device *dev, u32 bit)
{
	avps_deadline deadline = avps_patience();
	const u16 line = 0;

	if (dev->io->enabled != AVPS_INTERRUPTS_NONE)
		return avps_io_interrupt_wait(dev->io, &line, 1, deadline) > 0;
	while (!(avps_mmio_read(dev->transport, VIRTIO_MMIO_INTERRUPT_STATUS) & bit))
		if (!avps_remaining_ms(deadline))
			return false;
	return true;
}

/* Lets the line fire again, once its cause is acknowledged. */
static void release_line(struct avps_io *io)
{
	if (avps_io_interrupt_take(io, 0))
		io->ops->interrupt_unmask(io);
}

/* Makes a request and waits for its event, without acknowledging it. */
#define REQUEST_UNACKNOWLEDGED(request_)                                                  \
	do {                                                                              \
		REQUIRE(!exercise_add(&self->ex, &(request_)), "the ring is full");       \
		avps_vq_notify(&self->ex.vq);                                             \
		REQUIRE(await_event(self->dev, USED), "no interrupt came for a request"); \
	} while (0)

/*
 * A used buffer sets its bit. It stays, whatever is read and whatever else is acknowledged, until the driver acknowledges
 * it; and comes back with the next used buffer. No bit is set that has no meaning, and none before its time.
 */
AVPS_TEST(mmio, used_buffer_sets_its_bit_until_acknowledged, CLAUSES("mmio-003", "mmio-004"), ONLY_IF(exercise_known))
{
	START(0);
	CHECK_EQ("mmio-004", READ(INTERRUPT_STATUS) & ~CHANGED, 0);
	for (int i = 0; i < 3; i++) {
		struct exercise_request request;
		struct avps_used used;
		const char *wrong;

		REQUEST_UNACKNOWLEDGED(request);
		CHECK_EQ("mmio-003", READ(INTERRUPT_STATUS) & USED, USED);
		CHECK_EQ("mmio-004", READ(INTERRUPT_STATUS) & ~(USED | CHANGED), 0);
		wrong = exercise_wrong(&self->ex, &request, avps_vq_spin_used(&self->ex.vq, &used), &used);
		REQUIRE(!wrong, "a plain request went wrong: %s", wrong);
		WRITE(INTERRUPT_ACK, CHANGED);
		CHECK_EQ("mmio-003", READ(INTERRUPT_STATUS) & USED, USED);
		WRITE(INTERRUPT_ACK, USED);
		CHECK_EQ("mmio-003", READ(INTERRUPT_STATUS) & USED, 0);
		release_line(self->io);
	}
}

#define ROUNDS 4

/*
 * As long as nothing changes, the bit of configuration changes stays 0, however many buffers are used. One that took place
 * before the first look at ConfigGeneration may still show in it, once; so that it has to be there twice to be wrong.
 */
AVPS_TEST(mmio, used_buffer_is_no_configuration_change, CLAUSES("mmio-004"), ONLY_IF(exercise_known))
{
	u32 generation;
	int seen = 0;

	START(0);
	generation = READ(CONFIG_GENERATION);
	for (int i = 0; i < ROUNDS; i++) {
		struct exercise_request request;
		struct avps_used used;
		const char *wrong;
		u32 events;

		REQUEST_UNACKNOWLEDGED(request);
		wrong = exercise_wrong(&self->ex, &request, avps_vq_spin_used(&self->ex.vq, &used), &used);
		REQUIRE(!wrong, "a plain request went wrong: %s", wrong);
		events = READ(INTERRUPT_STATUS);
		seen += !!(events & CHANGED);
		WRITE(INTERRUPT_ACK, events & (USED | CHANGED));
		release_line(self->io);
	}
	if (READ(CONFIG_GENERATION) != generation || (READ(STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET))
		SKIP_AS(AVPS_SKIP_ABSENT, "the device changes something while the test looks at it");
	CHECK("mmio-004", seen <= 1, "%d of %d used buffers set the bit of a configuration change", seen, ROUNDS);
}

/*
 * A reset clears what was not acknowledged, and leaves no queue ready.
 */
AVPS_TEST(mmio, reset_clears_interrupts_and_queues, CLAUSES("mmio-005"), ONLY_IF(exercise_known))
{
	struct exercise_request request;
	u16 queue;

	START(0);
	queue = self->ex.vq.index;
	REQUEST_UNACKNOWLEDGED(request);
	REQUIRE(READ(INTERRUPT_STATUS) & USED, "InterruptStatus is %#x after a used buffer", READ(INTERRUPT_STATUS));
	REQUIRE(QUEUE_READ(queue, QUEUE_READY) == 1, "QueueReady of queue %u does not read back 1", queue);
	REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");
	CHECK_EQ("mmio-005", READ(INTERRUPT_STATUS), 0);
	for (queue = 0; queue < self->dev->n_queues; queue++)
		CHECK_EQ("mmio-005", QUEUE_READ(queue, QUEUE_READY), 0);
}

/*
 * A device that gives up changes its status, which is a configuration change (2.1.2), and uses no buffer. What makes it
 * give up here is an available index that is further ahead than the ring is long; a device may bear that, too.
 */
AVPS_TEST(mmio, failure_is_no_used_buffer, CLAUSES("mmio-003", "mmio-004"), SPLIT_RING, ONLY_IF(exercise_known))
{
	avps_deadline deadline = avps_patience();
	struct avps_split *split = &self->ex.vq.split;

	START(0);
	__atomic_store_n(&split->avail->idx, self->ex.vq.size + 1, __ATOMIC_SEQ_CST);
	avps_vq_notify(&self->ex.vq);
	while (!(READ(STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET))
		if (!avps_remaining_ms(deadline))
			SKIP_AS(AVPS_SKIP_ABSENT, "the device does not give up");
	REQUIRE(!split->used->idx, "the device used buffers that were not there");
	CHECK("mmio-003", await_event(self->dev, CHANGED) && (READ(INTERRUPT_STATUS) & CHANGED),
	      "InterruptStatus is %#x although the status shows DEVICE_NEEDS_RESET", READ(INTERRUPT_STATUS));
	CHECK("mmio-004", !(READ(INTERRUPT_STATUS) & ~CHANGED), "InterruptStatus is %#x, and no buffer was used",
	      READ(INTERRUPT_STATUS));
}
