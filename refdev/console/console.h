/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A reference console (VIRTIO 1.4, 5.3) with two ports, at each of which everything that is sent comes back. */
#ifndef REFDEV_CONSOLE_H
#define REFDEV_CONSOLE_H

#include "refdev/core/device.h"

#define REFDEV_CONSOLE_PORTS 2
#define REFDEV_CONSOLE_QUEUES 6 /* two a port, two for control */
#define REFDEV_CONSOLE_QUEUE_SIZE 64
#define REFDEV_CONSOLE_HELD 4096 /* bytes that a port keeps until there is a buffer for them */
#define REFDEV_CONSOLE_MESSAGES 32 /* control messages that wait for a buffer */
#define REFDEV_CONSOLE_MESSAGE 32 /* bytes of the longest */

struct refdev_console_options {
	u16 cols, rows;
	u16 admin_queues; /* 0 or 1: an administration virtqueue (2.13), and ADMIN_VQ offered */
	refdev_features without; /* what this device does not offer of what the model can do */
};

struct refdev_console {
	struct refdev dev;
	u16 cols, rows;
	u32 emergency_writes; /* how many there were */
	u8 emergency_last;
	struct {
		bool added, ready, open;
		u8 held[REFDEV_CONSOLE_HELD]; /* sent by the driver, not yet received by it */
		u32 n_held;
	} ports[REFDEV_CONSOLE_PORTS];
	struct {
		u8 bytes[REFDEV_CONSOLE_MESSAGE];
		u32 len;
	} messages[REFDEV_CONSOLE_MESSAGES]; /* to the driver, the oldest first */
	u32 n_messages;
	u64 admin_used; /* the administration commands that the driver says it uses (2.13.3) */
};

/*
 * Makes a console, at rest (VIRTIO 1.4, 5.3.5).
 *
 * @ring_features: the device-independent bits to offer beside its own, without ADMIN_VQ
 * @memory: the driver's memory; must stay valid
 */
void refdev_console_init(struct refdev_console *console, const struct refdev_console_options *options,
			 refdev_features ring_features, const struct refdev_memory *memory);

#endif
