// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which registers the MMIO transport touches, in which order: the offsets are those of VIRTIO 1.4, 4.2.2, all 32 bits wide,
 * and what is write-only is never read.
 */
#include "harness.h"

#include "avps/mmio.h"
#include "fake_io.h"

#define WINDOW_SIZE 0x180

FIXTURE(registers)
{
	struct fake_io fake;
	struct avps_transport *t;
	const struct avps_transport_ops *ops;
	char why[100];
};

static void put(struct fake_io *fake, u64 offset, u32 value)
{
	fake_put(fake->bar[0], offset, 4, value);
}

FIXTURE_SETUP(registers)
{
	fake_io_init(&self->fake);
	self->fake.bar_size[0] = WINDOW_SIZE;
	put(&self->fake, 0x000, 0x74726976);
	put(&self->fake, 0x004, 2);
	put(&self->fake, 0x008, 42);
	ASSERT_EQ(0, avps_mmio_open(&self->fake.io, &self->t, self->why, sizeof(self->why)));
	self->ops = self->t->ops;
	EXPECT_STREQ("", fake_log(&self->fake)); /* opening a device touches no register */
}

FIXTURE_TEARDOWN(registers)
{
	self->ops->close(self->t);
}

TEST_F(registers, of_a_device)
{
	u32 id = 0;

	EXPECT_EQ(0, avps_mmio_identify(&self->fake.io, &id, self->why, sizeof(self->why)));
	EXPECT_EQ(42, id);
	EXPECT_STREQ("r32 0:0=74726976 r32 0:4=2 r32 0:8=2a", fake_log(&self->fake));
}

/* Whatever the version: an empty place is no fault, and nothing else of it may be touched (4.2.3.1.1). */
TEST_F(registers, of_an_empty_place)
{
	u32 id = 1;

	put(&self->fake, 0x008, 0);
	put(&self->fake, 0x004, 1);
	EXPECT_EQ(0, avps_mmio_identify(&self->fake.io, &id, self->why, sizeof(self->why)));
	EXPECT_EQ(0, id);
	EXPECT_STREQ("r32 0:0=74726976 r32 0:4=1 r32 0:8=0", fake_log(&self->fake));
}

TEST_F(registers, of_something_else)
{
	u32 id = 1;

	put(&self->fake, 0x000, 0xffffffff);
	EXPECT_EQ(-ENODEV, avps_mmio_identify(&self->fake.io, &id, self->why, sizeof(self->why)));
	EXPECT_EQ(0, id);
	EXPECT_STREQ("MagicValue is 0xffffffff: no VIRTIO device answers here", self->why);
	EXPECT_STREQ("r32 0:0=ffffffff", fake_log(&self->fake));
}

TEST_F(registers, of_another_version)
{
	u32 id;

	put(&self->fake, 0x004, 1);
	EXPECT_EQ(-EPROTO, avps_mmio_identify(&self->fake.io, &id, self->why, sizeof(self->why)));
	EXPECT_EQ(42, id);
	EXPECT_STREQ("legacy (version 1) register layout", self->why);
	put(&self->fake, 0x004, 3);
	EXPECT_EQ(-EPROTO, avps_mmio_identify(&self->fake.io, &id, self->why, sizeof(self->why)));
	EXPECT_STREQ("version 3 of the register layout is not known", self->why);
}

TEST_F(registers, of_the_status)
{
	EXPECT_STREQ("mmio", self->ops->name);
	self->ops->set_status(self->t, 0x8b);
	EXPECT_EQ(0x8b, self->ops->get_status(self->t));
	EXPECT_STREQ("w32 0:70=8b r32 0:70=8b", fake_log(&self->fake));
}

TEST_F(registers, of_the_features)
{
	put(&self->fake, 0x010, 0x80000001);
	EXPECT_EQ(0x80000001, self->ops->device_features(self->t, 3));
	EXPECT_STREQ("w32 0:14=3 r32 0:10=80000001", fake_log(&self->fake));
	self->ops->set_driver_features(self->t, 2, 0xdeadbeef);
	EXPECT_STREQ("w32 0:24=2 w32 0:20=deadbeef", fake_log(&self->fake));
	EXPECT_EQ(NULL, self->ops->driver_features);
}

TEST_F(registers, of_a_queue)
{
	static const struct avps_queue_setup setup = { .index = 5,
						       .size = 32,
						       .descriptor_area = 0x1122334455667700,
						       .driver_area = 0x8899aabbccddee00,
						       .device_area = 0xfffefdfcfbfaf900 };

	put(&self->fake, 0x034, 64);
	EXPECT_EQ(64, self->ops->queue_max(self->t, 1));
	EXPECT_STREQ("w32 0:30=1 r32 0:34=40", fake_log(&self->fake));
	self->ops->queue_setup(self->t, &setup);
	EXPECT_STREQ("w32 0:30=5 w32 0:38=20 "
		     "w32 0:80=55667700 w32 0:84=11223344 "
		     "w32 0:90=ccddee00 w32 0:94=8899aabb "
		     "w32 0:a0=fbfaf900 w32 0:a4=fffefdfc",
		     fake_log(&self->fake));
	EXPECT_FALSE(self->ops->queue_enabled(self->t, 5));
	EXPECT_STREQ("w32 0:30=5 r32 0:44=0", fake_log(&self->fake));
	self->ops->queue_enable(self->t, 5);
	EXPECT_STREQ("w32 0:30=5 w32 0:44=1", fake_log(&self->fake));
	EXPECT_TRUE(self->ops->queue_enabled(self->t, 5));
	put(&self->fake, 0x044, 2);
	EXPECT_FALSE(self->ops->queue_enabled(self->t, 5));
}

/* What doesn't fit is not cut down to something small. */
TEST_F(registers, of_a_queue_of_absurd_size)
{
	put(&self->fake, 0x034, 0x10000);
	EXPECT_EQ(0xffff, self->ops->queue_max(self->t, 0));
}

TEST_F(registers, of_the_reset_of_a_queue)
{
	self->ops->queue_reset(self->t, 2);
	EXPECT_STREQ("w32 0:30=2 w32 0:c0=1", fake_log(&self->fake));
	EXPECT_TRUE(self->ops->queue_resetting(self->t, 2));
	EXPECT_STREQ("w32 0:30=2 r32 0:c0=1", fake_log(&self->fake));
	put(&self->fake, 0x0c0, 0);
	EXPECT_FALSE(self->ops->queue_resetting(self->t, 2));
}

TEST_F(registers, of_notifications)
{
	self->ops->notify(self->t, 7);
	EXPECT_STREQ("w32 0:50=7", fake_log(&self->fake));
	self->ops->notify_data(self->t, 7, 0x8123);
	EXPECT_STREQ("w32 0:50=81230007", fake_log(&self->fake));
}

TEST_F(registers, of_vectors_do_not_exist)
{
	EXPECT_EQ(AVPS_NO_VECTOR, self->ops->set_queue_vector(self->t, 0, 0));
	EXPECT_EQ(AVPS_NO_VECTOR, self->ops->set_config_vector(self->t, 0));
	EXPECT_EQ(AVPS_NO_VECTOR, self->t->config_vector);
	EXPECT_STREQ("", fake_log(&self->fake));
}

/* What was read is acknowledged, without the bits that mean nothing; and nothing if there was nothing. */
TEST_F(registers, of_the_interrupt_status)
{
	put(&self->fake, 0x060, 0x85);
	EXPECT_EQ(0x85, self->ops->interrupt_status(self->t));
	EXPECT_STREQ("r32 0:60=85 w32 0:64=1", fake_log(&self->fake));
	put(&self->fake, 0x060, 0);
	EXPECT_EQ(0, self->ops->interrupt_status(self->t));
	EXPECT_STREQ("r32 0:60=0", fake_log(&self->fake));
}

TEST_F(registers, of_the_device_configuration)
{
	EXPECT_EQ(WINDOW_SIZE - 0x100, self->ops->config_length(self->t));
	fake_put(self->fake.bar[0], 0x100, 8, 0x1122334455667788);
	EXPECT_EQ(0x88, self->ops->config_read(self->t, 0, 1));
	EXPECT_EQ(0x5566, self->ops->config_read(self->t, 2, 2));
	EXPECT_EQ(0x11223344, self->ops->config_read(self->t, 4, 4));
	EXPECT_STREQ("r8 0:100=88 r16 0:102=5566 r32 0:104=11223344", fake_log(&self->fake));
	self->ops->config_write(self->t, 8, 1, 0x5a);
	self->ops->config_write(self->t, 12, 4, 0xa5a5a5a5);
	EXPECT_STREQ("w8 0:108=5a w32 0:10c=a5a5a5a5", fake_log(&self->fake));
	self->fake.bar_size[0] = 0x100;
	EXPECT_EQ(0, self->ops->config_length(self->t));
}

TEST_F(registers, of_the_configuration_generation)
{
	put(&self->fake, 0x0fc, 0xc3000001);
	EXPECT_EQ(0xc3000001, self->ops->config_generation(self->t));
	EXPECT_STREQ("r32 0:fc=c3000001", fake_log(&self->fake));
}

TEST_F(registers, of_shared_memory)
{
	struct avps_mmio_shm region;

	fake_put(self->fake.bar[0], 0x0b0, 8, 0x1000000002);
	fake_put(self->fake.bar[0], 0x0b8, 8, 0x3000000004);
	region = avps_mmio_shm(self->t, 9);
	EXPECT_EQ(0x1000000002, region.length);
	EXPECT_EQ(0x3000000004, region.base);
	EXPECT_STREQ("w32 0:ac=9 r32 0:b0=2 r32 0:b4=10 r32 0:b8=4 r32 0:bc=30", fake_log(&self->fake));
}

/* The name of a register in the trace; "" where it has none. */
static const char *name_of(struct avps_transport *t, unsigned int region, u64 offset)
{
	static char name[64];

	return t->ops->describe(t, region, offset, name, sizeof(name)) ? name : "";
}

TEST_F(registers, have_names)
{
	EXPECT_STREQ("MagicValue", name_of(self->t, 0, 0x000));
	EXPECT_STREQ("QueueSizeMax", name_of(self->t, 0, 0x034));
	EXPECT_STREQ("QueueDriverHigh", name_of(self->t, 0, 0x094));
	EXPECT_STREQ("QueueReset", name_of(self->t, 0, 0x0c0));
	EXPECT_STREQ("ConfigGeneration", name_of(self->t, 0, 0x0fc));
	EXPECT_STREQ("mmio+0x28", name_of(self->t, 0, 0x028));
	EXPECT_STREQ("config+0x8", name_of(self->t, 0, 0x108));
	EXPECT_STREQ("", name_of(self->t, 1, 0x000));
}

TEST_HARNESS_MAIN
