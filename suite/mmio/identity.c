// SPDX-License-Identifier: GPL-2.0-or-later
/* What the device calls itself (VIRTIO 1.4, 4.2.2). */
#include "mmio.h"

#define READ_PLACE(register_) avps_io_read(self->io, 0, VIRTIO_MMIO_##register_, 4)

/*
 * Where the machine says that there is a VIRTIO device, one answers, and not a legacy one. Places that are left empty show
 * this, too, but for the device id (4.2.2.2); they are not in the list.
 */
AVPS_TEST(mmio_place, place_shows_a_device, CLAUSES("mmio-001", "mmio-002"), NO_RING)
{
	CHECK_EQ("mmio-001", READ_PLACE(MAGIC_VALUE), AVPS_MMIO_MAGIC);
	CHECK_EQ("mmio-002", READ_PLACE(VERSION), AVPS_MMIO_VERSION);
}

/* Judges the registers that never change. A device was found by what they read then. */
#define CHECK_IDENTITY(vendor_)                                              \
	do {                                                                 \
		CHECK_EQ("mmio-001", READ(MAGIC_VALUE), AVPS_MMIO_MAGIC);    \
		CHECK_EQ("mmio-002", READ(VERSION), AVPS_MMIO_VERSION);      \
		CHECK_EQ("mmio-p01", READ(DEVICE_ID), self->dev->virtio_id); \
		CHECK_EQ("mmio-p01", READ(VENDOR_ID), vendor_);              \
	} while (0)

/*
 * A device says what it is at all times: at rest, while it is set up, live, failed, and after a reset.
 */
AVPS_TEST(mmio, identity_is_always_there, CLAUSES("mmio-001", "mmio-002", "mmio-p01"), NO_RING)
{
	u32 vendor = READ(VENDOR_ID);

	CHECK_IDENTITY(vendor);
	avps_device_add_status(self->dev, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	avps_device_add_status(self->dev, VIRTIO_CONFIG_S_DRIVER);
	CHECK_IDENTITY(vendor);
	REQUIRE(!avps_device_negotiate(self->dev, exercise_features(self->dev)), "negotiation failed");
	CHECK_IDENTITY(vendor);
	avps_device_go(self->dev);
	CHECK_IDENTITY(vendor);
	avps_device_add_status(self->dev, VIRTIO_CONFIG_S_FAILED);
	CHECK_IDENTITY(vendor);
	REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");
	CHECK_IDENTITY(vendor);
}
