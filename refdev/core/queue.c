// SPDX-License-Identifier: GPL-2.0-or-later
/* A virtqueue in either layout: buffers, what was used, and whether to signal it. */
#include "refdev/core/queue.h"

#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <string.h>

#include "refdev/core/defect.h"
#include "refdev/core/device.h"
#include "refdev/core/wrong.h"

/* Rings and configuration are little-endian (1.4), and read as they are. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the reference devices run on little-endian machines only");

/* More buffers in one go than any driver has: the rings overlap, and the device's own writes look like buffers to it. */
#define TOO_MANY (1u << 20)

static bool is_packed(const struct refdev_queue *queue)
{
	return refdev_has(queue->dev, VIRTIO_F_RING_PACKED);
}

static bool has_event_index(const struct refdev_queue *queue)
{
	return refdev_has(queue->dev, VIRTIO_RING_F_EVENT_IDX);
}

static bool live(const struct refdev_queue *queue)
{
	return queue->enabled && queue->size && refdev_live(queue->dev);
}

void *refdev_queue_area(struct refdev_queue *queue, u64 address, u64 len, unsigned int align)
{
	void *area = refdev_memory_at(queue->dev->memory, address, len);

	if (!area || (uintptr_t)area % align) {
		refdev_fail(queue->dev);
		return NULL;
	}
	return area;
}

bool refdev_queue_pending(struct refdev_queue *queue)
{
	if (!live(queue))
		return false;
	return is_packed(queue) ? refdev_packed_pending(queue) : refdev_split_pending(queue);
}

bool refdev_queue_take(struct refdev_queue *queue, struct refdev_buffer *buffer)
{
	bool taken;

	if (!live(queue))
		return false;
	if (queue->taken >= TOO_MANY) {
		refdev_fail(queue->dev);
		return false;
	}
	buffer->n_readable = buffer->n_writable = 0;
	buffer->readable = buffer->writable = 0;
	buffer->id = buffer->descriptors = 0;
	taken = is_packed(queue) ? refdev_packed_take(queue, buffer) : refdev_split_take(queue, buffer);
	queue->taken += taken;
	queue->wrong.owed = false;
	return taken;
}

/* A device that looks for what it reads in the first two descriptors only. */
static void read_two_only(struct refdev_buffer *buffer)
{
	unsigned int left_out = buffer->n_readable - 2;

	for (unsigned int i = 2; i < buffer->n_readable; i++)
		buffer->readable -= buffer->pieces[i].len;
	memmove(&buffer->pieces[2], &buffer->pieces[buffer->n_readable],
		buffer->n_writable * sizeof(buffer->pieces[0]));
	buffer->n_readable -= left_out;
}

bool refdev_buffer_add(struct refdev_queue *queue, struct refdev_buffer *buffer, u64 address, u32 len, bool writable)
{
	unsigned int n = buffer->n_readable + buffer->n_writable;
	u8 *at;

	if (!writable && buffer->n_writable) {
		refdev_fail(queue->dev);
		return false;
	}
	if (!len)
		return true;
	at = n < REFDEV_MAX_PIECES ? refdev_memory_at(queue->dev->memory, address, len) : NULL;
	if (!at) {
		refdev_fail(queue->dev);
		return false;
	}
	if (writable && buffer->n_readable > 2 && defect("core.two_readable_descriptors_at_most")) {
		read_two_only(buffer);
		n = buffer->n_readable + buffer->n_writable;
	}
	buffer->pieces[n] = (struct refdev_piece){ .at = at, .len = len };
	buffer->n_readable += !writable;
	buffer->n_writable += writable;
	buffer->readable += writable ? 0 : len;
	buffer->writable += writable ? len : 0;
	return true;
}

/* Copies between @data and @n pieces, as much as there is of both. */
static size_t copy(const struct refdev_piece *pieces, unsigned int n, u64 offset, u8 *data, size_t len, bool to_pieces)
{
	size_t done = 0;

	for (unsigned int i = 0; i < n && done < len; i++) {
		size_t part = len - done;

		if (offset >= pieces[i].len) {
			offset -= pieces[i].len;
			continue;
		}
		if (part > pieces[i].len - offset)
			part = pieces[i].len - offset;
		if (to_pieces)
			memcpy(pieces[i].at + offset, data + done, part);
		else
			memcpy(data + done, pieces[i].at + offset, part);
		done += part;
		offset = 0;
	}
	return done;
}

size_t refdev_buffer_read(const struct refdev_buffer *buffer, u64 offset, void *data, size_t len)
{
	return copy(buffer->pieces, buffer->n_readable, offset, data, len, false);
}

size_t refdev_buffer_write(const struct refdev_buffer *buffer, u64 offset, const void *data, size_t len)
{
	const struct refdev_piece *writable = &buffer->pieces[buffer->n_readable];

	/* A device that reads nothing has no status to write, so that what is missing is data. */
	if (len && !buffer->n_readable && defect("core.last_byte_is_not_written"))
		return copy(writable, buffer->n_writable, offset, (u8 *)data, len - 1, true) + 1;
	return copy(writable, buffer->n_writable, offset, (u8 *)data, len, true);
}

/* Puts what was used into the ring. */
static void flush(struct refdev_queue *queue)
{
	if (!queue->batch.buffers)
		return;
	queue->unjudged += queue->batch.buffers;
	if (is_packed(queue))
		refdev_packed_use(queue);
	else
		refdev_split_use(queue);
	memset(&queue->batch, 0, sizeof(queue->batch));
}

/* What a device with one of these defects does to a buffer that it is done with. Returns the used length. */
static u32 spoil(const struct refdev_buffer *buffer, u32 written)
{
	if (defect("core.readable_is_cleared"))
		for (unsigned int i = 0; i < buffer->n_readable; i++)
			memset(buffer->pieces[i].at, 0, buffer->pieces[i].len);
	if (buffer->n_readable && defect("core.readable_is_a_scratchpad"))
		buffer->pieces[buffer->n_readable - 1].at[0] ^= 0x80;
	if (defect("core.used_length_counts_what_was_read"))
		written += (u32)buffer->readable;
	if (defect("core.used_length_is_one_too_many"))
		written++;
	if (written && defect("core.used_length_is_one_too_few"))
		written--;
	if (defect("core.used_length_is_zero"))
		written = 0;
	return written;
}

void refdev_queue_use(struct refdev_queue *queue, const struct refdev_buffer *buffer, u32 written)
{
	if (!live(queue))
		return;
	written = spoil(buffer, written);
	if (defect("core.suspend_leaves_buffers_in_process")) {
		refdev_wrong_use_late(queue, buffer, written);
		return;
	}
	if (defect("core.interrupt_comes_before_the_used_index")) {
		refdev_wrong_signal_early(queue);
		refdev_wrong_use_late(queue, buffer, written);
		return;
	}
	if (!queue->batch.buffers)
		queue->batch.first_id = buffer->id;
	queue->batch.buffers++;
	queue->batch.descriptors += buffer->descriptors;
	queue->batch.last_descriptors = buffer->descriptors;
	queue->batch.id = buffer->id;
	queue->batch.written = written;
	/*
	 * A used entry may stand for the buffers before it, too, if those were written as far as they go: the driver learns no
	 * length of them (2.7.9, 2.8.9). So a buffer that was not closes the batch.
	 */
	if (!refdev_has(queue->dev, VIRTIO_F_IN_ORDER) || written < buffer->writable)
		flush(queue);
}

bool refdev_queue_wants_signal(struct refdev_queue *queue)
{
	return is_packed(queue) ? refdev_packed_wants_signal(queue) : refdev_split_wants_signal(queue);
}

static bool wants_signal(struct refdev_queue *queue)
{
	bool wanted;

	/* What was used must be visible before the driver is asked whether it waits for it. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	wanted = refdev_queue_wants_signal(queue);
	if (!wanted || (defect("core.interrupt_comes_before_the_used_index") && !has_event_index(queue)))
		return false;
	queue->wrong.signals++;
	if (defect("core.only_first_used_buffer_is_signalled"))
		return queue->wrong.signals == 1;
	if (defect("core.every_second_signal_is_missing"))
		return queue->wrong.signals % 2;
	if (queue->dev->wrong.resumes && defect("core.resume_loses_interrupts"))
		return false;
	return true;
}

void refdev_queue_signal(struct refdev_queue *queue)
{
	bool wanted;

	queue->taken = 0;
	if (!live(queue))
		return;
	flush(queue);
	if (!queue->unjudged || !refdev_live(queue->dev))
		return;
	wanted = wants_signal(queue);
	queue->judged_used = queue->next_used;
	queue->judged_wrap = queue->used_wrap;
	queue->unjudged = 0;
	if (!wanted || !queue->dev->bus)
		return;
	if (defect("core.suspend_drops_late_signals"))
		refdev_wrong_signal_late(queue);
	else
		queue->dev->bus->used(queue->dev, queue->index);
}

void refdev_queue_reset(struct refdev_queue *queue)
{
	queue->enabled = queue->reset = false;
	queue->size = queue->size_max;
	queue->descriptor_area = queue->driver_area = queue->device_area = 0;
	memset(&queue->batch, 0, sizeof(queue->batch));
}

/* Whether a device with one of these defects leaves them alone, after a reset of the queue or of the device. */
static bool keeps_wrap_counters(bool queue_reset, bool device_reset)
{
	return (queue_reset && defect("core.queue_reset_keeps_wrap_counters")) ||
	       (device_reset && defect("core.reset_keeps_wrap_counters"));
}

void refdev_queue_start(struct refdev_queue *queue)
{
	bool again = queue->reset, lived = queue->wrong.lived && !again;

	if (!(again && defect("core.queue_reset_keeps_available_place")) &&
	    !(lived && defect("core.reset_keeps_available_place"))) {
		queue->next_available = 0;
		queue->available_wrap |= !keeps_wrap_counters(again, lived);
	}
	if (!(again && defect("core.queue_reset_keeps_used_place")) &&
	    !(lived && defect("core.reset_keeps_used_place"))) {
		queue->next_used = 0;
		queue->used_wrap |= !keeps_wrap_counters(again, lived);
	}
	queue->wrong.lived = true;
	if (is_packed(queue) && queue->size) { /* a place that a defect has kept may be beyond a smaller ring */
		queue->next_available %= queue->size;
		queue->next_used %= queue->size;
	}
	if (again && defect("core.queue_reset_keeps_lap"))
		queue->available_wrap = queue->used_wrap = false;
	queue->judged_used = queue->next_used;
	queue->judged_wrap = queue->used_wrap;
	queue->unjudged = 0;
	memset(&queue->batch, 0, sizeof(queue->batch));
	queue->wrong.owed = queue->wrong.event_known = false;
	queue->wrong.signals = 0;
}
