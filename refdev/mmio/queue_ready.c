// SPDX-License-Identifier: GPL-2.0-or-later
/* QueueReady and QueueReset (VIRTIO 1.4, 4.2.2, 4.2.2.1, 2.6.1). A reset of a queue is done before the write of it ends. */
#include <linux/virtio_config.h>

#include "refdev/core/defect.h"
#include "refdev/mmio/parts.h"

static bool ready(const struct refdev_registers *registers, const struct refdev_queue *queue)
{
	if (registers->queues[queue->index].left_ready)
		return true;
	return queue->enabled && !registers->queues[queue->index].hidden;
}

static bool any_ready(const struct refdev_registers *registers)
{
	for (u16 i = 0; i < REFDEV_MAX_QUEUES; i++)
		if (ready(registers, &registers->dev->queues[i]))
			return true;
	return false;
}

u32 refdev_registers_ready(struct refdev_registers *registers, const struct refdev_queue *queue)
{
	if (defect("mmio.queue_ready_is_one_for_all_queues"))
		return any_ready(registers);
	if (!(registers->dev->status & VIRTIO_CONFIG_S_DRIVER_OK) &&
	    defect("mmio.queue_ready_shows_on_a_live_device_only"))
		return 0;
	return ready(registers, queue);
}

static void enable(struct refdev_registers *registers, struct refdev_queue *queue)
{
	bool was_reset = queue->reset;

	registers->queues[queue->index].stopped = false;
	registers->queues[queue->index].resetting = was_reset && defect("mmio.queue_reset_comes_back_with_the_queue");
	if (was_reset && defect("mmio.queue_goes_on_where_it_was_reset"))
		queue->enabled = true;
	else
		refdev_enable_queue(queue);
}

/* Only 0 and 1 have a meaning. To enable what is enabled changes nothing. */
void refdev_registers_write_ready(struct refdev_registers *registers, struct refdev_queue *queue, u32 value)
{
	registers->queues[queue->index].left_ready = false;
	if (value == 1 && !queue->enabled)
		enable(registers, queue);
	if (value != 0 || !queue->enabled || defect("mmio.queue_can_not_be_stopped"))
		return;
	queue->enabled = false;
	registers->queues[queue->index].stopped = true;
}

void refdev_registers_serve_anyway(struct refdev_registers *registers, struct refdev_queue *queue)
{
	if (registers->queues[queue->index].stopped)
		queue->enabled = true;
	else
		refdev_enable_queue(queue);
	refdev_notify(queue->dev, queue->index);
	queue->enabled = false;
}

u32 refdev_registers_queue_reset(struct refdev_registers *registers, const struct refdev_queue *queue)
{
	if (!refdev_has(registers->dev, VIRTIO_F_RING_RESET))
		return 0;
	if (defect("mmio.queue_reset_reads_as_queue_ready"))
		return queue->enabled;
	return registers->queues[queue->index].resetting;
}

static void reset(struct refdev_registers *registers, struct refdev_queue *queue)
{
	registers->queues[queue->index].stopped = false;
	if (defect("mmio.queue_goes_on_where_it_was_reset")) {
		queue->enabled = false;
		queue->reset = true;
	} else if (defect("mmio.queue_reset_only_hides_the_queue")) {
		registers->queues[queue->index].hidden = true;
	} else {
		refdev_reset_queue(queue);
	}
}

/* For a defect: how long the reset of a queue takes, and its end. */
#define SLOW 8

static void end_reset(struct refdev *dev, u64 queue)
{
	refdev_registers_of(dev)->queues[queue].resetting = false;
}

void refdev_registers_write_queue_reset(struct refdev_registers *registers, struct refdev_queue *queue, u32 value)
{
	bool *resetting = &registers->queues[queue->index].resetting;

	if (value != 1 || !refdev_has(registers->dev, VIRTIO_F_RING_RESET) || defect("mmio.queue_reset_is_ignored"))
		return;
	*resetting = true;
	reset(registers, queue);
	if (defect("mmio.queue_reset_outlives_device_reset"))
		refdev_do_later(registers->dev, SLOW, end_reset, queue->index);
	else
		*resetting = defect("mmio.queue_reset_never_ends");
	queue->enabled |= defect("mmio.queue_is_ready_after_its_reset");
}

void refdev_registers_forget_queues(struct refdev_registers *registers)
{
	for (u16 i = 0; i < REFDEV_MAX_QUEUES; i++) {
		registers->queues[i].hidden = false;
		registers->queues[i].stopped = false;
		if (!defect("mmio.queue_reset_outlives_device_reset"))
			registers->queues[i].resetting = defect("mmio.device_reset_begins_queue_resets");
	}
}
