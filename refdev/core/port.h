/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device at its bus, as the machine around it sees it: registers on one side, interrupts on the other. This is all that the
 * probe (probe/io/sim.c) knows of a reference device.
 */
#ifndef REFDEV_PORT_H
#define REFDEV_PORT_H

#include "refdev/core/types.h"

enum refdev_bus { REFDEV_PCI, REFDEV_MMIO };

struct refdev_port;

struct refdev_port_ops {
	/* PCI configuration space; @width is 1, 2 or 4 bytes. Not for MMIO. */
	u32 (*config_read)(struct refdev_port *port, unsigned int offset, unsigned int width);
	void (*config_write)(struct refdev_port *port, unsigned int offset, unsigned int width, u32 value);

	/* Bytes in window @region (a BAR's number, or 0 for MMIO); 0 when there is none. */
	u64 (*region_size)(struct refdev_port *port, unsigned int region);

	/* One access of @width bytes (1, 2, 4, 8), inside the window. */
	u64 (*read)(struct refdev_port *port, unsigned int region, u64 offset, unsigned int width);
	void (*write)(struct refdev_port *port, unsigned int region, u64 offset, unsigned int width, u64 value);

	/* Time passes (later.h). */
	void (*tick)(struct refdev_port *port);
};

/* What the device does to the machine around it. Set by whoever plugs the device in; both may be NULL. */
struct refdev_wires {
	/* A message signalled interrupt: @data is written to @address. */
	void (*message)(void *machine, u64 address, u32 data);
	/* The interrupt line is asserted or not. Level-triggered; told at each change. */
	void (*line)(void *machine, bool asserted);
	void *machine;
};

struct refdev_port {
	const struct refdev_port_ops *ops;
	enum refdev_bus bus;
	const char *name; /* "0000:00:01.0", "a000000.virtio_mmio" */
	u64 base; /* MMIO: address of the registers */
	u32 interrupt; /* MMIO: number of the interrupt line */
	struct refdev_wires wires;
};

#endif
