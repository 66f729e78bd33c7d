// SPDX-License-Identifier: GPL-2.0-or-later
#include "window.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static u64 mapped_read(const volatile void *at, unsigned int width)
{
	switch (width) {
	case 1:
		return *(const volatile u8 *)at;
	case 2:
		return *(const volatile u16 *)at;
	case 4:
		return *(const volatile u32 *)at;
	default:
		return *(const volatile u64 *)at;
	}
}

static void mapped_write(volatile void *at, unsigned int width, u64 value)
{
	switch (width) {
	case 1:
		*(volatile u8 *)at = value;
		break;
	case 2:
		*(volatile u16 *)at = value;
		break;
	case 4:
		*(volatile u32 *)at = value;
		break;
	default:
		*(volatile u64 *)at = value;
	}
}

u64 window_read(const struct window *window, u64 offset, unsigned int width)
{
	u64 value = 0;

	if (window->mapped)
		return mapped_read((const volatile u8 *)window->mapped + offset, width);
	if (pread(window->file, &value, width, window->file_offset + offset) != (ssize_t)width)
		return UINT64_MAX;
	return value;
}

void window_write(const struct window *window, u64 offset, unsigned int width, u64 value)
{
	if (window->mapped)
		mapped_write((volatile u8 *)window->mapped + offset, width, value);
	else if (pwrite(window->file, &value, width, window->file_offset + offset) != (ssize_t)width)
		fprintf(stderr, "avps: write to a window at %#llx: %s\n", (unsigned long long)offset, strerror(errno));
}

void window_unmap(struct window *window)
{
	long page = sysconf(_SC_PAGESIZE);
	uintptr_t within = (uintptr_t)window->mapped % page;

	if (window->mapped)
		munmap((void *)((uintptr_t)window->mapped - within), window->size + within);
	window->mapped = NULL;
}
