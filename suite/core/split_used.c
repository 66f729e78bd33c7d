// SPDX-License-Identifier: GPL-2.0-or-later
/* What the device does to memory: buffers, descriptors, used elements (VIRTIO 1.4, 2.7.4 to 2.7.8). */
#include <linux/virtio_ring.h>

#include "core.h"
#include "snapshot.h"

/*
 * Waits until the device has used a first buffer, without taking it: that would change the descriptor table.
 */
static bool wait_first_used(struct avps_vq *vq)
{
	avps_deadline deadline = avps_patience();
	const volatile u16 *index = &vq->split.used->idx;

	while (!*index && avps_remaining_ms(deadline))
		;
	return *index;
}

/*
 * The descriptor table is the driver's alone.
 */
AVPS_TEST(core, descriptors_are_not_written, CLAUSES("core-split-006"), SPLIT_RING, ONLY_IF(exercise_known))
{
	struct exercise_request request;
	struct snapshot table;

	START(0);
	exercise_add(&self->ex, &request);
	table = snapshot_take(self->ex.vq.split.desc, self->ex.vq.size * sizeof(struct vring_desc));
	avps_vq_notify(&self->ex.vq);
	REQUIRE(wait_first_used(&self->ex.vq), "the device did not use the buffer");
	CHECK_UNTOUCHED("core-split-006", table, "the descriptor table");
}

/*
 * Without event indexes, the used ring's flags are 0 or 1, before the first buffer and after it.
 */
AVPS_TEST(core, used_flags_are_zero_or_one, CLAUSES("core-split-018"), SPLIT_RING, ONLY_IF(exercise_known))
{
	const volatile u16 *flags;

	START(0);
	flags = &self->ex.vq.split.used->flags;
	CHECK("core-split-018", *flags <= 1, "flags are %#x before the first buffer", *flags);
	REQUEST();
	CHECK("core-split-018", *flags <= 1, "flags are %#x after a buffer", *flags);
}

/*
 * With event indexes, they are 0.
 */
AVPS_TEST(core, used_flags_are_zero_with_event_index, CLAUSES("core-split-020"), SPLIT_RING,
	  NEEDS(VIRTIO_RING_F_EVENT_IDX), ONLY_IF(exercise_known))
{
	START(FEATURE(VIRTIO_RING_F_EVENT_IDX));
	REQUEST();
	CHECK_EQ("core-split-020", self->ex.vq.split.used->flags, 0);
}

/*
 * A notification with nothing behind it does no harm.
 */
AVPS_TEST(core, spurious_notifications_are_harmless, CLAUSES("core-split-022"), SPLIT_RING, ONLY_IF(exercise_known))
{
	const char *wrong;

	START(0);
	for (int i = 0; i < 3; i++)
		avps_vq_notify(&self->ex.vq);
	wrong = exercise_once(&self->ex);
	CHECK_WORKS("core-split-022", wrong, "after notifications without a buffer");
	for (int i = 0; i < 3; i++)
		avps_vq_notify(&self->ex.vq);
	wrong = exercise_once(&self->ex);
	CHECK_WORKS("core-split-022", wrong, "after notifications of a buffer that was used already");
	CHECK_EQ("core-split-022", self->ex.vq.split.used->idx, 2);
}

#define NO_LENGTH 0xdeadbeef /* more than any buffer here is long */

/*
 * When the used index moves, the length is there: looked at from another processor, again and again.
 */
AVPS_TEST(core, length_is_there_before_the_index, CLAUSES("core-split-015"), SPLIT_RING, ONLY_IF(exercise_known))
{
	START(0);
	for (int round = 0; round < 32; round++) {
		struct avps_split *split = &self->ex.vq.split;
		volatile struct vring_used_elem *element =
			&split->used->ring[split->last_used & (self->ex.vq.size - 1)];
		avps_deadline deadline = avps_patience();
		struct exercise_request request;
		struct avps_used used;
		u32 len;

		element->len = NO_LENGTH;
		exercise_add(&self->ex, &request);
		avps_vq_notify(&self->ex.vq);
		while (__atomic_load_n(&split->used->idx, __ATOMIC_ACQUIRE) == split->last_used)
			REQUIRE(avps_remaining_ms(deadline), "the device did not use the buffer");
		len = element->len;
		CHECK("core-split-015", len != NO_LENGTH, "the length was not there in round %d", round);
		REQUIRE(avps_vq_poll_used(&self->ex.vq, &used) == 1, "the used buffer was not available");
	}
}
