// SPDX-License-Identifier: GPL-2.0-or-later
#include "framing.h"

#include <string.h>

#include "core.h"

#define MOST_DESCRIPTORS (2 * FRAMING_MOST_PIECES)

struct reframed {
	struct avps_buf readable, writable;
	struct avps_element pieces[MOST_DESCRIPTORS];
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

const char *framing_request(struct exercise *ex, unsigned int pieces, bool *fits)
{
	struct exercise_request request;
	struct reframed frame = { 0 };
	struct avps_used used;
	int err;

	request.n = ex->kind->prepare(request.elements);
	frame.readable = join(&request, false);
	frame.writable = join(&request, true);
	cut(&frame, frame.readable, false, pieces);
	cut(&frame, frame.writable, true, pieces);
	request.id = avps_vq_add(&ex->vq, frame.pieces, frame.n);
	*fits = request.id >= 0;
	if (!*fits)
		return NULL;
	avps_vq_notify(&ex->vq);
	err = avps_vq_wait_used(&ex->vq, &used);
	scatter(&request, frame.writable);
	return exercise_wrong(ex, &request, err, &used);
}

/* Tries every number of pieces. */
#define CHECK_FRAMINGS(clause_)                                                                                   \
	do {                                                                                                      \
		START(0);                                                                                         \
		REQUEST();                                                                                        \
		for (unsigned int pieces_ = 1; pieces_ <= FRAMING_MOST_PIECES; pieces_++) {                       \
			bool fits_;                                                                               \
			const char *wrong_ = framing_request(&self->ex, pieces_, &fits_);                         \
                                                                                                                  \
			if (!fits_)                                                                               \
				break;                                                                            \
			if (!CHECK_WORKS(clause_, wrong_, "with what is read, and what is written, in %u pieces", \
					 pieces_))                                                                \
				AVPS_STOP();                                                                      \
		}                                                                                                 \
	} while (0)

/*
 * A request means the same in however many descriptors it comes, and wherever they begin and end: also where two of its
 * parts share one.
 */
AVPS_TEST(core, framing_does_not_matter, CLAUSES("core-split-003"), SPLIT_RING, ONLY_IF(exercise_known))
{
	CHECK_FRAMINGS("core-split-003");
}

/*
 * Nor on a packed ring, where the device takes the descriptors of a list in the order in which they come.
 */
AVPS_TEST(core, descriptors_of_a_list_are_taken_in_order, CLAUSES("core-packed-007"), PACKED_RING,
	  ONLY_IF(exercise_known))
{
	CHECK_FRAMINGS("core-packed-007");
}
