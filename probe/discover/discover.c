// SPDX-License-Identifier: GPL-2.0-or-later
#include "avps/discover.h"

#include <stdlib.h>
#include <string.h>

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct avps_device *)a)->id, ((const struct avps_device *)b)->id);
}

int avps_discover(struct avps_device *devices)
{
	int n = avps_discover_pci(devices, 0);

	if (n < 0)
		return n;
	qsort(devices, n, sizeof(*devices), by_id);
	return n;
}
