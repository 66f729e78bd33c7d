// SPDX-License-Identifier: GPL-2.0-or-later
#include "refdev/entropy/entropy.h"

#include <linux/virtio_ids.h>
#include <linux/virtio_ring.h>

#include "refdev/core/defect.h"

#define USUAL_SEED 0x9e3779b97f4a7c15

#define AT_ONCE 64 /* bytes made before they are copied */

static struct refdev_entropy *entropy_of(struct refdev *dev)
{
	return (struct refdev_entropy *)((u8 *)dev - offsetof(struct refdev_entropy, dev));
}

/* Marsaglia's xorshift, 64 bits: no secret, and never the same twice for as long as anybody will look. */
static u8 next_byte(struct refdev_entropy *entropy)
{
	entropy->state ^= entropy->state << 13;
	entropy->state ^= entropy->state >> 7;
	entropy->state ^= entropy->state << 17;
	if (defect("entropy.generator_is_stuck"))
		entropy->state = USUAL_SEED;
	return (u8)(entropy->state >> 32);
}

/* Fills the buffer. Returns how many bytes it says are in there. */
static u32 fill(struct refdev_entropy *entropy, const struct refdev_buffer *buffer)
{
	if (defect("entropy.gives_no_bytes"))
		return 0;
	if (defect("entropy.same_bytes_each_time"))
		entropy->state = USUAL_SEED;
	if (defect("entropy.claims_without_writing"))
		return (u32)buffer->writable;
	for (u64 at = 0; at < buffer->writable; at += AT_ONCE) {
		u64 left = buffer->writable - at;
		u8 bytes[AT_ONCE];

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = next_byte(entropy);
		refdev_buffer_write(buffer, at, bytes, left < sizeof(bytes) ? left : sizeof(bytes));
	}
	return (u32)buffer->writable + defect("entropy.claims_more_than_there_is_room_for");
}

static void process(struct refdev *dev, struct refdev_queue *queue)
{
	struct refdev_buffer buffer;

	if (defect("entropy.gives_nothing_without_event_idx") && !refdev_has(dev, VIRTIO_RING_F_EVENT_IDX))
		return;
	while (refdev_queue_take(queue, &buffer))
		refdev_queue_use(queue, &buffer, fill(entropy_of(dev), &buffer));
	refdev_queue_signal(queue);
}

static const struct refdev_type type = { .virtio_id = VIRTIO_ID_RNG, .process = process };

void refdev_entropy_init(struct refdev_entropy *entropy, const struct refdev_entropy_options *options,
			 refdev_features ring_features, const struct refdev_memory *memory)
{
	if (defect("entropy.undefined_feature_is_offered"))
		ring_features |= FEATURE_BIT(0);
	refdev_init(&entropy->dev, &type, ring_features, memory);
	entropy->state = options->seed ? options->seed : USUAL_SEED;
	entropy->dev.n_queues = 1;
	entropy->dev.queues[0].size_max = REFDEV_ENTROPY_QUEUE_SIZE;
	refdev_reset(&entropy->dev);
}
