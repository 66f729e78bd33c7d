/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A reference device behind memory-mapped registers (VIRTIO 1.4, 4.2). */
#ifndef REFDEV_REGISTERS_H
#define REFDEV_REGISTERS_H

#include "refdev/core/device.h"
#include "refdev/core/port.h"

/* Bytes of the window: the control registers, and as much again for the configuration of the type. */
#define REFDEV_REGISTERS_SIZE 0x200

struct refdev_registers_options {
	const char *name; /* "a000000.virtio_mmio" */
	u64 base; /* address of the registers */
	u32 interrupt;
	u64 shared_memory_base, shared_memory; /* region 0; 0 bytes: none */
};

struct refdev_registers {
	struct refdev_port port;
	struct refdev *dev;
	u32 device_features_sel, driver_features_sel, queue_sel, shm_sel; /* as the driver wrote them */
	u32 interrupt_status;
	bool line; /* is asserted */
	u64 shared_memory_base, shared_memory;
	struct {
		bool resetting; /* its reset is under way: so short that only defects show it */
		bool stopped; /* the driver has taken QueueReady back; only defects ask */
		bool hidden; /* a defect: QueueReady reads 0 though the queue is enabled */
		bool left_ready; /* a defect: QueueReady reads 1 since before a reset of the device */
	} queues[REFDEV_MAX_QUEUES];
};

/*
 * Puts registers in front of @dev, which must have been made by its type, and resets it.
 *
 * @dev: its configuration must fit in: 256 bytes
 * @options: the name must stay valid
 */
void refdev_registers_init(struct refdev_registers *registers, struct refdev *dev,
			   const struct refdev_registers_options *options);

#endif
