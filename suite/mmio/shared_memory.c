// SPDX-License-Identifier: GPL-2.0-or-later
/* The registers for shared memory regions (VIRTIO 1.4, 4.2.2). */
#include <linux/virtio_ids.h>

#include "mmio.h"

#define ABSENT UINT64_MAX

/* Other drivers must not touch these registers (4.2.3.1.1). */
static enum avps_skip may_have_regions(struct avps_device *dev, char *why, size_t why_size)
{
	static const u32 types[] = { VIRTIO_ID_GPU, VIRTIO_ID_FS, VIRTIO_ID_PMEM };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (dev->virtio_id == types[i])
			return 0;
	snprintf(why, why_size, "devices of this type have no shared memory regions");
	return AVPS_SKIP_ABSENT;
}

/*
 * A region that is not there has length and base of all ones, and a region that is there neither. No type of device has
 * one of number 255.
 */
AVPS_TEST(mmio, missing_region_reads_all_ones, CLAUSES("mmio-p06"), NO_RING, ONLY_IF(may_have_regions))
{
	for (unsigned int id = 0; id <= UINT8_MAX; id++) {
		struct avps_mmio_shm region = avps_mmio_shm(self->transport, id);

		CHECK("mmio-p06",
		      (region.length == ABSENT) == (region.base == ABSENT) &&
			      (id < UINT8_MAX || region.length == ABSENT),
		      "region %u has length %#llx and base %#llx", id, (unsigned long long)region.length,
		      (unsigned long long)region.base);
	}
}
