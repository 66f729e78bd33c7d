// SPDX-License-Identifier: GPL-2.0-or-later
/* What a device is made of, and its queues; status.c, features.c and config.c have the rest of device.h. */
#include "refdev/core/device.h"

#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

#include "refdev/core/defect.h"
#include "refdev/core/wrong.h"

void refdev_init(struct refdev *dev, const struct refdev_type *type, refdev_features offered,
		 const struct refdev_memory *memory)
{
	dev->type = type;
	dev->offered = offered;
	dev->memory = memory;
	for (unsigned int i = 0; i < REFDEV_MAX_QUEUES; i++) {
		dev->queues[i].dev = dev;
		dev->queues[i].index = i;
	}
}

struct refdev_queue *refdev_queue_of(struct refdev *dev, u32 index)
{
	u32 n = dev->n_queues;

	if (refdev_has(dev, REFDEV_F_ADMIN_VQ))
		n += dev->n_admin_queues;
	if (index >= n || index >= REFDEV_MAX_QUEUES || !dev->queues[index].size_max)
		return NULL;
	return &dev->queues[index];
}

/* Keeps what was set up for the queue before its reset. */
static void remember_setup(struct refdev_queue *queue)
{
	queue->wrong.size = queue->size;
	queue->wrong.descriptor_area = queue->descriptor_area;
	queue->wrong.driver_area = queue->driver_area;
	queue->wrong.device_area = queue->device_area;
}

static void recall_setup(struct refdev_queue *queue)
{
	if (!queue->reset)
		return;
	if (defect("core.queue_keeps_its_first_size"))
		queue->size = queue->wrong.size;
	if (defect("core.queue_keeps_its_first_addresses")) {
		queue->descriptor_area = queue->wrong.descriptor_area;
		queue->driver_area = queue->wrong.driver_area;
		queue->device_area = queue->wrong.device_area;
	}
}

void refdev_enable_queue(struct refdev_queue *queue)
{
	if (queue->enabled)
		return;
	recall_setup(queue);
	refdev_queue_start(queue);
	queue->enabled = true;
	queue->reset = false;
}

void refdev_reset_queue(struct refdev_queue *queue)
{
	if (!refdev_has(queue->dev, VIRTIO_F_RING_RESET))
		return;
	refdev_wrong_outlive_reset(queue);
	remember_setup(queue);
	refdev_queue_reset(queue);
	queue->reset = true;
}

/* Whether a device with one of these defects leaves the queue alone. */
static bool passed_over(const struct refdev_queue *queue)
{
	const struct refdev *dev = queue->dev;

	if (queue->size < 8 && defect("core.small_queue_is_not_served"))
		return true;
	if (refdev_has(dev, VIRTIO_RING_F_EVENT_IDX) && !refdev_has(dev, VIRTIO_RING_F_INDIRECT_DESC) &&
	    defect("core.event_index_needs_indirect"))
		return true;
	if (refdev_has(dev, VIRTIO_F_RING_RESET) && defect("core.ring_reset_stops_the_device"))
		return true;
	return dev->wrong.resumes > 1 && defect("core.second_resume_is_dead");
}

void refdev_notify(struct refdev *dev, u32 index)
{
	struct refdev_queue *queue = refdev_queue_of(dev, index);

	if (!queue || !queue->enabled)
		return;
	if ((dev->status & REFDEV_STATUS_SUSPEND) && defect("core.suspended_signals"))
		dev->bus->used(dev, queue->index);
	if (!refdev_live(dev) || passed_over(queue))
		return;
	queue->wrong.owed = defect("core.notification_stands_for_a_buffer");
	if (defect("core.idle_notification_is_an_error") && !refdev_queue_pending(queue))
		refdev_fail(dev);
	dev->type->process(dev, queue);
}

void refdev_serve(struct refdev *dev)
{
	for (u32 i = 0; i < REFDEV_MAX_QUEUES; i++) {
		struct refdev_queue *queue = refdev_queue_of(dev, i);

		if (queue && refdev_queue_pending(queue) && !passed_over(queue))
			dev->type->process(dev, queue);
	}
}
