// SPDX-License-Identifier: GPL-2.0-or-later
/* What the device says of how much it wrote (VIRTIO 1.4, 2.6, 2.7.8, 2.8.4). */
#include <string.h>

#include "core.h"

#define ROUNDS 4
#define MOST_BYTES 4096

/* The device-writable bytes of a request, one after the other, into @out. Returns how many. */
static size_t writable_bytes(const struct exercise_request *request, u8 *out)
{
	size_t n = 0;

	for (unsigned int i = 0; i < request->n; i++) {
		const struct avps_buf *buf = &request->elements[i].buf;

		if (!request->elements[i].writable)
			continue;
		for (size_t at = 0; at < buf->len && n < MOST_BYTES; at++)
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
 * The same request is made over memory filled with another value each time: a byte that has kept the fill every time was not
 * written, and one that has not kept it was.
 */
#define CHECK_USED_LENGTH(clause_)                                                                                     \
	do {                                                                                                           \
		static const u8 fills_[ROUNDS] = { 0x00, 0xff, 0x5a, 0xc3 };                                           \
		bool written_[MOST_BYTES] = {};                                                                        \
		size_t claimed_ = SIZE_MAX;                                                                            \
                                                                                                                       \
		START(0);                                                                                              \
		for (int round_ = 0; round_ < ROUNDS; round_++) {                                                      \
			struct exercise_request request_;                                                              \
			struct avps_used used_;                                                                        \
			u8 bytes_[MOST_BYTES];                                                                         \
			size_t n_, changed_ = 0;                                                                       \
			const char *wrong_;                                                                            \
                                                                                                                       \
			request_.n = self->ex.kind->prepare(request_.elements);                                        \
			fill_writable(&request_, fills_[round_]);                                                      \
			request_.id = avps_vq_add(&self->ex.vq, request_.elements, request_.n);                        \
			avps_vq_notify(&self->ex.vq);                                                                  \
			wrong_ =                                                                                       \
				exercise_wrong(&self->ex, &request_, avps_vq_wait_used(&self->ex.vq, &used_), &used_); \
			REQUIRE(!wrong_, "a plain request went wrong: %s", wrong_);                                    \
			n_ = writable_bytes(&request_, bytes_);                                                        \
			CHECK(clause_, used_.len <= n_, "the device claims %u bytes in a buffer of %zu", used_.len,    \
			      n_);                                                                                     \
			if (used_.len < claimed_)                                                                      \
				claimed_ = used_.len;                                                                  \
			for (size_t at_ = 0; at_ < n_; at_++) {                                                        \
				written_[at_] |= bytes_[at_] != fills_[round_];                                        \
				changed_ += bytes_[at_] != fills_[round_];                                             \
			}                                                                                              \
			CHECK("core-virtqueues-p02", used_.len >= changed_,                                            \
			      "the device claims %u bytes, and %zu have changed", used_.len, changed_);                \
		}                                                                                                      \
		for (size_t at_ = 0; at_ < claimed_ && at_ < MOST_BYTES; at_++)                                        \
			CHECK(clause_, written_[at_], "byte %zu of the %zu claimed was not written", at_, claimed_);   \
	} while (0)

/*
 * Of the bytes that the device says it wrote, it wrote every one; and it should say so of all that it wrote.
 */
AVPS_TEST(core, used_length_is_written, CLAUSES("core-split-016", "core-virtqueues-p02"), SPLIT_RING,
	  ONLY_IF(exercise_known))
{
	CHECK_USED_LENGTH("core-split-016");
}

AVPS_TEST(core, packed_used_length_is_written, CLAUSES("core-packed-p08", "core-virtqueues-p02"), PACKED_RING,
	  ONLY_IF(exercise_known))
{
	CHECK_USED_LENGTH("core-packed-p08");
}
