/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A reference entropy device (VIRTIO 1.4, 5.4). Its bytes look random and are the same in each run. */
#ifndef REFDEV_ENTROPY_H
#define REFDEV_ENTROPY_H

#include "refdev/core/device.h"

#define REFDEV_ENTROPY_QUEUE_SIZE 64

struct refdev_entropy_options {
	u64 seed; /* of the generator; 0 for a usual one */
};

struct refdev_entropy {
	struct refdev dev;
	u64 state; /* of the generator, never 0 */
};

/*
 * Makes an entropy device, at rest.
 *
 * @ring_features: the device-independent bits to offer
 * @memory: the driver's memory; must stay valid
 */
void refdev_entropy_init(struct refdev_entropy *entropy, const struct refdev_entropy_options *options,
			 refdev_features ring_features, const struct refdev_memory *memory);

#endif
