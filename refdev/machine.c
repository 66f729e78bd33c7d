// SPDX-License-Identifier: GPL-2.0-or-later
/* The reference machine: one device of each kind on PCI, and one behind memory-mapped registers. */
#include "refdev/machine.h"

#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <stdio.h>
#include <string.h>

#include "refdev/block/block.h"
#include "refdev/console/console.h"
#include "refdev/entropy/entropy.h"
#include "refdev/mmio/registers.h"
#include "refdev/mmio/tree.h"
#include "refdev/net/net.h"
#include "refdev/pci/function.h"
#include "refdev/pmem/pmem.h"

enum kind { DISK, READ_ONLY_DISK, NET, ENTROPY, CONSOLE, PMEM, HOST_MANAGED_DISK, HOST_AWARE_DISK, KINDS };

#define TREE_WORDS 512 /* of 8 bytes */
#define PMEM_BYTES 0x10000
#define PMEM_ON_PCI 0x4000000000
#define PMEM_ON_MMIO 0x4001000000

/* What every device here offers that does not leave it out on purpose. */
#define USUAL                                                                              \
	(FEATURE_BIT(VIRTIO_F_VERSION_1) | FEATURE_BIT(VIRTIO_F_RING_PACKED) |             \
	 FEATURE_BIT(VIRTIO_RING_F_INDIRECT_DESC) | FEATURE_BIT(VIRTIO_RING_F_EVENT_IDX) | \
	 FEATURE_BIT(VIRTIO_F_RING_RESET) | FEATURE_BIT(VIRTIO_F_IN_ORDER) | FEATURE_BIT(REFDEV_F_SUSPEND))

/* A device that a platform keeps apart from memory, as an add-in card is (6.1). */
#define APART (FEATURE_BIT(VIRTIO_F_ACCESS_PLATFORM) | FEATURE_BIT(VIRTIO_F_ORDER_PLATFORM))

/* What is new since 1.0 and left out by a device that is older, or simpler. */
#define NEWER (FEATURE_BIT(VIRTIO_F_RING_PACKED) | FEATURE_BIT(VIRTIO_F_IN_ORDER) | FEATURE_BIT(VIRTIO_F_RING_RESET))

/* What a transitional device has to offer (6.3); a driver that accepts bit 30 has not read the whole sentence. */
#define TRANSITIONAL (FEATURE_BIT(VIRTIO_F_ANY_LAYOUT) | FEATURE_BIT(30))

/* NOTIF_CONFIG_DATA has a meaning on PCI only. ADMIN_VQ, the same, is the console's own affair. */
static const refdev_features pci_features[KINDS] = {
	[DISK] = USUAL | FEATURE_BIT(REFDEV_F_NOTIF_CONFIG_DATA),
	[READ_ONLY_DISK] = (USUAL | APART) & ~(FEATURE_BIT(VIRTIO_F_IN_ORDER) | FEATURE_BIT(REFDEV_F_SUSPEND)),
	[NET] = USUAL | FEATURE_BIT(REFDEV_F_NOTIFICATION_DATA),
	[ENTROPY] = FEATURE_BIT(VIRTIO_F_VERSION_1) | TRANSITIONAL,
	[CONSOLE] = USUAL,
	[PMEM] = USUAL & ~FEATURE_BIT(VIRTIO_F_RING_PACKED),
	[HOST_MANAGED_DISK] = USUAL,
	[HOST_AWARE_DISK] = USUAL & ~NEWER,
};

static const refdev_features mmio_features[KINDS] = {
	[DISK] = USUAL,
	[READ_ONLY_DISK] = (USUAL | APART) & ~(NEWER | FEATURE_BIT(VIRTIO_RING_F_EVENT_IDX)),
	[NET] = USUAL | FEATURE_BIT(REFDEV_F_NOTIFICATION_DATA),
	[ENTROPY] = USUAL & ~(FEATURE_BIT(VIRTIO_F_IN_ORDER) | FEATURE_BIT(VIRTIO_RING_F_INDIRECT_DESC)),
	[CONSOLE] = USUAL & ~FEATURE_BIT(REFDEV_F_SUSPEND),
	[PMEM] = USUAL,
	[HOST_MANAGED_DISK] = FEATURE_BIT(VIRTIO_F_VERSION_1),
	[HOST_AWARE_DISK] = FEATURE_BIT(VIRTIO_F_VERSION_1),
};

/* A vector for each queue and one for changes, or fewer that are shared, or none. */
static const struct refdev_function_options pci_places[KINDS] = {
	[DISK] = { .name = "0000:00:01.0", .vectors = 4, .express = true, .vendor_data = true },
	[READ_ONLY_DISK] = { .name = "0000:00:02.0", .vectors = 2, .express = true },
	[NET] = { .name = "0000:00:03.0", .vectors = 6, .express = true },
	[ENTROPY] = { .name = "0000:00:04.0", .transitional = true },
	[CONSOLE] = { .name = "0000:00:05.0", .vectors = 8, .express = true },
	[PMEM] = { .name = "0000:00:06.0", .vectors = 2, .express = true, .shared_memory = PMEM_BYTES },
	[HOST_MANAGED_DISK] = { .name = "0000:00:07.0", .vectors = 4, .express = true },
	[HOST_AWARE_DISK] = { .name = "0000:00:08.0", .vectors = 2, .express = true },
};

static const struct refdev_registers_options mmio_places[KINDS] = {
	[DISK] = { .name = "a000000.virtio_mmio", .base = 0xa000000, .interrupt = 16 },
	[READ_ONLY_DISK] = { .name = "a000200.virtio_mmio", .base = 0xa000200, .interrupt = 17 },
	[NET] = { .name = "a000400.virtio_mmio", .base = 0xa000400, .interrupt = 18 },
	[ENTROPY] = { .name = "a000600.virtio_mmio", .base = 0xa000600, .interrupt = 19 },
	[CONSOLE] = { .name = "a000800.virtio_mmio", .base = 0xa000800, .interrupt = 20 },
	[PMEM] = { .name = "a000a00.virtio_mmio",
		   .base = 0xa000a00,
		   .interrupt = 21,
		   .shared_memory_base = PMEM_ON_MMIO,
		   .shared_memory = PMEM_BYTES },
	[HOST_MANAGED_DISK] = { .name = "a000c00.virtio_mmio", .base = 0xa000c00, .interrupt = 22 },
	[HOST_AWARE_DISK] = { .name = "a000e00.virtio_mmio", .base = 0xa000e00, .interrupt = 23 },
};

/* A device of each kind. */
struct devices {
	struct refdev_block disk, read_only_disk, host_managed_disk, host_aware_disk;
	struct refdev_net net;
	struct refdev_entropy entropy;
	struct refdev_console console;
	struct refdev_pmem pmem;
};

struct machine {
	struct devices on_pci, on_mmio;
	struct refdev_function functions[KINDS];
	struct refdev_registers registers[KINDS];
	u64 tree[TREE_WORDS];
};

static struct refdev *device_of(struct devices *devices, enum kind kind)
{
	switch (kind) {
	case DISK:
		return &devices->disk.dev;
	case READ_ONLY_DISK:
		return &devices->read_only_disk.dev;
	case NET:
		return &devices->net.dev;
	case ENTROPY:
		return &devices->entropy.dev;
	case CONSOLE:
		return &devices->console.dev;
	case PMEM:
		return &devices->pmem.dev;
	case HOST_MANAGED_DISK:
		return &devices->host_managed_disk.dev;
	default:
		return &devices->host_aware_disk.dev;
	}
}

static const struct refdev_block_options read_only_disk = { .read_only = true };
static const struct refdev_block_options disc = { .read_only = true, .serial = "avps-disc", .no_lifetime = true };

/* How the disks of a bus are zoned: all there can be on the one, and as little on the other. */
struct zonings {
	struct refdev_zoning host_managed, host_aware;
	u64 host_managed_sectors;
};

static const struct zonings pci_zonings = {
	.host_managed = { .model = REFDEV_HOST_MANAGED,
			  .zone_sectors = 16,
			  .zone_capacity = 12,
			  .conventional = 2,
			  .max_open = 3,
			  .max_active = 5,
			  .max_append = 8,
			  .write_granularity = 2 * REFDEV_BLOCK_SECTOR,
			  .read_only = 13,
			  .offline = 14 },
	.host_aware = { .model = REFDEV_HOST_AWARE,
			.zone_sectors = 32,
			.zone_capacity = 32,
			.conventional = 1,
			.max_append = 8,
			.write_granularity = REFDEV_BLOCK_SECTOR },
	.host_managed_sectors = 250, /* the last zone is smaller */
};

static const struct zonings mmio_zonings = {
	.host_managed = { .model = REFDEV_HOST_MANAGED,
			  .zone_sectors = 16,
			  .zone_capacity = 16,
			  .max_active = 4,
			  .write_granularity = REFDEV_BLOCK_SECTOR },
	.host_aware = { .model = REFDEV_HOST_AWARE,
			.zone_sectors = 16,
			.zone_capacity = 16,
			.write_granularity = REFDEV_BLOCK_SECTOR,
			.unwritten_fails = true },
};

static void make_zoned_disks(struct devices *devices, const refdev_features *features, const struct zonings *zonings,
			     const struct refdev_memory *memory)
{
	const struct refdev_block_options host_managed = { .zoning = &zonings->host_managed,
							   .sectors = zonings->host_managed_sectors,
							   .without = FEATURE_BIT(VIRTIO_BLK_F_GEOMETRY) };
	const struct refdev_block_options host_aware = { .zoning = &zonings->host_aware,
							 .without = FEATURE_BIT(VIRTIO_BLK_F_GEOMETRY) };

	refdev_block_init(&devices->host_managed_disk, &host_managed, features[HOST_MANAGED_DISK], memory);
	refdev_block_init(&devices->host_aware_disk, &host_aware, features[HOST_AWARE_DISK], memory);
}

static void make_devices(struct devices *devices, const refdev_features *features, const char *serial,
			 const struct refdev_block_options *read_only, const struct refdev_memory *memory)
{
	const struct refdev_block_options disk = { .serial = serial };

	refdev_block_init(&devices->disk, &disk, features[DISK], memory);
	refdev_block_init(&devices->read_only_disk, read_only, features[READ_ONLY_DISK], memory);
	refdev_entropy_init(&devices->entropy, &(struct refdev_entropy_options){ 0 }, features[ENTROPY], memory);
}

static void make_pci(struct machine *machine, const struct refdev_memory *memory)
{
	static const struct refdev_net_options net = { .mac = { 0x52, 0x54, 0x00, 0x00, 0x00, 0x01 } };
	static const struct refdev_console_options console = { .cols = 80, .rows = 25, .admin_queues = 1 };
	static const struct refdev_pmem_options pmem = { PMEM_ON_PCI, PMEM_BYTES, .shared_memory = true };
	struct devices *devices = &machine->on_pci;

	make_devices(devices, pci_features, "avps-on-pci", &disc, memory);
	make_zoned_disks(devices, pci_features, &pci_zonings, memory);
	refdev_net_init(&devices->net, &net, pci_features[NET], memory);
	refdev_console_init(&devices->console, &console, pci_features[CONSOLE], memory);
	refdev_pmem_init(&devices->pmem, &pmem, pci_features[PMEM], memory);
	for (enum kind kind = 0; kind < KINDS; kind++) {
		refdev_function_init(&machine->functions[kind], device_of(devices, kind), &pci_places[kind]);
		refdev_reset(device_of(devices, kind));
	}
}

static void make_mmio(struct machine *machine, const struct refdev_memory *memory)
{
	static const struct refdev_net_options net = { .mac = { 0x52, 0x54, 0x00, 0x00, 0x00, 0x02 } };
	static const struct refdev_console_options console = { .cols = 132, .rows = 50 };
	static const struct refdev_pmem_options pmem = { PMEM_ON_MMIO, PMEM_BYTES, .shared_memory = true };
	struct devices *devices = &machine->on_mmio;

	make_devices(devices, mmio_features, "avps-on-mmio", &read_only_disk, memory);
	make_zoned_disks(devices, mmio_features, &mmio_zonings, memory);
	refdev_net_init(&devices->net, &net, mmio_features[NET], memory);
	refdev_console_init(&devices->console, &console, mmio_features[CONSOLE], memory);
	refdev_pmem_init(&devices->pmem, &pmem, mmio_features[PMEM], memory);
	for (enum kind kind = 0; kind < KINDS; kind++)
		refdev_registers_init(&machine->registers[kind], device_of(devices, kind), &mmio_places[kind]);
}

bool refdev_machine_resize_disk(void *at, const char *serial, u64 sectors)
{
	struct machine *machine = at;
	struct refdev_block *disks[] = { &machine->on_pci.disk, &machine->on_mmio.disk };

	for (unsigned int i = 0; i < 2; i++)
		if (!strncmp((const char *)disks[i]->serial, serial, sizeof(disks[i]->serial)))
			return refdev_block_resize(disks[i], sectors);
	return false;
}

struct refdev_net *refdev_machine_net(void *at, const u8 mac[6])
{
	struct machine *machine = at;

	return refdev_net_with_mac(&machine->on_pci.net.dev, mac)
		       ?: refdev_net_with_mac(&machine->on_mmio.net.dev, mac);
}

bool refdev_machine_disk_facts(void *at, const char *serial, struct refdev_block_facts *facts)
{
	struct machine *machine = at;
	struct refdev_block *disks[] = { &machine->on_pci.disk, &machine->on_mmio.disk,
					 &machine->on_pci.read_only_disk };

	for (unsigned int i = 0; i < sizeof(disks) / sizeof(disks[0]); i++)
		if (disks[i]->has_serial &&
		    !strncmp((const char *)disks[i]->serial, serial, sizeof(disks[i]->serial))) {
			*facts = disks[i]->facts;
			return true;
		}
	return false;
}

bool refdev_machine_cut_power(void *at, const char *serial)
{
	struct machine *machine = at;
	struct refdev_block *disks[] = { &machine->on_pci.disk, &machine->on_mmio.disk };

	for (unsigned int i = 0; i < 2; i++)
		if (!strncmp((const char *)disks[i]->serial, serial, sizeof(disks[i]->serial))) {
			refdev_block_power_cut(disks[i]);
			return true;
		}
	return false;
}

bool refdev_machine_keep_disk(void *at, const char *serial, const struct refdev_block_keeper *keeper,
			      const void *content, size_t len)
{
	struct machine *machine = at;
	struct refdev_block *disks[] = { &machine->on_pci.disk, &machine->on_mmio.disk };

	for (unsigned int i = 0; i < 2; i++)
		if (!strncmp((const char *)disks[i]->serial, serial, sizeof(disks[i]->serial))) {
			refdev_block_keep(disks[i], keeper, content, len);
			return true;
		}
	return false;
}

size_t refdev_machine_size(void)
{
	return sizeof(struct machine);
}

void refdev_machine_init(void *at, const struct refdev_memory *memory)
{
	make_pci(at, memory);
	make_mmio(at, memory);
}

unsigned int refdev_machine_ports(void *at)
{
	(void)at;
	return 2 * KINDS;
}

struct refdev_port *refdev_machine_port(void *at, unsigned int i)
{
	struct machine *machine = at;

	return i < KINDS ? &machine->functions[i].port : &machine->registers[i - KINDS].port;
}

/* Written anew each time: a defect may have been turned on since. */
const void *refdev_machine_tree(void *at)
{
	struct machine *machine = at;
	struct refdev_port *ports[KINDS];

	for (enum kind kind = 0; kind < KINDS; kind++)
		ports[kind] = &machine->registers[kind].port;
	return refdev_tree_write(machine->tree, sizeof(machine->tree), ports, KINDS) ? NULL : machine->tree;
}

bool refdev_machine_tree_path(const char *name, char *path, size_t size)
{
	for (enum kind kind = 0; kind < KINDS; kind++)
		if (!strcmp(mmio_places[kind].name, name))
			return refdev_tree_path(mmio_places[kind].base, path, size);
	return false;
}
