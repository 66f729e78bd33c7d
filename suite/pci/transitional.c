// SPDX-License-Identifier: GPL-2.0-or-later
/* What a transitional device shows, so that legacy drivers find it (VIRTIO 1.4, 4.1.2.3, 4.1.5.1.1.1). */
#include "pci.h"

#define TRANSITIONAL_FIRST 0x1000
#define TRANSITIONAL_LAST 0x103f

static enum avps_skip transitional_by_id(struct avps_device *dev, char *why, size_t why_size)
{
	u32 id = avps_io_config_read(dev->io, PCI_DEVICE_ID, 2);

	if (id >= TRANSITIONAL_FIRST && id <= TRANSITIONAL_LAST)
		return 0;
	snprintf(why, why_size, "the device is not transitional: its PCI device id is %#x", id);
	return AVPS_SKIP_LAUNCH;
}

AVPS_TEST(pci_function, transitional_revision_is_zero, CLAUSES("pci-009"), NO_RING, ONLY_IF(transitional_by_id))
{
	CHECK_EQ("pci-009", avps_io_config_read(self->io, PCI_REVISION_ID, 1), 0);
}

AVPS_TEST(pci_function, transitional_subsystem_is_the_type, CLAUSES("pci-010"), NO_RING, ONLY_IF(transitional_by_id))
{
	CHECK_EQ("pci-010", avps_io_config_read(self->io, PCI_SUBSYSTEM_ID, 2), self->dev->virtio_id);
}

AVPS_TEST(pci_function, transitional_bar0_is_ports, CLAUSES("pci-064"), NO_RING, ONLY_IF(transitional_by_id))
{
	u32 bar0 = avps_io_config_read(self->io, PCI_BASE_ADDRESS_0, 4);

	CHECK("pci-064", bar0 & PCI_BASE_ADDRESS_SPACE_IO, "BAR0 reads %#x, which is memory", bar0);
}
