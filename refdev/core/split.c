// SPDX-License-Identifier: GPL-2.0-or-later
/* The split virtqueue, device side (VIRTIO 1.4, 2.7). */
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <string.h>

#include "refdev/core/defect.h"
#include "refdev/core/device.h"
#include "refdev/core/queue.h"

#define MAX_SIZE 32768

struct areas {
	volatile struct vring_desc *desc;
	volatile struct vring_avail *avail;
	volatile struct vring_used *used;
};

static bool has_event_index(const struct refdev_queue *queue)
{
	return refdev_has(queue->dev, VIRTIO_RING_F_EVENT_IDX);
}

/* Where entry @index of either ring is. */
static u16 slot(const struct refdev_queue *queue, u16 index)
{
	return index % (defect("core.ring_has_the_greatest_size") ? queue->size_max : queue->size);
}

/* Finds the three areas; false, and the device needs a reset, where they can't be. */
static bool find_areas(struct refdev_queue *queue, struct areas *areas)
{
	u64 size = queue->size, event = has_event_index(queue) ? sizeof(u16) : 0;

	if (!size || size > MAX_SIZE || (size & (size - 1))) {
		refdev_fail(queue->dev);
		return false;
	}
	areas->desc = refdev_queue_area(queue, queue->descriptor_area, size * sizeof(struct vring_desc), 16);
	areas->avail = refdev_queue_area(queue, queue->driver_area, 4 + size * sizeof(u16) + event, 2);
	areas->used =
		refdev_queue_area(queue, queue->device_area, 4 + size * sizeof(struct vring_used_elem) + event, 4);
	return areas->desc && areas->avail && areas->used;
}

static volatile u16 *used_event(const struct refdev_queue *queue, const struct areas *areas)
{
	return &areas->avail->ring[queue->size];
}

static volatile u16 *avail_event(const struct refdev_queue *queue, const struct areas *areas)
{
	return (volatile u16 *)&areas->used->ring[queue->size];
}

static u16 waiting(const struct refdev_queue *queue, const struct areas *areas)
{
	return __atomic_load_n(&areas->avail->idx, __ATOMIC_ACQUIRE) - queue->next_available;
}

/* How many buffers wait; none if there are more than the queue has room for, and then the device needs a reset. */
static u16 count_waiting(struct refdev_queue *queue, const struct areas *areas)
{
	u16 n = waiting(queue, areas);

	if (!n && has_event_index(queue)) {
		/* The driver is to notify the device of the next one (2.7.10). It may just have made it available. */
		*avail_event(queue, areas) = queue->next_available;
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		n = waiting(queue, areas);
	}
	if (!n && queue->wrong.owed)
		return 1;
	if (n <= queue->size)
		return n;
	refdev_fail(queue->dev);
	return 0;
}

bool refdev_split_pending(struct refdev_queue *queue)
{
	struct areas areas;

	return find_areas(queue, &areas) && count_waiting(queue, &areas);
}

/* A chain of descriptors in one table: that of the queue, or an indirect one. */
struct chain {
	const u8 *table; /* may lie anywhere if it is indirect */
	u32 n; /* entries of the table */
	u16 at;
	bool indirect;
};

static bool give_up(struct refdev_queue *queue)
{
	refdev_fail(queue->dev);
	return false;
}

static bool walk(struct refdev_queue *queue, struct refdev_buffer *buffer, struct chain chain);

/* Follows the descriptor of an indirect table, which must be the last one of its chain. */
static bool walk_table(struct refdev_queue *queue, struct refdev_buffer *buffer, const struct vring_desc *desc)
{
	struct chain table = { .n = desc->len / sizeof(*desc), .indirect = true };

	if (!refdev_has(queue->dev, VIRTIO_RING_F_INDIRECT_DESC) || (desc->flags & VRING_DESC_F_NEXT))
		return give_up(queue);
	if (!desc->len || desc->len % sizeof(*desc))
		return give_up(queue);
	if ((desc->flags & VRING_DESC_F_WRITE) && defect("core.write_flag_of_a_table_is_an_error"))
		return give_up(queue);
	if (buffer->descriptors > 1 && defect("core.table_after_descriptors_is_an_error"))
		return give_up(queue);
	if (buffer->descriptors > 1 && defect("core.table_after_descriptors_is_dropped"))
		return true;
	if (buffer->descriptors > 1 && defect("core.table_takes_the_place_of_descriptors")) {
		buffer->n_readable = buffer->n_writable = 0;
		buffer->readable = buffer->writable = 0;
	}
	table.table = refdev_queue_area(queue, desc->addr, desc->len, 1);
	return table.table && walk(queue, buffer, table);
}

static bool walk(struct refdev_queue *queue, struct refdev_buffer *buffer, struct chain chain)
{
	/* No entry can come twice: a chain that has not ended after all of them is a loop. */
	for (u32 step = 0; step < chain.n; step++) {
		struct vring_desc desc;

		if (chain.at >= chain.n)
			return give_up(queue);
		memcpy(&desc, chain.table + chain.at * sizeof(desc), sizeof(desc));
		if (!chain.indirect)
			buffer->descriptors++;
		if (desc.flags & VRING_DESC_F_INDIRECT)
			return chain.indirect ? give_up(queue) : walk_table(queue, buffer, &desc);
		if (step > 2 && !(desc.flags & VRING_DESC_F_NEXT) && defect("core.last_of_many_descriptors_is_dropped"))
			return true;
		if (!refdev_buffer_add(queue, buffer, desc.addr, desc.len, desc.flags & VRING_DESC_F_WRITE))
			return false;
		if (!(desc.flags & VRING_DESC_F_NEXT))
			return true;
		if (step > 1 && chain.n > 3 && defect("core.chain_is_three_descriptors_at_most"))
			return true;
		chain.at = desc.next;
	}
	return give_up(queue);
}

/* Where the driver set VIRTQ_DESC_F_WRITE on the table, all that is in it is taken for writable. */
static void take_table_for_writable(struct refdev_buffer *buffer, const struct vring_desc *head)
{
	if (!(head->flags & VRING_DESC_F_INDIRECT) || !(head->flags & VRING_DESC_F_WRITE))
		return;
	buffer->n_writable += buffer->n_readable;
	buffer->writable += buffer->readable;
	buffer->n_readable = 0;
	buffer->readable = 0;
}

bool refdev_split_take(struct refdev_queue *queue, struct refdev_buffer *buffer)
{
	struct areas areas;
	struct vring_desc first;
	u16 head;

	if (!find_areas(queue, &areas) || !count_waiting(queue, &areas))
		return false;
	head = areas.avail->ring[slot(queue, queue->next_available)];
	buffer->id = head;
	if (!walk(queue, buffer, (struct chain){ .table = (u8 *)areas.desc, .n = queue->size, .at = head }))
		return false;
	first = areas.desc[head];
	if (defect("core.write_flag_of_a_table_counts"))
		take_table_for_writable(buffer, &first);
	queue->next_available++;
	return true;
}

/* For defects: what belongs into a used entry comes after the index. */
static void set_length_late(struct refdev *dev, u64 argument)
{
	struct refdev_queue *queue = &dev->queues[argument >> 56];
	struct areas areas;

	if (queue->enabled && find_areas(queue, &areas))
		areas.used->ring[slot(queue, argument >> 32)].len = (u32)argument;
}

static void set_entry_late(struct refdev *dev, u64 argument)
{
	struct refdev_queue *queue = &dev->queues[argument >> 56];
	struct areas areas;

	if (!queue->enabled || !find_areas(queue, &areas))
		return;
	areas.used->ring[slot(queue, argument >> 32)].id = (u8)(argument >> 48);
	areas.used->ring[slot(queue, argument >> 32)].len = (u32)argument;
}

/* Writes the used entry. */
static void write_entry(struct refdev_queue *queue, const struct areas *areas)
{
	u16 index = queue->next_used;
	u64 late = (u64)queue->index << 56 | (u64)(u8)queue->batch.id << 48 | (u64)index << 32 | queue->batch.written;
	volatile struct vring_used_elem *entry;

	if (defect("core.in_order_entry_is_at_the_end_of_its_batch"))
		index += queue->batch.buffers - 1;
	entry = &areas->used->ring[slot(queue, index)];
	if (defect("core.used_index_comes_before_its_entry")) {
		refdev_do_later(queue->dev, 1, set_entry_late, late);
		return;
	}
	if (slot(queue, index) == queue->size - 1 && defect("core.last_ring_entry_is_not_written"))
		return;
	entry->id = queue->batch.id;
	if (defect("core.in_order_entry_names_first_of_its_batch"))
		entry->id = queue->batch.first_id;
	if (defect("core.used_index_comes_before_its_length"))
		refdev_do_later(queue->dev, 1, set_length_late, late & ~((u64)0xff << 48));
	else
		entry->len = queue->batch.written;
}

/* For defects: the device writes where only the driver may. */
static void spoil_descriptor(struct refdev_queue *queue, const struct areas *areas)
{
	if (defect("core.descriptor_length_is_what_was_written"))
		areas->desc[slot(queue, queue->batch.id)].len = queue->batch.written;
	if (defect("core.descriptor_flags_are_cleared"))
		areas->desc[slot(queue, queue->batch.id)].flags = 0;
}

void refdev_split_use(struct refdev_queue *queue)
{
	struct areas areas;

	if (!find_areas(queue, &areas))
		return;
	spoil_descriptor(queue, &areas);
	write_entry(queue, &areas);
	queue->next_used += defect("core.in_order_batch_counts_as_one") ? 1 : queue->batch.buffers;
	if (defect("core.used_flags_have_an_undefined_bit"))
		areas.used->flags = 2;
	if (has_event_index(queue) && defect("core.used_flags_are_set_with_event_index"))
		areas.used->flags = VRING_USED_F_NO_NOTIFY;
	/* Entries and buffers first, then the index that tells of them (2.7.8.2). */
	__atomic_store_n(&areas.used->idx, queue->next_used, __ATOMIC_RELEASE);
}

/* used_event as a device with the defect sees it, which reads it only once. */
static u16 first_event(struct refdev_queue *queue, u16 event)
{
	if (!queue->wrong.event_known)
		queue->wrong.event = event;
	queue->wrong.event_known = true;
	return queue->wrong.event;
}

/* Whether an entry with index used_event was written since the last time (2.7.7.2). */
static bool passed_used_event(struct refdev_queue *queue, const struct areas *areas)
{
	u16 event = *used_event(queue, areas);

	if (defect("core.used_event_is_read_once"))
		event = first_event(queue, event);
	if (defect("core.used_event_is_taken_for_the_index_after"))
		event--;
	if (defect("core.used_event_is_one_late"))
		event++;
	if (defect("core.used_event_has_no_effect"))
		return true;
	if (queue->judged_used == 0 && defect("core.first_used_buffer_is_signalled_anyway"))
		return true;
	return (u16)(event - queue->judged_used) < (u16)(queue->next_used - queue->judged_used);
}

bool refdev_split_wants_signal(struct refdev_queue *queue)
{
	struct areas areas;
	bool unwanted;

	if (!find_areas(queue, &areas))
		return false;
	unwanted = areas.avail->flags & VRING_AVAIL_F_NO_INTERRUPT;
	if (has_event_index(queue)) {
		if (unwanted && defect("core.flag_counts_with_event_index"))
			return false;
		return passed_used_event(queue, &areas);
	}
	if (defect("core.used_event_counts_without_the_feature"))
		return passed_used_event(queue, &areas);
	return !unwanted || defect("core.no_interrupt_flag_is_ignored");
}
