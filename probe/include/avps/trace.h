/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The last things that happened between driver and device, kept so that a failure can show them.
 *
 * The ring lives in memory shared with the forked tests: it outlives a test that crashed.
 */
#ifndef AVPS_TRACE_H
#define AVPS_TRACE_H

#include "avps/types.h"

enum avps_trace_kind {
	AVPS_TRACE_NONE,
	AVPS_TRACE_CONFIG_READ, /* PCI configuration space: offset, width, value */
	AVPS_TRACE_CONFIG_WRITE,
	AVPS_TRACE_READ, /* region, offset, width, value */
	AVPS_TRACE_WRITE,
	AVPS_TRACE_INTERRUPT, /* offset: vector, value: how many since the last wait */
	AVPS_TRACE_DESCRIPTOR, /* queue, offset: index, value: address, length, flags */
	AVPS_TRACE_USED, /* queue, offset: buffer id, length */
};

struct avps_trace_entry {
	u64 at_us;
	u64 value;
	u32 offset;
	u32 length;
	u16 flags;
	u8 kind; /* enum avps_trace_kind */
	u8 width; /* bytes */
	u8 region; /* BAR, or queue for ring entries */
};

#define AVPS_TRACE_ENTRIES 128

/* Makes the shared ring; to be called once before the first fork. 0 or a negative errno. */
int avps_trace_init(void);

/* Forgets everything; done before each test. */
void avps_trace_clear(void);

/* Adds an entry; at_us is filled in. Does nothing before avps_trace_init(). */
void avps_trace_add(struct avps_trace_entry entry);

/*
 * Copies the kept entries, oldest first, into @out (AVPS_TRACE_ENTRIES long).
 *
 * Returns how many; *lost says how many older ones are gone.
 */
size_t avps_trace_copy(struct avps_trace_entry *out, u64 *lost);

#endif
