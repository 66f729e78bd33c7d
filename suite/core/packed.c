// SPDX-License-Identifier: GPL-2.0-or-later
/* The packed ring as the device writes it (VIRTIO 1.4, 2.8). */
#include <linux/virtio_ring.h>

#include "core.h"
#include "snapshot.h"

#define AVAIL_FLAG (1 << VRING_PACKED_DESC_F_AVAIL)
#define USED_FLAG (1 << VRING_PACKED_DESC_F_USED)

#define BATCH 4
#define OTHER_ID 0 /* which the driver gives to no buffer here */

static bool is_used(const struct vring_packed_desc *desc, bool wrap)
{
	u16 flags = __atomic_load_n(&desc->flags, __ATOMIC_ACQUIRE);

	return (flags & (AVAIL_FLAG | USED_FLAG)) == (wrap ? AVAIL_FLAG | USED_FLAG : 0);
}

/*
 * Used descriptors are written one after the other: each where the buffer before it ends, whichever buffer it is for.
 */
AVPS_TEST(core, used_descriptors_leave_no_gaps, CLAUSES("core-packed-002"), PACKED_RING, ONLY_IF(exercise_known))
{
	struct exercise_request requests[BATCH];
	bool done[BATCH] = {};

	START(0);
	for (int i = 0; i < BATCH; i++)
		REQUIRE(!exercise_add(&self->ex, &requests[i]), "the ring is full");
	avps_vq_notify(&self->ex.vq);
	for (int i = 0; i < BATCH; i++) {
		u16 at = i * requests[0].n;
		const struct vring_packed_desc *desc = &self->ex.vq.packed.desc[at];
		avps_deadline deadline = avps_patience();
		bool known = false;

		while (!is_used(desc, true) && avps_remaining_ms(deadline))
			;
		if (!CHECK("core-packed-002", is_used(desc, true),
			   "descriptor %u, where used buffer %d belongs, is not used", at, i))
			AVPS_STOP();
		for (int k = 0; k < BATCH && !known; k++) {
			known = requests[k].id == desc->id && !done[k];
			done[k] |= known;
		}
		CHECK("core-packed-002", known, "descriptor %u holds buffer %u, which was not in use", at, desc->id);
	}
}

/* Makes a request available at descriptor @at of the first lap, with @id in its last descriptor and another in the others. */
static void make_available_by_hand(struct avps_vq *vq, u16 at, const struct exercise_request *request, u16 id)
{
	struct vring_packed_desc *first = &vq->packed.desc[at];

	for (unsigned int i = request->n; i--;) {
		const struct avps_element *element = &request->elements[i];
		bool last = i == request->n - 1;
		u16 flags = AVAIL_FLAG | (element->writable ? VRING_DESC_F_WRITE : 0) | (last ? 0 : VRING_DESC_F_NEXT);

		first[i].addr = element->buf.bus;
		first[i].len = element->buf.len;
		first[i].id = last ? id : OTHER_ID;
		/* The first one, which comes last here, makes all of them available. */
		__atomic_store_n(&first[i].flags, flags, __ATOMIC_RELEASE);
	}
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/*
 * The buffer id of a list is that of its last descriptor, whatever the others say.
 */
AVPS_TEST(core, buffer_id_is_in_the_last_descriptor, CLAUSES("core-packed-p07"), PACKED_RING, ONLY_IF(exercise_known))
{
	struct exercise_request request;
	u16 at = 0;

	START(0);
	request.n = self->ex.kind->prepare(request.elements);
	for (u16 id = 1; id <= BATCH && at + request.n <= self->ex.vq.size; id++) {
		const struct vring_packed_desc *used = &self->ex.vq.packed.desc[at];
		avps_deadline deadline = avps_patience();
		const char *wrong;

		request.n = self->ex.kind->prepare(request.elements);
		make_available_by_hand(&self->ex.vq, at, &request, id);
		avps_vq_notify(&self->ex.vq);
		while (!is_used(used, true))
			REQUIRE(avps_remaining_ms(deadline), "the device did not use the buffer");
		CHECK_EQ("core-packed-p07", used->id, id);
		wrong = self->ex.kind->verify(request.elements, request.n, used->len);
		REQUIRE(!wrong, "a plain request went wrong: %s", wrong);
		at += request.n;
	}
}

/*
 * A used descriptor says with VIRTQ_DESC_F_WRITE that the device wrote into the buffer: without it, the length has no
 * meaning (2.8.3, 2.8.4).
 */
AVPS_TEST(core, used_descriptor_says_that_it_was_written, CLAUSES("core-packed-p01"), PACKED_RING,
	  ONLY_IF(exercise_known))
{
	const struct vring_packed_desc *desc;

	START(0);
	desc = self->ex.vq.packed.desc;
	REQUEST();
	CHECK("core-packed-p01", desc[0].flags & VRING_DESC_F_WRITE, "the flags are %#x, the length is %u",
	      desc[0].flags, desc[0].len);
}

/* Fills a descriptor that is not available, as if it were left over: it only lacks the flag that says so. */
static void leave_stale(struct vring_packed_desc *desc, struct avps_buf bait, u16 id)
{
	desc->addr = bait.bus;
	desc->len = bait.len;
	desc->id = id;
	desc->flags = VRING_DESC_F_WRITE;
}

/*
 * A descriptor whose AVAIL bit has not changed is none: the device does not use it, whatever else it holds.
 */
AVPS_TEST(core, unavailable_descriptors_are_left_alone, CLAUSES("core-packed-005"), PACKED_RING,
	  ONLY_IF(exercise_known))
{
	struct avps_buf bait;
	struct snapshot bait_before, table;
	struct vring_packed_desc *desc;
	struct exercise_request request;
	struct avps_used used;
	const char *wrong;
	u16 beyond;

	START(0);
	desc = self->ex.vq.packed.desc;
	REQUIRE(!exercise_add(&self->ex, &request), "the ring is full");
	beyond = request.n;
	REQUIRE(beyond + BATCH <= self->ex.vq.size, "the queue is too small");
	bait = avps_dma_alloc(64, 8);
	for (u16 i = 0; i < BATCH; i++)
		leave_stale(&desc[beyond + i], bait, self->ex.vq.size - 1 - i);
	bait_before = snapshot_take(bait.cpu, bait.len);
	table = snapshot_take(&desc[beyond], BATCH * sizeof(*desc));
	avps_vq_notify(&self->ex.vq);
	wrong = exercise_wrong(&self->ex, &request, avps_vq_spin_used(&self->ex.vq, &used), &used);
	REQUIRE(!wrong, "a plain request went wrong: %s", wrong);
	avps_vq_notify(&self->ex.vq);
	/* What was taken up by the last notification is finished, or dropped, when a reset is over. */
	REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");
	CHECK_UNTOUCHED("core-packed-005", table, "descriptors that were not available");
	CHECK_UNTOUCHED("core-packed-005", bait_before, "a buffer that was not available");
}

/*
 * Once a descriptor is marked used the device leaves it alone. Later buffers are the fence.
 */
AVPS_TEST(core, used_descriptors_stay_as_they_are, CLAUSES("core-packed-006"), PACKED_RING, ONLY_IF(exercise_known))
{
	struct vring_packed_desc *desc;
	struct snapshot first = { 0 };

	START(0);
	desc = self->ex.vq.packed.desc;
	for (int i = 0; i < 8; i++) {
		u16 at = self->ex.vq.packed.next_used;
		struct exercise_request request;
		avps_deadline deadline = avps_patience();
		struct avps_used used;

		REQUIRE(!exercise_add(&self->ex, &request), "the ring is full");
		avps_vq_notify(&self->ex.vq);
		while (!is_used(&desc[at], self->ex.vq.packed.used_wrap))
			REQUIRE(avps_remaining_ms(deadline), "the device did not use the buffer");
		first = snapshot_take(&desc[at], sizeof(*desc));
		REQUIRE(avps_vq_poll_used(&self->ex.vq, &used) == 1, "the used buffer was not available");
		self->ops->get_status(self->transport);
		CHECK_UNTOUCHED("core-packed-006", first, "a used descriptor");
	}
	REQUIRE(first.memory, "no buffer was used");
}
