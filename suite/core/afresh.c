// SPDX-License-Identifier: GPL-2.0-or-later
/* Where a device begins in a queue that is set up after a reset of the device (VIRTIO 1.4, 2.7.8, 2.8.1). */
#include "core.h"
#include "laps.h"

/* Goes round the ring in several lives of the device, of which each but the first is judged. */
#define CHECK_AFRESH(clause_)                                                                                       \
	do {                                                                                                        \
		for (int lives_ = 0; lives_ < 4; lives_++) {                                                        \
			const char *wrong_;                                                                         \
                                                                                                                    \
			REQUIRE(!exercise_start_with(&self->ex, self->on, 0, LAPS_SIZE),                            \
				"the device could not be initialised");                                             \
			wrong_ = laps_go_round(&self->ex, lives_);                                                  \
			REQUIRE(lives_ || !wrong_, "a plain request went wrong: %s", wrong_);                       \
			if (lives_ && !CHECK_WORKS(clause_, wrong_, "going round the ring after reset %d", lives_)) \
				AVPS_STOP();                                                                        \
		}                                                                                                   \
	} while (0)

AVPS_TEST(core, split_queue_starts_afresh, CLAUSES("core-split-p01"), SPLIT_RING, ONLY_IF(exercise_known))
{
	CHECK_AFRESH("core-split-p01");
}

/*
 * Also with wrap counters that were 0.
 */
AVPS_TEST(core, packed_queue_starts_afresh, CLAUSES("core-packed-p06"), PACKED_RING, ONLY_IF(exercise_known))
{
	CHECK_AFRESH("core-packed-p06");
}
