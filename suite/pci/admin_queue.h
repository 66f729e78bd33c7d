/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Administration virtqueues, for the tests that have to count them in. */
#ifndef AVPS_PCI_ADMIN_QUEUE_H
#define AVPS_PCI_ADMIN_QUEUE_H

#include "pci.h"

/* Negotiates with administration virtqueues, which exist only then; or ends the test. */
#define NEGOTIATE_ADMIN_QUEUES()                                                                              \
	REQUIRE(!avps_device_negotiate(self->dev, exercise_features(self->dev) | FEATURE(VIRTIO_F_ADMIN_VQ)), \
		"the device could not be initialised with ADMIN_VQ")

#endif
