// SPDX-License-Identifier: GPL-2.0-or-later
/* A configuration that changes while the device is suspended (VIRTIO 1.4, 3.4.2): a disk's, which the host resizes. */
#include "avps/features.h"
#include "suite/block/resize.h"

RESIZE_SUITE(core_resize, "core")

#define STATUS_SUSPEND 0x10 /* 2.1; the kernel's header does not have it yet */

/* Sets @bit of the status and waits until the device shows it, or gives up. Returns whether it shows it. */
static bool becomes(struct avps_device *dev, u8 bit)
{
	avps_deadline deadline = avps_patience();
	u8 status = avps_device_add_status(dev, bit);

	while (!(status & (bit | VIRTIO_CONFIG_S_NEEDS_RESET)) && avps_remaining_ms(deadline))
		status = dev->transport->ops->get_status(dev->transport);
	return (status & bit) && !(status & VIRTIO_CONFIG_S_NEEDS_RESET);
}

/*
 * A suspended device says nothing of the change, and says it when it resumes. When the host has done it and the device has
 * answered, what it would have sent is there.
 */
AVPS_TEST(core_resize, change_of_a_suspended_device_is_told_when_it_resumes, CLAUSES("core-init-006", "core-init-007"),
	  NEEDS(VIRTIO_F_SUSPEND), HOST(RESIZE), ONLY_IF(blk_writable))
{
	struct avps_device *dev = self->disk.dev;

	self->disk.disk.features |= FEATURE(VIRTIO_F_SUSPEND);
	REQUIRE(!resizable_restart(&self->disk, dev->interrupts), "the disk could not be initialised");
	if (!becomes(dev, STATUS_SUSPEND))
		SKIP_AS(AVPS_SKIP_ABSENT, "the device does not suspend itself");
	RESIZE_TO(&self->disk, self->disk.sectors + RESIZE_MORE);
	dev->transport->ops->get_status(dev->transport);
	CHECK("core-init-006", !resizable_told(&self->disk, 0), "a notification came while the device was suspended");
	REQUIRE(becomes(dev, VIRTIO_CONFIG_S_DRIVER_OK), "the device does not resume");
	REQUIRE(resizable_capacity(&self->disk) != self->disk.sectors, "the capacity has not changed");
	CHECK("core-init-007", resizable_told(&self->disk, avps_patience()),
	      "no notification came when the device resumed");
}
