// SPDX-License-Identifier: GPL-2.0-or-later
/* Used buffer notifications of a packed virtqueue: the driver's event suppression structure (VIRTIO 1.4, 2.8.10). */
#include <linux/virtio_ring.h>

#include "interrupts.h"

AVPS_TEST(core, packed_interrupt_for_used_buffer, CLAUSES("core-packed-p02"), PACKED_RING, ONLY_IF(exercise_interrupts))
{
	CHECK_SIGNALLED("core-packed-p02");
}

AVPS_TEST(core, packed_no_interrupt_when_not_wanted, CLAUSES("core-packed-p03"), PACKED_RING,
	  ONLY_IF(exercise_interrupts))
{
	CHECK_SILENT_WHEN_NOT_WANTED("core-packed-p03");
}

/* Asks for the interrupt of the buffer whose used descriptor comes @ahead descriptors after the next one. */
static void want_descriptor(struct avps_vq *vq, u16 ahead)
{
	struct avps_packed *packed = &vq->packed;
	u16 at = packed->next_used + ahead;
	bool wrap = packed->used_wrap;

	if (at >= vq->size) {
		at -= vq->size;
		wrap = !wrap;
	}
	packed->driver_event->off_wrap = at | (u16)wrap << 15;
	__atomic_store_n(&packed->driver_event->flags, VRING_PACKED_EVENT_FLAG_DESC, __ATOMIC_SEQ_CST);
}

/*
 * With event indexes, the used descriptor that the driver names is signalled: the next one each time, also past the end
 * of the ring, and one after a gap.
 */
AVPS_TEST(core, packed_interrupt_at_named_descriptor, CLAUSES("core-packed-p04"), PACKED_RING,
	  NEEDS(VIRTIO_RING_F_EVENT_IDX), ONLY_IF(exercise_interrupts))
{
	u16 n = avps_exercise_of(self->dev)->prepare((struct avps_element[AVPS_MAX_ELEMENTS]){});

	REQUIRE(!exercise_start_with(&self->ex, self->on, FEATURE(VIRTIO_RING_F_EVENT_IDX), 8),
		"the device could not be initialised");
	for (int i = 0; i < 12; i++) {
		want_descriptor(&self->ex.vq, 0);
		REQUEST_SPINNING();
		CHECK("core-packed-p04", avps_vq_wait_interrupt(&self->ex.vq, avps_patience()) > 0,
		      "no interrupt came for buffer %d, which was asked for", i);
	}
	want_descriptor(&self->ex.vq, 2 * n);
	REQUEST_SPINNING();
	REQUEST_SPINNING();
	avps_vq_wait_interrupt(&self->ex.vq, 0);
	REQUEST_SPINNING();
	CHECK("core-packed-p04", avps_vq_wait_interrupt(&self->ex.vq, avps_patience()) > 0,
	      "no interrupt came for a buffer that was asked for after two that were not");
}
