// SPDX-License-Identifier: GPL-2.0-or-later
/* Nodes of device trees that are made here: addresses through one bus and another, interrupts, coherence, and nonsense. */
#include "harness.h"

#include <libfdt.h>

#include "avps/devicetree.h"

FIXTURE(tree)
{
	char blob[4096];
	struct avps_tree_node node;
	char why[160];
};

/* Starts a tree whose root has addresses and sizes of two cells. */
FIXTURE_SETUP(tree)
{
	memset(&self->node, 0xa5, sizeof(self->node));
	ASSERT_EQ(0, fdt_create(self->blob, sizeof(self->blob)));
	ASSERT_EQ(0, fdt_finish_reservemap(self->blob));
	ASSERT_EQ(0, fdt_begin_node(self->blob, ""));
	ASSERT_EQ(0, fdt_property_u32(self->blob, "#address-cells", 2));
	ASSERT_EQ(0, fdt_property_u32(self->blob, "#size-cells", 2));
}

FIXTURE_TEARDOWN(tree)
{
}

static void cells(void *blob, const char *name, unsigned int n, ...)
{
	fdt32_t values[16];
	va_list args;

	va_start(args, n);
	for (unsigned int i = 0; i < n; i++)
		values[i] = cpu_to_fdt32(va_arg(args, u32));
	va_end(args);
	if (fdt_property(blob, name, values, n * sizeof(*values)))
		abort();
}

/* A bus with addresses and sizes of one cell. */
static void begin_bus(void *blob, const char *name)
{
	if (fdt_begin_node(blob, name))
		abort();
	cells(blob, "#address-cells", 1, 1);
	cells(blob, "#size-cells", 1, 1);
}

/* Ends @n nodes and the root, and reads the node at @path. */
static int read_node(FIXTURE_DATA(tree) * self, int n, const char *path)
{
	for (int i = 0; i <= n; i++)
		if (fdt_end_node(self->blob))
			abort();
	if (fdt_finish(self->blob))
		abort();
	return avps_tree_read(self->blob, path, &self->node, self->why, sizeof(self->why));
}

TEST_F(tree, device_below_the_root)
{
	fdt_begin_node(self->blob, "virtio_mmio@1a003e00");
	fdt_property(self->blob, "compatible", "other,first\0virtio,mmio", 24);
	cells(self->blob, "reg", 4, 0x1, 0x0a003e00, 0x2, 0x200);
	cells(self->blob, "interrupts", 3, 0, 47, 1);
	ASSERT_EQ(0, read_node(self, 1, "/virtio_mmio@1a003e00"));
	EXPECT_EQ(0x10a003e00, self->node.base);
	EXPECT_EQ(0x200000200, self->node.size);
	EXPECT_TRUE(self->node.interrupts);
	EXPECT_EQ(47, self->node.interrupt);
	EXPECT_FALSE(self->node.dma_coherent);
	EXPECT_TRUE(avps_tree_is(self->blob, "/virtio_mmio@1a003e00", "virtio,mmio"));
	EXPECT_FALSE(avps_tree_is(self->blob, "/virtio_mmio@1a003e00", "virtio"));
	EXPECT_FALSE(avps_tree_is(self->blob, "/virtio_mmio@0", "virtio,mmio"));
}

TEST_F(tree, device_behind_two_buses)
{
	begin_bus(self->blob, "outer");
	cells(self->blob, "ranges", 8, 0x1000, 0x7, 0, 0x1000, 0x4000, 0x8, 0x100, 0x1000);
	begin_bus(self->blob, "inner");
	cells(self->blob, "ranges", 3, 0, 0x4800, 0x800);
	fdt_begin_node(self->blob, "virtio@20");
	cells(self->blob, "reg", 2, 0x20, 0x100);
	cells(self->blob, "interrupts", 1, 5);
	fdt_property(self->blob, "dma-coherent", NULL, 0);
	ASSERT_EQ(0, read_node(self, 3, "/outer/inner/virtio@20"));
	EXPECT_EQ(0x800000920, self->node.base);
	EXPECT_EQ(0x100, self->node.size);
	EXPECT_EQ(5, self->node.interrupt);
	EXPECT_TRUE(self->node.dma_coherent);
}

TEST_F(tree, bus_with_the_same_addresses_that_is_coherent)
{
	begin_bus(self->blob, "soc");
	fdt_property(self->blob, "ranges", NULL, 0);
	fdt_property(self->blob, "dma-coherent", NULL, 0);
	fdt_begin_node(self->blob, "virtio@a000000");
	cells(self->blob, "reg", 2, 0x0a000000, 0x200);
	ASSERT_EQ(0, read_node(self, 2, "/soc/virtio@a000000"));
	EXPECT_EQ(0x0a000000, self->node.base);
	EXPECT_TRUE(self->node.dma_coherent);
	EXPECT_FALSE(self->node.interrupts);
	EXPECT_EQ(AVPS_TREE_NO_INTERRUPT, self->node.interrupt);
}

TEST_F(tree, interrupts_of_several_cells)
{
	fdt_begin_node(self->blob, "two");
	cells(self->blob, "reg", 4, 0, 0x1000, 0, 0x200);
	cells(self->blob, "interrupts", 2, 33, 4);
	fdt_end_node(self->blob);
	fdt_begin_node(self->blob, "many");
	cells(self->blob, "reg", 4, 0, 0x2000, 0, 0x200);
	cells(self->blob, "interrupts", 6, 0, 1, 4, 0, 2, 4);
	fdt_end_node(self->blob);
	fdt_begin_node(self->blob, "extended");
	cells(self->blob, "reg", 4, 0, 0x3000, 0, 0x200);
	cells(self->blob, "interrupts-extended", 4, 1, 0, 3, 4);
	ASSERT_EQ(0, read_node(self, 1, "/two"));
	EXPECT_EQ(33, self->node.interrupt);
	ASSERT_EQ(0, avps_tree_read(self->blob, "/many", &self->node, self->why, sizeof(self->why)));
	EXPECT_TRUE(self->node.interrupts);
	EXPECT_EQ(AVPS_TREE_NO_INTERRUPT, self->node.interrupt);
	ASSERT_EQ(0, avps_tree_read(self->blob, "/extended", &self->node, self->why, sizeof(self->why)));
	EXPECT_TRUE(self->node.interrupts);
	EXPECT_EQ(AVPS_TREE_NO_INTERRUPT, self->node.interrupt);
}

TEST_F(tree, device_that_is_not_there)
{
	EXPECT_EQ(-ENOENT, read_node(self, 0, "/virtio@0"));
	EXPECT_STREQ("/virtio@0: FDT_ERR_NOTFOUND", self->why);
}

TEST_F(tree, device_without_address)
{
	fdt_begin_node(self->blob, "virtio");
	EXPECT_EQ(-EINVAL, read_node(self, 1, "/virtio"));
	EXPECT_STREQ("/virtio has no reg that can be translated to an address of the machine", self->why);
}

TEST_F(tree, device_with_half_an_address)
{
	fdt_begin_node(self->blob, "virtio");
	cells(self->blob, "reg", 3, 0, 0x1000, 0);
	EXPECT_EQ(-EINVAL, read_node(self, 1, "/virtio"));
}

TEST_F(tree, bus_that_does_not_reach_the_processor)
{
	begin_bus(self->blob, "i2c");
	fdt_begin_node(self->blob, "virtio@1");
	cells(self->blob, "reg", 2, 0x1, 0x200);
	EXPECT_EQ(-EINVAL, read_node(self, 2, "/i2c/virtio@1"));
}

TEST_F(tree, address_outside_the_ranges)
{
	begin_bus(self->blob, "soc");
	cells(self->blob, "ranges", 4, 0x1000, 0, 0x8000, 0x100);
	fdt_begin_node(self->blob, "virtio@1100");
	cells(self->blob, "reg", 2, 0x1100, 0x200);
	EXPECT_EQ(-EINVAL, read_node(self, 2, "/soc/virtio@1100"));
}

TEST_F(tree, addresses_of_three_cells)
{
	fdt_begin_node(self->blob, "pci");
	cells(self->blob, "#address-cells", 1, 3);
	cells(self->blob, "#size-cells", 1, 2);
	fdt_begin_node(self->blob, "virtio@0");
	cells(self->blob, "reg", 5, 0, 0, 0x1000, 0, 0x200);
	EXPECT_EQ(-EINVAL, read_node(self, 2, "/pci/virtio@0"));
}

/* This machine, whatever it is, has no node for such a device. */
TEST(a_device_that_the_tree_did_not_make)
{
	char path[100];

	EXPECT_FALSE(avps_tree_path("no such device", path, sizeof(path)));
}

TEST_HARNESS_MAIN
