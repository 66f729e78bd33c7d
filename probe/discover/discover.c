// SPDX-License-Identifier: GPL-2.0-or-later
#include "avps/discover.h"

int avps_discover(struct avps_device *devices)
{
	int n = avps_discover_pci(devices, 0);

	return n < 0 ? n : avps_discover_mmio(devices, n);
}
