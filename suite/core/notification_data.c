// SPDX-License-Identifier: GPL-2.0-or-later
/* Notifications that say where the next buffer will be (VIRTIO 1.4, 2.9). */
#include "avps/features.h"
#include "core.h"
#include "laps.h"

/*
 * With NOTIFICATION_DATA a notification has 32 bits, and starts the request like any other: several times round the ring, so
 * that what it says takes each value there is.
 */
AVPS_TEST(core, notification_with_data_starts_the_request, CLAUSES("core-notifications-p01"),
	  NEEDS(VIRTIO_F_NOTIFICATION_DATA), ONLY_IF(exercise_known))
{
	REQUIRE(!exercise_start_with(&self->ex, self->on, FEATURE(VIRTIO_F_NOTIFICATION_DATA), LAPS_SIZE),
		"the device could not be initialised");
	for (int i = 0; i < 3 * LAPS_SIZE; i++) {
		const char *wrong = exercise_once(&self->ex);

		if (!CHECK_WORKS("core-notifications-p01", wrong, "request %d", i))
			AVPS_STOP();
	}
}
