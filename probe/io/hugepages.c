// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DMA memory out of huge pages: locked, physically contiguous within a page, and shared with forked children.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "avps/dma.h"

#define HUGE_PAGE_SIZE ((size_t)2 << 20)
#define PAGEMAP_PRESENT ((u64)1 << 63)
#define PAGEMAP_FRAME (((u64)1 << 55) - 1)

static int reserve(size_t pages)
{
	FILE *file = fopen("/proc/sys/vm/nr_hugepages", "w");
	int written;

	if (!file)
		return -errno;
	written = fprintf(file, "%zu\n", pages);
	return fclose(file) || written < 0 ? -EIO : 0;
}

/* The physical address behind a mapped and touched page, as /proc/self/pagemap tells it. */
static int physical_address(int pagemap, const void *cpu, u64 *address)
{
	long page = sysconf(_SC_PAGESIZE);
	u64 entry;

	if (pread(pagemap, &entry, sizeof(entry), (uintptr_t)cpu / page * sizeof(entry)) != sizeof(entry))
		return -EIO;
	if (!(entry & PAGEMAP_PRESENT) || !(entry & PAGEMAP_FRAME))
		return -EFAULT;
	*address = (entry & PAGEMAP_FRAME) * page;
	return 0;
}

int avps_dma_init_hugepages(size_t pages)
{
	u64 *bus = calloc(pages, sizeof(*bus));
	int pagemap, err;
	u8 *cpu;

	if (!bus)
		return -ENOMEM;
	err = reserve(pages);
	if (err)
		goto no_memory;
	cpu = mmap(NULL, pages * HUGE_PAGE_SIZE, PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB | MAP_POPULATE, -1, 0);
	if (cpu == MAP_FAILED) {
		err = -errno;
		goto no_memory;
	}
	pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	err = pagemap < 0 ? -errno : 0;
	for (size_t i = 0; !err && i < pages; i++)
		err = physical_address(pagemap, cpu + i * HUGE_PAGE_SIZE, &bus[i]);
	if (pagemap >= 0)
		close(pagemap);
	if (err) {
		munmap(cpu, pages * HUGE_PAGE_SIZE);
		goto no_memory;
	}
	avps_dma_init(cpu, HUGE_PAGE_SIZE, bus, pages);
	return 0;
no_memory:
	free(bus);
	return err;
}
