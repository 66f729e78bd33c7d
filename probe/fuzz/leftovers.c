// SPDX-License-Identifier: GPL-2.0-or-later
#include "leftovers.h"

#include <sanitizer/allocator_interface.h>
#include <stdbool.h>
#include <stdlib.h>

#define MOST 65536

static struct {
	const volatile void *blocks[MOST];
	unsigned int n;
	bool noting;
	bool hooked;
} left;

static void on_malloc(const volatile void *block, size_t size)
{
	(void)size;
	if (left.noting && left.n < MOST)
		left.blocks[left.n++] = block;
}

/* Mostly it is one of the last that were allocated. */
static void on_free(const volatile void *block)
{
	if (!left.noting)
		return;
	for (unsigned int i = left.n; i--;)
		if (left.blocks[i] == block) {
			left.blocks[i] = left.blocks[--left.n];
			return;
		}
}

void leftovers_begin(void)
{
	if (!left.hooked && !__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free))
		abort();
	left.hooked = true;
	left.n = 0;
	left.noting = true;
}

void leftovers_free(void)
{
	left.noting = false;
	while (left.n)
		free((void *)left.blocks[--left.n]);
}
