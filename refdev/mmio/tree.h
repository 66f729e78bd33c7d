/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The flattened device tree of a machine with MMIO devices (VIRTIO 1.4, 4.2.1; Devicetree Specification 0.4). */
#ifndef REFDEV_TREE_H
#define REFDEV_TREE_H

#include "refdev/core/port.h"

/*
 * Writes a tree into @tree: an interrupt controller, and a node "virtio_mmio@ADDRESS" below the root for each of the @n MMIO
 * ports at @ports.
 *
 * Returns 0, or a negative code of libfdt: -FDT_ERR_NOSPACE if @size bytes are too few.
 */
int refdev_tree_write(void *tree, size_t size, struct refdev_port *const *ports, unsigned int n);

/* The path of the node of a device whose registers are at @base; false if it does not fit. */
bool refdev_tree_path(u64 base, char *path, size_t size);

#endif
