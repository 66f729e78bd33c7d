// SPDX-License-Identifier: GPL-2.0-or-later
/* The persistent memory device (VIRTIO 1.4, 5.19) as the core tests see it: a flush. */
#include <linux/virtio_ids.h>
#include <linux/virtio_pmem.h>

#include "suite/core/device_class.h"

/* 5.19.3; the kernel's header may not have it yet. */
#define F_SHMEM_REGION 0

#define REQUEST_QUEUE 0
#define NO_ANSWER 0xa5a5a5a5 /* neither 0 nor -1 */

#define FIELD(name_, half_) .offset = offsetof(struct virtio_pmem_config, name_) + 4 * (half_), .width = 4

/* Both should be 0 once SHMEM_REGION is negotiated (5.19.5.1). */
static const struct avps_config_field config[] = {
	{ FIELD(start, 0), .changes = true },
	{ FIELD(start, 1), .changes = true },
	{ FIELD(size, 0), .changes = true },
	{ FIELD(size, 1), .changes = true },
	{},
};

static unsigned int prepare(struct avps_element *elements)
{
	elements[0] = (struct avps_element){ .buf = avps_dma_alloc(sizeof(struct virtio_pmem_req), 4) };
	elements[1] =
		(struct avps_element){ .buf = avps_dma_alloc(sizeof(struct virtio_pmem_resp), 4), .writable = true };
	*(struct virtio_pmem_req *)elements[0].buf.cpu = (struct virtio_pmem_req){ .type = VIRTIO_PMEM_REQ_TYPE_FLUSH };
	*(u32 *)elements[1].buf.cpu = NO_ANSWER;
	return 2;
}

static const char *verify(const struct avps_element *elements, unsigned int n, u32 used_len)
{
	u32 ret = ((const struct virtio_pmem_resp *)elements[n - 1].buf.cpu)->ret;

	if (ret == NO_ANSWER)
		return "the flush was not answered";
	if (ret)
		return "the flush failed";
	return used_len > sizeof(struct virtio_pmem_resp) ? "the device claims more bytes than the answer has" : NULL;
}

AVPS_DEVICE_CLASS(pmem) = {
	.virtio_id = VIRTIO_ID_PMEM,
	.defined = FEATURE(F_SHMEM_REGION),
	.config = config,
	.exercise = { .queue = REQUEST_QUEUE, .prepare = prepare, .verify = verify },
};
