// SPDX-License-Identifier: GPL-2.0-or-later
/* Places of virtio-mmio devices that the kernel's arguments name, in the form of Linux's virtio_mmio driver. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avps/report.h"
#include "place.h"

#define KEY "virtio_mmio.device="

/* A number with a suffix K, M or G, as the kernel's arguments have them. @end: where it ends. */
static u64 number(const char *text, char **end)
{
	static const char suffixes[] = "KMG";
	u64 value = strtoull(text, end, 0);
	const char *suffix = **end ? strchr(suffixes, **end & ~0x20) : NULL;

	if (!suffix)
		return value;
	++*end;
	return value << (10 * (suffix - suffixes + 1));
}

/* SIZE@BASE:INTERRUPT, and perhaps :NUMBER, which means nothing to us. */
static bool parse(const char *text, struct place *place)
{
	char *at;

	*place = (struct place){ .size = number(text, &at) };
	if (*at != '@')
		return false;
	place->base = strtoull(at + 1, &at, 0);
	if (*at != ':')
		return false;
	place->interrupt = strtol(at + 1, &at, 0);
	snprintf(place->id, sizeof(place->id), "%llx", (unsigned long long)place->base);
	return place->size && place->base && place->interrupt > 0 && strchr(": \n", *at);
}

static bool known(const struct place *places, int n, u64 base)
{
	for (int i = 0; i < n; i++)
		if (places[i].base == base)
			return true;
	return false;
}

int places_of_cmdline(const char *cmdline, struct place *places, int n)
{
	const char *at = cmdline;

	while (n < MAX_PLACES && (at = strstr(at, KEY))) {
		const char *value = at + strlen(KEY);
		struct place place;

		if (at != cmdline && at[-1] != ' ')
			;
		else if (!parse(value, &place))
			avps_report_log("warning", KEY "%.*s: must be SIZE@BASE:INTERRUPT", (int)strcspn(value, " \n"),
					value);
		else if (!known(places, n, place.base))
			places[n++] = place;
		at = value;
	}
	return n;
}
