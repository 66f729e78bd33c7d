/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The driver's memory, as a device addresses it. */
#ifndef REFDEV_MEMORY_H
#define REFDEV_MEMORY_H

#include "refdev/core/types.h"

#define REFDEV_MEMORY_REGIONS 16

struct refdev_memory {
	struct {
		u64 bus; /* the address that the driver gives to the device */
		u64 size; /* bytes */
		u8 *host; /* the same memory here */
	} regions[REFDEV_MEMORY_REGIONS];
	unsigned int n;
	/* Whether the driver lets a device at @len bytes at @at, as an IOMMU would; NULL: at everything. */
	bool (*allowed)(void *at, size_t len);
};

/* The @len bytes at bus address @address, or NULL where they are not all within one region. */
void *refdev_memory_at(const struct refdev_memory *memory, u64 address, u64 len);

#endif
