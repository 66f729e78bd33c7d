/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reference machine: a PCI bus and a row of MMIO places with reference devices on them, between them everything that the
 * standard lets a device offer.
 */
#ifndef REFDEV_MACHINE_H
#define REFDEV_MACHINE_H

#include "refdev/block/block.h"
#include "refdev/core/memory.h"
#include "refdev/core/port.h"

/* Bytes that a machine takes. It has no pointers to memory outside but those of refdev_machine_init(). */
size_t refdev_machine_size(void);

/*
 * Makes the machine in zeroed memory @at, refdev_machine_size() bytes, which may be shared between forked processes.
 *
 * @memory: the driver's memory; must stay valid
 */
void refdev_machine_init(void *at, const struct refdev_memory *memory);

/* Its devices: how many, and number @i. */
unsigned int refdev_machine_ports(void *at);
struct refdev_port *refdev_machine_port(void *at, unsigned int i);

/*
 * Gives the disk of that serial number (what GET_ID answers) another number of sectors while it is in operation. False if
 * there is no such disk, or it can't have so many.
 */
bool refdev_machine_resize_disk(void *at, const char *serial, u64 sectors);

/* Tells of the storage behind the disk of that serial number. False if there is no such disk. */
bool refdev_machine_disk_facts(void *at, const char *serial, struct refdev_block_facts *facts);

/* The power of the disk of that serial number fails and comes back. False if there is no such disk. */
bool refdev_machine_cut_power(void *at, const char *serial);

/* The network device that was made with the address @mac; NULL if there is none. */
struct refdev_net *refdev_machine_net(void *at, const u8 mac[6]);

/* Keeps the disk of that serial number as refdev_block_keep() does. False if there is no such disk. */
bool refdev_machine_keep_disk(void *at, const char *serial, const struct refdev_block_keeper *keeper,
			      const void *content, size_t len);

/* The flattened device tree that describes its MMIO devices; each node's path is "/" and the device's unit name. */
const void *refdev_machine_tree(void *at);

/* The path in that tree of the node of MMIO device @name; false if there is none. */
bool refdev_machine_tree_path(const char *name, char *path, size_t size);

#endif
