/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A window of registers: mapped where that can be, else accessed through its file. */
#ifndef AVPS_WINDOW_H
#define AVPS_WINDOW_H

#include "avps/types.h"

struct window {
	u64 size; /* bytes; 0: there is none */
	int file;
	u64 file_offset; /* where it starts in the file */
	volatile void *mapped; /* NULL: not mapped */
};

/* One access of @width bytes (1, 2, 4, 8). A read that fails gives all ones; a write that fails is told on stderr. */
u64 window_read(const struct window *window, u64 offset, unsigned int width);
void window_write(const struct window *window, u64 offset, unsigned int width, u64 value);

/* Takes the mapping away, where there is one. The file stays open. */
void window_unmap(struct window *window);

#endif
