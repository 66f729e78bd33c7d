/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What disks with a defect do around their requests. With none on, all of this does nothing. */
#ifndef REFDEV_BLOCK_WRONG_H
#define REFDEV_BLOCK_WRONG_H

#include "refdev/block/block.h"
#include "refdev/block/parts.h"

/* Whether the disk takes a request of so many segments, and of such large ones. */
bool refdev_block_wrong_takes(const struct refdev_block_request *request);

/* Writes beside the status of a request, or anew what belongs to one of before. */
void refdev_block_wrong_write(struct refdev_block *block, const struct refdev_buffer *buffer, u8 status);

/* Mixes up parts of @n requests that are worked on at once. */
void refdev_block_wrong_mix(struct refdev_buffer *buffers, unsigned int n);

/* Puts other sectors in place of the disk's for requests of @queue; the same again puts them back. */
void refdev_block_wrong_disk(struct refdev_block *block, const struct refdev_queue *queue);

#endif
