// SPDX-License-Identifier: GPL-2.0-or-later
/* VIRTIO devices behind memory-mapped registers. */
#include "avps/mmio.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avps/discover.h"
#include "avps/report.h"
#include "place.h"

#define MAX_CMDLINE 4096

/* Makes sure that a window is at least as long as the registers that every device has; else nobody is to look at them. */
static int long_enough(struct avps_io **io, char *why, size_t why_size)
{
	u64 size = (*io)->ops->region_size(*io, 0);

	if (size >= VIRTIO_MMIO_CONFIG)
		return 0;
	(*io)->ops->close(*io);
	*io = NULL;
	snprintf(why, why_size, "its window of %llu bytes has no room for the registers", (unsigned long long)size);
	return -ENODEV;
}

/* Opens the registers: with interrupts through VFIO, else without. */
static int open_place(const struct place *place, struct avps_io **io, char *why, size_t why_size)
{
	char why_not_vfio[120] = "the kernel has no platform device for it", why_not_devmem[120];

	if (place->platform && !avps_vfio_platform_open(place->id, io, why_not_vfio, sizeof(why_not_vfio)))
		return long_enough(io, why, why_size);
	if (!place->base || !place->size) {
		snprintf(why, why_size, "%s", why_not_vfio);
		return -ENODEV;
	}
	if (avps_devmem_open(place->base, place->size, io, why_not_devmem, sizeof(why_not_devmem))) {
		snprintf(why, why_size, "%s; %s", why_not_vfio, why_not_devmem);
		return -ENODEV;
	}
	fprintf(stderr, "avps: %s without interrupts, as VFIO does not serve: %s\n", place->id, why_not_vfio);
	return long_enough(io, why, why_size);
}

static void add_fact(struct avps_device *dev, const char *name, u64 value)
{
	struct avps_bus_fact *fact = dev->facts;

	while (fact->name)
		fact++;
	*fact = (struct avps_bus_fact){ name, value };
}

static void add_facts(struct avps_device *dev, const struct place *place)
{
	if (place->base)
		add_fact(dev, "base", place->base);
	add_fact(dev, "size", dev->io->ops->region_size(dev->io, 0));
	if (place->interrupt != NO_INTERRUPT)
		add_fact(dev, "interrupt", place->interrupt);
	add_fact(dev, "version", avps_io_read(dev->io, 0, VIRTIO_MMIO_VERSION, 4));
	add_fact(dev, "vendor", avps_io_read(dev->io, 0, VIRTIO_MMIO_VENDOR_ID, 4));
}

/* Fills @dev in; false if the place is empty, which is no fault (4.2.2.2). */
static bool take(struct avps_device *dev, const struct place *place)
{
	memset(dev, 0, sizeof(*dev));
	memcpy(dev->id, place->id, sizeof(dev->id));
	dev->bus = "mmio";
	if (open_place(place, &dev->io, dev->problem, sizeof(dev->problem)))
		return true;
	return avps_discover_registers(dev, place);
}

bool avps_discover_registers(struct avps_device *dev, const struct place *place)
{
	int err = avps_mmio_identify(dev->io, &dev->virtio_id, dev->problem, sizeof(dev->problem));

	if (!err && !dev->virtio_id) {
		dev->io->ops->close(dev->io);
		return false;
	}
	if (err == -ENODEV)
		return true; /* there is no telling what else its registers mean */
	add_facts(dev, place);
	if (!err && !avps_mmio_open(dev->io, &dev->transport, dev->problem, sizeof(dev->problem)))
		avps_device_survey(dev);
	return true;
}

static int by_base(const void *a, const void *b)
{
	const struct place *left = a, *right = b;

	if (left->base != right->base)
		return left->base < right->base ? -1 : 1;
	return strcmp(left->id, right->id);
}

static void read_cmdline(char *cmdline)
{
	FILE *file = fopen("/proc/cmdline", "r");

	if (!file || !fgets(cmdline, MAX_CMDLINE, file))
		cmdline[0] = '\0';
	if (file)
		fclose(file);
}

int avps_discover_mmio(struct avps_device *devices, int n)
{
	static struct place places[MAX_PLACES];
	char cmdline[MAX_CMDLINE];
	int n_places = places_of_platform(places, 0);

	read_cmdline(cmdline);
	n_places = places_of_cmdline(cmdline, places, n_places);
	qsort(places, n_places, sizeof(*places), by_base);
	for (int i = 0; i < n_places && n < AVPS_MAX_DEVICES; i++)
		if (take(&devices[n], &places[i]))
			n++;
	return n;
}
