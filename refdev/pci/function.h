/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A reference device as a PCI function (VIRTIO 1.4, 4.1): configuration space, BARs, interrupts. */
#ifndef REFDEV_FUNCTION_H
#define REFDEV_FUNCTION_H

#include <linux/pci_regs.h>

#include "refdev/core/device.h"
#include "refdev/core/port.h"

#define REFDEV_FUNCTION_VECTORS 64 /* the most a function can have */
#define REFDEV_FUNCTION_SHARED_MEMORY 0x10000 /* bytes, the most a function can have */

struct refdev_function_options {
	const char *name; /* "0000:00:01.0" */
	bool transitional; /* shows the ids and the I/O BAR that legacy drivers look for */
	u16 vectors; /* of MSI-X; 0: no MSI-X */
	bool express; /* a PCI Express function, with extended configuration space */
	bool vendor_data; /* has a VIRTIO_PCI_CAP_VENDOR_CFG capability */
	u64 shared_memory; /* bytes of shared memory region 0; 0: none */
};

/* Where in the BARs a structure is, as its capability says. */
struct refdev_window {
	u8 bar;
	u32 offset;
	u32 length;
};

struct refdev_function {
	struct refdev_port port; /* comes first: the port of a function is the function */
	struct refdev *dev;
	struct refdev_function_options options;

	/* Configuration space as it reads, and which of its bits the driver can write. */
	u8 space[PCI_CFG_SPACE_EXP_SIZE];
	u8 writable[PCI_CFG_SPACE_EXP_SIZE];
	u64 bar_size[PCI_STD_NUM_BARS];
	u8 last_link; /* of the capabilities so far: where the next one's address goes */
	u16 capabilities_end;
	u8 power_at, msix_at, vendor_at, pci_cfg_at; /* where these are; 0: not there */

	struct refdev_window common, notify, isr_window, config;
	u32 notify_multiplier;

	/* Common configuration (4.1.4.3), as far as it is not the device's own. */
	u32 device_feature_select;
	u32 driver_feature_select;
	u16 queue_select;
	u16 config_vector;
	u16 queue_vectors[REFDEV_MAX_QUEUES];
	u16 queue_resets; /* bit n: the reset of queue n is under way */

	u8 isr;
	bool line; /* the interrupt line is asserted */

	u16 vectors; /* of MSI-X */
	u32 table[REFDEV_FUNCTION_VECTORS][PCI_MSIX_ENTRY_SIZE / sizeof(u32)];
	u64 pending; /* bit n: vector n waits for being unmasked */

	u8 shared_memory[REFDEV_FUNCTION_SHARED_MEMORY];
};

/*
 * Makes a PCI function in front of @dev, with BARs where firmware would have put them and memory and I/O decoding on; it is
 * for the driver to let it master the bus. To be called after refdev_init() and before refdev_reset(). A defect has to be on
 * by then: some are in what the function is made of.
 *
 * @options: copied; at most REFDEV_FUNCTION_VECTORS vectors and REFDEV_FUNCTION_SHARED_MEMORY bytes of shared memory, which
 *	     is asserted
 */
void refdev_function_init(struct refdev_function *function, struct refdev *dev,
			  const struct refdev_function_options *options);

#endif
