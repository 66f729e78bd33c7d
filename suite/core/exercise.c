// SPDX-License-Identifier: GPL-2.0-or-later
#include "exercise.h"

#include <errno.h>
#include <linux/virtio_config.h>
#include <stdio.h>

enum avps_skip exercise_known(struct avps_device *dev, char *why, size_t why_size)
{
	const struct avps_device_class *class = avps_device_class_of(dev);

	if (!class || !class->exercise.prepare) {
		snprintf(why, why_size, "no request is known for this type of device yet");
		return AVPS_SKIP_ABSENT;
	}
	if (avps_exercise_of(dev)->needs & ~dev->offered) {
		snprintf(why, why_size, "the device does not offer what the only request known for its type needs");
		return AVPS_SKIP_NOT_OFFERED;
	}
	return 0;
}

enum avps_skip exercise_interrupts(struct avps_device *dev, char *why, size_t why_size)
{
	enum avps_skip skip = exercise_known(dev, why, why_size);

	if (skip || dev->interrupts != AVPS_INTERRUPTS_NONE)
		return skip;
	snprintf(why, why_size, "the device has no interrupt that reaches this guest");
	return AVPS_SKIP_ABSENT;
}

avps_features exercise_features(const struct avps_device *dev)
{
	const struct avps_device_class *class = avps_device_class_of(dev);
	avps_features wanted = FEATURE(VIRTIO_F_VERSION_1) | FEATURE(VIRTIO_F_ACCESS_PLATFORM);

	return (wanted | (class ? avps_exercise_of(dev)->needs : 0)) & dev->offered;
}

/* Negotiates, and lays the queue out. */
static int begin(struct exercise *ex, const struct avps_instance *on, avps_features more, u16 size)
{
	int err;

	ex->dev = on->device;
	ex->kind = avps_exercise_of(on->device);
	err = avps_device_negotiate(ex->dev, exercise_features(ex->dev) | avps_ring_feature(on->ring) | more);
	return err ?: avps_device_queue_setup(ex->dev, &ex->vq, on->ring, ex->kind->queue, size);
}

/* Gives the queue its interrupt, and enables it. */
static int finish(struct exercise *ex, u16 vector)
{
	int err = avps_device_queue_connect(ex->dev, &ex->vq, vector);

	if (!err)
		ex->dev->transport->ops->queue_enable(ex->dev->transport, ex->vq.index);
	return err;
}

int exercise_prepare(struct exercise *ex, const struct avps_instance *on, avps_features more)
{
	return begin(ex, on, more, 0) ?: finish(ex, AVPS_NO_VECTOR);
}

int exercise_start(struct exercise *ex, const struct avps_instance *on, avps_features more)
{
	int err = exercise_prepare(ex, on, more);

	if (!err)
		avps_device_go(ex->dev);
	return err;
}

int exercise_start_with_vector(struct exercise *ex, const struct avps_instance *on, u16 vector)
{
	int err = begin(ex, on, 0, 0) ?: finish(ex, vector);

	if (!err)
		avps_device_go(ex->dev);
	return err;
}

int exercise_start_with(struct exercise *ex, const struct avps_instance *on, avps_features more, u16 size)
{
	int err = begin(ex, on, more, size) ?: finish(ex, AVPS_NO_VECTOR);

	if (!err)
		avps_device_go(ex->dev);
	return err;
}

int exercise_start_without_vector(struct exercise *ex, const struct avps_instance *on)
{
	int err = begin(ex, on, 0, 0);

	if (err)
		return err;
	ex->dev->transport->ops->queue_enable(ex->dev->transport, ex->vq.index);
	avps_device_go(ex->dev);
	return 0;
}

int exercise_add(struct exercise *ex, struct exercise_request *request)
{
	request->n = ex->kind->prepare(request->elements);
	request->id = avps_vq_add(&ex->vq, request->elements, request->n);
	return request->id < 0 ? request->id : 0;
}

const char *exercise_wrong(struct exercise *ex, const struct exercise_request *request, int err,
			   const struct avps_used *used)
{
	if (err == -ETIMEDOUT)
		return "the device did not use the buffer";
	if (err == -EIO)
		return "the device says that it needs a reset";
	if (err)
		return "the device used a buffer that was not available";
	if (used->id != request->id)
		return "the device used another buffer";
	return ex->kind->verify(request->elements, request->n, used->len);
}

const char *exercise_once(struct exercise *ex)
{
	struct exercise_request request;
	struct avps_used used;

	if (exercise_add(ex, &request))
		return "the ring is full";
	avps_vq_notify(&ex->vq);
	return exercise_wrong(ex, &request, avps_vq_wait_used(&ex->vq, &used), &used);
}
