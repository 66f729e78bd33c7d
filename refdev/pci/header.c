// SPDX-License-Identifier: GPL-2.0-or-later
/* The header of configuration space: who the function is (VIRTIO 1.4, 4.1.2), and where its BARs are. */
#include <stdio.h>

#include "refdev/pci/parts.h"

#define VIRTIO_VENDOR 0x1af4
#define MODERN_DEVICE 0x1040 /* plus the VIRTIO device id */
#define MODERN_SUBSYSTEM 0x1100
#define COMMAND_WRITABLE (PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE)

/* Ids that are kept for transitional devices (4.1.2.1). */
static u16 transitional_device(u32 virtio_id)
{
	switch (virtio_id) {
	case VIRTIO_ID_NET:
		return 0x1000;
	case VIRTIO_ID_BLOCK:
		return 0x1001;
	case VIRTIO_ID_BALLOON:
		return 0x1002;
	case VIRTIO_ID_CONSOLE:
		return 0x1003;
	case VIRTIO_ID_SCSI:
		return 0x1004;
	case VIRTIO_ID_9P:
		return 0x1009;
	default:
		return 0x1005; /* entropy source */
	}
}

/* Base class, sub-class and programming interface. */
static u32 class_of(u32 virtio_id)
{
	switch (virtio_id) {
	case VIRTIO_ID_NET:
		return 0x020000; /* Ethernet controller */
	case VIRTIO_ID_BLOCK:
		return 0x018000; /* other mass storage */
	case VIRTIO_ID_CONSOLE:
		return 0x078000; /* other communication */
	default:
		return 0xff0000; /* none of the classes */
	}
}

static void make_ids(struct refdev_function *f)
{
	u32 type = f->dev->type->virtio_id;
	bool transitional = f->options.transitional;
	u16 device = transitional ? transitional_device(type) : MODERN_DEVICE + type;
	u16 subsystem = transitional ? type : MODERN_SUBSYSTEM;
	u8 revision = !transitional;

	if (defect("pci.device_id_of_no_type"))
		device = MODERN_DEVICE;
	if (defect("pci.device_id_of_a_gap"))
		device = MODERN_DEVICE + 14;
	if (defect("pci.device_id_unassigned"))
		device = 0x1006;
	if (!transitional && defect("pci.modern_with_transitional_id"))
		device = transitional_device(type);
	if (!transitional && defect("pci.modern_revision_0"))
		revision = 0;
	if (!transitional && defect("pci.modern_subsystem_is_the_type"))
		subsystem = type;
	if (transitional && defect("pci.transitional_revision_1"))
		revision = 1;
	if (transitional && defect("pci.transitional_subsystem_not_the_type"))
		subsystem = MODERN_SUBSYSTEM;
	space_put(f, PCI_VENDOR_ID, 2, VIRTIO_VENDOR);
	space_put(f, PCI_DEVICE_ID, 2, device);
	space_put(f, PCI_CLASS_REVISION, 4, class_of(type) << 8 | revision);
	space_put(f, PCI_SUBSYSTEM_VENDOR_ID, 2, VIRTIO_VENDOR);
	space_put(f, PCI_SUBSYSTEM_ID, 2, subsystem);
}

/* Bits of the base that the driver can't write are 0: so it learns the size. A size of 64 bits takes two registers. */
static void make_bar(struct refdev_function *f, unsigned int bar, u32 flags, u64 size, u64 base)
{
	unsigned int at = PCI_BASE_ADDRESS_0 + 4 * bar;

	space_put(f, at, 4, (u32)base | flags);
	space_allow(f, at, 4, ~(size - 1));
	if (flags & PCI_BASE_ADDRESS_MEM_TYPE_64) {
		space_put(f, at + 4, 4, base >> 32);
		space_allow(f, at + 4, 4, ~(size - 1) >> 32);
	}
	f->bar_size[bar] = size;
}

static u64 power_of_two_from(u64 least, u64 size)
{
	while (least < size)
		least *= 2;
	return least;
}

/* Functions don't get in each other's way: each has places of its own, by its number on the bus. */
static void make_bars(struct refdev_function *f)
{
	u64 window = (u64)1 << 36, modern_base, modern_size = 0x4000;
	u32 modern_flags = PCI_BASE_ADDRESS_MEM_TYPE_64, port_flags = PCI_BASE_ADDRESS_SPACE_IO;
	unsigned int slot = 0;

	sscanf(f->options.name, "%*x:%*x:%x", &slot);
	slot &= 0x1f;
	window *= slot + 1;
	modern_base = window + 0x800000000;
	if (defect("pci.bar_size_not_a_power_of_two"))
		modern_size = 0x3800;
	if (defect("pci.bar_base_unaligned"))
		modern_base += 0x1000;
	if (defect("pci.bar_type_reserved"))
		modern_flags |= PCI_BASE_ADDRESS_MEM_TYPE_1M;
	if (defect("pci.port_bar_reserved_bit"))
		port_flags |= 2;
	if (defect("pci.transitional_bar0_is_memory"))
		port_flags = PCI_BASE_ADDRESS_SPACE_MEMORY;
	if (f->options.transitional)
		make_bar(f, LEGACY_BAR, port_flags, refdev_pci_legacy_size(f), 0xc000 + 0x100 * slot);
	else if (defect("pci.missing_bar_has_a_base"))
		space_put(f, PCI_BASE_ADDRESS_0, 4, 0xc000 | PCI_BASE_ADDRESS_SPACE_IO);
	if (f->vectors)
		make_bar(f, VECTORS_BAR, 0, 0x1000, 0xfe000000 + 0x1000 * slot);
	if (f->options.shared_memory)
		make_bar(f, SHARED_MEMORY_BAR, PCI_BASE_ADDRESS_MEM_TYPE_64 | PCI_BASE_ADDRESS_MEM_PREFETCH,
			 power_of_two_from(0x1000, f->options.shared_memory), window);
	make_bar(f, MODERN_BAR, modern_flags, modern_size, modern_base);
}

void refdev_pci_make_header(struct refdev_function *f)
{
	u16 command = PCI_COMMAND_MEMORY | (f->options.transitional ? PCI_COMMAND_IO : 0);

	make_ids(f);
	make_bars(f);
	if (defect("pci.command_reserved_bit"))
		command |= 0x8000;
	space_put(f, PCI_COMMAND, 2, command);
	space_allow(f, PCI_COMMAND, 2, COMMAND_WRITABLE);
	space_put(f, PCI_STATUS, 2, PCI_STATUS_CAP_LIST);
	space_allow(f, PCI_CACHE_LINE_SIZE, 1, 0xff);
	space_put(f, PCI_HEADER_TYPE, 1, defect("pci.header_of_a_bridge") ? PCI_HEADER_TYPE_BRIDGE : 0);
	space_put(f, PCI_INTERRUPT_PIN, 1, defect("pci.interrupt_pin_b") ? 2 : 1);
	space_allow(f, PCI_INTERRUPT_LINE, 1, 0xff);
}
