// SPDX-License-Identifier: GPL-2.0-or-later
#include "refdev/pmem/pmem.h"

#include <endian.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_pmem.h>
#include <string.h>

#include "refdev/core/defect.h"

/* 5.19.3; the kernel's header may not have it yet. */
#ifndef VIRTIO_PMEM_F_SHMEM_REGION
#define VIRTIO_PMEM_F_SHMEM_REGION 0
#endif

static struct refdev_pmem *pmem_of(struct refdev *dev)
{
	return (struct refdev_pmem *)((u8 *)dev - offsetof(struct refdev_pmem, dev));
}

/* The answer to a request: 0 or -1, little-endian (5.19.7). The memory has no cache: a flush has nothing to do. */
static u32 answer(struct refdev_pmem *pmem, const struct refdev_buffer *buffer)
{
	struct virtio_pmem_req request = { 0 };

	if (refdev_buffer_read(buffer, 0, &request, sizeof(request)) != sizeof(request) ||
	    le32toh(request.type) != VIRTIO_PMEM_REQ_TYPE_FLUSH)
		return (u32)-1;
	if (defect("pmem.flush_fails_with_shared_memory") && refdev_has(&pmem->dev, VIRTIO_PMEM_F_SHMEM_REGION))
		return (u32)-1;
	pmem->flushes++;
	return 0;
}

static void process(struct refdev *dev, struct refdev_queue *queue)
{
	struct refdev_buffer buffer;

	while (refdev_queue_take(queue, &buffer)) {
		struct virtio_pmem_resp response = { .ret = htole32(answer(pmem_of(dev), &buffer)) };

		refdev_queue_use(queue, &buffer, refdev_buffer_write(&buffer, 0, &response, sizeof(response)));
	}
	refdev_queue_signal(queue);
}

/* Where the memory is, for a driver that does not look for a shared memory region (5.19.5.1). */
static void config(struct refdev *dev, u8 *bytes, size_t len)
{
	const struct refdev_pmem *pmem = pmem_of(dev);
	struct virtio_pmem_config config = { .start = htole64(pmem->start), .size = htole64(pmem->size) };

	if (refdev_has(dev, VIRTIO_PMEM_F_SHMEM_REGION))
		return;
	memcpy(bytes, &config, len < sizeof(config) ? len : sizeof(config));
}

static const struct refdev_type type = {
	.virtio_id = VIRTIO_ID_PMEM,
	.process = process,
	.config = config,
	.config_len = sizeof(struct virtio_pmem_config),
};

void refdev_pmem_init(struct refdev_pmem *pmem, const struct refdev_pmem_options *options,
		      refdev_features ring_features, const struct refdev_memory *memory)
{
	refdev_features own = options->shared_memory ? FEATURE_BIT(VIRTIO_PMEM_F_SHMEM_REGION) : 0;

	if (defect("pmem.undefined_feature_is_offered"))
		own |= FEATURE_BIT(1);
	refdev_init(&pmem->dev, &type, ring_features | own, memory);
	pmem->start = options->start;
	pmem->size = options->size;
	pmem->dev.n_queues = 1;
	pmem->dev.queues[0].size_max = REFDEV_PMEM_QUEUE_SIZE;
	refdev_reset(&pmem->dev);
}
