// SPDX-License-Identifier: GPL-2.0-or-later
/* VIRTIO devices among the PCI functions that sysfs lists. */
#include <dirent.h>
#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/virtio_ids.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avps/discover.h"
#include "avps/pci.h"

#define DEVICES "/sys/bus/pci/devices"

#define VIRTIO_VENDOR 0x1af4
#define TRANSITIONAL_FIRST 0x1000
#define TRANSITIONAL_LAST 0x103f
#define MODERN_FIRST 0x1040 /* plus the VIRTIO device id */
#define MODERN_LAST 0x107f

/* A number in a file of a PCI device in sysfs; UINT32_MAX when there is none. */
static u32 attribute(const char *address, const char *name)
{
	char path[300];
	unsigned int value = UINT32_MAX;
	FILE *file;

	snprintf(path, sizeof(path), DEVICES "/%s/%s", address, name);
	file = fopen(path, "r");
	if (!file)
		return UINT32_MAX;
	if (fscanf(file, "%x", &value) != 1)
		value = UINT32_MAX;
	fclose(file);
	return value;
}

/* VIRTIO device id of a transitional PCI device id (4.1.2.1), 0 if unknown. */
static u32 transitional_id(u32 device)
{
	static const u32 ids[] = {
		[0] = VIRTIO_ID_NET,  [1] = VIRTIO_ID_BLOCK, [2] = VIRTIO_ID_BALLOON, [3] = VIRTIO_ID_CONSOLE,
		[4] = VIRTIO_ID_SCSI, [5] = VIRTIO_ID_RNG,   [9] = VIRTIO_ID_9P,
	};
	u32 index = device - TRANSITIONAL_FIRST;

	return index < sizeof(ids) / sizeof(ids[0]) ? ids[index] : 0;
}

/* Through VFIO, or as far as a kernel without it allows. Whichever went wrong first is the problem, if both did. */
static int open_io(struct avps_device *dev)
{
	char why[sizeof(dev->problem)];
	int err = avps_vfio_pci_open(dev->id, &dev->io, dev->problem, sizeof(dev->problem));

	if (!err || avps_sysfs_pci_open(dev->id, &dev->io, why, sizeof(why)))
		return err;
	fprintf(stderr, "avps: %s without interrupts, as VFIO does not serve: %s\n", dev->id, dev->problem);
	dev->problem[0] = '\0';
	return 0;
}

static void open_function(struct avps_device *dev)
{
	if (open_io(dev))
		return;
	if (avps_pci_open(dev->io, &dev->transport, dev->problem, sizeof(dev->problem)))
		return;
	avps_device_survey(dev);
}

bool avps_pci_is_virtio(u32 vendor, u32 device, u32 *virtio_id)
{
	if (vendor != VIRTIO_VENDOR || device < TRANSITIONAL_FIRST || device > MODERN_LAST)
		return false;
	*virtio_id = device <= TRANSITIONAL_LAST ? transitional_id(device) : device - MODERN_FIRST;
	return true;
}

/* Fills @dev in if the function at @address is a VIRTIO device. */
static bool take(struct avps_device *dev, const char *address)
{
	u32 device = attribute(address, "device"), virtio_id;
	struct avps_bus_fact facts[] = {
		{ "vendor", attribute(address, "vendor") },
		{ "device", device },
		{ "revision", attribute(address, "revision") },
		{ "subsystem_vendor", attribute(address, "subsystem_vendor") },
		{ "subsystem", attribute(address, "subsystem_device") },
	};

	if (!avps_pci_is_virtio(facts[0].value, device, &virtio_id))
		return false;
	memset(dev, 0, sizeof(*dev));
	snprintf(dev->id, sizeof(dev->id), "%.*s", AVPS_ID_SIZE - 1, address);
	dev->bus = "pci";
	dev->virtio_id = virtio_id;
	memcpy(dev->facts, facts, sizeof(facts));
	open_function(dev);
	return true;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct avps_device *)a)->id, ((const struct avps_device *)b)->id);
}

int avps_discover_pci(struct avps_device *devices, int n)
{
	DIR *dir = opendir(DEVICES);
	struct dirent *entry;
	int first = n;

	if (!dir)
		return errno == ENOENT ? n : -errno; /* a machine without PCI */
	while (n < AVPS_MAX_DEVICES && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && take(&devices[n], entry->d_name))
			n++;
	closedir(dir);
	qsort(devices + first, n - first, sizeof(*devices), by_id);
	return n;
}
