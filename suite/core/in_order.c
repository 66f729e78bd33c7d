// SPDX-License-Identifier: GPL-2.0-or-later
/* Buffers used in the order in which they were made available (VIRTIO 1.4, 2.7.9, 2.8.14, 6). */
#include "avps/features.h"
#include "core.h"

#define BATCH 4

/*
 * With IN_ORDER, buffers come back in the order in which they went out, one by one or several at once.
 */
AVPS_TEST(core, buffers_are_used_in_order, CLAUSES("core-reserved-005"), NEEDS(VIRTIO_F_IN_ORDER),
	  ONLY_IF(exercise_known))
{
	struct exercise_request requests[BATCH];

	START(FEATURE(VIRTIO_F_IN_ORDER));
	for (int round = 0; round < 8; round++) {
		int n = 0;

		while (n < BATCH && !exercise_add(&self->ex, &requests[n]))
			n++;
		REQUIRE(n, "the ring is full");
		avps_vq_notify(&self->ex.vq);
		for (int i = 0; i < n; i++) {
			struct avps_used used;
			int err = avps_vq_wait_used(&self->ex.vq, &used);
			const char *wrong = exercise_wrong(&self->ex, &requests[i], err, &used);

			if (!CHECK_WORKS("core-reserved-005", wrong, "buffer %d of %d, round %d", i, n, round))
				AVPS_STOP();
		}
	}
}
