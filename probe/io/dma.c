// SPDX-License-Identifier: GPL-2.0-or-later
#include "avps/dma.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__
#endif
#endif

#define GAP 16 /* between pieces of a guarded arena */

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define __asan_poison_memory_region(at_, len_) ((void)(at_))
#define __asan_unpoison_memory_region(at_, len_) ((void)(at_))
#define __asan_region_is_poisoned(at_, len_) NULL
#endif

static struct {
	u8 *cpu;
	size_t page_size;
	const u64 *bus;
	size_t size;
	size_t taken;
	bool guarded;
} arena;

void avps_dma_init(void *cpu, size_t page_size, const u64 *bus, size_t pages)
{
	arena.cpu = cpu;
	arena.page_size = page_size;
	arena.bus = bus;
	arena.size = page_size * pages;
	avps_dma_rewind();
}

void avps_dma_guard(void)
{
	arena.guarded = true;
	avps_dma_rewind();
}

void avps_dma_rewind(void)
{
	arena.taken = 0;
	if (arena.guarded)
		__asan_poison_memory_region(arena.cpu, arena.size);
}

bool avps_dma_handed_out(void *cpu, size_t len)
{
	(void)cpu, (void)len;
	return !__asan_region_is_poisoned(cpu, len);
}

/* The first offset from @from on that is aligned and leaves @len bytes in its page. */
static size_t place(size_t from, size_t len, size_t align)
{
	size_t at = (from + align - 1) & ~(align - 1);

	if (at % arena.page_size + len > arena.page_size)
		at = (at / arena.page_size + 1) * arena.page_size;
	return at;
}

struct avps_buf avps_dma_alloc(size_t len, size_t align)
{
	size_t at = place(arena.taken, len, align);
	struct avps_buf buf;

	if (len > arena.page_size || at >= arena.size || len > arena.size - at) {
		fprintf(stderr, "avps: no room for %zu more bytes of DMA memory (%zu of %zu taken)\n", len, arena.taken,
			arena.size);
		abort();
	}
	arena.taken = at + len + (arena.guarded ? GAP : 0);
	buf.cpu = arena.cpu + at;
	buf.bus = arena.bus[at / arena.page_size] + at % arena.page_size;
	buf.len = len;
	__asan_unpoison_memory_region(buf.cpu, len);
	memset(buf.cpu, AVPS_DMA_POISON, len);
	return buf;
}

struct avps_buf avps_dma_zeroed(size_t len, size_t align)
{
	struct avps_buf buf = avps_dma_alloc(len, align);

	memset(buf.cpu, 0, len);
	return buf;
}

struct avps_buf avps_dma_since(const void *first)
{
	size_t at = (const u8 *)first - arena.cpu;
	struct avps_buf all = { .cpu = arena.cpu + at,
				.bus = arena.bus[at / arena.page_size] + at % arena.page_size,
				.len = arena.taken - at };

	__asan_unpoison_memory_region(all.cpu, all.len);
	return all;
}

struct avps_buf avps_buf_slice(struct avps_buf buf, size_t offset, size_t len)
{
	if (offset > buf.len || len > buf.len - offset) {
		fprintf(stderr, "avps: bytes %zu to %zu of a buffer of %zu\n", offset, offset + len, buf.len);
		abort();
	}
	return (struct avps_buf){ .cpu = (u8 *)buf.cpu + offset, .bus = buf.bus + offset, .len = len };
}
