/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Things that a device does later than now. A reference device works when it is spoken to; time passes in ticks, one for each
 * access to the device and each look of the driver at the clock. Correct devices need this little; defects of time and
 * order need it much.
 */
#ifndef REFDEV_LATER_H
#define REFDEV_LATER_H

#include "refdev/core/types.h"

#define REFDEV_LATER_MOST 16

struct refdev;

typedef void (*refdev_act)(struct refdev *dev, u64 argument);

struct refdev_later {
	struct {
		unsigned int ticks; /* left */
		refdev_act act; /* NULL: a free place */
		u64 argument;
	} things[REFDEV_LATER_MOST];
};

/* Has @act done after @ticks (at least 1) more ticks. Done at once where too much is waiting already. */
void refdev_do_later(struct refdev *dev, unsigned int ticks, refdev_act act, u64 argument);

/* One tick passes for @dev: what is due is done, in the order in which it was put off. */
void refdev_tick(struct refdev *dev);

/* Nothing of what was put off will be done: a reset does this. */
void refdev_forget_later(struct refdev *dev);

#endif
