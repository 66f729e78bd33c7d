/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Going round a ring, so that what a device may keep of a queue shows in its next life. */
#ifndef AVPS_LAPS_H
#define AVPS_LAPS_H

#include "exercise.h"

#define LAPS_SIZE 4 /* entries of a queue that is soon gone round */

/*
 * Makes requests until a split ring has been gone round once, or both wrap counters of a packed one are 0; then @more.
 *
 * Returns NULL, or what went wrong.
 */
static inline const char *laps_go_round(struct exercise *ex, unsigned int more)
{
	const char *wrong;
	bool round;
	u16 n = 0;

	do {
		wrong = exercise_once(ex);
		n++;
		if (ex->vq.ring == AVPS_RING_PACKED)
			round = !ex->vq.packed.avail_wrap && !ex->vq.packed.used_wrap;
		else
			round = n > ex->vq.size;
	} while (!wrong && !round);
	while (!wrong && more--)
		wrong = exercise_once(ex);
	return wrong;
}

#endif
