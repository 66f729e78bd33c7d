// SPDX-License-Identifier: GPL-2.0-or-later
/* The packed virtqueue, device side (VIRTIO 1.4, 2.8). */
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <string.h>

#include "refdev/core/defect.h"
#include "refdev/core/device.h"
#include "refdev/core/queue.h"

#define MAX_SIZE 32768

#define AVAIL_FLAG (1 << VRING_PACKED_DESC_F_AVAIL)
#define USED_FLAG (1 << VRING_PACKED_DESC_F_USED)
#define WRAP_BIT (1 << VRING_PACKED_EVENT_F_WRAP_CTR)

/* A place in the ring, and in which lap. */
struct place {
	u16 at;
	bool wrap;
};

static volatile struct vring_packed_desc *find_ring(struct refdev_queue *queue)
{
	if (!queue->size || queue->size > MAX_SIZE) {
		refdev_fail(queue->dev);
		return NULL;
	}
	return refdev_queue_area(queue, queue->descriptor_area, queue->size * sizeof(struct vring_packed_desc), 16);
}

/* How long a lap is. */
static u16 lap(const struct refdev_queue *queue)
{
	u16 size = queue->size, power = 1;

	if (!defect("core.packed_size_is_rounded_down"))
		return size;
	while (power <= size / 2)
		power *= 2;
	return power;
}

static struct place step(const struct refdev_queue *queue, struct place place, u16 n)
{
	u32 at = (u32)place.at + n;

	if (at < lap(queue))
		return (struct place){ .at = at, .wrap = place.wrap };
	return (struct place){ .at = at % lap(queue), .wrap = !place.wrap };
}

/* Available in this lap: AVAIL as the wrap counter, and USED not (2.8.1). */
static bool is_available(u16 flags, bool wrap)
{
	return !!(flags & AVAIL_FLAG) == wrap && !!(flags & USED_FLAG) != wrap;
}

bool refdev_packed_pending(struct refdev_queue *queue)
{
	volatile struct vring_packed_desc *ring = find_ring(queue);
	u16 flags;

	if (!ring)
		return false;
	flags = __atomic_load_n(&ring[queue->next_available].flags, __ATOMIC_ACQUIRE);
	if (is_available(flags, queue->available_wrap) || queue->wrong.owed)
		return true;
	if (!(flags & (AVAIL_FLAG | USED_FLAG)) && defect("core.packed_length_makes_a_descriptor_available"))
		return queue->available_wrap && ring[queue->next_available].len;
	return false;
}

static bool give_up(struct refdev_queue *queue)
{
	refdev_fail(queue->dev);
	return false;
}

/* Adds all entries of an indirect table, one after the other; of their flags only WRITE counts (2.8.7). */
static bool add_table(struct refdev_queue *queue, struct refdev_buffer *buffer, const struct vring_packed_desc *desc)
{
	u8 *table; /* it may lie anywhere */
	u32 n = desc->len / sizeof(*desc);

	if (!refdev_has(queue->dev, VIRTIO_RING_F_INDIRECT_DESC) || (desc->flags & VRING_DESC_F_NEXT))
		return give_up(queue);
	if (!desc->len || desc->len % sizeof(*desc))
		return give_up(queue);
	if ((desc->flags & VRING_DESC_F_WRITE) && defect("core.packed_write_flag_of_a_table_is_an_error"))
		return give_up(queue);
	table = refdev_queue_area(queue, desc->addr, desc->len, 1);
	if (!table)
		return false;
	for (u32 i = 0; i < n; i++) {
		u32 at = defect("core.packed_table_is_read_backwards") ? n - 1 - i : i;
		struct vring_packed_desc entry;

		memcpy(&entry, table + at * sizeof(entry), sizeof(entry));
		if (!refdev_buffer_add(queue, buffer, entry.addr, entry.len, entry.flags & VRING_DESC_F_WRITE))
			return false;
		buffer->id = entry.id; /* for a defect: walk() knows better */
		if (defect("core.packed_table_entries_need_next_flag") && !(entry.flags & VRING_DESC_F_NEXT))
			break;
		if (defect("core.packed_table_is_written"))
			table[(at + 1) * sizeof(entry) - 1] |= USED_FLAG >> 8;
	}
	if (defect("core.packed_table_takes_up_as_many_descriptors"))
		buffer->descriptors = n;
	return true;
}

/* For defects: the first two readable pieces of a long list change places. */
static void disorder(struct refdev_buffer *buffer)
{
	struct refdev_piece first = buffer->pieces[0];

	if (buffer->descriptors <= 4 || buffer->n_readable < 2)
		return;
	buffer->pieces[0] = buffer->pieces[1];
	buffer->pieces[1] = first;
}

static bool walk(struct refdev_queue *queue, struct refdev_buffer *buffer, struct place *place)
{
	volatile struct vring_packed_desc *ring = find_ring(queue);
	struct vring_packed_desc desc;
	u16 first_id;

	if (!ring)
		return false;
	first_id = ring[place->at].id;
	do {
		desc = ring[place->at];
		if (buffer->descriptors == queue->size)
			return give_up(queue);
		/* The first one was available, so the others of its list are, too (2.8.6). */
		if (buffer->descriptors && !is_available(desc.flags, place->wrap))
			return give_up(queue);
		if ((desc.flags & VRING_DESC_F_INDIRECT) && buffer->descriptors)
			return give_up(queue);
		buffer->descriptors++;
		if (desc.flags & VRING_DESC_F_INDIRECT) {
			if (!add_table(queue, buffer, &desc))
				return false;
		} else if (buffer->descriptors <= 4 || !defect("core.packed_list_is_cut_at_four_descriptors")) {
			if (!refdev_buffer_add(queue, buffer, desc.addr, desc.len, desc.flags & VRING_DESC_F_WRITE))
				return false;
		}
		*place = step(queue, *place, 1);
		if (!place->at && (desc.flags & VRING_DESC_F_NEXT) && defect("core.packed_list_ends_with_the_ring"))
			break;
	} while (desc.flags & VRING_DESC_F_NEXT);
	if (!(desc.flags & VRING_DESC_F_INDIRECT) || !defect("core.packed_table_entries_have_the_id"))
		buffer->id = defect("core.packed_id_is_in_the_first_descriptor") ? first_id : desc.id;
	return true;
}

bool refdev_packed_take(struct refdev_queue *queue, struct refdev_buffer *buffer)
{
	struct place place = { .at = queue->next_available, .wrap = queue->available_wrap };
	bool before = place.wrap;

	if (!refdev_packed_pending(queue) || !walk(queue, buffer, &place))
		return false;
	if (defect("core.packed_list_is_taken_out_of_order"))
		disorder(buffer);
	queue->next_available = place.at;
	queue->available_wrap = defect("core.packed_available_wrap_is_not_flipped") ? before : place.wrap;
	return true;
}

/* For defects: a used descriptor changes once more. In @argument: what is added to its length (32 bits), place, queue. */
static void change_length(struct refdev *dev, u64 argument)
{
	struct refdev_queue *queue = &dev->queues[argument >> 56];
	volatile struct vring_packed_desc *ring = queue->enabled ? find_ring(queue) : NULL;

	if (ring)
		ring[(u16)(argument >> 32) % queue->size].len += (u32)argument;
}

static void clear_address(struct refdev *dev, u64 argument)
{
	struct refdev_queue *queue = &dev->queues[argument >> 56];
	volatile struct vring_packed_desc *ring = queue->enabled ? find_ring(queue) : NULL;

	if (ring)
		ring[(u16)(argument >> 32) % queue->size].addr = 0;
}

/* Where the used descriptor goes: over the first descriptor of its buffer, or batch. */
static u16 used_at(const struct refdev_queue *queue)
{
	struct place place = { .at = queue->next_used };

	if (defect("core.packed_used_is_at_the_end_of_its_list"))
		place = step(queue, place, queue->batch.descriptors - 1);
	return place.at;
}

static u16 used_flags(const struct refdev_queue *queue)
{
	u16 flags = queue->used_wrap ? AVAIL_FLAG | USED_FLAG : 0;

	if (queue->batch.written && !defect("core.packed_used_lacks_write_flag"))
		flags |= VRING_DESC_F_WRITE;
	return flags;
}

/* How far the next used descriptor is from this one. */
static u16 advance(const struct refdev_queue *queue)
{
	if (defect("core.packed_used_is_one_after_the_other"))
		return 1;
	if (defect("core.in_order_batch_takes_up_its_last_list"))
		return queue->batch.last_descriptors;
	return queue->batch.descriptors;
}

void refdev_packed_use(struct refdev_queue *queue)
{
	volatile struct vring_packed_desc *ring = find_ring(queue);
	struct place next = { .at = queue->next_used, .wrap = queue->used_wrap };
	u16 at;
	u64 where;

	if (!ring)
		return;
	at = used_at(queue);
	where = (u64)queue->index << 56 | (u64)at << 32;
	ring[at].id = defect("core.packed_used_id_is_its_place") ? at : queue->batch.id;
	if (defect("core.in_order_entry_names_first_of_its_batch"))
		ring[at].id = queue->batch.first_id;
	ring[at].len = queue->batch.written;
	if (defect("core.packed_length_comes_after_the_flags")) {
		ring[at].len = 0;
		refdev_do_later(queue->dev, 1, change_length, where | queue->batch.written);
	}
	if (defect("core.packed_used_descriptor_is_scrubbed"))
		refdev_do_later(queue->dev, 1, clear_address, where);
	/* The flags tell of the rest, so they come last (2.8.2, 2.8.15). */
	__atomic_store_n(&ring[at].flags, used_flags(queue), __ATOMIC_RELEASE);

	next = step(queue, next, advance(queue));
	if (defect("core.packed_used_wrap_is_not_flipped"))
		next.wrap = queue->used_wrap;
	queue->next_used = next.at;
	queue->used_wrap = next.wrap;
}

/* How many descriptors @to is ahead of @from. */
static u32 distance(const struct refdev_queue *queue, struct place from, struct place to)
{
	u32 size = queue->size;
	u32 ahead = (u32)to.at + (to.wrap == from.wrap ? 0 : size) + 2 * size - from.at;

	return ahead % (2 * size);
}

/* Whether the descriptor that the driver names was used, or passed over, since the last time (2.8.10). */
static bool passed_event(const struct refdev_queue *queue, u16 off_wrap)
{
	struct place judged = { .at = queue->judged_used, .wrap = queue->judged_wrap };
	struct place now = { .at = queue->next_used, .wrap = queue->used_wrap };
	struct place event = { .at = off_wrap & (WRAP_BIT - 1), .wrap = off_wrap & WRAP_BIT };

	if (event.at >= queue->size || queue->unjudged >= queue->size)
		return true; /* it names none; or that many were used that each place was among them */
	if (defect("core.packed_event_wrap_is_inverted"))
		event.wrap = !event.wrap;
	if (defect("core.packed_event_is_the_place_after"))
		return event.at == now.at && event.wrap == now.wrap;
	if (defect("core.packed_event_is_lost_at_the_ring_end"))
		return event.at >= judged.at && event.at < now.at;
	return distance(queue, judged, event) < distance(queue, judged, now);
}

bool refdev_packed_wants_signal(struct refdev_queue *queue)
{
	volatile struct vring_packed_desc_event *event =
		refdev_queue_area(queue, queue->driver_area, sizeof(*event), 4);
	u16 flags;

	if (!event)
		return false;
	flags = event->flags & 3;
	if (flags == VRING_PACKED_EVENT_FLAG_DISABLE)
		return defect("core.packed_disable_is_ignored");
	if (flags == VRING_PACKED_EVENT_FLAG_ENABLE)
		return !defect("core.packed_enable_is_ignored");
	if (flags == VRING_PACKED_EVENT_FLAG_DESC && refdev_has(queue->dev, VIRTIO_RING_F_EVENT_IDX))
		return passed_event(queue, event->off_wrap);
	return true; /* means nothing: rather one too many than one too few */
}
