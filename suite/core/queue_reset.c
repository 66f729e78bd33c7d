// SPDX-License-Identifier: GPL-2.0-or-later
/* Reset of a single virtqueue, and its second life (VIRTIO 1.4, 2.6.1). */
#include "avps/features.h"
#include "core.h"
#include "laps.h"
#include "snapshot.h"

/* Resets the queue of self->ex and waits until that is over. As long as it is enabled, nobody may set it up again. */
#define RESET_QUEUE()                                                                                 \
	do {                                                                                          \
		avps_deadline deadline_ = avps_patience();                                            \
                                                                                                      \
		self->ops->queue_reset(self->transport, self->ex.vq.index);                           \
		while (self->ops->queue_resetting(self->transport, self->ex.vq.index))                \
			REQUIRE(avps_remaining_ms(deadline_), "the reset of the queue does not end"); \
		REQUIRE(!self->ops->queue_enabled(self->transport, self->ex.vq.index),                \
			"the queue is still enabled after its reset");                                \
	} while (0)

/* Sets the queue up anew, in other memory, with up to @size_ entries (0: as many as possible). */
#define REENABLE_QUEUE(size_)                                                                             \
	REQUIRE(!avps_device_queue(self->dev, &self->ex.vq, self->on->ring, self->ex.kind->queue, size_), \
		"the queue can't be set up again")

/*
 * A queue that was reset does nothing more with the buffers it had: neither those it was notified of nor one more. Its
 * second life is the fence.
 */
AVPS_TEST(core, reset_queue_is_dead, CLAUSES("core-virtqueues-001"), NEEDS(VIRTIO_F_RING_RESET),
	  ONLY_IF(exercise_known))
{
	struct exercise_request waiting;
	struct snapshot areas[2], buffers[AVPS_MAX_ELEMENTS];
	struct exercise old;

	START(FEATURE(VIRTIO_F_RING_RESET));
	REQUEST();
	RESET_QUEUE();
	old = self->ex;
	REQUIRE(!exercise_add(&old, &waiting), "the ring is full");
	areas[0] = snapshot_take(old.vq.descriptor_area.cpu, old.vq.descriptor_area.len);
	areas[1] = snapshot_take(old.vq.device_area.cpu, old.vq.device_area.len);
	for (unsigned int i = 0; i < waiting.n; i++)
		buffers[i] = snapshot_take(waiting.elements[i].buf.cpu, waiting.elements[i].buf.len);
	REENABLE_QUEUE(0);
	REQUEST();
	CHECK_UNTOUCHED("core-virtqueues-001", areas[0], "the descriptor area of the queue that was reset");
	CHECK_UNTOUCHED("core-virtqueues-001", areas[1], "the device area of the queue that was reset");
	for (unsigned int i = 0; i < waiting.n; i++)
		CHECK_UNTOUCHED("core-virtqueues-001", buffers[i], "a buffer of the queue that was reset");
}

/*
 * It begins its second life with nothing of the first: both sides count from 0 again, also with an odd number of laps
 * behind them, at the start of the ring and elsewhere.
 */
AVPS_TEST(core, reset_queue_starts_afresh, CLAUSES("core-virtqueues-002"), NEEDS(VIRTIO_F_RING_RESET),
	  ONLY_IF(exercise_known))
{
	REQUIRE(!exercise_start_with(&self->ex, self->on, FEATURE(VIRTIO_F_RING_RESET), LAPS_SIZE),
		"the device could not be initialised");
	for (int lives = 0; lives < 4; lives++) {
		const char *wrong = laps_go_round(&self->ex, lives);

		REQUIRE(lives || !wrong, "a plain request went wrong: %s", wrong);
		if (!CHECK_WORKS("core-virtqueues-002", wrong, "going round the ring after reset %d", lives))
			AVPS_STOP();
		RESET_QUEUE();
		REENABLE_QUEUE(LAPS_SIZE);
	}
}

/*
 * And with what the driver sets it up with now: another size, other addresses.
 */
AVPS_TEST(core, reset_queue_takes_another_size, CLAUSES("core-virtqueues-003"), NEEDS(VIRTIO_F_RING_RESET),
	  ONLY_IF(exercise_known))
{
	static const u16 sizes[] = { 8, 4, 0 };

	START(FEATURE(VIRTIO_F_RING_RESET));
	REQUEST();
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		RESET_QUEUE();
		REENABLE_QUEUE(sizes[i]);
		/* Enough for the smaller ones to come round more than once. */
		for (int n = 0; n < 20; n++) {
			const char *wrong = exercise_once(&self->ex);

			if (!CHECK_WORKS("core-virtqueues-003", wrong, "request %d with %u entries", n,
					 self->ex.vq.size))
				AVPS_STOP();
		}
	}
}
