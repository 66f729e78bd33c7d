// SPDX-License-Identifier: GPL-2.0-or-later
/* Places of virtio-mmio devices among the kernel's platform devices, which it made from the device tree or from ACPI. */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avps/devicetree.h"
#include "avps/report.h"
#include "place.h"

#define DEVICES "/sys/bus/platform/devices"
#define COMPATIBLE "virtio,mmio"
#define ACPI_ID "LNRO0005"

/* What the device tree says; false if @place has no node there, or another one. */
static bool from_tree(struct place *place)
{
	char path[PATH_MAX], why[160];
	struct avps_tree_node node;

	if (!avps_tree() || !avps_tree_path(place->id, path, sizeof(path)) ||
	    !avps_tree_is(avps_tree(), path, COMPATIBLE))
		return false;
	if (avps_tree_read(avps_tree(), path, &node, why, sizeof(why))) {
		avps_report_log("warning", "%s: device tree: %s", place->id, why);
		return true;
	}
	place->base = node.base;
	place->size = node.size;
	place->interrupt = node.interrupt;
	return true;
}

/* The memory that the kernel says is of device @name: a line "feb00e00-feb00fff : LNRO0005:03". */
static void memory_of(const char *name, u64 *base, u64 *size)
{
	FILE *file = fopen("/proc/iomem", "r");
	unsigned long long first, last;
	char line[200], owner[100];

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%llx-%llx : %99s", &first, &last, owner) != 3 || strcmp(owner, name))
			continue;
		*base = first;
		*size = last - first + 1;
		break;
	}
	if (file)
		fclose(file);
}

static bool from_acpi(struct place *place)
{
	char path[PATH_MAX], hid[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), DEVICES "/%s/firmware_node/hid", place->id);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (!fgets(hid, sizeof(hid), file))
		hid[0] = '\0';
	fclose(file);
	hid[strcspn(hid, "\n")] = '\0';
	if (strcmp(hid, ACPI_ID))
		return false;
	memory_of(place->id, &place->base, &place->size);
	return true;
}

int places_of_platform(struct place *places, int n)
{
	DIR *dir = opendir(DEVICES);
	struct dirent *entry;

	while (dir && n < MAX_PLACES && (entry = readdir(dir))) {
		struct place *place = &places[n];

		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= sizeof(place->id))
			continue;
		*place = (struct place){ .platform = true, .interrupt = NO_INTERRUPT };
		strcpy(place->id, entry->d_name);
		if (from_tree(place) || from_acpi(place))
			n++;
	}
	if (dir)
		closedir(dir);
	return n;
}
