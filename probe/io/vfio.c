// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A PCI function through vfio-pci in no-IOMMU mode.
 *
 * Windows are mapped where VFIO lets them be, and else accessed with pread(2) and pwrite(2). Configuration space is
 * read through sysfs, because VFIO answers some of its fields by itself, and written through VFIO, which has to know of
 * the changes.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "avps/io.h"

#define MAX_BARS 6
#define MAX_VECTORS 64

struct window {
	u64 size;
	u64 file_offset;
	volatile void *mapped; /* NULL: not mappable */
};

struct vfio_io {
	struct avps_io base;
	int container;
	int group;
	int device;
	int sysfs_config;
	u64 config_offset; /* of the configuration space in the device file */
	struct window windows[MAX_BARS];
	int events[MAX_VECTORS]; /* eventfds of the enabled vectors */
	unsigned int n_events;
};

static struct vfio_io *vfio_of(struct avps_io *io)
{
	return (struct vfio_io *)io;
}

static u32 config_read(struct avps_io *io, unsigned int offset, unsigned int width)
{
	u32 value = 0;

	if (pread(vfio_of(io)->sysfs_config, &value, width, offset) != (ssize_t)width)
		return UINT_MAX;
	return value;
}

static void config_write(struct avps_io *io, unsigned int offset, unsigned int width, u32 value)
{
	struct vfio_io *vfio = vfio_of(io);

	if (pwrite(vfio->device, &value, width, vfio->config_offset + offset) != (ssize_t)width)
		fprintf(stderr, "avps: configuration write at %#x: %s\n", offset, strerror(errno));
}

static struct window *window_of(struct avps_io *io, unsigned int region)
{
	return region < MAX_BARS ? &vfio_of(io)->windows[region] : NULL;
}

static u64 region_size(struct avps_io *io, unsigned int region)
{
	struct window *window = window_of(io, region);

	return window ? window->size : 0;
}

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

static u64 window_read(struct avps_io *io, unsigned int region, u64 offset, unsigned int width)
{
	struct window *window = window_of(io, region);
	u64 value = 0;

	if (window->mapped)
		return mapped_read((const volatile u8 *)window->mapped + offset, width);
	if (pread(vfio_of(io)->device, &value, width, window->file_offset + offset) != (ssize_t)width)
		return UINT64_MAX;
	return value;
}

static void window_write(struct avps_io *io, unsigned int region, u64 offset, unsigned int width, u64 value)
{
	struct window *window = window_of(io, region);

	if (window->mapped)
		mapped_write((volatile u8 *)window->mapped + offset, width, value);
	else if (pwrite(vfio_of(io)->device, &value, width, window->file_offset + offset) != (ssize_t)width)
		fprintf(stderr, "avps: write to BAR %u at %#llx: %s\n", region, (unsigned long long)offset,
			strerror(errno));
}

static unsigned int vfio_index(enum avps_interrupts kind)
{
	return kind == AVPS_INTERRUPTS_MSIX ? VFIO_PCI_MSIX_IRQ_INDEX : VFIO_PCI_INTX_IRQ_INDEX;
}

static unsigned int vectors(struct avps_io *io, enum avps_interrupts kind)
{
	struct vfio_irq_info info = { .argsz = sizeof(info), .index = vfio_index(kind) };

	if (kind == AVPS_INTERRUPTS_NONE || ioctl(vfio_of(io)->device, VFIO_DEVICE_GET_IRQ_INFO, &info))
		return 0;
	return info.count;
}

static void interrupts_off(struct vfio_io *vfio)
{
	/* Whoever ran before may have left either kind on; turning off what is off is refused, and harmless. */
	for (int kind = AVPS_INTERRUPTS_INTX; kind <= AVPS_INTERRUPTS_MSIX; kind++) {
		struct vfio_irq_set set = { .argsz = sizeof(set),
					    .flags = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER,
					    .index = vfio_index(kind) };

		ioctl(vfio->device, VFIO_DEVICE_SET_IRQS, &set);
	}
	while (vfio->n_events)
		close(vfio->events[--vfio->n_events]);
}

static int interrupts_enable(struct avps_io *io, enum avps_interrupts kind, unsigned int n)
{
	struct vfio_io *vfio = vfio_of(io);
	char memory[sizeof(struct vfio_irq_set) + sizeof(vfio->events)] __attribute__((aligned(8)));
	struct vfio_irq_set *set = (struct vfio_irq_set *)memory;

	interrupts_off(vfio);
	if (kind == AVPS_INTERRUPTS_NONE)
		return 0;
	if (!n || n > MAX_VECTORS)
		return -EINVAL;
	while (vfio->n_events < n) {
		int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

		if (event < 0)
			return -errno;
		vfio->events[vfio->n_events++] = event;
	}
	*set = (struct vfio_irq_set){ .argsz = sizeof(*set) + n * sizeof(int),
				      .flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
				      .index = vfio_index(kind),
				      .count = n };
	memcpy(set->data, vfio->events, n * sizeof(int));
	return ioctl(vfio->device, VFIO_DEVICE_SET_IRQS, set) ? -errno : 0;
}

static int interrupt_wait(struct avps_io *io, const u16 *vectors, unsigned int n, avps_deadline deadline)
{
	struct vfio_io *vfio = vfio_of(io);
	struct pollfd pollfds[MAX_VECTORS];
	int ready;

	for (unsigned int i = 0; i < n; i++) {
		if (vectors[i] >= vfio->n_events)
			return -EINVAL;
		pollfds[i] = (struct pollfd){ .fd = vfio->events[vectors[i]], .events = POLLIN };
	}
	do {
		ready = poll(pollfds, n, avps_remaining_ms(deadline));
	} while (ready < 0 && errno == EINTR);
	return ready < 0 ? -errno : ready > 0;
}

static unsigned int interrupt_take(struct avps_io *io, u16 vector)
{
	struct vfio_io *vfio = vfio_of(io);
	u64 count;

	if (vector >= vfio->n_events || read(vfio->events[vector], &count, sizeof(count)) != sizeof(count))
		return 0;
	return count > UINT_MAX ? UINT_MAX : (unsigned int)count;
}

static void interrupt_unmask(struct avps_io *io)
{
	struct vfio_irq_set set = { .argsz = sizeof(set),
				    .flags = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_UNMASK,
				    .index = VFIO_PCI_INTX_IRQ_INDEX,
				    .count = 1 };

	ioctl(vfio_of(io)->device, VFIO_DEVICE_SET_IRQS, &set);
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void vfio_close(struct avps_io *io)
{
	struct vfio_io *vfio = vfio_of(io);

	if (vfio->device >= 0)
		interrupts_off(vfio);
	for (int bar = 0; bar < MAX_BARS; bar++)
		if (vfio->windows[bar].mapped)
			munmap((void *)vfio->windows[bar].mapped, vfio->windows[bar].size);
	close_if_open(vfio->device);
	close_if_open(vfio->group);
	close_if_open(vfio->container);
	close_if_open(vfio->sysfs_config);
	free(vfio);
}

static const struct avps_io_ops vfio_ops = {
	.config_read = config_read,
	.config_write = config_write,
	.region_size = region_size,
	.read = window_read,
	.write = window_write,
	.vectors = vectors,
	.interrupts_enable = interrupts_enable,
	.interrupt_wait = interrupt_wait,
	.interrupt_take = interrupt_take,
	.interrupt_unmask = interrupt_unmask,
	.close = vfio_close,
};

/* Opening: what each step does when it fails is to say so in `why` and return the errno. */

static int failed(int err, const char *what, char *why, size_t why_size)
{
	snprintf(why, why_size, "%s: %s", what, strerror(-err));
	return err;
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t written;
	int err = 0;

	if (fd < 0)
		return -errno;
	written = write(fd, text, strlen(text));
	if (written != (ssize_t)strlen(text))
		err = written < 0 ? -errno : -EIO;
	close(fd);
	return err;
}

static int bind(const char *address, char *why, size_t why_size)
{
	char path[128];
	int err;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver_override", address);
	err = write_file(path, "vfio-pci");
	if (err)
		return failed(err, "driver_override", why, why_size);
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver/unbind", address);
	err = write_file(path, address);
	if (err && err != -ENOENT)
		return failed(err, "taking the device from its driver", why, why_size);
	err = write_file("/sys/bus/pci/drivers_probe", address);
	return err ? failed(err, "binding vfio-pci", why, why_size) : 0;
}

/* The number of the IOMMU group, which no-IOMMU mode makes up when vfio-pci binds. */
static int group_number(const char *address)
{
	char path[128], target[256];
	ssize_t len;
	char *last;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", address);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return -errno;
	target[len] = '\0';
	last = strrchr(target, '/');
	return atoi(last ? last + 1 : target);
}

static int open_device(struct vfio_io *vfio, const char *address, char *why, size_t why_size)
{
	char path[128];
	int group = group_number(address);

	if (group < 0)
		return failed(group, "no IOMMU group (is vfio.enable_unsafe_noiommu_mode=1 on the command line?)", why,
			      why_size);
	snprintf(path, sizeof(path), "/dev/vfio/noiommu-%d", group);
	vfio->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (vfio->container < 0)
		return failed(-errno, "/dev/vfio/vfio", why, why_size);
	vfio->group = open(path, O_RDWR | O_CLOEXEC);
	if (vfio->group < 0)
		return failed(-errno, path, why, why_size);
	if (ioctl(vfio->group, VFIO_GROUP_SET_CONTAINER, &vfio->container))
		return failed(-errno, "VFIO_GROUP_SET_CONTAINER", why, why_size);
	if (ioctl(vfio->container, VFIO_SET_IOMMU, VFIO_NOIOMMU_IOMMU))
		return failed(-errno, "VFIO_SET_IOMMU", why, why_size);
	vfio->device = ioctl(vfio->group, VFIO_GROUP_GET_DEVICE_FD, address);
	if (vfio->device < 0)
		return failed(-errno, "VFIO_GROUP_GET_DEVICE_FD", why, why_size);
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", address);
	vfio->sysfs_config = open(path, O_RDONLY | O_CLOEXEC);
	return vfio->sysfs_config < 0 ? failed(-errno, path, why, why_size) : 0;
}

static int map_windows(struct vfio_io *vfio, char *why, size_t why_size)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = VFIO_PCI_CONFIG_REGION_INDEX };

	if (ioctl(vfio->device, VFIO_DEVICE_GET_REGION_INFO, &info))
		return failed(-errno, "VFIO_DEVICE_GET_REGION_INFO", why, why_size);
	vfio->config_offset = info.offset;
	for (int bar = 0; bar < MAX_BARS; bar++) {
		struct window *window = &vfio->windows[bar];
		void *mapped;

		info = (struct vfio_region_info){ .argsz = sizeof(info), .index = VFIO_PCI_BAR0_REGION_INDEX + bar };
		if (ioctl(vfio->device, VFIO_DEVICE_GET_REGION_INFO, &info))
			return failed(-errno, "VFIO_DEVICE_GET_REGION_INFO", why, why_size);
		window->size = info.size;
		window->file_offset = info.offset;
		if (!info.size || !(info.flags & VFIO_REGION_INFO_FLAG_MMAP))
			continue;
		mapped = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED, vfio->device, info.offset);
		if (mapped != MAP_FAILED)
			window->mapped = mapped;
	}
	return 0;
}

int avps_vfio_open(const char *address, struct avps_io **io, char *why, size_t why_size)
{
	struct vfio_io *vfio = calloc(1, sizeof(*vfio));
	u32 command;
	int err;

	if (!vfio)
		return failed(-ENOMEM, "vfio", why, why_size);
	vfio->base.ops = &vfio_ops;
	vfio->container = vfio->group = vfio->device = vfio->sysfs_config = -1;
	err = bind(address, why, why_size);
	if (!err)
		err = open_device(vfio, address, why, why_size);
	if (!err)
		err = map_windows(vfio, why, why_size);
	if (err) {
		vfio_close(&vfio->base);
		return err;
	}
	command = config_read(&vfio->base, PCI_COMMAND, 2);
	config_write(&vfio->base, PCI_COMMAND, 2, command | PCI_COMMAND_MEMORY | PCI_COMMAND_IO | PCI_COMMAND_MASTER);
	*io = &vfio->base;
	return 0;
}
