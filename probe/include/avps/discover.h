/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What VIRTIO devices this machine has. */
#ifndef AVPS_DISCOVER_H
#define AVPS_DISCOVER_H

#include "avps/device.h"

#define AVPS_MAX_DEVICES 64

/*
 * Finds and opens every VIRTIO device: those on PCI in the order of their addresses there, then those behind memory-mapped
 * registers in the order of theirs.
 *
 * @devices: room for AVPS_MAX_DEVICES. A device that is there and can't be opened is in the list, with `problem` set.
 *
 * Returns how many, or a negative errno when the bus can't be read.
 */
int avps_discover(struct avps_device *devices);

/* The parts of it: each adds to @devices from index @n on, and returns the new count or a negative errno. */
int avps_discover_pci(struct avps_device *devices, int n);

/* What the device tree, ACPI or the kernel's arguments (virtio_mmio.device=) name; empty places are left out (4.2.2.2). */
int avps_discover_mmio(struct avps_device *devices, int n);

#endif
