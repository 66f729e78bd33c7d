// SPDX-License-Identifier: GPL-2.0-or-later
#include "refdev/core/later.h"

#include <string.h>

#include "refdev/core/device.h"

/* The things that wait are the first ones, in the order in which they were put off. */

static void take_out(struct refdev_later *later, unsigned int at)
{
	memmove(&later->things[at], &later->things[at + 1], (REFDEV_LATER_MOST - 1 - at) * sizeof(later->things[0]));
	later->things[REFDEV_LATER_MOST - 1].act = NULL;
}

void refdev_do_later(struct refdev *dev, unsigned int ticks, refdev_act act, u64 argument)
{
	struct refdev_later *later = &dev->later;

	for (unsigned int i = 0; i < REFDEV_LATER_MOST; i++) {
		if (later->things[i].act)
			continue;
		later->things[i].ticks = ticks;
		later->things[i].act = act;
		later->things[i].argument = argument;
		return;
	}
	act(dev, argument);
}

/* Does the first thing that is due. Returns false when there is none. */
static bool do_due(struct refdev *dev)
{
	struct refdev_later *later = &dev->later;

	for (unsigned int i = 0; i < REFDEV_LATER_MOST && later->things[i].act; i++) {
		refdev_act act = later->things[i].act;
		u64 argument = later->things[i].argument;

		if (later->things[i].ticks)
			continue;
		take_out(later, i);
		act(dev, argument);
		return true;
	}
	return false;
}

void refdev_tick(struct refdev *dev)
{
	struct refdev_later *later = &dev->later;

	for (unsigned int i = 0; i < REFDEV_LATER_MOST && later->things[i].act; i++)
		if (later->things[i].ticks)
			later->things[i].ticks--;
	while (do_due(dev))
		;
}

void refdev_forget_later(struct refdev *dev)
{
	memset(&dev->later, 0, sizeof(dev->later));
}
