/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What defects of the core do that takes more than a line: work that outlives a reset, and work at the wrong time. */
#ifndef REFDEV_WRONG_H
#define REFDEV_WRONG_H

#include "refdev/core/device.h"

/* Queue @queue is about to be reset: what a device with one of the defects will still do to its old ring is put off. */
void refdev_wrong_outlive_reset(struct refdev_queue *queue);

/* The same for all queues of a device that is about to be reset. Returns whether what was put off before is kept, too. */
bool refdev_wrong_outlive_device_reset(struct refdev *dev);

/* The device goes on changing the rings of its enabled queues as long as it is suspended. */
void refdev_wrong_write_rings(struct refdev *dev, u64 argument);

/* Gives @buffer back some ticks later, or when the device has resumed; suspending does not wait for it. */
void refdev_wrong_use_late(struct refdev_queue *queue, const struct refdev_buffer *buffer, u32 written);

/* Sends the used buffer notification that the driver wants for each buffer without event indexes, whatever was used. */
void refdev_wrong_signal_early(struct refdev_queue *queue);

/* Sends a used buffer notification some ticks later, or never when the device is no longer live then. */
void refdev_wrong_signal_late(struct refdev_queue *queue);

#endif
