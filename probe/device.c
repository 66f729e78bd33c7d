// SPDX-License-Identifier: GPL-2.0-or-later
#include "avps/device.h"
#include "avps/features.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct avps_transport_ops *ops(struct avps_device *dev)
{
	return dev->transport->ops;
}

bool avps_device_has_ring(const struct avps_device *dev, enum avps_ring ring)
{
	if (!dev->transport)
		return false;
	return ring == AVPS_RING_SPLIT || (ring == AVPS_RING_PACKED && avps_has(dev->offered, VIRTIO_F_RING_PACKED));
}

avps_features avps_device_features(struct avps_device *dev)
{
	avps_features features = 0;

	for (u32 word = 0; word < AVPS_FEATURE_BITS / 32; word++)
		features |= (avps_features)ops(dev)->device_features(dev->transport, word) << (32 * word);
	return features;
}

avps_features avps_device_accepted(struct avps_device *dev)
{
	avps_features features = 0;

	for (u32 word = 0; word < AVPS_FEATURE_BITS / 32; word++)
		features |= (avps_features)ops(dev)->driver_features(dev->transport, word) << (32 * word);
	return features;
}

/* Words beyond the first two exist since 1.4 only: they are written where there is something to say in them. */
void avps_device_accept(struct avps_device *dev, avps_features features)
{
	for (u32 word = 0; word < AVPS_FEATURE_BITS / 32; word++)
		if (word < 2 || (u32)(features >> (32 * word)))
			ops(dev)->set_driver_features(dev->transport, word, features >> (32 * word));
}

int avps_device_reset(struct avps_device *dev)
{
	avps_deadline deadline = avps_patience();

	ops(dev)->set_status(dev->transport, 0);
	dev->transport->config_vector = AVPS_NO_VECTOR;
	dev->transport->notify_config_data = false;
	dev->accepted = 0;
	while (ops(dev)->get_status(dev->transport))
		if (!avps_remaining_ms(deadline))
			return -ETIMEDOUT;
	return 0;
}

u8 avps_device_add_status(struct avps_device *dev, u8 bits)
{
	ops(dev)->set_status(dev->transport, ops(dev)->get_status(dev->transport) | bits);
	return ops(dev)->get_status(dev->transport);
}

int avps_device_negotiate(struct avps_device *dev, avps_features features)
{
	int err = avps_device_reset(dev);

	if (err)
		return err;
	avps_device_add_status(dev, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	avps_device_add_status(dev, VIRTIO_CONFIG_S_DRIVER);
	avps_device_accept(dev, features);
	if (!(avps_device_add_status(dev, VIRTIO_CONFIG_S_FEATURES_OK) & VIRTIO_CONFIG_S_FEATURES_OK))
		return -ENOTSUP;
	dev->accepted = features;
	dev->transport->notify_config_data = avps_has(features, VIRTIO_F_NOTIF_CONFIG_DATA);
	return 0;
}

int avps_device_interrupts(struct avps_device *dev, enum avps_interrupts kind)
{
	unsigned int wanted = kind == AVPS_INTERRUPTS_MSIX ? dev->n_queues + 1u : 1;
	unsigned int has = dev->io->ops->vectors(dev->io, kind);

	if (kind == AVPS_INTERRUPTS_NONE)
		return avps_io_interrupts_enable(dev->io, kind, 0);
	if (!has)
		return -ENODEV;
	return avps_io_interrupts_enable(dev->io, kind, has < wanted ? has : wanted);
}

int avps_device_queue_setup(struct avps_device *dev, struct avps_vq *vq, enum avps_ring ring, u16 index, u16 size)
{
	u16 max = ops(dev)->queue_max(dev->transport, index);
	int err;

	if (!max)
		return -ENOENT;
	err = avps_vq_init(vq, dev->transport, ring, index, size && size < max ? size : max);
	if (err)
		return err;
	vq->notification_data = avps_has(dev->accepted, VIRTIO_F_NOTIFICATION_DATA);
	vq->in_order = avps_has(dev->accepted, VIRTIO_F_IN_ORDER);
	ops(dev)->queue_setup(dev->transport, &vq->setup);
	return 0;
}

static int connect_msix(struct avps_device *dev, struct avps_vq *vq, u16 vector)
{
	if (vector == AVPS_NO_VECTOR)
		vector = vq->index + 1u < dev->io->enabled_vectors ? vq->index + 1 : 0;
	dev->transport->config_vector = ops(dev)->set_config_vector(dev->transport, 0);
	if (ops(dev)->set_queue_vector(dev->transport, vq->index, vector) != vector)
		return -ENOSPC;
	vq->vector = vector;
	return 0;
}

int avps_device_queue_connect(struct avps_device *dev, struct avps_vq *vq, u16 vector)
{
	int err = 0;

	if (dev->io->enabled == AVPS_INTERRUPTS_NONE && dev->interrupts != AVPS_INTERRUPTS_NONE)
		err = avps_device_interrupts(dev, dev->interrupts);
	if (err)
		return err;
	if (dev->io->enabled == AVPS_INTERRUPTS_MSIX)
		return connect_msix(dev, vq, vector);
	if (dev->io->enabled == AVPS_INTERRUPTS_INTX) {
		vq->vector = 0;
		vq->level = true;
		dev->transport->config_vector = 0; /* one line signals everything */
	}
	return 0;
}

int avps_device_queue(struct avps_device *dev, struct avps_vq *vq, enum avps_ring ring, u16 index, u16 size)
{
	int err = avps_device_queue_setup(dev, vq, ring, index, size);

	if (!err)
		err = avps_device_queue_connect(dev, vq, AVPS_NO_VECTOR);
	if (!err)
		ops(dev)->queue_enable(dev->transport, index);
	return err;
}

void avps_device_go(struct avps_device *dev)
{
	avps_device_add_status(dev, VIRTIO_CONFIG_S_DRIVER_OK);
}

void avps_device_survey(struct avps_device *dev)
{
	static const enum avps_interrupts best_first[] = { AVPS_INTERRUPTS_MSIX, AVPS_INTERRUPTS_INTX };

	if (avps_device_reset(dev)) {
		snprintf(dev->problem, sizeof(dev->problem), "the device status did not become 0 after a reset");
		return;
	}
	dev->offered = avps_device_features(dev);
	for (u16 queue = 0; queue < AVPS_MAX_QUEUES; queue++) {
		dev->queue_max[queue] = ops(dev)->queue_max(dev->transport, queue);
		if (dev->queue_max[queue])
			dev->n_queues = queue + 1;
	}
	for (size_t i = 0; i < 2 && !dev->vectors; i++) {
		dev->interrupts = best_first[i];
		dev->vectors = dev->io->ops->vectors(dev->io, best_first[i]);
	}
	if (!dev->vectors)
		dev->interrupts = AVPS_INTERRUPTS_NONE;
}

/* Resets the device for good. @why says so if that does not end. */
static int reset_or_why(struct avps_device *dev, char *why, size_t why_size)
{
	int err = avps_device_reset(dev);

	if (err)
		snprintf(why, why_size, "the device status stays %#x after a reset",
			 ops(dev)->get_status(dev->transport));
	return err;
}

int avps_device_healthy(struct avps_device *dev, char *why, size_t why_size)
{
	int err = reset_or_why(dev, why, why_size);

	avps_io_interrupts_enable(dev->io, AVPS_INTERRUPTS_NONE, 0);
	if (err)
		return err;
	if (avps_device_features(dev) != dev->offered) {
		snprintf(why, why_size, "the offered features have changed");
		return -EIO;
	}
	err = avps_device_negotiate(dev, FEATURE(VIRTIO_F_VERSION_1));
	if (err && err != -ENOTSUP) { /* a device may insist on more than VERSION_1 (6.1) */
		snprintf(why, why_size, "negotiation does not end");
		return err;
	}
	return reset_or_why(dev, why, why_size);
}
