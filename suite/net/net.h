/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The suite for the network device (VIRTIO 1.4, 5.1). */
#ifndef AVPS_NET_H
#define AVPS_NET_H

#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>

#include "suite/harness.h"

/* One field of the configuration, in CPU order. */
#define NET_CONFIG(dev_, field_)                                                                            \
	((dev_)->transport->ops->config_read((dev_)->transport, offsetof(struct virtio_net_config, field_), \
					     sizeof(((struct virtio_net_config *)0)->field_)))

/* That a field of an offered feature is there at all is for the tests of suite/pci and suite/mmio. */
#define REQUIRE_FIELD(dev_, field_)                                                                                   \
	REQUIRE((dev_)->transport->ops->config_length((dev_)->transport) >=                                           \
			offsetof(struct virtio_net_config, field_) + sizeof(((struct virtio_net_config *)0)->field_), \
		"the configuration ends before " #field_)

AVPS_SUITE(net, .virtio_id = VIRTIO_ID_NET)
{
	struct avps_device *dev; /* reset */
};

AVPS_SETUP(net)
{
	self->dev = variant->on.device;
	REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");
}

AVPS_TEARDOWN(net)
{
	avps_device_reset(self->dev);
	avps_device_interrupts(self->dev, AVPS_INTERRUPTS_NONE);
}

#endif
