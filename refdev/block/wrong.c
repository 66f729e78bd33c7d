// SPDX-License-Identifier: GPL-2.0-or-later
#include "refdev/block/wrong.h"

#include <string.h>

#include "refdev/block/parts.h"
#include "refdev/core/defect.h"

bool refdev_block_wrong_takes(const struct refdev_block_request *request)
{
	const struct refdev_buffer *buffer = request->buffer;
	unsigned int n = buffer->n_readable + buffer->n_writable;

	if (n >= REFDEV_BLOCK_SEGMENTS + 2 && defect("block.seg_max_is_one_too_many"))
		return false;
	for (unsigned int i = 0; i < n; i++)
		if (buffer->pieces[i].len >= REFDEV_BLOCK_SEGMENT && defect("block.size_max_is_one_too_many"))
			return false;
	return true;
}

void refdev_block_wrong_write(struct refdev_block *block, const struct refdev_buffer *buffer, u8 status)
{
	const struct refdev_piece *first = &buffer->pieces[buffer->n_readable];
	const struct refdev_piece *last = first + buffer->n_writable - 1;

	if (defect("block.status_is_two_bytes"))
		last->at[last->len] = 0;
	if (defect("block.status_begins_a_byte_early") && last->len == 1)
		last->at[-1] = status;
	if (block->wrong.status && defect("block.status_is_written_again"))
		*block->wrong.status = block->wrong.last_status;
	block->wrong.status = last->at + last->len - 1;
	block->wrong.last_status = status;
	if (block->wrong.data_waits)
		memset(block->wrong.data.at, 0, block->wrong.data.len);
	block->wrong.data_waits = false;
	block->wrong.data = *first;
}

static void swap(struct refdev_piece *a, struct refdev_piece *b)
{
	struct refdev_piece was = *a;

	*a = *b;
	*b = was;
}

void refdev_block_wrong_mix(struct refdev_buffer *buffers, unsigned int n)
{
	struct refdev_buffer *first = &buffers[0], *last = &buffers[n - 1];
	struct refdev_piece *in_first = &first->pieces[first->n_readable], *in_last = &last->pieces[last->n_readable];

	if (n < 2 || first->n_writable != last->n_writable || first->n_readable != last->n_readable)
		return;
	if (defect("block.two_reads_swap_their_data") && first->n_writable > 1 && in_first->len == in_last->len)
		swap(in_first, in_last);
	if (defect("block.two_requests_swap_their_statuses") && first->n_writable > 1)
		swap(&in_first[first->n_writable - 1], &in_last[last->n_writable - 1]);
	if (defect("block.two_requests_have_one_header"))
		first->pieces[0] = last->pieces[0];
}

void refdev_block_wrong_disk(struct refdev_block *block, const struct refdev_queue *queue)
{
	if (!queue->index || !defect("block.second_queue_has_a_disk_of_its_own"))
		return;
	for (size_t i = 0; i < sizeof(block->storage) / 2; i++) {
		u8 was = block->storage[i];

		block->storage[i] = block->storage[i + sizeof(block->storage) / 2];
		block->storage[i + sizeof(block->storage) / 2] = was;
	}
}
