/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that a device can reach.
 *
 * One arena for the whole run, shared between the forked tests and their parent, because the device writes to physical
 * memory and not to the address space of a process. A test takes what it needs and never gives back: the arena starts
 * afresh with each test.
 */
#ifndef AVPS_DMA_H
#define AVPS_DMA_H

#include "avps/types.h"

/* A piece of device-reachable memory: the same bytes as the CPU and as the device address them. */
struct avps_buf {
	void *cpu;
	u64 bus;
	size_t len;
};

/* What fills fresh memory, so that a byte that nobody wrote can be told. */
#define AVPS_DMA_POISON 0xa5

/*
 * Sets the arena up.
 *
 * @cpu: start of the memory
 * @page_size: size of the physically contiguous pages it consists of
 * @bus: bus address of each page
 * @pages: how many
 *
 * The arrays must stay valid.
 */
void avps_dma_init(void *cpu, size_t page_size, const u64 *bus, size_t pages);

/* The real thing: huge pages and their physical addresses. 0 or a negative errno. */
int avps_dma_init_hugepages(size_t pages);

/* Gives the whole arena back. Old contents stay until avps_dma_alloc() hands them out again. */
void avps_dma_rewind(void);

/*
 * Takes @len contiguous bytes, filled with AVPS_DMA_POISON and aligned to @align (a power of two).
 *
 * Exhaustion is a fault of the test and ends the process: @len must be at most one page of the arena.
 */
struct avps_buf avps_dma_alloc(size_t len, size_t align);

/* The same, filled with zeroes. */
struct avps_buf avps_dma_zeroed(size_t len, size_t align);

/* All that was taken since the piece that starts at @first, it included, as one: with the gaps between the pieces. */
struct avps_buf avps_dma_since(const void *first);

/*
 * Guards the arena, where the probe is built with AddressSanitizer: nothing may be touched of it but what was handed out, by the
 * CPU. For devices see avps_dma_handed_out(), which whoever simulates them has to ask.
 */
void avps_dma_guard(void);

/*
 * Whether @len bytes at @cpu, of the arena, were handed out. Only where it is guarded is that known; else the answer is yes, as
 * from a machine without IOMMU.
 */
bool avps_dma_handed_out(void *cpu, size_t len);

/* The part of @buf from @offset on, @len bytes long. */
struct avps_buf avps_buf_slice(struct avps_buf buf, size_t offset, size_t len);

#endif
