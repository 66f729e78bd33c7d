/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What VIRTIO devices this machine has. */
#ifndef AVPS_DISCOVER_H
#define AVPS_DISCOVER_H

#include "avps/device.h"

#define AVPS_MAX_DEVICES 64

/*
 * Finds and opens every VIRTIO device, in the order of their ids.
 *
 * @devices: room for AVPS_MAX_DEVICES. A device that is there and can't be opened is in the list, with `problem` set.
 *
 * Returns how many, or a negative errno when the bus can't be read.
 */
int avps_discover(struct avps_device *devices);

/* The part of it that looks at PCI (probe/discover/pci.c): adds to @devices from index @n on, returns the new count. */
int avps_discover_pci(struct avps_device *devices, int n);

#endif
