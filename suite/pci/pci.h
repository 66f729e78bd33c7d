/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The suite for VIRTIO over PCI (VIRTIO 1.4, 4.1): any device on that bus. */
#ifndef AVPS_PCI_SUITE_H
#define AVPS_PCI_SUITE_H

#include <linux/pci_regs.h>
#include <linux/virtio_pci.h>

#include "avps/features.h"
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

/*
 * What there is to see of a function before anybody drives it, and also of one that nobody could: in these tests there is no
 * transport.
 */
AVPS_SUITE_PART(pci_function, "pci", .transport = "pci", .registers_only = true)
{
	struct avps_device *dev;
	struct avps_io *io;
	struct avps_pci found;
	struct avps_pci *pci;
};

AVPS_SETUP(pci_function)
{
	self->dev = variant->on.device;
	self->io = self->dev->io;
	self->pci = &self->found;
	avps_pci_look(self->io, self->pci);
}

AVPS_TEARDOWN(pci_function)
{
}

#define CAP_VENDOR_CFG 9 /* VIRTIO_PCI_CAP_VENDOR_CFG, which the kernel's header does not have yet */

/* A field of the common configuration, by its name in struct virtio_pci_common_cfg. */
#define COMMON_OFFSET(field_) offsetof(struct virtio_pci_common_cfg, field_)
#define COMMON_WIDTH(field_) sizeof(((struct virtio_pci_common_cfg *)0)->field_)
#define COMMON_READ(field_) avps_pci_common_read(self->pci, COMMON_OFFSET(field_), COMMON_WIDTH(field_))
#define COMMON_WRITE(field_, value_) \
	avps_pci_common_write(self->pci, COMMON_OFFSET(field_), COMMON_WIDTH(field_), value_)

/* Fields behind it, each of which exists with a feature only (4.1.4.3). All are 16 bits wide. */
#define COMMON_QUEUE_RESET (sizeof(struct virtio_pci_common_cfg) + 2)
#define COMMON_ADMIN_QUEUE_INDEX (sizeof(struct virtio_pci_common_cfg) + 4)
#define COMMON_ADMIN_QUEUE_NUM (sizeof(struct virtio_pci_common_cfg) + 6)

/* Ends the test where the device's common configuration has no room for such a field. */
#define REQUIRE_FIELD(at_)                                                                            \
	REQUIRE(pci_room(self->pci->common, self->io) >= (at_) + 2,                                   \
		"the common configuration has %llu bytes, too few for a field of an offered feature", \
		(unsigned long long)pci_room(self->pci->common, self->io))

/* How many bytes of a capability's window are in its BAR. */
static inline u64 pci_room(const struct avps_pci_cap *cap, struct avps_io *io)
{
	u64 size = cap->bar < PCI_STD_NUM_BARS ? io->ops->region_size(io, cap->bar) : 0;
	u64 rest = cap->offset < size ? size - cap->offset : 0;

	return cap->length < rest ? cap->length : rest;
}

/* Makes one request that must succeed for the test to go on. */
#define REQUEST()                                                           \
	do {                                                                \
		const char *wrong_ = exercise_once(&self->ex);              \
		REQUIRE(!wrong_, "a plain request went wrong: %s", wrong_); \
	} while (0)

static inline bool power_of_two(u64 value)
{
	return value && !(value & (value - 1));
}

/* ONLY_IF: there are queues 0 and 1. */
static inline enum avps_skip two_queues(struct avps_device *dev, char *why, size_t why_size)
{
	if (dev->queue_max[0] && dev->queue_max[1])
		return 0;
	snprintf(why, why_size, "the device has just one virtqueue");
	return AVPS_SKIP_ABSENT;
}

/* Loops over the device's capabilities of one type (VIRTIO_PCI_CAP_*). */
#define FOR_EACH_CAP(cap_, pci_, type_)                                                                    \
	for (const struct avps_pci_cap *cap_ = (pci_)->caps; cap_ < (pci_)->caps + (pci_)->n_caps; cap_++) \
		if (cap_->cfg_type == (type_))

#endif
