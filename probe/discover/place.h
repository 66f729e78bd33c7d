/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a virtio-mmio device may be: what firmware or the command line says, before anybody has looked. */
#ifndef AVPS_PLACE_H
#define AVPS_PLACE_H

#include "avps/device.h"
#include "avps/devicetree.h"

#define MAX_PLACES 128
#define NO_INTERRUPT AVPS_TREE_NO_INTERRUPT

struct place {
	char id[AVPS_ID_SIZE]; /* for the device record; of a platform device: its name */
	bool platform; /* the kernel has a device for it, which VFIO can take over */
	u64 base; /* physical address of the registers; 0: not told */
	u64 size; /* bytes; 0: not told */
	long interrupt; /* its number at the interrupt controller; NO_INTERRUPT: not told */
};

/* Adds those among the kernel's platform devices to @places from @n on. Returns the new count. */
int places_of_platform(struct place *places, int n);

/*
 * Adds those that the kernel's arguments @cmdline name (virtio_mmio.device=SIZE@BASE:INTERRUPT) and that are not in @places
 * yet. Returns the new count.
 */
int places_of_cmdline(const char *cmdline, struct place *places, int n);

/* Takes up a device whose registers @dev->io shows; false if the place is empty, which is no fault (4.2.2.2). */
bool avps_discover_registers(struct avps_device *dev, const struct place *place);

#endif
