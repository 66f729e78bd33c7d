// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A request for the core tests that a host-managed disk completes whatever its zones hold: a report of its first zone. A read might
 * be of data that nobody wrote, and fail.
 */
#include <string.h>

#include "zones.h"

/* The header and one zone's descriptor. */
#define REPORT_BYTES 128
#define NR_ZONES 0
#define Z_START 72
#define Z_TYPE 88

static unsigned int prepare(struct avps_element *elements)
{
	elements[0] = (struct avps_element){ .buf = avps_dma_alloc(sizeof(struct virtio_blk_outhdr), 8) };
	elements[1] = (struct avps_element){ .buf = avps_dma_alloc(REPORT_BYTES, 8), .writable = true };
	elements[2] = (struct avps_element){ .buf = avps_dma_alloc(1, 1), .writable = true };
	*(struct virtio_blk_outhdr *)elements[0].buf.cpu = (struct virtio_blk_outhdr){ .type = BLK_T_ZONE_REPORT };
	return 3;
}

static const char *verify(const struct avps_element *elements, unsigned int n, u32 used_len)
{
	const u8 *report = elements[1].buf.cpu;
	u64 nr_zones, start;

	memcpy(&nr_zones, report + NR_ZONES, sizeof(nr_zones));
	memcpy(&start, report + Z_START, sizeof(start));
	if (*(const u8 *)elements[n - 1].buf.cpu != VIRTIO_BLK_S_OK)
		return "the report of a zone did not end with status OK";
	if (nr_zones != 1 || start || report[Z_TYPE] < ZONE_CONV || report[Z_TYPE] > ZONE_SWP)
		return "the report of a zone is none";
	return used_len > REPORT_BYTES + 1 ? "the device claims more bytes than the buffer has" : NULL;
}

const struct avps_exercise zoned_exercise = {
	.queue = 0,
	.needs = FEATURE(BLK_F_ZONED),
	.avoid = FEATURE(VIRTIO_BLK_F_DISCARD),
	.prepare = prepare,
	.verify = verify,
};
