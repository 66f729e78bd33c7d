// SPDX-License-Identifier: GPL-2.0-or-later
/* A window of registers through /dev/mem, for devices that the kernel knows nothing of. Without interrupts. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "absent.h"
#include "window.h"

struct devmem {
	struct avps_io base;
	struct window window;
};

static struct window *window_of(struct avps_io *io)
{
	return &((struct devmem *)io)->window;
}

static u64 region_size(struct avps_io *io, unsigned int region)
{
	return region ? 0 : window_of(io)->size;
}

static u64 region_read(struct avps_io *io, unsigned int region, u64 offset, unsigned int width)
{
	(void)region;
	return window_read(window_of(io), offset, width);
}

static void region_write(struct avps_io *io, unsigned int region, u64 offset, unsigned int width, u64 value)
{
	(void)region;
	window_write(window_of(io), offset, width, value);
}

static void devmem_close(struct avps_io *io)
{
	window_unmap(window_of(io));
	free(io);
}

static const struct avps_io_ops devmem_ops = {
	.region_size = region_size,
	.read = region_read,
	.write = region_write,
	WITHOUT_CONFIG_SPACE,
	WITHOUT_INTERRUPTS,
	.close = devmem_close,
};

int avps_devmem_open(u64 address, u64 size, struct avps_io **io, char *why, size_t why_size)
{
	u64 within = address % sysconf(_SC_PAGESIZE);
	struct devmem *devmem = calloc(1, sizeof(*devmem));
	/* O_SYNC: uncached, as registers must be. */
	int file = open("/dev/mem", O_RDWR | O_SYNC | O_CLOEXEC);
	void *mapped = MAP_FAILED;
	int err = 0;

	if (file >= 0)
		mapped = mmap(NULL, size + within, PROT_READ | PROT_WRITE, MAP_SHARED, file, address - within);
	if (!devmem || mapped == MAP_FAILED) {
		err = -errno;
		snprintf(why, why_size, "/dev/mem at %#llx: %s", (unsigned long long)address, strerror(-err));
		free(devmem);
	} else {
		devmem->base.ops = &devmem_ops;
		devmem->window = (struct window){ .size = size, .file = -1, .mapped = (volatile u8 *)mapped + within };
		*io = &devmem->base;
	}
	if (file >= 0)
		close(file);
	return err;
}
