// SPDX-License-Identifier: GPL-2.0-or-later
/* Nodes of the device tree: compatible, addresses and their translation (Devicetree Specification, 2.3). */
#include "avps/devicetree.h"

#include <errno.h>
#include <libfdt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOB "/sys/firmware/fdt"
#define NODES "/sys/firmware/devicetree/base" /* the same as folders, which the kernel's devices link to */
#define MAX_BLOB ((size_t)2 << 20)
#define MAX_CELLS 2 /* of an address or a size: 64 bits */
#define MAX_DEPTH 16

/* A tree that takes the place of the machine's. */
static struct {
	const void *blob;
	bool (*path)(const char *name, char *path, size_t size);
} simulated;

void avps_tree_simulate(const void *blob, bool (*path)(const char *name, char *path, size_t size))
{
	simulated.blob = blob;
	simulated.path = path;
}

/* The kernel's copy of what the firmware handed over; NULL if it has none, or a broken one. */
static const void *machine_tree(void)
{
	static void *blob;
	static bool tried;
	FILE *file = tried ? NULL : fopen(BLOB, "r");
	size_t len;

	tried = true;
	if (!file)
		return blob;
	blob = malloc(MAX_BLOB);
	len = blob ? fread(blob, 1, MAX_BLOB, file) : 0;
	fclose(file);
	if (len < sizeof(struct fdt_header) || fdt_check_header(blob) || fdt_totalsize(blob) > len) {
		free(blob);
		blob = NULL;
	}
	return blob;
}

const void *avps_tree(void)
{
	return simulated.blob ?: machine_tree();
}

bool avps_tree_path(const char *name, char *path, size_t size)
{
	char link[PATH_MAX], folder[PATH_MAX];

	if (simulated.blob)
		return simulated.path(name, path, size);
	snprintf(link, sizeof(link), "/sys/bus/platform/devices/%s/of_node", name);
	if (!realpath(link, folder) || strncmp(folder, NODES "/", strlen(NODES "/")))
		return false;
	return snprintf(path, size, "%s", folder + strlen(NODES)) < (int)size;
}

bool avps_tree_says_if_coherent(void)
{
#if defined(__aarch64__) || defined(__arm__)
	return true;
#else
	return simulated.blob;
#endif
}

bool avps_tree_is(const void *fdt, const char *path, const char *compatible)
{
	int node = fdt_path_offset(fdt, path);

	return node >= 0 && !fdt_node_check_compatible(fdt, node, compatible);
}

/* A property as 32-bit cells. */
struct cells {
	const fdt32_t *at;
	u32 n;
};

static bool get_cells(const void *fdt, int node, const char *name, struct cells *cells)
{
	int len;

	cells->at = fdt_getprop(fdt, node, name, &len);
	cells->n = cells->at ? len / sizeof(*cells->at) : 0;
	return cells->at;
}

/* The value of @n cells from cell @first on. */
static u64 value(const struct cells *cells, u32 first, u32 n)
{
	u64 value = 0;

	while (n--)
		value = value << 32 | fdt32_ld(&cells->at[first++]);
	return value;
}

/* How many cells an address and a size take among the children of a node; false if that can't be used here. */
struct widths {
	u32 address;
	u32 size;
};

static bool get_widths(const void *fdt, int node, struct widths *widths)
{
	int address = fdt_address_cells(fdt, node), size = fdt_size_cells(fdt, node);

	widths->address = address;
	widths->size = size;
	return address >= 1 && address <= MAX_CELLS && size >= 0 && size <= MAX_CELLS;
}

/*
 * Turns an address on the bus that node @bus is into one on the bus above it, by its `ranges`. An empty one means that they
 * are the same.
 */
static bool translate(const void *fdt, int bus, const struct widths *inner, const struct widths *outer, u64 *address)
{
	u32 entry = inner->address + outer->address + inner->size;
	struct cells ranges;

	if (!get_cells(fdt, bus, "ranges", &ranges))
		return false;
	for (u32 at = 0; at + entry <= ranges.n; at += entry) {
		u64 start = value(&ranges, at, inner->address);
		u64 size = value(&ranges, at + inner->address + outer->address, inner->size);

		if (*address < start || *address - start >= size)
			continue;
		*address = value(&ranges, at + inner->address, outer->address) + (*address - start);
		return true;
	}
	return !ranges.n;
}

/* The nodes above @node, the nearest first, which libfdt has to look for from the root each time. Returns how many. */
static int nodes_above(const void *fdt, int node, int *above)
{
	int n = 0;

	while (n < MAX_DEPTH && (node = fdt_parent_offset(fdt, node)) >= 0)
		above[n++] = node;
	return n;
}

static bool read_reg(const void *fdt, int node, const int *above, int n, struct avps_tree_node *out)
{
	struct widths inner, outer;
	struct cells reg;

	if (!n || !get_widths(fdt, above[0], &inner) || !get_cells(fdt, node, "reg", &reg) ||
	    reg.n < inner.address + inner.size)
		return false;
	out->base = value(&reg, 0, inner.address);
	out->size = value(&reg, inner.address, inner.size);
	for (int i = 0; i + 1 < n; i++) {
		if (!get_widths(fdt, above[i + 1], &outer) || !translate(fdt, above[i], &inner, &outer, &out->base))
			return false;
		inner = outer;
	}
	return true;
}

/*
 * One interrupt is coded in one to three cells: a number; a number and flags; a type, a number and flags. More cells may be
 * several interrupts.
 */
static void read_interrupts(const void *fdt, int node, struct avps_tree_node *out)
{
	struct cells cells;

	out->interrupt = AVPS_TREE_NO_INTERRUPT;
	out->interrupts = get_cells(fdt, node, "interrupts", &cells) && cells.n;
	if (out->interrupts && cells.n <= 3)
		out->interrupt = value(&cells, cells.n == 3, 1);
	if (!out->interrupts)
		out->interrupts = get_cells(fdt, node, "interrupts-extended", &cells) && cells.n > 1;
}

int avps_tree_read(const void *fdt, const char *path, struct avps_tree_node *out, char *why, size_t why_size)
{
	int node = fdt_path_offset(fdt, path), above[MAX_DEPTH], n;

	if (node < 0) {
		snprintf(why, why_size, "%s: %s", path, fdt_strerror(node));
		return -ENOENT;
	}
	n = nodes_above(fdt, node, above);
	if (!read_reg(fdt, node, above, n, out)) {
		snprintf(why, why_size, "%s has no reg that can be translated to an address of the machine", path);
		return -EINVAL;
	}
	read_interrupts(fdt, node, out);
	out->dma_coherent = fdt_getprop(fdt, node, "dma-coherent", NULL);
	for (int i = 0; i < n; i++)
		out->dma_coherent |= !!fdt_getprop(fdt, above[i], "dma-coherent", NULL);
	return 0;
}
