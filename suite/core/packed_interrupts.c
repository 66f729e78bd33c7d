// SPDX-License-Identifier: GPL-2.0-or-later
/* Used buffer notifications of a packed virtqueue: the driver's event suppression structure (VIRTIO 1.4, 2.8.10). */
#include <linux/virtio_ring.h>

#include "core.h"

AVPS_TEST(core, packed_interrupt_for_used_buffer, CLAUSES("core-packed-p02"), PACKED_RING, ONLY_IF(exercise_interrupts))
{
	START(0);
	for (int i = 0; i < 3; i++) {
		REQUEST_SPINNING();
		CHECK("core-packed-p02", avps_vq_wait_interrupt(&self->ex.vq, avps_patience()) > 0,
		      "buffer %d was used, and no interrupt came", i);
	}
}

/*
 * With RING_EVENT_FLAGS_DISABLE there is none. The interrupt of the next buffer, which is wanted again, is the fence.
 */
AVPS_TEST(core, packed_no_interrupt_when_not_wanted, CLAUSES("core-packed-p03"), PACKED_RING,
	  ONLY_IF(exercise_interrupts))
{
	int early, fence;

	START(0);
	avps_vq_want_interrupts(&self->ex.vq, false);
	REQUEST_SPINNING();
	early = avps_vq_wait_interrupt(&self->ex.vq, 0);
	avps_vq_want_interrupts(&self->ex.vq, true);
	REQUEST_SPINNING();
	fence = avps_vq_wait_interrupt(&self->ex.vq, avps_patience());
	REQUIRE(fence, "no interrupt came for a buffer that wanted one");
	CHECK("core-packed-p03", early + fence == 1, "%d interrupts for 2 buffers, of which 1 wanted one",
	      early + fence);
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
	u16 n = avps_device_class_of(self->dev)->exercise.prepare((struct avps_element[AVPS_MAX_ELEMENTS]){});

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
