// SPDX-License-Identifier: GPL-2.0-or-later
/* The order in which a device is brought up (VIRTIO 1.4, 3.1.1), and devices that don't play along. */
#include "harness.h"

#include <linux/virtio_config.h>

#include "avps/device.h"
#include "avps/features.h"
#include "avps/pci.h"
#include "fake_ring.h"
#include "fake_virtio.h"

#define LONG_MS 10000 /* for waits that the device ends */
#define VERSION_1 FEATURE(VIRTIO_F_VERSION_1)

FIXTURE(device)
{
	struct fake_virtio device;
	struct fake_io *fake;
	struct avps_device dev;
	struct avps_vq vq;
	char why[160];
};

FIXTURE_SETUP(device)
{
	fake_dma_init();
	avps_set_patience_ms(LONG_MS);
	fake_virtio_init(&self->device);
	self->fake = &self->device.fake;
	self->dev.io = &self->fake->io;
	ASSERT_EQ(0, avps_pci_open(self->dev.io, &self->dev.transport, self->why, sizeof(self->why)));
	avps_device_survey(&self->dev);
	fake_log(self->fake);
	memset(self->why, 0, sizeof(self->why));
}

FIXTURE_TEARDOWN(device)
{
	avps_vq_free(&self->vq);
	free(self->dev.transport);
}

TEST_F(device, negotiation_keeps_its_order)
{
	self->device.offered[0] = 0xffffffff;
	EXPECT_EQ(0, avps_device_negotiate(&self->dev, VERSION_1 | FEATURE(9)));
	EXPECT_STREQ("w8 4:1014=0 r8 4:1014=0 " /* reset, and it has ended */
		     "r8 4:1014=0 w8 4:1014=1 r8 4:1014=1 " /* ACKNOWLEDGE */
		     "r8 4:1014=1 w8 4:1014=3 r8 4:1014=3 " /* DRIVER */
		     "w32 4:1008=0 w32 4:100c=200 w32 4:1008=1 w32 4:100c=1 " /* features */
		     "r8 4:1014=3 w8 4:1014=b r8 4:1014=b", /* FEATURES_OK, and it stays */
		     fake_log(self->fake));
	avps_device_go(&self->dev);
	EXPECT_STREQ("r8 4:1014=b w8 4:1014=f r8 4:1014=f", fake_log(self->fake));
	EXPECT_EQ(VERSION_1 | FEATURE(9), avps_device_accepted(&self->dev));
}

TEST_F(device, features_that_the_device_refuses)
{
	self->device.refuse_features = true;
	EXPECT_EQ(-ENOTSUP, avps_device_negotiate(&self->dev, VERSION_1));
}

TEST_F(device, features_that_were_accepted_are_kept_in_mind)
{
	avps_features first = VERSION_1 | FEATURE(VIRTIO_F_NOTIF_CONFIG_DATA) | FEATURE(100);

	ASSERT_EQ(0, avps_device_negotiate(&self->dev, first));
	EXPECT_TRUE(first == self->dev.accepted);
	EXPECT_TRUE(self->dev.transport->notify_config_data);
	ASSERT_EQ(0, avps_device_negotiate(&self->dev, VERSION_1));
	EXPECT_TRUE(VERSION_1 == self->dev.accepted);
	EXPECT_FALSE(self->dev.transport->notify_config_data);
	self->device.refuse_features = true;
	ASSERT_EQ(-ENOTSUP, avps_device_negotiate(&self->dev, first));
	EXPECT_FALSE(avps_has(self->dev.accepted, VIRTIO_F_NOTIF_CONFIG_DATA));
	EXPECT_FALSE(self->dev.transport->notify_config_data);
}

TEST_F(device, status_bits_are_added)
{
	avps_device_add_status(&self->dev, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	EXPECT_EQ(VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER,
		  avps_device_add_status(&self->dev, VIRTIO_CONFIG_S_DRIVER));
	self->device.refuse_features = true;
	EXPECT_EQ(VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER,
		  avps_device_add_status(&self->dev, VIRTIO_CONFIG_S_FEATURES_OK));
}

TEST_F(device, reset_is_waited_for)
{
	self->device.reset_lasts = 3;
	self->dev.transport->config_vector = 0;
	EXPECT_EQ(0, avps_device_reset(&self->dev));
	EXPECT_STREQ("w8 4:1014=0 r8 4:1014=2 r8 4:1014=2 r8 4:1014=2 r8 4:1014=0", fake_log(self->fake));
	EXPECT_EQ(AVPS_NO_VECTOR, self->dev.transport->config_vector);
}

TEST_F(device, reset_that_does_not_end_times_out)
{
	self->device.working_resets = 0;
	avps_set_patience_ms(0);
	EXPECT_EQ(-ETIMEDOUT, avps_device_reset(&self->dev));
	fake_log(self->fake);
	EXPECT_EQ(-ETIMEDOUT, avps_device_negotiate(&self->dev, VERSION_1));
	EXPECT_STREQ("w8 4:1014=0 r8 4:1014=2", fake_log(self->fake)); /* and nothing after it */
}

TEST_F(device, features_are_128_bits)
{
	avps_features all = FEATURE(0) | FEATURE(31) | FEATURE(32) | FEATURE(64) | FEATURE(127);

	self->device.offered[0] = 0x80000001;
	self->device.offered[1] = 1;
	self->device.offered[2] = 1;
	self->device.offered[3] = 0x80000000;
	EXPECT_TRUE(all == avps_device_features(&self->dev));
	EXPECT_STREQ("w32 4:1000=0 r32 4:1004=80000001 w32 4:1000=1 r32 4:1004=1 "
		     "w32 4:1000=2 r32 4:1004=1 w32 4:1000=3 r32 4:1004=80000000",
		     fake_log(self->fake));
	avps_device_accept(&self->dev, all);
	EXPECT_TRUE(all == avps_device_accepted(&self->dev));
}

/* Devices before 1.4 have no such words (2.2). */
TEST_F(device, feature_words_above_63_are_written_only_when_needed)
{
	avps_device_accept(&self->dev, 0);
	EXPECT_STREQ("w32 4:1008=0 w32 4:100c=0 w32 4:1008=1 w32 4:100c=0", fake_log(self->fake));
	avps_device_accept(&self->dev, FEATURE(96));
	EXPECT_STREQ("w32 4:1008=0 w32 4:100c=0 w32 4:1008=1 w32 4:100c=0 w32 4:1008=3 w32 4:100c=1",
		     fake_log(self->fake));
}

TEST_F(device, survey_finds_what_is_offered)
{
	EXPECT_TRUE(VERSION_1 == self->dev.offered);
	EXPECT_EQ(2, self->dev.n_queues);
	EXPECT_EQ(256, self->dev.queue_max[0]);
	EXPECT_EQ(64, self->dev.queue_max[1]);
	EXPECT_EQ(0, self->dev.queue_max[2]);
	EXPECT_EQ(AVPS_INTERRUPTS_MSIX, self->dev.interrupts);
	EXPECT_EQ(3, self->dev.vectors);
	EXPECT_STREQ("", self->dev.problem);
	EXPECT_EQ(1, self->device.resets);
	EXPECT_TRUE(avps_device_has_ring(&self->dev, AVPS_RING_SPLIT));
	EXPECT_FALSE(avps_device_has_ring(&self->dev, AVPS_RING_PACKED));
	EXPECT_FALSE(avps_device_has_ring(&self->dev, AVPS_RING_NONE));
}

/* A device that could not be opened has no ring. */
TEST_F(device, without_transport_has_no_ring)
{
	struct avps_device closed = {};

	EXPECT_FALSE(avps_device_has_ring(&closed, AVPS_RING_SPLIT));
}

/* Surveys the fake anew, as it is now. */
static struct avps_device *survey(FIXTURE_DATA(device) * self)
{
	self->dev = (struct avps_device){ .io = self->dev.io, .transport = self->dev.transport };
	avps_device_survey(&self->dev);
	return &self->dev;
}

TEST_F(device, survey_counts_queues_up_to_the_last)
{
	self->device.queue_max[0] = 0;
	self->device.queue_max[3] = 8;
	EXPECT_EQ(4, survey(self)->n_queues);
}

TEST_F(device, survey_takes_the_best_interrupts)
{
	self->fake->vectors[AVPS_INTERRUPTS_MSIX] = 0;
	EXPECT_EQ(AVPS_INTERRUPTS_INTX, survey(self)->interrupts);
	EXPECT_EQ(1, self->dev.vectors);
	self->fake->vectors[AVPS_INTERRUPTS_INTX] = 0;
	EXPECT_EQ(AVPS_INTERRUPTS_NONE, survey(self)->interrupts);
	EXPECT_EQ(0, self->dev.vectors);
}

TEST_F(device, survey_of_a_device_that_does_not_reset)
{
	self->device.working_resets = 0;
	avps_set_patience_ms(0);
	EXPECT_STREQ("the device status did not become 0 after a reset", survey(self)->problem);
	EXPECT_EQ(0, self->dev.n_queues);
}

/* Makes queue @index and returns what that gave; the vector it got is in self->vq. */
static int make_queue(FIXTURE_DATA(device) * self, u16 index, u16 size)
{
	avps_vq_free(&self->vq);
	return avps_device_queue(&self->dev, &self->vq, AVPS_RING_SPLIT, index, size);
}

TEST_F(device, queue_is_laid_out_connected_and_enabled_last)
{
	char expected[500];

	EXPECT_EQ(0, make_queue(self, 1, 16));
	snprintf(expected, sizeof(expected),
		 "w16 4:1016=1 r16 4:1018=40 " /* how large it may be */
		 "w16 4:1016=1 w16 4:1018=10 w32 4:1020=%x w32 4:1024=%x w32 4:1028=%x w32 4:102c=%x w32 4:1030=%x "
		 "w32 4:1034=%x "
		 "w16 4:1010=0 r16 4:1010=0 w16 4:1016=1 w16 4:101a=2 r16 4:101a=2 " /* vectors */
		 "w16 4:1016=1 w16 4:101c=1",
		 (u32)self->vq.setup.descriptor_area, (u32)(self->vq.setup.descriptor_area >> 32),
		 (u32)self->vq.setup.driver_area, (u32)(self->vq.setup.driver_area >> 32),
		 (u32)self->vq.setup.device_area, (u32)(self->vq.setup.device_area >> 32));
	EXPECT_STREQ(expected, fake_log(self->fake));
	EXPECT_EQ(1, self->vq.index);
	EXPECT_EQ(16, self->vq.size);
	EXPECT_EQ(fake_bus[0], self->vq.setup.descriptor_area);
}

TEST_F(device, queue_is_as_large_as_the_device_allows)
{
	EXPECT_EQ(0, make_queue(self, 1, 0));
	EXPECT_EQ(64, self->vq.size);
	EXPECT_EQ(0, make_queue(self, 1, 128));
	EXPECT_EQ(64, self->vq.size);
	EXPECT_EQ(0, make_queue(self, 1, 64));
	EXPECT_EQ(64, self->vq.size);
	fake_log(self->fake);
	EXPECT_EQ(-EINVAL, make_queue(self, 1, 48));
	EXPECT_STREQ("w16 4:1016=1 r16 4:1018=40", fake_log(self->fake)); /* the device was not told */
}

TEST_F(device, queue_that_is_not_there)
{
	EXPECT_EQ(-ENOENT, make_queue(self, 2, 0));
	EXPECT_EQ(-ENOENT, make_queue(self, 77, 0));
}

TEST_F(device, vectors_are_one_a_queue_after_that_of_configuration_changes)
{
	ASSERT_EQ(0, make_queue(self, 0, 0));
	EXPECT_EQ(AVPS_INTERRUPTS_MSIX, self->fake->io.enabled);
	EXPECT_EQ(3, self->fake->io.enabled_vectors);
	EXPECT_EQ(1, self->vq.vector);
	EXPECT_FALSE(self->vq.level);
	EXPECT_EQ(0, self->dev.transport->config_vector);
	EXPECT_EQ(1, fake_queue_get(&self->device, 0, QUEUE_MSIX_VECTOR, 2));
	ASSERT_EQ(0, make_queue(self, 1, 0));
	EXPECT_EQ(2, self->vq.vector);
	EXPECT_EQ(0, fake_common_get(&self->device, CONFIG_MSIX_VECTOR, 2));
}

TEST_F(device, vectors_that_are_too_few_are_shared)
{
	self->fake->vectors[AVPS_INTERRUPTS_MSIX] = 2;
	ASSERT_EQ(0, make_queue(self, 0, 0));
	EXPECT_EQ(2, self->fake->io.enabled_vectors);
	EXPECT_EQ(1, self->vq.vector);
	ASSERT_EQ(0, make_queue(self, 1, 0));
	EXPECT_EQ(0, self->vq.vector);
}

TEST_F(device, vectors_beyond_what_the_queues_need_are_left_off)
{
	self->fake->vectors[AVPS_INTERRUPTS_MSIX] = 8;
	ASSERT_EQ(0, make_queue(self, 0, 0));
	EXPECT_EQ(3, self->fake->io.enabled_vectors);
}

TEST_F(device, queue_of_the_packed_layout)
{
	EXPECT_FALSE(avps_device_has_ring(&self->dev, AVPS_RING_PACKED));
	self->dev.offered |= FEATURE(VIRTIO_F_RING_PACKED);
	EXPECT_TRUE(avps_device_has_ring(&self->dev, AVPS_RING_PACKED));
	EXPECT_TRUE(FEATURE(VIRTIO_F_RING_PACKED) == avps_ring_feature(AVPS_RING_PACKED));
	EXPECT_TRUE(0 == avps_ring_feature(AVPS_RING_SPLIT));
	self->device.queue_max[1] = 48;
	avps_device_reset(&self->dev);
	ASSERT_EQ(0, avps_device_queue(&self->dev, &self->vq, AVPS_RING_PACKED, 1, 0));
	EXPECT_EQ(AVPS_RING_PACKED, self->vq.ring);
	EXPECT_EQ(48, self->vq.size);
	EXPECT_EQ(48, fake_queue_get(&self->device, 1, QUEUE_SIZE, 2));
	EXPECT_EQ(self->vq.setup.descriptor_area, fake_queue_get(&self->device, 1, QUEUE_DESC, 8));
	EXPECT_EQ(self->vq.setup.driver_area, fake_queue_get(&self->device, 1, QUEUE_DRIVER, 8));
	EXPECT_EQ(self->vq.setup.device_area, fake_queue_get(&self->device, 1, QUEUE_DEVICE, 8));
}

TEST_F(device, queue_goes_by_the_accepted_features)
{
	static const struct {
		avps_features features;
		bool in_order, notification_data;
	} cases[] = {
		{ FEATURE(VIRTIO_F_IN_ORDER), true, false },
		{ FEATURE(VIRTIO_F_NOTIFICATION_DATA), false, true },
		{ 0, false, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ASSERT_EQ(0, avps_device_negotiate(&self->dev, VERSION_1 | cases[i].features));
		ASSERT_EQ(0, make_queue(self, 1, 8));
		EXPECT_EQ(cases[i].in_order, self->vq.in_order);
		EXPECT_EQ(cases[i].notification_data, self->vq.notification_data);
	}
}

/* For tests that leave a step out. */
TEST_F(device, queue_is_made_in_steps)
{
	ASSERT_EQ(0, avps_device_queue_setup(&self->dev, &self->vq, AVPS_RING_SPLIT, 1, 8));
	EXPECT_EQ(8, fake_queue_get(&self->device, 1, QUEUE_SIZE, 2));
	EXPECT_EQ(self->vq.setup.device_area, fake_queue_get(&self->device, 1, QUEUE_DEVICE, 8));
	EXPECT_EQ(AVPS_NO_VECTOR, fake_queue_get(&self->device, 1, QUEUE_MSIX_VECTOR, 2));
	EXPECT_EQ(AVPS_INTERRUPTS_NONE, self->fake->io.enabled);
	ASSERT_EQ(0, avps_device_queue_connect(&self->dev, &self->vq, 1));
	EXPECT_EQ(1, self->vq.vector);
	EXPECT_EQ(1, fake_queue_get(&self->device, 1, QUEUE_MSIX_VECTOR, 2));
	EXPECT_EQ(0, fake_queue_get(&self->device, 1, QUEUE_ENABLE, 2));
}

TEST_F(device, vector_that_the_device_refuses)
{
	self->device.refuse_vectors = true;
	EXPECT_EQ(-ENOSPC, make_queue(self, 0, 0));
	EXPECT_EQ(0, fake_queue_get(&self->device, 0, QUEUE_ENABLE, 2));
}

TEST_F(device, line_needs_no_vector)
{
	ASSERT_EQ(0, avps_device_interrupts(&self->dev, AVPS_INTERRUPTS_INTX));
	ASSERT_EQ(0, make_queue(self, 1, 0));
	EXPECT_EQ(AVPS_INTERRUPTS_INTX, self->fake->io.enabled);
	EXPECT_EQ(1, self->fake->io.enabled_vectors);
	EXPECT_EQ(0, self->vq.vector);
	EXPECT_TRUE(self->vq.level);
	EXPECT_EQ(0, self->dev.transport->config_vector); /* one line for everything */
	EXPECT_EQ(AVPS_NO_VECTOR, fake_queue_get(&self->device, 1, QUEUE_MSIX_VECTOR, 2));
}

TEST_F(device, without_interrupts_nobody_is_told)
{
	self->dev.interrupts = AVPS_INTERRUPTS_NONE;
	ASSERT_EQ(0, make_queue(self, 1, 0));
	EXPECT_EQ(AVPS_NO_VECTOR, self->vq.vector);
	EXPECT_EQ(1, fake_queue_get(&self->device, 1, QUEUE_ENABLE, 2));
}

TEST_F(device, interrupts_that_are_not_there_or_do_not_work)
{
	self->fake->vectors[AVPS_INTERRUPTS_INTX] = 0;
	EXPECT_EQ(-ENODEV, avps_device_interrupts(&self->dev, AVPS_INTERRUPTS_INTX));
	self->fake->enable_error = -EBUSY;
	EXPECT_EQ(-EBUSY, avps_device_interrupts(&self->dev, AVPS_INTERRUPTS_MSIX));
	EXPECT_EQ(AVPS_INTERRUPTS_NONE, self->fake->io.enabled);
	EXPECT_EQ(-EBUSY, make_queue(self, 0, 0));
	EXPECT_EQ(0, fake_queue_get(&self->device, 0, QUEUE_ENABLE, 2));
}

TEST_F(device, interrupts_can_be_turned_off)
{
	ASSERT_EQ(0, avps_device_interrupts(&self->dev, AVPS_INTERRUPTS_MSIX));
	EXPECT_EQ(0, avps_device_interrupts(&self->dev, AVPS_INTERRUPTS_NONE));
	EXPECT_EQ(AVPS_INTERRUPTS_NONE, self->fake->io.enabled);
	EXPECT_EQ(0, self->fake->io.enabled_vectors);
}

TEST_F(device, healthy_one_is_left_reset)
{
	ASSERT_EQ(0, avps_device_interrupts(&self->dev, AVPS_INTERRUPTS_MSIX));
	EXPECT_EQ(0, avps_device_healthy(&self->dev, self->why, sizeof(self->why)));
	EXPECT_STREQ("", self->why);
	EXPECT_EQ(0, fake_common_get(&self->device, DEVICE_STATUS, 1));
	EXPECT_EQ(AVPS_INTERRUPTS_NONE, self->fake->io.enabled);
	EXPECT_NE(NULL, strstr(fake_log(self->fake), "w8 4:1014=b")); /* it has negotiated */
}

/* A device may insist on more than VERSION_1 (6.1). */
TEST_F(device, healthy_one_may_refuse_the_features)
{
	self->device.refuse_features = true;
	EXPECT_EQ(0, avps_device_healthy(&self->dev, self->why, sizeof(self->why)));
}

TEST_F(device, with_other_features_than_before_is_not_healthy)
{
	self->device.offered[0] = 1;
	EXPECT_EQ(-EIO, avps_device_healthy(&self->dev, self->why, sizeof(self->why)));
	EXPECT_STREQ("the offered features have changed", self->why);
}

/* The resets that follow one that works: of negotiation, and at the end. Each that fails is explained. */
TEST_F(device, that_does_not_reset_is_not_healthy)
{
	static const char *const reasons[] = { "the device status stays 0x2 after a reset", "negotiation does not end",
					       "the device status stays 0x2 after a reset" };

	avps_set_patience_ms(0);
	for (unsigned int i = 0; i < 3; i++) {
		memset(self->why, 0, sizeof(self->why));
		self->device.still = 0;
		self->device.working_resets = self->device.resets + i;
		EXPECT_EQ(-ETIMEDOUT, avps_device_healthy(&self->dev, self->why, sizeof(self->why)));
		EXPECT_STREQ(reasons[i], self->why);
	}
}

TEST_HARNESS_MAIN
