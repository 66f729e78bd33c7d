// SPDX-License-Identifier: GPL-2.0-or-later
/* Used buffer notifications of a split virtqueue, wanted and not (VIRTIO 1.4, 2.7.7). */
#include <linux/virtio_ring.h>

#include "interrupts.h"

/* The driver's used_event, which follows the available ring (2.7.6). */
static volatile u16 *used_event(struct avps_vq *vq)
{
	return &vq->split.avail->ring[vq->size];
}

AVPS_TEST(core, interrupt_for_used_buffer, CLAUSES("core-split-011"), SPLIT_RING, ONLY_IF(exercise_interrupts))
{
	CHECK_SIGNALLED("core-split-011");
}

AVPS_TEST(core, no_interrupt_when_not_wanted, CLAUSES("core-split-010"), SPLIT_RING, ONLY_IF(exercise_interrupts))
{
	CHECK_SILENT_WHEN_NOT_WANTED("core-split-010");
}

/*
 * Without event indexes, what is in the place of used_event means nothing.
 */
AVPS_TEST(core, used_event_is_ignored_without_event_index, CLAUSES("core-split-009"), SPLIT_RING,
	  ONLY_IF(exercise_interrupts))
{
	static const u16 junk[] = { 0xffff, 0x8000, 7 };

	START(0);
	for (size_t i = 0; i < ARRAY_SIZE(junk); i++) {
		*used_event(&self->ex.vq) = junk[i];
		REQUEST_SPINNING();
		CHECK("core-split-009", avps_vq_wait_interrupt(&self->ex.vq, avps_patience()) > 0,
		      "no interrupt came with %#x in used_event's place", junk[i]);
	}
}

/*
 * With event indexes, VIRTQ_AVAIL_F_NO_INTERRUPT means nothing: each buffer that used_event asks for is signalled.
 */
AVPS_TEST(core, flag_is_ignored_with_event_index, CLAUSES("core-split-012"), SPLIT_RING, NEEDS(VIRTIO_RING_F_EVENT_IDX),
	  ONLY_IF(exercise_interrupts))
{
	START(FEATURE(VIRTIO_RING_F_EVENT_IDX));
	avps_vq_want_interrupts(&self->ex.vq, false);
	for (u16 i = 0; i < 4; i++) {
		*used_event(&self->ex.vq) = i;
		REQUEST_SPINNING();
		CHECK("core-split-012", avps_vq_wait_interrupt(&self->ex.vq, avps_patience()) > 0,
		      "no interrupt came for buffer %u, which used_event asks for", i);
	}
}

/*
 * With event indexes, the used element whose place is used_event is signalled: the next one each time, and one after a
 * gap.
 */
AVPS_TEST(core, interrupt_at_used_event, CLAUSES("core-split-013"), SPLIT_RING, NEEDS(VIRTIO_RING_F_EVENT_IDX),
	  ONLY_IF(exercise_interrupts))
{
	START(FEATURE(VIRTIO_RING_F_EVENT_IDX));
	for (u16 i = 0; i < 4; i++) {
		*used_event(&self->ex.vq) = i;
		REQUEST_SPINNING();
		CHECK("core-split-013", avps_vq_wait_interrupt(&self->ex.vq, avps_patience()) > 0,
		      "no interrupt came for buffer %u, which used_event asks for", i);
	}
	*used_event(&self->ex.vq) = 6;
	REQUEST_SPINNING();
	REQUEST_SPINNING();
	avps_vq_wait_interrupt(&self->ex.vq, 0);
	REQUEST_SPINNING();
	CHECK("core-split-013", avps_vq_wait_interrupt(&self->ex.vq, avps_patience()) > 0,
	      "no interrupt came for buffer 6, which used_event asks for after two that it does not");
}

/*
 * And the others are not, once the queue is under way. The buffer that used_event asks for is the fence.
 */
AVPS_TEST(core, no_interrupt_before_used_event, CLAUSES("core-split-014"), SPLIT_RING, NEEDS(VIRTIO_RING_F_EVENT_IDX),
	  ONLY_IF(exercise_interrupts))
{
	int early = 0;

	START(FEATURE(VIRTIO_RING_F_EVENT_IDX));
	*used_event(&self->ex.vq) = 0;
	REQUEST_SPINNING();
	REQUIRE(avps_vq_wait_interrupt(&self->ex.vq, avps_patience()) > 0, "no interrupt came for the first buffer");
	*used_event(&self->ex.vq) = 4;
	for (int i = 1; i < 4; i++) {
		REQUEST_SPINNING();
		early += avps_vq_wait_interrupt(&self->ex.vq, 0);
	}
	REQUEST_SPINNING();
	REQUIRE(avps_vq_wait_interrupt(&self->ex.vq, avps_patience()) > 0, "no interrupt came at used_event");
	CHECK("core-split-014", early == 0, "%d interrupts came for buffers 1 to 3 with used_event 4", early);
}

/*
 * Not even the first one of a queue.
 */
AVPS_TEST(core, no_interrupt_for_first_buffer_before_used_event, CLAUSES("core-split-014"), SPLIT_RING,
	  NEEDS(VIRTIO_RING_F_EVENT_IDX), ONLY_IF(exercise_interrupts))
{
	int early;

	START(FEATURE(VIRTIO_RING_F_EVENT_IDX));
	*used_event(&self->ex.vq) = 1;
	REQUEST_SPINNING();
	early = avps_vq_wait_interrupt(&self->ex.vq, 0);
	REQUEST_SPINNING();
	REQUIRE(early + avps_vq_wait_interrupt(&self->ex.vq, avps_patience()) > 0, "no interrupt came at used_event");
	CHECK("core-split-014", early == 0, "%d interrupts came for buffer 0 with used_event 1", early);
}
