// SPDX-License-Identifier: GPL-2.0-or-later
/* Several queues before one disk (VIRTIO 1.4, 5.2.2). */
#include <stdlib.h>

#include "block.h"

#define SCRATCH 96 /* block */

/* What a queue is used for at once. */
#define MOST_QUEUES 8

struct queues {
	struct avps_vq vq[MOST_QUEUES];
	unsigned int n; /* that are used */
};

/* Brings the disk up with as many queues as it says it has, up to MOST_QUEUES: the first ones, and the last. */
static int start(struct queues *queues, struct blk *disk, const struct avps_instance *on)
{
	u64 announced;
	int err = avps_device_reset(disk->dev);

	announced = BLK_CONFIG(disk->dev, num_queues);
	err = err ?: avps_device_negotiate(disk->dev, disk->features | FEATURE(VIRTIO_BLK_F_MQ));
	queues->n = announced < MOST_QUEUES ? announced : MOST_QUEUES;
	for (unsigned int i = 0; !err && i < queues->n; i++) {
		u16 index = i + 1 < queues->n ? i : announced - 1;

		/* Small ones: what is large about a queue is tested with one. */
		err = avps_device_queue(disk->dev, &queues->vq[i], on->ring, index, 16);
	}
	if (!err)
		avps_device_go(disk->dev);
	return err;
}

static int one_request(struct avps_vq *vq, u32 type, u64 sector, struct avps_buf buf)
{
	struct avps_element data = { .buf = buf, .writable = type == VIRTIO_BLK_T_IN };
	struct blk_pending pending;
	int err = blk_add(vq, &pending, type, sector, &data, 1) ?: blk_wait(vq, &pending, 1);

	return err ?: blk_status(&pending);
}

/*
 * All queues that are announced are there.
 */
AVPS_TEST(block, announced_queues_are_there, CLAUSES("blk-p13"), NO_RING, NEEDS(VIRTIO_BLK_F_MQ))
{
	u64 announced = BLK_CONFIG(self->dev, num_queues);

	for (u64 i = 0; i < announced; i++)
		if (!CHECK("blk-p13", self->dev->transport->ops->queue_max(self->dev->transport, i) > 0,
			   "num_queues is %llu, and there is no queue %llu", (unsigned long long)announced,
			   (unsigned long long)i))
			break;
}

/*
 * Each of them takes requests, on one and the same disk: what is written through one is read through the next.
 */
AVPS_TEST(block, queues_share_the_disk, CLAUSES("blk-p13"), NEEDS(VIRTIO_BLK_F_MQ), ONLY_IF(blk_writable))
{
	struct queues *queues = calloc(1, sizeof(*queues));
	u32 unit = self->disk.unit;

	REQUIRE(queues && !start(queues, &self->disk, self->on),
		"the disk could not be initialised with all its queues");
	for (unsigned int i = 0; i < queues->n; i++) {
		u64 at = (u64)(SCRATCH + i) * unit;
		struct avps_buf pattern = blk_pattern(at, unit, 70 + i);
		struct avps_buf back = avps_dma_alloc(pattern.len, BLK_SECTOR);

		CHECK_EQ("blk-p13", one_request(&queues->vq[i], VIRTIO_BLK_T_OUT, at, pattern), VIRTIO_BLK_S_OK);
		CHECK_EQ("blk-p13", one_request(&queues->vq[(i + 1) % queues->n], VIRTIO_BLK_T_IN, at, back),
			 VIRTIO_BLK_S_OK);
		CHECK_SAME("blk-p13", "what is read through another queue", back.cpu, pattern.cpu, pattern.len);
	}
}

/*
 * And all of them at once: requests that are in flight in every queue come back through their own.
 */
AVPS_TEST(block, queues_work_at_once, CLAUSES("blk-p13"), NEEDS(VIRTIO_BLK_F_MQ), ONLY_IF(blk_writable))
{
	struct queues *queues = calloc(1, sizeof(*queues));
	struct blk_pending pending[MOST_QUEUES];
	struct avps_element from[MOST_QUEUES], into[MOST_QUEUES];
	u32 unit = self->disk.unit;

	REQUIRE(queues && !start(queues, &self->disk, self->on),
		"the disk could not be initialised with all its queues");
	for (unsigned int i = 0; i < queues->n; i++) {
		u64 at = (u64)(SCRATCH + i) * unit;

		from[i] = (struct avps_element){ .buf = blk_pattern(at, unit, 80 + i) };
		into[i] = (struct avps_element){ .buf = avps_dma_alloc(from[i].buf.len, BLK_SECTOR), .writable = true };
	}
	for (int type = VIRTIO_BLK_T_OUT; type >= VIRTIO_BLK_T_IN; type--) {
		struct avps_element *data = type == VIRTIO_BLK_T_OUT ? from : into;

		for (unsigned int i = 0; i < queues->n; i++) {
			u64 at = (u64)(SCRATCH + i) * unit;

			REQUIRE(!blk_add(&queues->vq[i], &pending[i], type, at, &data[i], 1), "a queue has no room");
		}
		for (unsigned int i = queues->n; i--;)
			avps_vq_notify(&queues->vq[i]);
		for (unsigned int i = 0; i < queues->n; i++) {
			struct avps_used used = { 0 };

			/* Queues may share an interrupt, which then stands for all of them. */
			if (!CHECK_EQ("blk-p13", avps_vq_spin_used(&queues->vq[i], &used), 0))
				AVPS_STOP();
			CHECK_EQ("blk-p13", used.id, pending[i].id);
			CHECK_EQ("blk-p13", blk_status(&pending[i]), VIRTIO_BLK_S_OK);
		}
	}
	for (unsigned int i = 0; i < queues->n; i++)
		CHECK_SAME("blk-p13", "what is read", into[i].buf.cpu, from[i].buf.cpu, from[i].buf.len);
}
