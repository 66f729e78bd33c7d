// SPDX-License-Identifier: GPL-2.0-or-later
/* How a modern device is found in PCI configuration space (VIRTIO 1.4, 4.1.4), whatever is written there. */
#include "harness.h"

#include <linux/pci_regs.h>
#include <linux/virtio_pci.h>

#include "avps/pci.h"
#include "fake_virtio.h"

#define COMMON VIRTIO_PCI_CAP_COMMON_CFG
#define NOTIFY VIRTIO_PCI_CAP_NOTIFY_CFG
#define ISR VIRTIO_PCI_CAP_ISR_CFG
#define DEVICE VIRTIO_PCI_CAP_DEVICE_CFG
#define PCI_CFG VIRTIO_PCI_CAP_PCI_CFG
#define SHARED_MEMORY VIRTIO_PCI_CAP_SHARED_MEMORY_CFG

FIXTURE(capabilities)
{
	struct fake_io fake;
	struct avps_transport *transport;
	struct avps_pci *pci;
	char why[100];
};

FIXTURE_SETUP(capabilities)
{
	fake_io_init(&self->fake);
	self->fake.bar_size[0] = 0x1000;
	self->fake.bar_size[4] = 0x2000;
	fake_cap_list(&self->fake, 0x40);
}

FIXTURE_TEARDOWN(capabilities)
{
	free(self->transport);
}

/* What a driver can't do without, from @at on; the list goes on at @next. */
static void put_needed(struct fake_io *fake, u8 at, u8 next)
{
	fake_cap(fake, at, at + 0x10, COMMON, 4, 0, 0x38);
	fake_cap(fake, at + 0x10, at + 0x24, NOTIFY, 0, 0, 2);
	fake_put(fake->config, at + 0x10 + VIRTIO_PCI_NOTIFY_CAP_MULT, 4, 0);
	fake_cap(fake, at + 0x24, next, ISR, 4, 0x100, 1);
}

static int open_it(FIXTURE_DATA(capabilities) * self)
{
	int err = avps_pci_open(&self->fake.io, &self->transport, self->why, sizeof(self->why));

	self->pci = err ? NULL : avps_pci_of(self->transport);
	return err;
}

TEST_F(capabilities, are_read_field_by_field_in_any_order)
{
	fake_cap(&self->fake, 0x40, 0x90, DEVICE, 4, 0x300, 0x400);
	fake_cap(&self->fake, 0x90, 0x50, ISR, 4, 0x203, 0x1);
	fake_cap(&self->fake, 0x50, 0xc0, NOTIFY, 0, 0x80, 0x10);
	fake_put(self->fake.config, 0x52, 1, 20); /* cap_len */
	fake_put(self->fake.config, 0x50 + 16, 4, 0x12345678); /* notify_off_multiplier */
	fake_cap(&self->fake, 0xc0, 0, COMMON, 4, 0x1000, 0x40);
	fake_put(self->fake.config, 0xc0 + 5, 1, 7); /* id */
	ASSERT_EQ(0, open_it(self));
	EXPECT_EQ(4, self->pci->n_caps);
	ASSERT_EQ(&self->pci->caps[0], self->pci->device);
	ASSERT_EQ(&self->pci->caps[1], self->pci->isr);
	ASSERT_EQ(&self->pci->caps[2], self->pci->notify);
	ASSERT_EQ(&self->pci->caps[3], self->pci->common);
	EXPECT_EQ(0x40, self->pci->device->at);
	EXPECT_EQ(DEVICE, self->pci->device->cfg_type);
	EXPECT_EQ(4, self->pci->device->bar);
	EXPECT_EQ(0x300, self->pci->device->offset);
	EXPECT_EQ(0x400, self->pci->device->length);
	EXPECT_EQ(0x203, self->pci->isr->offset);
	EXPECT_EQ(0x50, self->pci->notify->at);
	EXPECT_EQ(20, self->pci->notify->cap_len);
	EXPECT_EQ(0, self->pci->notify->bar);
	EXPECT_EQ(0x12345678, self->pci->notify->notify_off_multiplier);
	EXPECT_EQ(16, self->pci->common->cap_len);
	EXPECT_EQ(7, self->pci->common->id);
	EXPECT_NULL(self->pci->pci_cfg);
}

TEST_F(capabilities, without_the_list_there_are_none)
{
	put_needed(&self->fake, 0x40, 0);
	fake_put(self->fake.config, PCI_STATUS, 2, 0xffff & ~PCI_STATUS_CAP_LIST);
	EXPECT_EQ(-ENODEV, open_it(self));
	EXPECT_EQ(0, avps_pci_find_cap(&self->fake.io, PCI_CAP_ID_VNDR, 0));
}

/* Opens a device that lacks one of the capabilities that put_needed() lists. */
static const char *why_not_without(FIXTURE_DATA(capabilities) * self, u8 at)
{
	put_needed(&self->fake, 0x40, 0);
	fake_put(self->fake.config, at + VIRTIO_PCI_CAP_CFG_TYPE, 1, 0x77);
	return open_it(self) == -ENODEV ? self->why : "it opened";
}

TEST_F(capabilities, that_are_missing_are_named)
{
	EXPECT_STREQ("no usable common configuration capability: not a modern VIRTIO device",
		     why_not_without(self, 0x40));
	EXPECT_STREQ("no usable notification capability: not a modern VIRTIO device", why_not_without(self, 0x50));
	EXPECT_STREQ("no usable ISR status capability: not a modern VIRTIO device", why_not_without(self, 0x64));
}

TEST_F(capabilities, of_device_and_window_are_optional)
{
	put_needed(&self->fake, 0x40, 0);
	ASSERT_EQ(0, open_it(self));
	EXPECT_NULL(self->pci->device);
	EXPECT_NULL(self->pci->pci_cfg);
	EXPECT_EQ(0, self->transport->ops->config_length(self->transport));
}

/* Its own BAR and offset mean nothing before the driver writes them (4.1.4.9). */
TEST_F(capabilities, window_through_configuration_space_needs_no_bar)
{
	put_needed(&self->fake, 0x40, 0x80);
	fake_cap(&self->fake, 0x80, 0x94, PCI_CFG, 3, 0x5000, 0);
	fake_cap(&self->fake, 0x94, 0, PCI_CFG, 0, 0, 0);
	ASSERT_EQ(0, open_it(self));
	ASSERT_NE(NULL, self->pci->pci_cfg);
	EXPECT_EQ(0x80, self->pci->pci_cfg->at);
}

TEST_F(capabilities, the_first_of_a_kind_is_taken)
{
	put_needed(&self->fake, 0x40, 0x80);
	fake_cap(&self->fake, 0x80, 0x90, COMMON, 4, 0x200, 0x38);
	fake_cap(&self->fake, 0x90, 0, DEVICE, 4, 0x400, 8);
	ASSERT_EQ(0, open_it(self));
	EXPECT_EQ(0x40, self->pci->common->at);
	EXPECT_EQ(5, self->pci->n_caps);
}

/* Which common configuration is taken when the first is (@bar, @offset, @length) and the second a good one. */
static u8 taken(FIXTURE_DATA(capabilities) * self, u8 bar, u32 offset, u32 length)
{
	free(self->transport);
	self->transport = NULL;
	put_needed(&self->fake, 0x50, 0);
	fake_cap(&self->fake, 0x40, 0x50, COMMON, bar, offset, length);
	return open_it(self) ? 0 : self->pci->common->at;
}

TEST_F(capabilities, that_no_driver_can_use_are_passed_over)
{
	/* BAR 4 has 0x2000 bytes, the structure 0x38. */
	EXPECT_EQ(0x40, taken(self, 4, 0x2000 - 0x38, 0x38));
	EXPECT_EQ(0x50, taken(self, 4, 0x2000 - 0x34, 0x38));
	EXPECT_EQ(0x50, taken(self, 4, 0, 0x37));
	EXPECT_EQ(0x50, taken(self, 4, 0x2000, 0x38));
	EXPECT_EQ(0x50, taken(self, 4, 0xfffffff0, 0x38));
	EXPECT_EQ(0x50, taken(self, 3, 0, 0x38)); /* no such BAR */
	EXPECT_EQ(0x50, taken(self, 6, 0, 0x38)); /* reserved */
	EXPECT_EQ(0x50, taken(self, 0xff, 0, 0x38));
}

TEST_F(capabilities, of_shared_memory_have_64_bits)
{
	put_needed(&self->fake, 0x40, 0x80);
	fake_cap(&self->fake, 0x80, 0xa0, SHARED_MEMORY, 2, 0x11111111, 0x22222222);
	fake_put(self->fake.config, 0x80 + 16, 4, 0x33); /* offset_hi */
	fake_put(self->fake.config, 0x80 + 20, 4, 0x44); /* length_hi */
	fake_cap(&self->fake, 0xa0, 0, DEVICE, 4, 0x300, 0x10);
	fake_put(self->fake.config, 0xa0 + 16, 8, UINT64_MAX); /* not part of it */
	ASSERT_EQ(0, open_it(self));
	ASSERT_EQ(5, self->pci->n_caps);
	EXPECT_EQ(0x3311111111, self->pci->caps[3].offset);
	EXPECT_EQ(0x4422222222, self->pci->caps[3].length);
	EXPECT_EQ(0x300, self->pci->caps[4].offset);
	EXPECT_EQ(0x10, self->pci->caps[4].length);
	EXPECT_EQ(0, self->pci->caps[4].notify_off_multiplier);
}

TEST_F(capabilities, of_a_list_that_loops_are_listed_once)
{
	put_needed(&self->fake, 0x40, 0x50);
	ASSERT_EQ(0, open_it(self));
	EXPECT_EQ(3, self->pci->n_caps);
	EXPECT_EQ(0, avps_pci_find_cap(&self->fake.io, PCI_CAP_ID_MSIX, 0));
}

TEST_F(capabilities, of_a_list_that_leaves_its_room_end_there)
{
	put_needed(&self->fake, 0x40, 0x20); /* into the header */
	fake_cap(&self->fake, 0x20, 0, DEVICE, 4, 0, 8);
	fake_cap_list(&self->fake, 0x40);
	ASSERT_EQ(0, open_it(self));
	EXPECT_EQ(3, self->pci->n_caps);
}

/* The low two bits of a pointer are reserved (PCI). */
TEST_F(capabilities, are_found_through_pointers_with_reserved_bits)
{
	put_needed(&self->fake, 0x40, 0x83);
	fake_put(self->fake.config, 0x80, 2, 0x9100 | PCI_CAP_ID_MSIX);
	fake_cap(&self->fake, 0x90, 0, DEVICE, 4, 0, 8);
	fake_cap_list(&self->fake, 0x42);
	ASSERT_EQ(0, open_it(self));
	ASSERT_NE(NULL, self->pci->device);
	EXPECT_EQ(0x90, self->pci->device->at);
}

TEST_F(capabilities, at_the_very_end_are_read)
{
	put_needed(&self->fake, 0x40, 0xfc);
	fake_put(self->fake.config, 0xfc, 4, 0x05100009); /* the PCI_CFG kind, and the list ends */
	ASSERT_EQ(0, open_it(self));
	ASSERT_NE(NULL, self->pci->pci_cfg);
	EXPECT_EQ(0xfc, self->pci->pci_cfg->at);
}

/* A device may squeeze in 48 that overlap; the driver keeps as many as it has room for. */
TEST_F(capabilities, beyond_what_there_is_room_for_are_left_out)
{
	for (unsigned int at = 0x40; at < 0x100; at += 4)
		fake_put(self->fake.config, at, 4, 0x77100009 | (at + 4) << 8);
	EXPECT_EQ(-ENODEV, open_it(self));
	put_needed(&self->fake, 0x40, 0x80);
	ASSERT_EQ(0, open_it(self));
	EXPECT_EQ(AVPS_PCI_MAX_CAPS, self->pci->n_caps);
}

TEST_F(capabilities, of_one_id_are_found_one_after_the_other)
{
	fake_put(self->fake.config, 0x40, 2, 0x5009);
	fake_put(self->fake.config, 0x50, 2, 0x6000 | PCI_CAP_ID_MSIX);
	fake_put(self->fake.config, 0x60, 2, 0x7009);
	fake_put(self->fake.config, 0x70, 2, PCI_CAP_ID_MSIX);
	EXPECT_EQ(0x40, avps_pci_find_cap(&self->fake.io, PCI_CAP_ID_VNDR, 0));
	EXPECT_EQ(0x60, avps_pci_find_cap(&self->fake.io, PCI_CAP_ID_VNDR, 0x40));
	EXPECT_EQ(0, avps_pci_find_cap(&self->fake.io, PCI_CAP_ID_VNDR, 0x60));
	EXPECT_EQ(0x50, avps_pci_find_cap(&self->fake.io, PCI_CAP_ID_MSIX, 0));
	EXPECT_EQ(0x70, avps_pci_find_cap(&self->fake.io, PCI_CAP_ID_MSIX, 0x50));
	EXPECT_EQ(0, avps_pci_find_cap(&self->fake.io, PCI_CAP_ID_EXP, 0));
}

TEST_HARNESS_MAIN
