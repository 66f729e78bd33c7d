/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device that a string of bytes plays. It stands in front of a reference device, and at each access the next byte says
 * whether that one answers, or something else happens: another value, a write into the driver's memory, an interrupt, nothing.
 * When the bytes are used up it is honest; without a device behind it, it is silent.
 */
#ifndef REFDEV_HOSTILE_H
#define REFDEV_HOSTILE_H

#include "refdev/core/memory.h"
#include "refdev/core/port.h"

struct refdev_hostile {
	struct refdev_port port; /* what the driver sees */
	struct refdev_port *honest; /* the device behind it */
	bool alone; /* never asks the device behind it; only its name and windows are left */
	const struct refdev_memory *memory;
	const u8 *bytes;
	size_t left;
};

/* Puts *hostile in front of @honest. It takes nothing from @bytes before refdev_hostile_play(). */
void refdev_hostile_init(struct refdev_hostile *hostile, struct refdev_port *honest, bool alone,
			 const struct refdev_memory *memory);

/* From now on @bytes, @len long, say what it does. They must stay valid. */
void refdev_hostile_play(struct refdev_hostile *hostile, const u8 *bytes, size_t len);

#endif
