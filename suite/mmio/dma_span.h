/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All memory that a test has shared with the device since some point: rings of whatever layout, and buffers. What a device
 * must leave alone as a whole need not be known in parts.
 */
#ifndef AVPS_DMA_SPAN_H
#define AVPS_DMA_SPAN_H

#include "avps/dma.h"
#include "suite/core/snapshot.h"

/* Where the next piece of device-reachable memory will begin. */
static inline const void *dma_mark(void)
{
	return avps_dma_alloc(1, 1).cpu;
}

/* A copy of all that was taken since @mark. */
static inline struct snapshot dma_since(const void *mark)
{
	struct avps_buf all = avps_dma_since(mark);

	return snapshot_take(all.cpu, all.len);
}

#endif
