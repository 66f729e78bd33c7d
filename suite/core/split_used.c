// SPDX-License-Identifier: GPL-2.0-or-later
/* What the device does to memory: buffers, descriptors, used elements (VIRTIO 1.4, 2.7.4 to 2.7.8). */
#include <linux/virtio_ring.h>

#include "core.h"
#include "snapshot.h"

/* A device may refuse very long chains (2.7.4.1); none refuses these. */
#define MOST_PIECES 16

/*
 * A request in another framing: all that the device reads in one piece of memory, all that it writes in another, both cut
 * into descriptors without regard to what is in them (2.7.4).
 */
struct reframed {
	struct avps_buf readable, writable;
	struct avps_element pieces[MOST_PIECES];
	unsigned int n;
};

static struct avps_buf join(const struct exercise_request *request, bool writable)
{
	struct avps_buf joined = { 0 };
	size_t len = 0;

	for (unsigned int i = 0; i < request->n; i++)
		if (request->elements[i].writable == writable)
			len += request->elements[i].buf.len;
	if (!len)
		return joined;
	joined = avps_dma_alloc(len, 1);
	len = 0;
	for (unsigned int i = 0; i < request->n; i++) {
		const struct avps_buf *part = &request->elements[i].buf;

		if (request->elements[i].writable != writable)
			continue;
		memcpy((u8 *)joined.cpu + len, part->cpu, part->len);
		len += part->len;
	}
	return joined;
}

/* Puts what the device wrote where the request would have it in its own framing. */
static void scatter(const struct exercise_request *request, struct avps_buf joined)
{
	size_t at = 0;

	for (unsigned int i = 0; i < request->n; i++) {
		if (!request->elements[i].writable)
			continue;
		memcpy(request->elements[i].buf.cpu, (u8 *)joined.cpu + at, request->elements[i].buf.len);
		at += request->elements[i].buf.len;
	}
}

static void cut(struct reframed *frame, struct avps_buf joined, bool writable, unsigned int pieces)
{
	size_t piece = (joined.len + pieces - 1) / pieces;

	for (size_t at = 0; at < joined.len; at += piece) {
		size_t rest = joined.len - at;

		frame->pieces[frame->n++] =
			(struct avps_element){ .buf = avps_buf_slice(joined, at, rest < piece ? rest : piece),
					       .writable = writable };
	}
}

/*
 * A request means the same in however many descriptors it comes, and wherever they begin and end: also where two of its
 * parts share one.
 */
AVPS_TEST(core, framing_does_not_matter, CLAUSES("core-split-003"), SPLIT_RING, ONLY_IF(exercise_known))
{
	START(0);
	REQUEST();
	for (unsigned int pieces = 1; pieces <= MOST_PIECES / 2; pieces++) {
		struct exercise_request request;
		struct reframed frame = { 0 };
		struct avps_used used;
		const char *wrong;
		int err;

		request.n = self->ex.kind->prepare(request.elements);
		frame.readable = join(&request, false);
		frame.writable = join(&request, true);
		cut(&frame, frame.readable, false, pieces);
		cut(&frame, frame.writable, true, pieces);
		request.id = avps_vq_add(&self->ex.vq, frame.pieces, frame.n);
		if (request.id < 0)
			break; /* a small queue */
		avps_vq_notify(&self->ex.vq);
		err = avps_vq_wait_used(&self->ex.vq, &used);
		scatter(&request, frame.writable);
		wrong = exercise_wrong(&self->ex, &request, err, &used);
		if (!CHECK_WORKS("core-split-003", wrong, "with either part in %u pieces, %u descriptors", pieces,
				 frame.n))
			AVPS_STOP();
	}
}

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

static enum avps_skip has_readable_part(struct avps_device *dev, char *why, size_t why_size)
{
	struct avps_element elements[AVPS_MAX_ELEMENTS];
	enum avps_skip skip = exercise_known(dev, why, why_size);

	if (skip)
		return skip;
	avps_device_class_of(dev)->exercise.prepare(elements);
	if (!elements[0].writable)
		return 0;
	snprintf(why, why_size, "requests to this type of device have no device-readable part");
	return AVPS_SKIP_ABSENT;
}

/*
 * What the driver gave to be read is as it was.
 */
AVPS_TEST(core, readable_buffers_are_not_written, CLAUSES("core-split-005"), SPLIT_RING, ONLY_IF(has_readable_part))
{
	struct snapshot before[AVPS_MAX_ELEMENTS];
	struct exercise_request request;
	struct avps_used used;
	const char *wrong;

	START(0);
	exercise_add(&self->ex, &request);
	for (unsigned int i = 0; i < request.n; i++)
		before[i] = snapshot_take(request.elements[i].buf.cpu, request.elements[i].buf.len);
	avps_vq_notify(&self->ex.vq);
	wrong = exercise_wrong(&self->ex, &request, avps_vq_wait_used(&self->ex.vq, &used), &used);
	REQUIRE(!wrong, "a plain request went wrong: %s", wrong);
	for (unsigned int i = 0; i < request.n; i++)
		if (!request.elements[i].writable)
			CHECK_UNTOUCHED("core-split-005", before[i], "a device-readable buffer");
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
