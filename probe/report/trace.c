// SPDX-License-Identifier: GPL-2.0-or-later
#include "avps/trace.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "avps/clock.h"

struct shared_ring {
	u64 added; /* entries since the last clear; the newest AVPS_TRACE_ENTRIES of them are kept */
	struct avps_trace_entry entries[AVPS_TRACE_ENTRIES];
};

static struct shared_ring *ring;

int avps_trace_init(void)
{
	void *memory = mmap(NULL, sizeof(*ring), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return -errno;
	ring = memory;
	return 0;
}

void avps_trace_clear(void)
{
	if (ring)
		ring->added = 0;
}

void avps_trace_add(struct avps_trace_entry entry)
{
	if (!ring)
		return;
	entry.at_us = avps_now_us();
	ring->entries[ring->added % AVPS_TRACE_ENTRIES] = entry;
	ring->added++;
}

size_t avps_trace_copy(struct avps_trace_entry *out, u64 *lost)
{
	u64 first;
	size_t n = 0;

	*lost = 0;
	if (!ring)
		return 0;
	first = ring->added > AVPS_TRACE_ENTRIES ? ring->added - AVPS_TRACE_ENTRIES : 0;
	*lost = first;
	for (u64 i = first; i < ring->added; i++)
		out[n++] = ring->entries[i % AVPS_TRACE_ENTRIES];
	return n;
}
