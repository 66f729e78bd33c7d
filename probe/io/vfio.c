// SPDX-License-Identifier: GPL-2.0-or-later
/* VFIO in no-IOMMU mode: binding, opening, windows and interrupts, on whichever bus. */
#include "vfio.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/vfio.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static struct vfio_device *vfio_of(struct avps_io *io)
{
	return (struct vfio_device *)io;
}

u64 vfio_region_size(struct avps_io *io, unsigned int region)
{
	return region < VFIO_MAX_WINDOWS ? vfio_of(io)->windows[region].size : 0;
}

u64 vfio_read(struct avps_io *io, unsigned int region, u64 offset, unsigned int width)
{
	return window_read(&vfio_of(io)->windows[region], offset, width);
}

void vfio_write(struct avps_io *io, unsigned int region, u64 offset, unsigned int width, u64 value)
{
	window_write(&vfio_of(io)->windows[region], offset, width, value);
}

/* Asks about a kind of interrupt; false if the device has none of it. */
static bool irq_info(struct vfio_device *vfio, enum avps_interrupts kind, struct vfio_irq_info *info)
{
	*info = (struct vfio_irq_info){ .argsz = sizeof(*info), .index = vfio->irq_index[kind] };
	return vfio->irq_index[kind] != VFIO_NO_IRQ && !ioctl(vfio->device, VFIO_DEVICE_GET_IRQ_INFO, info);
}

unsigned int vfio_vectors(struct avps_io *io, enum avps_interrupts kind)
{
	struct vfio_irq_info info;

	return irq_info(vfio_of(io), kind, &info) ? info.count : 0;
}

/* An action on one kind of interrupts that carries no data. */
static void act(struct vfio_device *vfio, enum avps_interrupts kind, u32 action, u32 count)
{
	struct vfio_irq_set set = { .argsz = sizeof(set),
				    .flags = VFIO_IRQ_SET_DATA_NONE | action,
				    .index = vfio->irq_index[kind],
				    .count = count };

	if (vfio->irq_index[kind] != VFIO_NO_IRQ)
		ioctl(vfio->device, VFIO_DEVICE_SET_IRQS, &set);
}

static void interrupts_off(struct vfio_device *vfio)
{
	/* Whoever ran before may have left either kind on; turning off what is off is refused, and harmless. */
	for (int kind = AVPS_INTERRUPTS_INTX; kind <= AVPS_INTERRUPTS_MSIX; kind++)
		act(vfio, kind, VFIO_IRQ_SET_ACTION_TRIGGER, 0);
	while (vfio->n_events)
		close(vfio->events[--vfio->n_events]);
}

/*
 * What a line needs once it is connected. A masked one stays masked while nobody listens, so whoever ran before may have
 * left it so. A line that triggers by its edge remembers an edge of that time, which is none of ours.
 */
static void line_on(struct vfio_device *vfio)
{
	struct vfio_irq_info info;

	act(vfio, AVPS_INTERRUPTS_INTX, VFIO_IRQ_SET_ACTION_UNMASK, 1);
	if (irq_info(vfio, AVPS_INTERRUPTS_INTX, &info) && !(info.flags & VFIO_IRQ_INFO_AUTOMASKED))
		vfio_interrupt_take(&vfio->base, 0);
}

int vfio_interrupts_enable(struct avps_io *io, enum avps_interrupts kind, unsigned int n)
{
	struct vfio_device *vfio = vfio_of(io);
	char memory[sizeof(struct vfio_irq_set) + sizeof(vfio->events)] __attribute__((aligned(8)));
	struct vfio_irq_set *set = (struct vfio_irq_set *)memory;

	interrupts_off(vfio);
	if (kind == AVPS_INTERRUPTS_NONE)
		return 0;
	if (!n || n > VFIO_MAX_VECTORS || vfio->irq_index[kind] == VFIO_NO_IRQ)
		return -EINVAL;
	while (vfio->n_events < n) {
		int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

		if (event < 0)
			return -errno;
		vfio->events[vfio->n_events++] = event;
	}
	*set = (struct vfio_irq_set){ .argsz = sizeof(*set) + n * sizeof(int),
				      .flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
				      .index = vfio->irq_index[kind],
				      .count = n };
	memcpy(set->data, vfio->events, n * sizeof(int));
	if (ioctl(vfio->device, VFIO_DEVICE_SET_IRQS, set))
		return -errno;
	if (kind == AVPS_INTERRUPTS_INTX)
		line_on(vfio);
	return 0;
}

int vfio_interrupt_wait(struct avps_io *io, const u16 *vectors, unsigned int n, avps_deadline deadline)
{
	struct vfio_device *vfio = vfio_of(io);
	struct pollfd pollfds[VFIO_MAX_VECTORS];
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

unsigned int vfio_interrupt_take(struct avps_io *io, u16 vector)
{
	struct vfio_device *vfio = vfio_of(io);
	u64 count;

	if (vector >= vfio->n_events || read(vfio->events[vector], &count, sizeof(count)) != sizeof(count))
		return 0;
	return count > UINT_MAX ? UINT_MAX : (unsigned int)count;
}

/* VFIO refuses it for a line that triggers by its edge, which is never masked. */
void vfio_interrupt_unmask(struct avps_io *io)
{
	act(vfio_of(io), AVPS_INTERRUPTS_INTX, VFIO_IRQ_SET_ACTION_UNMASK, 1);
}

void vfio_init(struct vfio_device *vfio, const struct avps_io_ops *ops)
{
	vfio->base.ops = ops;
	vfio->container = vfio->group = vfio->device = -1;
	for (int kind = AVPS_INTERRUPTS_NONE; kind <= AVPS_INTERRUPTS_MSIX; kind++)
		vfio->irq_index[kind] = VFIO_NO_IRQ;
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void vfio_close_files(struct vfio_device *vfio)
{
	if (vfio->device >= 0)
		interrupts_off(vfio);
	for (int i = 0; i < VFIO_MAX_WINDOWS; i++)
		window_unmap(&vfio->windows[i]);
	close_if_open(vfio->device);
	close_if_open(vfio->group);
	close_if_open(vfio->container);
}

/* Opening: what each step does when it fails is to say so in `why` and return the errno. */

int vfio_failed(int err, const char *what, char *why, size_t why_size)
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

static int bind(const char *bus, const char *name, const char *driver, char *why, size_t why_size)
{
	char path[128];
	int err;

	snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s/driver_override", bus, name);
	err = write_file(path, driver);
	if (err)
		return vfio_failed(err, "driver_override", why, why_size);
	snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s/driver/unbind", bus, name);
	err = write_file(path, name);
	if (err && err != -ENOENT)
		return vfio_failed(err, "taking the device from its driver", why, why_size);
	snprintf(path, sizeof(path), "/sys/bus/%s/drivers_probe", bus);
	err = write_file(path, name);
	if (err)
		snprintf(why, why_size, "binding %s: %s", driver, strerror(-err));
	return err;
}

/* The number of the IOMMU group, which no-IOMMU mode makes up when VFIO's driver binds. */
static int group_number(const char *bus, const char *name)
{
	char path[128], target[256];
	ssize_t len;
	char *last;

	snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s/iommu_group", bus, name);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return -errno;
	target[len] = '\0';
	last = strrchr(target, '/');
	return atoi(last ? last + 1 : target);
}

int vfio_open(struct vfio_device *vfio, const char *bus, const char *name, const char *driver, char *why,
	      size_t why_size)
{
	int err = bind(bus, name, driver, why, why_size);
	char path[64];
	int group;

	if (err)
		return err;
	group = group_number(bus, name);
	if (group < 0)
		return vfio_failed(group, "no IOMMU group (is vfio.enable_unsafe_noiommu_mode=1 on the command line?)",
				   why, why_size);
	snprintf(path, sizeof(path), "/dev/vfio/noiommu-%d", group);
	vfio->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (vfio->container < 0)
		return vfio_failed(-errno, "/dev/vfio/vfio", why, why_size);
	vfio->group = open(path, O_RDWR | O_CLOEXEC);
	if (vfio->group < 0)
		return vfio_failed(-errno, path, why, why_size);
	if (ioctl(vfio->group, VFIO_GROUP_SET_CONTAINER, &vfio->container))
		return vfio_failed(-errno, "VFIO_GROUP_SET_CONTAINER", why, why_size);
	if (ioctl(vfio->container, VFIO_SET_IOMMU, VFIO_NOIOMMU_IOMMU))
		return vfio_failed(-errno, "VFIO_SET_IOMMU", why, why_size);
	vfio->device = ioctl(vfio->group, VFIO_GROUP_GET_DEVICE_FD, name);
	return vfio->device < 0 ? vfio_failed(-errno, "VFIO_GROUP_GET_DEVICE_FD", why, why_size) : 0;
}

int vfio_open_window(struct vfio_device *vfio, unsigned int number, char *why, size_t why_size)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = number };
	struct window *window = &vfio->windows[number];
	void *mapped;

	if (ioctl(vfio->device, VFIO_DEVICE_GET_REGION_INFO, &info))
		return vfio_failed(-errno, "VFIO_DEVICE_GET_REGION_INFO", why, why_size);
	*window = (struct window){ .size = info.size, .file = vfio->device, .file_offset = info.offset };
	if (!info.size || !(info.flags & VFIO_REGION_INFO_FLAG_MMAP))
		return 0;
	mapped = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED, vfio->device, info.offset);
	if (mapped != MAP_FAILED)
		window->mapped = mapped;
	return 0;
}
