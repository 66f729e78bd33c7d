/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The suite for what all devices have in common (VIRTIO 1.4, chapters 2, 3 and 6): any device, any transport. */
#ifndef AVPS_CORE_H
#define AVPS_CORE_H

#include "requests.h"

AVPS_SUITE(core)
{
	struct avps_device *dev;
	const struct avps_instance *on;
	const struct avps_transport_ops *ops;
	struct avps_transport *transport;
	struct exercise ex; /* started by the tests that need it */
};

AVPS_SETUP(core)
{
	self->on = &variant->on;
	self->dev = variant->on.device;
	self->transport = self->dev->transport;
	self->ops = self->transport->ops;
	REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");
}

AVPS_TEARDOWN(core)
{
	avps_device_reset(self->dev);
	avps_device_interrupts(self->dev, AVPS_INTERRUPTS_NONE);
}

#endif
