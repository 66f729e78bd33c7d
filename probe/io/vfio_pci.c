// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A PCI function through vfio-pci.
 *
 * Configuration space is read through sysfs, because VFIO answers some of its fields by itself, and written through VFIO,
 * which has to know of the changes.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vfio.h"

struct vfio_pci {
	struct vfio_device vfio;
	int sysfs_config;
	u64 config_offset; /* of the configuration space in the device file */
};

static struct vfio_pci *pci_of(struct avps_io *io)
{
	return (struct vfio_pci *)io;
}

static u32 config_read(struct avps_io *io, unsigned int offset, unsigned int width)
{
	u32 value = 0;

	if (pread(pci_of(io)->sysfs_config, &value, width, offset) != (ssize_t)width)
		return UINT_MAX;
	return value;
}

static void config_write(struct avps_io *io, unsigned int offset, unsigned int width, u32 value)
{
	struct vfio_pci *pci = pci_of(io);

	if (pwrite(pci->vfio.device, &value, width, pci->config_offset + offset) != (ssize_t)width)
		fprintf(stderr, "avps: configuration write at %#x: %s\n", offset, strerror(errno));
}

static void pci_close(struct avps_io *io)
{
	struct vfio_pci *pci = pci_of(io);

	vfio_close_files(&pci->vfio);
	if (pci->sysfs_config >= 0)
		close(pci->sysfs_config);
	free(pci);
}

static const struct avps_io_ops pci_ops = {
	VFIO_COMMON_OPS,
	.config_read = config_read,
	.config_write = config_write,
	.close = pci_close,
};

static int open_config(struct vfio_pci *pci, const char *address, char *why, size_t why_size)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = VFIO_PCI_CONFIG_REGION_INDEX };
	char path[128];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", address);
	pci->sysfs_config = open(path, O_RDONLY | O_CLOEXEC);
	if (pci->sysfs_config < 0)
		return vfio_failed(-errno, path, why, why_size);
	if (ioctl(pci->vfio.device, VFIO_DEVICE_GET_REGION_INFO, &info))
		return vfio_failed(-errno, "VFIO_DEVICE_GET_REGION_INFO", why, why_size);
	pci->config_offset = info.offset;
	return 0;
}

int avps_vfio_pci_open(const char *address, struct avps_io **io, char *why, size_t why_size)
{
	struct vfio_pci *pci = calloc(1, sizeof(*pci));
	u32 command;
	int err;

	if (!pci)
		return vfio_failed(-ENOMEM, "vfio", why, why_size);
	vfio_init(&pci->vfio, &pci_ops);
	pci->sysfs_config = -1;
	pci->vfio.irq_index[AVPS_INTERRUPTS_INTX] = VFIO_PCI_INTX_IRQ_INDEX;
	pci->vfio.irq_index[AVPS_INTERRUPTS_MSIX] = VFIO_PCI_MSIX_IRQ_INDEX;
	err = vfio_open(&pci->vfio, "pci", address, "vfio-pci", why, why_size);
	if (!err)
		err = open_config(pci, address, why, why_size);
	for (unsigned int bar = 0; !err && bar < VFIO_MAX_WINDOWS; bar++)
		err = vfio_open_window(&pci->vfio, VFIO_PCI_BAR0_REGION_INDEX + bar, why, why_size);
	*io = &pci->vfio.base;
	if (err) {
		pci_close(*io);
		return err;
	}
	command = config_read(*io, PCI_COMMAND, 2);
	config_write(*io, PCI_COMMAND, 2, command | PCI_COMMAND_MEMORY | PCI_COMMAND_IO | PCI_COMMAND_MASTER);
	return 0;
}
