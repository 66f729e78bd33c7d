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

#define ROUNDS 4

/* The device-writable bytes of a request, one after the other, into @out. Returns how many. */
static size_t writable_bytes(const struct exercise_request *request, u8 *out, size_t room)
{
	size_t n = 0;

	for (unsigned int i = 0; i < request->n; i++) {
		const struct avps_buf *buf = &request->elements[i].buf;

		if (!request->elements[i].writable)
			continue;
		for (size_t at = 0; at < buf->len && n < room; at++)
			out[n++] = ((const u8 *)buf->cpu)[at];
	}
	return n;
}

static void fill_writable(const struct exercise_request *request, u8 value)
{
	for (unsigned int i = 0; i < request->n; i++)
		if (request->elements[i].writable)
			memset(request->elements[i].buf.cpu, value, request->elements[i].buf.len);
}

/*
 * Of the bytes that the device says it wrote, it wrote every one.
 *
 * The same request is made over memory filled with another value each time: a byte that has kept the fill every time
 * was not written.
 */
AVPS_TEST(core, used_length_is_written, CLAUSES("core-split-016"), SPLIT_RING, ONLY_IF(exercise_known))
{
	static const u8 fills[ROUNDS] = { 0x00, 0xff, 0x5a, 0xc3 };
	bool written[4096] = {};
	size_t claimed = SIZE_MAX;

	START(0);
	for (int round = 0; round < ROUNDS; round++) {
		struct exercise_request request;
		struct avps_used used;
		u8 bytes[sizeof(written)];
		const char *wrong;
		size_t n;

		request.n = self->ex.kind->prepare(request.elements);
		fill_writable(&request, fills[round]);
		request.id = avps_vq_add(&self->ex.vq, request.elements, request.n);
		avps_vq_notify(&self->ex.vq);
		wrong = exercise_wrong(&self->ex, &request, avps_vq_wait_used(&self->ex.vq, &used), &used);
		REQUIRE(!wrong, "a plain request went wrong: %s", wrong);
		n = writable_bytes(&request, bytes, sizeof(bytes));
		CHECK("core-split-016", used.len <= n, "the device claims %u bytes in a buffer of %zu", used.len, n);
		if (used.len < claimed)
			claimed = used.len;
		for (size_t at = 0; at < n; at++)
			written[at] |= bytes[at] != fills[round];
	}
	for (size_t at = 0; at < claimed && at < sizeof(written); at++)
		CHECK("core-split-016", written[at], "byte %zu of the %zu claimed was not written", at, claimed);
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
