// SPDX-License-Identifier: GPL-2.0-or-later
/* Any queue size up to the maximum serves (VIRTIO 1.4, 2.6). */
#include "core.h"

/* Makes requests on a queue of @size_ entries until it has come round twice, or a few times for a long one. */
#define CHECK_SIZE(clause_, size_)                                                                                   \
	do {                                                                                                         \
		u16 want_ = (size_);                                                                                 \
                                                                                                                     \
		avps_dma_rewind();                                                                                   \
		REQUIRE(!exercise_start_with(&self->ex, self->on, 0, want_), "the device could not be initialised"); \
		for (int n_ = 0; n_ < (want_ < 32 ? 2 * want_ + 1 : 3); n_++) {                                      \
			const char *wrong_ = exercise_once(&self->ex);                                               \
                                                                                                                     \
			if (!CHECK_WORKS(clause_, wrong_, "request %d with a queue of %u entries", n_, want_))       \
				AVPS_STOP();                                                                         \
		}                                                                                                    \
	} while (0)

/*
 * On a split ring, each power of two that a request fits into.
 */
AVPS_TEST(core, split_queue_of_any_size, CLAUSES("core-virtqueues-p01"), SPLIT_RING, ONLY_IF(exercise_known))
{
	u16 max;

	START(0);
	max = self->ex.vq.size;
	REQUIRE(max >= 4, "the queue has only %u entries", max);
	for (u32 size = 4; size <= max; size *= 2)
		CHECK_SIZE("core-virtqueues-p01", size);
}

/*
 * On a packed ring, any number.
 */
AVPS_TEST(core, packed_queue_of_any_size, CLAUSES("core-virtqueues-p01"), PACKED_RING, ONLY_IF(exercise_known))
{
	static const u16 odd[] = { 3, 5, 6, 7, 13 };
	u16 max;

	START(0);
	max = self->ex.vq.size;
	for (size_t i = 0; i < ARRAY_SIZE(odd) && odd[i] <= max; i++)
		CHECK_SIZE("core-virtqueues-p01", odd[i]);
	CHECK_SIZE("core-virtqueues-p01", max);
	if (max > 4)
		CHECK_SIZE("core-virtqueues-p01", max - 1);
}
