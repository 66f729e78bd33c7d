// SPDX-License-Identifier: GPL-2.0-or-later
/* Devices that are models in this process. */
#include <errno.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <string.h>

#include "avps/discover.h"
#include "avps/pci.h"
#include "avps/sim.h"
#include "place.h"

/* Turns on what firmware, the kernel and VFIO would have turned on. */
static void enable(struct avps_io *io)
{
	u32 command = avps_io_config_read(io, PCI_COMMAND, 2);

	avps_io_config_write(io, PCI_COMMAND, 2, command | PCI_COMMAND_MEMORY | PCI_COMMAND_IO | PCI_COMMAND_MASTER);
}

static bool take_function(struct avps_device *dev)
{
	struct avps_bus_fact facts[] = {
		{ "vendor", avps_io_config_read(dev->io, PCI_VENDOR_ID, 2) },
		{ "device", avps_io_config_read(dev->io, PCI_DEVICE_ID, 2) },
		{ "revision", avps_io_config_read(dev->io, PCI_REVISION_ID, 1) },
		{ "subsystem_vendor", avps_io_config_read(dev->io, PCI_SUBSYSTEM_VENDOR_ID, 2) },
		{ "subsystem", avps_io_config_read(dev->io, PCI_SUBSYSTEM_ID, 2) },
	};

	if (!avps_pci_is_virtio(facts[0].value, facts[1].value, &dev->virtio_id))
		return false;
	memcpy(dev->facts, facts, sizeof(facts));
	enable(dev->io);
	if (!avps_pci_open(dev->io, &dev->transport, dev->problem, sizeof(dev->problem)))
		avps_device_survey(dev);
	return true;
}

static bool take_registers(struct avps_device *dev, const struct avps_sim_place *sim)
{
	return avps_discover_registers(dev, &(struct place){ .base = sim->base, .interrupt = sim->interrupt });
}

int avps_discover_simulated(struct avps_device *devices)
{
	struct avps_sim_place place;
	int n = 0;

	for (unsigned int i = 0; n < AVPS_MAX_DEVICES && avps_sim_place(i, &place); i++) {
		struct avps_device *dev = &devices[n];

		memset(dev, 0, sizeof(*dev));
		snprintf(dev->id, sizeof(dev->id), "%s", place.name);
		dev->bus = place.bus;
		dev->io = avps_sim_open(i);
		if (!strcmp(place.bus, "pci") ? take_function(dev) : take_registers(dev, &place))
			n++;
	}
	return n;
}
