/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A reference persistent memory device (VIRTIO 1.4, 5.19). The memory itself belongs to the machine. */
#ifndef REFDEV_PMEM_H
#define REFDEV_PMEM_H

#include "refdev/core/device.h"

#define REFDEV_PMEM_QUEUE_SIZE 64

struct refdev_pmem_options {
	u64 start, size; /* where the memory is, in bytes, for drivers that don't look for shared memory */
	bool shared_memory; /* the bus shows the memory as shared memory region 0, and SHMEM_REGION is offered */
};

struct refdev_pmem {
	struct refdev dev;
	u64 start, size;
	u32 flushes; /* done so far */
};

/*
 * Makes a persistent memory device, at rest.
 *
 * @ring_features: the device-independent bits to offer beside its own
 * @memory: the driver's memory; must stay valid
 */
void refdev_pmem_init(struct refdev_pmem *pmem, const struct refdev_pmem_options *options,
		      refdev_features ring_features, const struct refdev_memory *memory);

#endif
