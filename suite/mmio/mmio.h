/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The suite for VIRTIO over MMIO (VIRTIO 1.4, 4.2): any device behind memory-mapped registers. */
#ifndef AVPS_MMIO_SUITE_H
#define AVPS_MMIO_SUITE_H

#include <linux/virtio_config.h>

#include "avps/mmio.h"
#include "suite/core/requests.h"

AVPS_SUITE(mmio, .transport = "mmio")
{
	struct avps_device *dev;
	const struct avps_instance *on;
	struct avps_io *io;
	const struct avps_transport_ops *ops;
	struct avps_transport *transport;
	struct exercise ex; /* started by the tests that need it */
};

AVPS_SETUP(mmio)
{
	self->on = &variant->on;
	self->dev = variant->on.device;
	self->io = self->dev->io;
	self->transport = self->dev->transport;
	self->ops = self->transport->ops;
	REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");
}

AVPS_TEARDOWN(mmio)
{
	avps_device_reset(self->dev);
	avps_device_interrupts(self->dev, AVPS_INTERRUPTS_NONE);
}

/*
 * What a place shows before anybody drives it, and also one that nobody could: in these tests there is no transport.
 */
AVPS_SUITE_PART(mmio_place, "mmio", .transport = "mmio", .registers_only = true)
{
	struct avps_io *io;
};

AVPS_SETUP(mmio_place)
{
	self->io = variant->on.device->io;
}

AVPS_TEARDOWN(mmio_place)
{
}

/* A control register, by its name in <linux/virtio_mmio.h> without VIRTIO_MMIO_. */
#define READ(register_) avps_mmio_read(self->transport, VIRTIO_MMIO_##register_)
#define WRITE(register_, value_) avps_mmio_write(self->transport, VIRTIO_MMIO_##register_, value_)

/* The same of queue @queue_. */
#define QUEUE_READ(queue_, register_)     \
	({                                \
		WRITE(QUEUE_SEL, queue_); \
		READ(register_);          \
	})
#define QUEUE_WRITE(queue_, register_, value_) \
	do {                                   \
		WRITE(QUEUE_SEL, queue_);      \
		WRITE(register_, value_);      \
	} while (0)

#endif
