// SPDX-License-Identifier: GPL-2.0-or-later
/* Writing Status, where 0 resets the device (VIRTIO 1.4, 4.2.2, 4.2.2.1). */
#include <linux/virtio_config.h>

#include "refdev/core/defect.h"
#include "refdev/mmio/parts.h"

/* For defects: a device that finishes what it finds in its queues, ready or not, before it lets itself be reset. */
static void drain(struct refdev_registers *registers)
{
	for (u16 i = 0; i < REFDEV_MAX_QUEUES; i++) {
		struct refdev_queue *queue = refdev_queue_of(registers->dev, i);

		if (queue && !queue->enabled && queue->descriptor_area)
			refdev_registers_serve_anyway(registers, queue);
	}
}

/* For defects: of which queues QueueReady outlives a reset (bit n: queue n). */
static u32 left_ready(const struct refdev *dev)
{
	u32 ready = 0;

	for (u16 i = 0; i < REFDEV_MAX_QUEUES; i++)
		ready |= (u32)dev->queues[i].enabled << i;
	if (defect("mmio.reset_leaves_queues_ready"))
		return ready;
	return defect("mmio.reset_stops_queue_0_only") ? ready & ~1u : 0;
}

static void reset_device(struct refdev_registers *registers)
{
	u32 left = left_ready(registers->dev);

	if (defect("mmio.reset_drains_queues_that_are_not_ready"))
		drain(registers);
	refdev_write_status(registers->dev, 0);
	for (u16 i = 0; i < REFDEV_MAX_QUEUES; i++)
		registers->queues[i].left_ready = left >> i & 1;
}

void refdev_registers_write_status(struct refdev_registers *registers, u8 status)
{
	u8 before = registers->dev->status;

	if (status == 0) {
		reset_device(registers);
		return;
	}
	refdev_write_status(registers->dev, status);
	if ((registers->dev->status & ~before & VIRTIO_CONFIG_S_DRIVER_OK) &&
	    defect("mmio.driver_ok_counts_as_used_buffer"))
		refdev_registers_event(registers, VIRTIO_MMIO_INT_VRING);
}
