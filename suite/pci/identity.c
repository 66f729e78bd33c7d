// SPDX-License-Identifier: GPL-2.0-or-later
/* What a VIRTIO function calls itself (VIRTIO 1.4, 4.1.2). */
#include "pci.h"

#define MODERN_FIRST 0x1040
#define MODERN_LAST 0x107f
#define VIRTIO_VENDOR 0x1af4

/* Both the device id and the revision tell a transitional device (4.1.2.1, 4.1.2.3); one is enough to be judged by the other. */

static enum avps_skip modern_by_id(struct avps_device *dev, char *why, size_t why_size)
{
	if (avps_io_config_read(dev->io, PCI_DEVICE_ID, 2) >= MODERN_FIRST)
		return 0;
	snprintf(why, why_size, "the device has a transitional PCI device id");
	return AVPS_SKIP_LAUNCH;
}

static enum avps_skip modern_by_revision(struct avps_device *dev, char *why, size_t why_size)
{
	if (avps_io_config_read(dev->io, PCI_REVISION_ID, 1) >= 1)
		return 0;
	snprintf(why, why_size, "the device has revision 0, as transitional devices have");
	return AVPS_SKIP_LAUNCH;
}

AVPS_TEST(pci_function, vendor_is_virtio, CLAUSES("pci-003"), NO_RING)
{
	CHECK_EQ("pci-003", avps_io_config_read(self->io, PCI_VENDOR_ID, 2), VIRTIO_VENDOR);
}

/* Whether the standard has a device type of that number. Those behind the last one may yet get one. */
static bool is_type(u32 type)
{
	return type && type != 14 && type != 15 && type != 37;
}

/*
 * The device id is 0x1040 plus the VIRTIO device id, or the transitional id of one of seven device types.
 */
AVPS_TEST(pci_function, device_id_follows_the_type, CLAUSES("pci-004"), NO_RING)
{
	static const u16 transitional[] = { 0x1000, 0x1001, 0x1002, 0x1003, 0x1004, 0x1005, 0x1009 };
	u32 id = avps_io_config_read(self->io, PCI_DEVICE_ID, 2);
	bool known = id > MODERN_FIRST && id <= MODERN_LAST && is_type(id - MODERN_FIRST);

	for (size_t i = 0; i < ARRAY_SIZE(transitional); i++)
		known |= id == transitional[i];
	CHECK("pci-004", known, "the device id is %#x", id);
}

AVPS_TEST(pci_function, modern_device_id_range, CLAUSES("pci-006"), NO_RING, ONLY_IF(modern_by_revision))
{
	u32 id = avps_io_config_read(self->io, PCI_DEVICE_ID, 2);

	CHECK("pci-006", id >= MODERN_FIRST && id <= MODERN_LAST, "the device id is %#x", id);
}

AVPS_TEST(pci_function, modern_revision, CLAUSES("pci-007"), NO_RING, ONLY_IF(modern_by_id))
{
	u32 revision = avps_io_config_read(self->io, PCI_REVISION_ID, 1);

	CHECK("pci-007", revision >= 1, "the revision is %u", revision);
}

AVPS_TEST(pci_function, modern_subsystem, CLAUSES("pci-008"), NO_RING, ONLY_IF(modern_by_id))
{
	u32 subsystem = avps_io_config_read(self->io, PCI_SUBSYSTEM_ID, 2);

	CHECK("pci-008", subsystem >= 0x40, "the subsystem device id is %#x", subsystem);
}
