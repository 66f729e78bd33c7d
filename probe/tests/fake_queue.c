// SPDX-License-Identifier: GPL-2.0-or-later
#include "fake_queue.h"

#include <string.h>

#include "fake_io.h"
#include "fake_ring.h"

/* A descriptor has 16 bytes in both layouts, and begins with address and length. */
enum {
	DESC_SIZE = 16,
	DESC_ADDR = 0,
	DESC_LEN = 8,
	SPLIT_FLAGS = 12,
	SPLIT_NEXT = 14,
	PACKED_ID = 12,
	PACKED_FLAGS = 14,
};

/* In both rings of the split layout the index follows 16 bits of flags, and the entries follow the index. */
enum {
	RING_INDEX = 2,
	RING_ENTRIES = 4,
	AVAILABLE_ENTRY = 2,
	USED_ENTRY = 8,
};

enum {
	F_NEXT = 1,
	F_WRITE = 2,
	F_INDIRECT = 4,
	F_AVAIL = 1 << 7,
	F_USED = 1 << 15,
	SPLIT_DEFINED = F_NEXT | F_WRITE | F_INDIRECT,
	PACKED_DEFINED = SPLIT_DEFINED | F_AVAIL | F_USED,
};

static u8 *descriptor(const struct fake_queue *queue, u16 at)
{
	return (u8 *)fake_dma_at(queue->setup.descriptor_area) + at * DESC_SIZE;
}

static bool breaks(struct fake_queue *queue, const char *rule)
{
	queue->broken = rule;
	return false;
}

/* Adds a descriptor to the list. */
static bool append(struct fake_queue *queue, struct fake_list *list, u16 at, u16 flags)
{
	const u8 *desc = descriptor(queue, at);
	bool writable = flags & F_WRITE;

	if (list->n == FAKE_LIST || list->n == queue->setup.size)
		return breaks(queue, "a list is longer than it can be");
	if (list->n && !writable && list->elements[list->n - 1].writable)
		return breaks(queue, "a readable element follows a writable one");
	list->elements[list->n++] = (struct fake_element){ .addr = fake_get(desc, DESC_ADDR, 8),
							   .len = fake_get(desc, DESC_LEN, 4),
							   .writable = writable,
							   .indirect = flags & F_INDIRECT };
	return true;
}

static bool take_split(struct fake_queue *queue, struct fake_list *list)
{
	const u8 *ring = fake_dma_at(queue->setup.driver_area);
	u16 at, flags;

	if (fake_get(ring, RING_INDEX, 2) == queue->available)
		return false;
	at = fake_get(ring, RING_ENTRIES + queue->available % queue->setup.size * AVAILABLE_ENTRY, 2);
	queue->available++;
	list->id = at;
	do {
		if (at >= queue->setup.size)
			return breaks(queue, "a descriptor is outside the table");
		flags = fake_get(descriptor(queue, at), SPLIT_FLAGS, 2);
		if (flags & ~SPLIT_DEFINED)
			return breaks(queue, "a flag is set that is not defined");
		if (!append(queue, list, at, flags))
			return false;
		at = fake_get(descriptor(queue, at), SPLIT_NEXT, 2);
	} while (flags & F_NEXT);
	return true;
}

/* Moves on by @n descriptors; the wrap counter changes with each lap. */
static void advance(const struct fake_queue *queue, u16 *at, bool *wrap, unsigned int n)
{
	while (n--) {
		if (++*at < queue->setup.size)
			continue;
		*at = 0;
		*wrap ^= true;
	}
}

static bool is_available(const struct fake_queue *queue, u16 flags)
{
	return !!(flags & F_AVAIL) == queue->available_wrap && !!(flags & F_USED) != queue->available_wrap;
}

static bool take_packed(struct fake_queue *queue, struct fake_list *list)
{
	u16 at = queue->available, flags = fake_get(descriptor(queue, at), PACKED_FLAGS, 2);

	if (!is_available(queue, flags))
		return false;
	do {
		at = queue->available;
		flags = fake_get(descriptor(queue, at), PACKED_FLAGS, 2);
		if (!is_available(queue, flags))
			return breaks(queue, "the rest of a list is not available");
		if (flags & ~PACKED_DEFINED)
			return breaks(queue, "a flag is set that is not defined");
		if (!append(queue, list, at, flags))
			return false;
		advance(queue, &queue->available, &queue->available_wrap, 1);
	} while (flags & F_NEXT);
	list->id = fake_get(descriptor(queue, at), PACKED_ID, 2);
	return true;
}

static void use_split(struct fake_queue *queue, u16 id, u32 len, unsigned int buffers)
{
	u8 *ring = fake_dma_at(queue->setup.device_area);
	u8 *entry = ring + RING_ENTRIES + queue->used % queue->setup.size * USED_ENTRY;

	fake_put(entry, 0, 4, id);
	fake_put(entry, 4, 4, len);
	queue->used += buffers;
	fake_put(ring, RING_INDEX, 2, queue->used);
}

static void use_packed(struct fake_queue *queue, u16 id, u32 len, unsigned int descriptors)
{
	u8 *desc = descriptor(queue, queue->used);

	fake_put(desc, DESC_ADDR, 8, UINT64_MAX); /* unused, so it may be anything */
	fake_put(desc, DESC_LEN, 4, len);
	fake_put(desc, PACKED_ID, 2, id);
	fake_put(desc, PACKED_FLAGS, 2, (len ? F_WRITE : 0) | (queue->used_wrap ? F_AVAIL | F_USED : 0));
	advance(queue, &queue->used, &queue->used_wrap, descriptors);
}

void fake_queue_init(struct fake_queue *queue, const struct avps_vq *vq)
{
	*queue = (struct fake_queue){
		.setup = vq->setup, .packed = vq->ring == AVPS_RING_PACKED, .available_wrap = true, .used_wrap = true
	};
}

bool fake_queue_take(struct fake_queue *queue, struct fake_list *list)
{
	list->n = 0;
	return queue->packed ? take_packed(queue, list) : take_split(queue, list);
}

void fake_queue_use(struct fake_queue *queue, const struct fake_list *lists, unsigned int n, u32 len)
{
	unsigned int descriptors = 0;

	for (unsigned int i = 0; i < n; i++)
		descriptors += lists[i].n;
	if (queue->packed)
		use_packed(queue, lists[n - 1].id, len, descriptors);
	else
		use_split(queue, lists[n - 1].id, len, n);
}
