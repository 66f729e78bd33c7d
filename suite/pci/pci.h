/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The suite for VIRTIO over PCI (VIRTIO 1.4, 4.1): any device on that bus. */
#ifndef AVPS_PCI_SUITE_H
#define AVPS_PCI_SUITE_H

#include <linux/pci_regs.h>
#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>

#include "avps/pci.h"
#include "suite/core/exercise.h"
#include "suite/harness.h"

AVPS_SUITE(pci, .transport = "pci")
{
	struct avps_device *dev;
	const struct avps_instance *on;
	struct avps_pci *pci;
	struct avps_io *io;
	const struct avps_transport_ops *ops;
	struct avps_transport *transport;
	struct exercise ex; /* started by the tests that need it */
};

AVPS_SETUP(pci)
{
	self->on = &variant->on;
	self->dev = variant->on.device;
	self->io = self->dev->io;
	self->transport = self->dev->transport;
	self->pci = avps_pci_of(self->transport);
	self->ops = self->transport->ops;
	REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");
}

AVPS_TEARDOWN(pci)
{
	avps_device_reset(self->dev);
	avps_device_interrupts(self->dev, AVPS_INTERRUPTS_NONE);
}

/* A field of the common configuration, by its name in struct virtio_pci_common_cfg. */
#define COMMON_OFFSET(field_) offsetof(struct virtio_pci_common_cfg, field_)
#define COMMON_WIDTH(field_) sizeof(((struct virtio_pci_common_cfg *)0)->field_)
#define COMMON_READ(field_) avps_pci_common_read(self->pci, COMMON_OFFSET(field_), COMMON_WIDTH(field_))
#define COMMON_WRITE(field_, value_) \
	avps_pci_common_write(self->pci, COMMON_OFFSET(field_), COMMON_WIDTH(field_), value_)

/* Loops over the device's capabilities of one type (VIRTIO_PCI_CAP_*). */
#define FOR_EACH_CAP(cap_, pci_, type_)                                                                    \
	for (const struct avps_pci_cap *cap_ = (pci_)->caps; cap_ < (pci_)->caps + (pci_)->n_caps; cap_++) \
		if (cap_->cfg_type == (type_))

#endif
