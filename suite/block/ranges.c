// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests that name ranges of sectors: discard, write zeroes, secure erase (VIRTIO 1.4, 5.2.6). */
#include "ranges.h"

#include <string.h>

#define CONFIG(field_) offsetof(struct virtio_blk_config, field_)

static const struct range_kind kinds[] = {
	[RANGE_DISCARD] = { "discard", VIRTIO_BLK_T_DISCARD, VIRTIO_BLK_F_DISCARD, CONFIG(max_discard_sectors),
			    CONFIG(max_discard_seg), CONFIG(discard_sector_alignment) },
	[RANGE_WRITE_ZEROES] = { "write zeroes", VIRTIO_BLK_T_WRITE_ZEROES, VIRTIO_BLK_F_WRITE_ZEROES,
				 CONFIG(max_write_zeroes_sectors), CONFIG(max_write_zeroes_seg), 0 },
	[RANGE_SECURE_ERASE] = { "secure erase", VIRTIO_BLK_T_SECURE_ERASE, VIRTIO_BLK_F_SECURE_ERASE,
				 CONFIG(max_secure_erase_sectors), CONFIG(max_secure_erase_seg),
				 CONFIG(secure_erase_sector_alignment) },
};

#define MOST_ALIGNMENT 64 /* sectors */

/* What the ranges of a cautious driver are multiples of. */
static u32 step(const struct blk *disk, const struct range_kind *kind)
{
	u64 alignment = kind->alignment_at ? blk_config(disk->dev, kind->alignment_at, 4) : 0;

	return alignment > disk->unit && alignment <= MOST_ALIGNMENT && !(alignment % disk->unit) ? alignment
												  : disk->unit;
}

struct range_limits ranges_of(const struct blk *disk, enum range_request which)
{
	const struct range_kind *kind = &kinds[which];
	struct range_limits limits = {
		.kind = kind,
		.step = step(disk, kind),
		.sectors = blk_config(disk->dev, kind->sectors_at, 4),
		.segments = blk_config(disk->dev, kind->segments_at, 4),
	};

	if (limits.sectors > disk->capacity)
		limits.sectors = disk->capacity;
	limits.sectors -= limits.sectors % limits.step;
	if (limits.segments > RANGES_MOST)
		limits.segments = RANGES_MOST;
	return limits;
}

int ranges_request(struct blk *disk, const struct range_kind *kind,
		   const struct virtio_blk_discard_write_zeroes *ranges, unsigned int n)
{
	struct avps_element data = { .buf = avps_dma_alloc(n * sizeof(*ranges), 8) };

	memcpy(data.buf.cpu, ranges, data.buf.len);
	return blk_request(disk, kind->type, 0, data, NULL);
}
