// SPDX-License-Identifier: GPL-2.0-or-later
#include "refdev/core/wrong.h"

#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <string.h>

#include "refdev/core/defect.h"

/*
 * Ticks. After a reset the driver first has to see that it has ended, which takes a few; then it sets the next queue up, which
 * takes many.
 */
#define AFTER_RESET 12
#define AFTER_USE 8

static void use_old(struct refdev *dev, struct refdev_queue *old)
{
	if (dev->wrong.old_packed)
		refdev_packed_use(old);
	else
		refdev_split_use(old);
}

/* One more used entry in the old ring. */
static void complete_old(struct refdev *dev, u64 argument)
{
	struct refdev_queue *old = &dev->wrong.old;

	(void)argument;
	old->batch.buffers = old->batch.descriptors = old->batch.last_descriptors = 1;
	old->batch.written = 1;
	use_old(dev, old);
}

static bool take_old(struct refdev *dev, struct refdev_buffer *buffer)
{
	*buffer = (struct refdev_buffer){ .n_readable = 0 };
	if (dev->wrong.old_packed)
		return refdev_packed_take(&dev->wrong.old, buffer);
	return refdev_split_take(&dev->wrong.old, buffer);
}

/* Carries out, after a fashion, what the driver has since put into the old ring. */
static void serve_old(struct refdev *dev, u64 argument)
{
	struct refdev_queue *old = &dev->wrong.old;
	struct refdev_buffer buffer;

	(void)argument;
	while (take_old(dev, &buffer)) {
		for (unsigned int i = 0; i < buffer.n_writable; i++)
			memset(buffer.pieces[buffer.n_readable + i].at, 0xee, buffer.pieces[buffer.n_readable + i].len);
		old->batch.buffers = 1;
		old->batch.descriptors = old->batch.last_descriptors = buffer.descriptors;
		old->batch.id = buffer.id;
		old->batch.written = (u32)buffer.writable;
		use_old(dev, old);
	}
}

static void put_off(struct refdev_queue *queue, refdev_act act)
{
	queue->dev->wrong.old = *queue;
	queue->dev->wrong.old_packed = refdev_has(queue->dev, VIRTIO_F_RING_PACKED);
	refdev_do_later(queue->dev, AFTER_RESET, act, 0);
}

void refdev_wrong_outlive_reset(struct refdev_queue *queue)
{
	if (defect("core.queue_reset_leaves_completion"))
		put_off(queue, complete_old);
	if (defect("core.queue_reset_leaves_queue_served"))
		put_off(queue, serve_old);
}

static bool outlive(struct refdev *dev, refdev_act act)
{
	for (unsigned int i = 0; i < REFDEV_MAX_QUEUES; i++)
		if (dev->queues[i].enabled && (dev->status & VIRTIO_CONFIG_S_DRIVER_OK))
			put_off(&dev->queues[i], act);
	return true;
}

bool refdev_wrong_outlive_device_reset(struct refdev *dev)
{
	if (defect("core.reset_leaves_completion"))
		return outlive(dev, complete_old);
	if (defect("core.reset_leaves_queue_served"))
		return outlive(dev, serve_old);
	return false;
}

/* Changes the place of the next used entry, which no driver looks at yet, or the place of the event index. */
static void write_ring(struct refdev_queue *queue)
{
	bool packed = refdev_has(queue->dev, VIRTIO_F_RING_PACKED);
	u64 offset = packed ? 0 : 4 + 8 * (u64)(queue->next_used % queue->size) + 4;
	u8 *at = refdev_memory_at(queue->dev->memory, queue->device_area + offset, 1);

	if (at)
		++*at;
}

void refdev_wrong_write_rings(struct refdev *dev, u64 argument)
{
	if (!(dev->status & REFDEV_STATUS_SUSPEND))
		return;
	for (unsigned int i = 0; i < REFDEV_MAX_QUEUES; i++)
		if (dev->queues[i].enabled && dev->queues[i].size)
			write_ring(&dev->queues[i]);
	refdev_do_later(dev, 1, refdev_wrong_write_rings, argument);
}

/* A used buffer in a number: written (32 bits), id (16), descriptors (8), queue (8). */
static void use_now(struct refdev *dev, u64 argument)
{
	struct refdev_queue *queue = &dev->queues[argument >> 56];

	if (!refdev_live(dev)) {
		refdev_do_later(dev, 1, use_now, argument);
		return;
	}
	queue->batch.written = (u32)argument;
	queue->batch.id = queue->batch.first_id = argument >> 32;
	queue->batch.descriptors = queue->batch.last_descriptors = (u8)(argument >> 48);
	queue->batch.buffers = 1;
	refdev_queue_signal(queue);
}

void refdev_wrong_use_late(struct refdev_queue *queue, const struct refdev_buffer *buffer, u32 written)
{
	u64 argument = written | (u64)buffer->id << 32 | (u64)(u8)buffer->descriptors << 48 | (u64)queue->index << 56;

	refdev_do_later(queue->dev, AFTER_USE, use_now, argument);
}

void refdev_wrong_signal_early(struct refdev_queue *queue)
{
	if (!refdev_has(queue->dev, VIRTIO_RING_F_EVENT_IDX) && refdev_queue_wants_signal(queue) && queue->dev->bus)
		queue->dev->bus->used(queue->dev, queue->index);
}

static void signal_now(struct refdev *dev, u64 queue)
{
	if (refdev_live(dev) && dev->bus)
		dev->bus->used(dev, queue);
}

void refdev_wrong_signal_late(struct refdev_queue *queue)
{
	refdev_do_later(queue->dev, AFTER_USE, signal_now, queue->index);
}
