// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which registers the PCI transport touches, in which order and width: 4.1.3.1 of VIRTIO 1.4 leaves a driver no choice, and
 * the offsets are those of 4.1.4.3.
 */
#include "harness.h"

#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>

#include "avps/pci.h"
#include "fake_virtio.h"

FIXTURE(registers)
{
	struct fake_virtio device;
	struct fake_io *fake;
	struct avps_transport *t;
	const struct avps_transport_ops *ops;
};

FIXTURE_SETUP(registers)
{
	char why[100];

	fake_virtio_init(&self->device);
	self->fake = &self->device.fake;
	ASSERT_EQ(0, avps_pci_open(&self->fake->io, &self->t, why, sizeof(why)));
	self->ops = self->t->ops;
	EXPECT_STREQ("", fake_log(self->fake)); /* finding a device touches no register */
}

FIXTURE_TEARDOWN(registers)
{
	self->ops->close(self->t);
}

TEST_F(registers, of_the_status)
{
	EXPECT_STREQ("pci", self->ops->name);
	self->ops->set_status(self->t, 0x0b);
	EXPECT_EQ(0x0b, self->ops->get_status(self->t));
	EXPECT_STREQ("w8 4:1014=b r8 4:1014=b", fake_log(self->fake));
}

TEST_F(registers, of_the_features)
{
	self->device.offered[1] = 0x80000001;
	EXPECT_EQ(0x80000001, self->ops->device_features(self->t, 1));
	EXPECT_STREQ("w32 4:1000=1 r32 4:1004=80000001", fake_log(self->fake));
	self->ops->set_driver_features(self->t, 2, 0xdeadbeef);
	EXPECT_STREQ("w32 4:1008=2 w32 4:100c=deadbeef", fake_log(self->fake));
	EXPECT_EQ(0, self->ops->driver_features(self->t, 0));
	EXPECT_EQ(0xdeadbeef, self->ops->driver_features(self->t, 2));
	EXPECT_STREQ("w32 4:1008=0 r32 4:100c=0 w32 4:1008=2 r32 4:100c=deadbeef", fake_log(self->fake));
}

TEST_F(registers, of_a_queue)
{
	static const struct avps_queue_setup setup = { .index = 1,
						       .size = 32,
						       .descriptor_area = 0x1122334455667700,
						       .driver_area = 0x8899aabbccddee00,
						       .device_area = 0xfffefdfcfbfaf900 };

	EXPECT_EQ(64, self->ops->queue_max(self->t, 1));
	EXPECT_STREQ("w16 4:1016=1 r16 4:1018=40", fake_log(self->fake));
	EXPECT_EQ(0, self->ops->queue_max(self->t, 3));
	EXPECT_STREQ("w16 4:1016=3 r16 4:1018=0", fake_log(self->fake));
	self->ops->queue_setup(self->t, &setup);
	EXPECT_STREQ("w16 4:1016=1 w16 4:1018=20 "
		     "w32 4:1020=55667700 w32 4:1024=11223344 "
		     "w32 4:1028=ccddee00 w32 4:102c=8899aabb "
		     "w32 4:1030=fbfaf900 w32 4:1034=fffefdfc",
		     fake_log(self->fake));
	EXPECT_FALSE(self->ops->queue_enabled(self->t, 1));
	EXPECT_STREQ("w16 4:1016=1 r16 4:101c=0", fake_log(self->fake));
	self->ops->queue_enable(self->t, 1);
	EXPECT_STREQ("w16 4:1016=1 w16 4:101c=1", fake_log(self->fake));
	EXPECT_TRUE(self->ops->queue_enabled(self->t, 1));
	EXPECT_FALSE(self->ops->queue_enabled(self->t, 0));
}

/* Only 0 and 1 have a meaning (4.1.4.3). */
TEST_F(registers, of_a_queue_that_is_enabled_by_another_number)
{
	fake_queue_put(&self->device, 0, QUEUE_ENABLE, 2, 2);
	EXPECT_FALSE(self->ops->queue_enabled(self->t, 0));
}

TEST_F(registers, of_the_vectors)
{
	EXPECT_EQ(2, self->ops->set_queue_vector(self->t, 1, 2));
	EXPECT_STREQ("w16 4:1016=1 w16 4:101a=2 r16 4:101a=2", fake_log(self->fake));
	EXPECT_EQ(1, self->ops->set_config_vector(self->t, 1));
	EXPECT_STREQ("w16 4:1010=1 r16 4:1010=1", fake_log(self->fake));
	self->device.refuse_vectors = true;
	EXPECT_EQ(AVPS_NO_VECTOR, self->ops->set_queue_vector(self->t, 1, 2));
}

TEST_F(registers, of_notifications)
{
	fake_queue_put(&self->device, 1, QUEUE_NOTIFY_OFF, 2, 3);
	self->ops->notify(self->t, 1);
	EXPECT_STREQ("w16 4:1016=1 r16 4:101e=3 w16 0:2c=1", fake_log(self->fake));
}

/* A multiplier of 0 lets all queues share one address (4.1.4.4). */
TEST_F(registers, of_notifications_that_share_an_address)
{
	struct avps_pci *pci = avps_pci_of(self->t);

	for (unsigned int i = 0; i < pci->n_caps; i++)
		pci->caps[i].notify_off_multiplier = 0;
	self->ops->notify(self->t, 1);
	EXPECT_STREQ("w16 4:1016=1 r16 4:101e=1 w16 0:20=1", fake_log(self->fake));
}

/* 0x8000 times 0x20000 is 2 to the 32nd: a driver that counts in 32 bits would notify at the start. */
TEST_F(registers, of_notifications_outside_the_bar_are_not_touched)
{
	struct avps_pci *pci = avps_pci_of(self->t);

	for (unsigned int i = 0; i < pci->n_caps; i++)
		pci->caps[i].notify_off_multiplier = 0x20000;
	fake_queue_put(&self->device, 1, QUEUE_NOTIFY_OFF, 2, 0x8000);
	self->ops->notify(self->t, 1);
	EXPECT_STREQ("w16 4:1016=1 r16 4:101e=8000", fake_log(self->fake));
}

/* With NOTIF_CONFIG_DATA the device says what notifications are to call the queue (4.1.5.2). */
TEST_F(registers, of_notifications_by_the_device_s_name_for_the_queue)
{
	fake_queue_put(&self->device, 1, QUEUE_NOTIFY_DATA, 2, 0xabcd);
	self->t->notify_config_data = true;
	self->ops->notify(self->t, 1);
	EXPECT_STREQ("w16 4:1016=1 r16 4:101e=1 r16 4:1038=abcd w16 0:24=abcd", fake_log(self->fake));
}

/* With NOTIFICATION_DATA they are 32 bits: the queue in the lower half, the rest above it (4.1.5.2). */
TEST_F(registers, of_notifications_with_data)
{
	fake_queue_put(&self->device, 1, QUEUE_NOTIFY_OFF, 2, 3);
	fake_queue_put(&self->device, 1, QUEUE_NOTIFY_DATA, 2, 0xabcd);
	self->ops->notify_data(self->t, 1, 0x8005);
	EXPECT_STREQ("w16 4:1016=1 r16 4:101e=3 w32 0:2c=80050001", fake_log(self->fake));
	self->t->notify_config_data = true;
	self->ops->notify_data(self->t, 1, 0x7fff);
	EXPECT_STREQ("w16 4:1016=1 r16 4:101e=3 r16 4:1038=abcd w32 0:2c=7fffabcd", fake_log(self->fake));
}

TEST_F(registers, of_the_reset_of_a_queue)
{
	self->ops->queue_reset(self->t, 1);
	EXPECT_STREQ("w16 4:1016=1 w16 4:103a=1", fake_log(self->fake));
	EXPECT_TRUE(self->ops->queue_resetting(self->t, 1));
	EXPECT_STREQ("w16 4:1016=1 r16 4:103a=1", fake_log(self->fake));
	EXPECT_FALSE(self->ops->queue_resetting(self->t, 0));
	fake_queue_put(&self->device, 1, QUEUE_RESET, 2, 0);
	EXPECT_FALSE(self->ops->queue_resetting(self->t, 1));
	fake_queue_put(&self->device, 1, QUEUE_RESET, 2, 2); /* only 0 and 1 have a meaning (4.1.4.3) */
	EXPECT_FALSE(self->ops->queue_resetting(self->t, 1));
}

TEST_F(registers, of_the_interrupt_status)
{
	fake_put(self->fake->bar[ISR_BAR], ISR_AT, 1, 3);
	EXPECT_EQ(3, self->ops->interrupt_status(self->t));
	EXPECT_STREQ("r8 1:8=3", fake_log(self->fake));
}

TEST_F(registers, of_the_device_configuration)
{
	EXPECT_EQ(CONFIG_LENGTH, self->ops->config_length(self->t));
	fake_put(self->fake->bar[CONFIG_BAR], CONFIG_AT, 8, 0x1122334455667788);
	EXPECT_EQ(0x88, self->ops->config_read(self->t, 0, 1));
	EXPECT_EQ(0x5566, self->ops->config_read(self->t, 2, 2));
	EXPECT_EQ(0x11223344, self->ops->config_read(self->t, 4, 4));
	EXPECT_STREQ("r8 2:10=88 r16 2:12=5566 r32 2:14=11223344", fake_log(self->fake));
	self->ops->config_write(self->t, 8, 1, 0x5a);
	self->ops->config_write(self->t, 12, 4, 0xa5a5a5a5);
	EXPECT_STREQ("w8 2:18=5a w32 2:1c=a5a5a5a5", fake_log(self->fake));
}

TEST_F(registers, of_the_configuration_generation)
{
	fake_common_put(&self->device, CONFIG_GENERATION, 1, 0xc3);
	EXPECT_EQ(0xc3, self->ops->config_generation(self->t));
	EXPECT_STREQ("r8 4:1015=c3", fake_log(self->fake));
}

TEST_F(registers, of_the_common_configuration_by_offset)
{
	struct avps_pci *pci = avps_pci_of(self->t);

	avps_pci_common_write(pci, QUEUE_DESC, 4, 0x12345678);
	EXPECT_EQ(0x5678, avps_pci_common_read(pci, QUEUE_DESC, 2));
	EXPECT_STREQ("w32 4:1020=12345678 r16 4:1020=5678", fake_log(self->fake));
}

/* The name of a register in the trace; "" where it has none. */
static const char *name_of(struct avps_transport *t, unsigned int region, u64 offset)
{
	static char name[64];

	return t->ops->describe(t, region, offset, name, sizeof(name)) ? name : "";
}

TEST_F(registers, have_names)
{
	static const struct {
		u32 field;
		const char *name;
	} fields[] = {
		{ DEVICE_FEATURE_SELECT, "device_feature_select" },
		{ DEVICE_FEATURE, "device_feature" },
		{ DRIVER_FEATURE_SELECT, "driver_feature_select" },
		{ DRIVER_FEATURE, "driver_feature" },
		{ CONFIG_MSIX_VECTOR, "config_msix_vector" },
		{ NUM_QUEUES, "num_queues" },
		{ DEVICE_STATUS, "device_status" },
		{ CONFIG_GENERATION, "config_generation" },
		{ QUEUE_SELECT, "queue_select" },
		{ QUEUE_SIZE, "queue_size" },
		{ QUEUE_MSIX_VECTOR, "queue_msix_vector" },
		{ QUEUE_ENABLE, "queue_enable" },
		{ QUEUE_NOTIFY_OFF, "queue_notify_off" },
		{ QUEUE_DESC, "queue_desc" },
		{ QUEUE_DESC + 4, "queue_desc high" },
		{ QUEUE_DRIVER, "queue_driver" },
		{ QUEUE_DRIVER + 4, "queue_driver high" },
		{ QUEUE_DEVICE, "queue_device" },
		{ QUEUE_DEVICE + 4, "queue_device high" },
		{ QUEUE_NOTIFY_DATA, "queue_notify_data" },
		{ QUEUE_RESET, "queue_reset" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		EXPECT_STREQ(fields[i].name, name_of(self->t, COMMON_BAR, COMMON_AT + fields[i].field));
	EXPECT_STREQ("common+0x11", name_of(self->t, COMMON_BAR, COMMON_AT + CONFIG_MSIX_VECTOR + 1));
	EXPECT_STREQ("", name_of(self->t, COMMON_BAR, COMMON_AT - 1));
	EXPECT_STREQ("", name_of(self->t, COMMON_BAR, COMMON_AT + COMMON_END));
	EXPECT_STREQ("", name_of(self->t, COMMON_BAR + 1, COMMON_AT));
	EXPECT_STREQ("notify+0xc", name_of(self->t, NOTIFY_BAR, NOTIFY_AT + 0xc));
	EXPECT_STREQ("isr_status", name_of(self->t, ISR_BAR, ISR_AT));
	EXPECT_STREQ("config+0x4", name_of(self->t, CONFIG_BAR, CONFIG_AT + 4));
	EXPECT_STREQ("", name_of(self->t, CONFIG_BAR, CONFIG_AT + CONFIG_LENGTH));
	EXPECT_FALSE(self->ops->describe(self->t, CONFIG_BAR, 0, NULL, 0));
}

TEST_HARNESS_MAIN
