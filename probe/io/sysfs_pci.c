// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A PCI function through sysfs alone, for kernels that are not ours and have no VFIO: registers and configuration space are
 * all there, interrupts are not, so the driver has to look at its rings.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "absent.h"
#include "window.h"

#define MAX_BARS 6
#define IORESOURCE_MEM 0x200 /* as the kernel prints it in `resource` */

struct sysfs_pci {
	struct avps_io base;
	int config;
	struct window windows[MAX_BARS];
};

static struct sysfs_pci *pci_of(struct avps_io *io)
{
	return (struct sysfs_pci *)io;
}

static u32 config_read(struct avps_io *io, unsigned int offset, unsigned int width)
{
	u32 value = 0;

	return pread(pci_of(io)->config, &value, width, offset) == (ssize_t)width ? value : UINT_MAX;
}

static void config_write(struct avps_io *io, unsigned int offset, unsigned int width, u32 value)
{
	if (pwrite(pci_of(io)->config, &value, width, offset) != (ssize_t)width)
		fprintf(stderr, "avps: configuration write at %#x: %s\n", offset, strerror(errno));
}

static u64 region_size(struct avps_io *io, unsigned int region)
{
	return region < MAX_BARS ? pci_of(io)->windows[region].size : 0;
}

static u64 bar_read(struct avps_io *io, unsigned int region, u64 offset, unsigned int width)
{
	return window_read(&pci_of(io)->windows[region], offset, width);
}

static void bar_write(struct avps_io *io, unsigned int region, u64 offset, unsigned int width, u64 value)
{
	window_write(&pci_of(io)->windows[region], offset, width, value);
}

static void sysfs_pci_close(struct avps_io *io)
{
	struct sysfs_pci *pci = pci_of(io);

	for (int bar = 0; bar < MAX_BARS; bar++) {
		window_unmap(&pci->windows[bar]);
		if (pci->windows[bar].file >= 0)
			close(pci->windows[bar].file);
	}
	if (pci->config >= 0)
		close(pci->config);
	free(pci);
}

static const struct avps_io_ops sysfs_pci_ops = {
	WITHOUT_INTERRUPTS, .config_read = config_read, .config_write = config_write, .region_size = region_size,
	.read = bar_read,   .write = bar_write,		.close = sysfs_pci_close,
};

static int failed(const char *what, char *why, size_t why_size)
{
	int err = -errno;

	snprintf(why, why_size, "%s: %s", what, strerror(errno));
	return err;
}

/* Opens a file of the function @address in sysfs. */
static int open_file(const char *address, const char *name, int flags)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", address, name);
	return open(path, flags | O_CLOEXEC);
}

/* Writes a word to such a file. False, with errno set, when that does not go. */
static bool tell(const char *address, const char *name, const char *word)
{
	int fd = open_file(address, name, O_WRONLY);
	ssize_t written;

	if (fd < 0)
		return false;
	written = write(fd, word, strlen(word));
	close(fd);
	return written == (ssize_t)strlen(word);
}

/* Opens BAR @bar, which is @size bytes long; memory is mapped, ports are accessed through the file. */
static int open_bar(struct sysfs_pci *pci, const char *address, int bar, u64 size, bool memory)
{
	struct window *window = &pci->windows[bar];
	char name[16];
	void *mapped;

	snprintf(name, sizeof(name), "resource%d", bar);
	window->file = open_file(address, name, O_RDWR | O_SYNC);
	if (window->file < 0)
		return -errno;
	window->size = size;
	if (!memory)
		return 0;
	mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, window->file, 0);
	if (mapped == MAP_FAILED)
		return -errno;
	window->mapped = mapped;
	return 0;
}

/* Opens all BARs; `resource` has a line with first address, last address and flags for each. */
static int open_bars(struct sysfs_pci *pci, const char *address, char *why, size_t why_size)
{
	int fd = open_file(address, "resource", O_RDONLY);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	unsigned long long first, last, flags;
	int err = 0;

	if (!file)
		return failed("resource", why, why_size);
	for (int bar = 0; !err && bar < MAX_BARS; bar++) {
		if (fscanf(file, "%llx %llx %llx", &first, &last, &flags) != 3)
			break;
		if (last > first)
			err = open_bar(pci, address, bar, last - first + 1, flags & IORESOURCE_MEM);
		if (err)
			snprintf(why, why_size, "resource%d: %s", bar, strerror(-err));
	}
	fclose(file);
	return err;
}

int avps_sysfs_pci_open(const char *address, struct avps_io **io, char *why, size_t why_size)
{
	struct sysfs_pci *pci = calloc(1, sizeof(*pci));
	u32 command;
	int err;

	if (!pci) {
		snprintf(why, why_size, "out of memory");
		return -ENOMEM;
	}
	pci->base.ops = &sysfs_pci_ops;
	pci->config = -1;
	for (int bar = 0; bar < MAX_BARS; bar++)
		pci->windows[bar].file = -1;
	tell(address, "driver/unbind", address); /* where a driver of the kernel's has it */
	err = tell(address, "enable", "1") ? 0 : failed("enable", why, why_size);
	if (!err) {
		pci->config = open_file(address, "config", O_RDWR);
		err = pci->config < 0 ? failed("config", why, why_size) : open_bars(pci, address, why, why_size);
	}
	if (err) {
		sysfs_pci_close(&pci->base);
		return err;
	}
	command = config_read(&pci->base, PCI_COMMAND, 2);
	config_write(&pci->base, PCI_COMMAND, 2, command | PCI_COMMAND_MEMORY | PCI_COMMAND_IO | PCI_COMMAND_MASTER);
	*io = &pci->base;
	return 0;
}
