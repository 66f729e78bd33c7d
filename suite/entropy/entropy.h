/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The suite for the entropy device (VIRTIO 1.4, 5.4). */
#ifndef AVPS_ENTROPY_H
#define AVPS_ENTROPY_H

#include <linux/virtio_ids.h>

#include "suite/core/exercise.h"
#include "suite/harness.h"

AVPS_SUITE(entropy, .virtio_id = VIRTIO_ID_RNG)
{
	struct avps_device *dev;
	struct exercise ex;
};

AVPS_SETUP(entropy)
{
	self->dev = variant->on.device;
	REQUIRE(!exercise_start(&self->ex, &variant->on, 0), "the device could not be initialised");
}

AVPS_TEARDOWN(entropy)
{
	avps_device_reset(self->dev);
	avps_device_interrupts(self->dev, AVPS_INTERRUPTS_NONE);
}

#endif
