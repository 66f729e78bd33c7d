// SPDX-License-Identifier: GPL-2.0-or-later
/* The registers of the queue that QueueSel names, and QueueNotify (VIRTIO 1.4, 4.2.2, 4.2.3.2, 4.2.3.3). */
#include "refdev/core/defect.h"
#include "refdev/mmio/parts.h"

/* The selected queue, or NULL if there is none of that index. */
static struct refdev_queue *selected(struct refdev_registers *registers)
{
	struct refdev_queue *queue = refdev_queue_of(registers->dev, registers->queue_sel);

	if (!queue && (u16)(registers->queue_sel + 1) == 0 && defect("mmio.queue_index_wraps_round"))
		queue = refdev_queue_of(registers->dev, 0);
	return queue && queue->size_max ? queue : NULL;
}

u32 refdev_registers_queue_read(struct refdev_registers *registers, u32 offset)
{
	struct refdev_queue *queue = selected(registers);

	if (!queue)
		return 0;
	switch (offset) {
	case VIRTIO_MMIO_QUEUE_NUM_MAX:
		return queue->size_max;
	case VIRTIO_MMIO_QUEUE_READY:
		return refdev_registers_ready(registers, queue);
	case VIRTIO_MMIO_QUEUE_RESET:
		return refdev_registers_queue_reset(registers, queue);
	default:
		return 0;
	}
}

static void select_queue(struct refdev_registers *registers, u32 index)
{
	if (index > 1023 && defect("mmio.queue_select_above_1023_is_ignored"))
		return;
	if (defect("mmio.queue_select_has_ten_bits"))
		index %= 1024;
	registers->queue_sel = index;
}

static void notify(struct refdev_registers *registers, u32 value)
{
	u32 index = refdev_has(registers->dev, REFDEV_F_NOTIFICATION_DATA) ? (u16)value : value;
	struct refdev_queue *queue;

	if (defect("mmio.notification_data_is_taken_for_the_index"))
		index = value;
	queue = refdev_queue_of(registers->dev, index);
	if (queue && !queue->enabled && queue->descriptor_area) {
		bool stopped = registers->queues[index].stopped;

		if (!stopped && defect("mmio.queue_with_addresses_counts_as_ready"))
			refdev_registers_serve_anyway(registers, queue);
		if (stopped && defect("mmio.stopped_queue_is_served_when_notified"))
			refdev_registers_serve_anyway(registers, queue);
	}
	refdev_notify(registers->dev, index);
}

static void set_low(u64 *address, u32 value)
{
	*address = (*address & ~(u64)UINT32_MAX) | value;
}

static void set_high(u64 *address, u32 value)
{
	*address = (u32)*address | (u64)value << 32;
}

/* Size and addresses: the driver must leave them alone while the queue is ready, and choose a size that there is. */
static void set_up(struct refdev_queue *queue, u32 offset, u32 value)
{
	if (queue->enabled)
		return;
	switch (offset) {
	case VIRTIO_MMIO_QUEUE_NUM:
		if (value && value <= queue->size_max)
			queue->size = value;
		break;
	case VIRTIO_MMIO_QUEUE_DESC_LOW:
		set_low(&queue->descriptor_area, value);
		break;
	case VIRTIO_MMIO_QUEUE_DESC_HIGH:
		set_high(&queue->descriptor_area, value);
		break;
	case VIRTIO_MMIO_QUEUE_AVAIL_LOW:
		set_low(&queue->driver_area, value);
		break;
	case VIRTIO_MMIO_QUEUE_AVAIL_HIGH:
		set_high(&queue->driver_area, value);
		break;
	case VIRTIO_MMIO_QUEUE_USED_LOW:
		set_low(&queue->device_area, value);
		break;
	case VIRTIO_MMIO_QUEUE_USED_HIGH:
		set_high(&queue->device_area, value);
		break;
	}
}

void refdev_registers_queue_write(struct refdev_registers *registers, u32 offset, u32 value)
{
	struct refdev_queue *queue = selected(registers);

	if (offset == VIRTIO_MMIO_QUEUE_SEL)
		select_queue(registers, value);
	else if (offset == VIRTIO_MMIO_QUEUE_NOTIFY)
		notify(registers, value);
	else if (!queue)
		return;
	else if (offset == VIRTIO_MMIO_QUEUE_READY)
		refdev_registers_write_ready(registers, queue, value);
	else if (offset == VIRTIO_MMIO_QUEUE_RESET)
		refdev_registers_write_queue_reset(registers, queue, value);
	else
		set_up(queue, offset, value);
}
