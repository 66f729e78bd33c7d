// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The device tree in flattened form. It tells of the devices only: processors and memory are the machine's around it.
 */
#include "refdev/mmio/tree.h"

#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "refdev/core/defect.h"

#define CONTROLLER 1 /* phandle of the interrupt controller */
#define LEVEL_HIGH 4 /* flag of an interrupt, in the usual coding of two cells */
#define NAME_SIZE 40
#define PAGE 0x1000

/* An address and a size of two cells each. */
static int write_reg(void *tree, u64 base, u64 size)
{
	const fdt64_t reg[] = { cpu_to_fdt64(base), cpu_to_fdt64(size) };

	return fdt_property(tree, "reg", reg, sizeof(reg));
}

static int write_interrupt(void *tree, u32 interrupt)
{
	const fdt32_t interrupts[] = { cpu_to_fdt32(interrupt), cpu_to_fdt32(LEVEL_HIGH) };

	return fdt_property(tree, "interrupts", interrupts, sizeof(interrupts));
}

static u64 window(struct refdev_port *port)
{
	if (defect("mmio.tree_has_no_room_for_the_configuration"))
		return 0x100;
	if (defect("mmio.tree_gives_a_whole_page"))
		return PAGE;
	return port->ops->region_size(port, 0);
}

static int write_device(void *tree, struct refdev_port *port)
{
	u64 base = port->base + (defect("mmio.tree_is_off_by_one_window") ? port->ops->region_size(port, 0) : 0);
	char path[NAME_SIZE];
	int err;

	if (!refdev_tree_path(port->base, path, sizeof(path)))
		return -FDT_ERR_BADPATH;
	err = fdt_begin_node(tree, path + 1);
	err = err ?: fdt_property_string(tree, "compatible", "virtio,mmio");
	err = err ?: write_reg(tree, base, window(port));
	if (!defect("mmio.tree_names_no_interrupt"))
		err = err ?: write_interrupt(tree, port->interrupt + defect("mmio.tree_names_the_next_interrupt"));
	if (!defect("mmio.tree_is_silent_on_coherence"))
		err = err ?: fdt_property(tree, "dma-coherent", NULL, 0);
	return err ?: fdt_end_node(tree);
}

/* One that has nothing but lines. */
static int write_controller(void *tree)
{
	int err = fdt_begin_node(tree, "interrupt-controller");

	err = err ?: fdt_property_string(tree, "compatible", "avps,lines");
	err = err ?: fdt_property(tree, "interrupt-controller", NULL, 0);
	err = err ?: fdt_property_u32(tree, "#interrupt-cells", 2);
	err = err ?: fdt_property_u32(tree, "#address-cells", 0);
	err = err ?: fdt_property_u32(tree, "phandle", CONTROLLER);
	return err ?: fdt_end_node(tree);
}

static int write_root(void *tree)
{
	int err = fdt_begin_node(tree, "");

	err = err ?: fdt_property_string(tree, "compatible", "avps,reference-machine");
	err = err ?: fdt_property_string(tree, "model", "avps reference machine");
	err = err ?: fdt_property_u32(tree, "#address-cells", 2);
	err = err ?: fdt_property_u32(tree, "#size-cells", 2);
	return err ?: fdt_property_u32(tree, "interrupt-parent", CONTROLLER);
}

int refdev_tree_write(void *tree, size_t size, struct refdev_port *const *ports, unsigned int n)
{
	int err;

	memset(tree, 0, size); /* what libfdt leaves between properties is the same each time, too */
	err = fdt_create(tree, size);
	err = err ?: fdt_finish_reservemap(tree);
	err = err ?: write_root(tree);
	err = err ?: write_controller(tree);
	for (unsigned int i = 0; i < n && !err; i++)
		err = write_device(tree, ports[i]);
	err = err ?: fdt_end_node(tree);
	return err ?: fdt_finish(tree);
}

bool refdev_tree_path(u64 base, char *path, size_t size)
{
	return snprintf(path, size, "/virtio_mmio@%" PRIx64, base) < (int)size;
}
