/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the device tree says of a device, read with libfdt. */
#ifndef AVPS_DEVICETREE_H
#define AVPS_DEVICETREE_H

#include "avps/types.h"

#define AVPS_TREE_NO_INTERRUPT (-1L)

struct avps_tree_node {
	u64 base; /* where `reg` says the registers are, as the CPU addresses it */
	u64 size; /* bytes of it */
	bool interrupts; /* it names at least one interrupt */
	long interrupt; /* the number in it, as the interrupt controller counts; AVPS_TREE_NO_INTERRUPT: not plain */
	bool dma_coherent; /* it says so, or a node above it does */
};

/* The machine's flattened device tree, read once; NULL if there is none that can be used. */
const void *avps_tree(void);

/* The path in the tree of the node that the kernel made platform device @name from; false if it made it otherwise. */
bool avps_tree_path(const char *name, char *path, size_t size);

/*
 * Whether a device that is coherent with the caches has to say so in the tree: on other architectures than ARM all are, unless
 * the tree denies it.
 */
bool avps_tree_says_if_coherent(void);

/*
 * Puts the tree of a simulated machine, which is an ARM one in this, in the place of the machine's own.
 *
 * @blob: must stay valid
 * @path: what avps_tree_path() is to do
 */
void avps_tree_simulate(const void *blob, bool (*path)(const char *name, char *path, size_t size));

/* Whether node @path of @fdt says that it is @compatible. */
bool avps_tree_is(const void *fdt, const char *path, const char *compatible);

/*
 * Reads node @path of @fdt.
 *
 * Returns 0; -ENOENT if there is no such node, -EINVAL if its `reg` is missing, malformed, or not translated by the `ranges`
 * above it: then @why has a sentence.
 */
int avps_tree_read(const void *fdt, const char *path, struct avps_tree_node *node, char *why, size_t why_size);

#endif
