/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests that name ranges of sectors, and what the configuration says of them (VIRTIO 1.4, 5.2.4, 5.2.6). */
#ifndef AVPS_BLOCK_RANGES_H
#define AVPS_BLOCK_RANGES_H

#include "block.h"

#define RANGES_MOST 64 /* that a test puts into one request */

enum range_request { RANGE_DISCARD, RANGE_WRITE_ZEROES, RANGE_SECURE_ERASE, RANGE_REQUESTS };

struct range_kind {
	const char *name;
	u32 type;
	int feature;
	u32 sectors_at, segments_at, alignment_at; /* fields of the configuration; alignment_at 0: none */
};

/* What one such request may have, as far as a test makes use of it. */
struct range_limits {
	const struct range_kind *kind;
	u32 step; /* sectors: what place and length are to be multiples of */
	u64 sectors; /* the most in a range, a multiple of it */
	u32 segments;
};

/* The limits of a request whose feature was negotiated. */
struct range_limits ranges_of(const struct blk *disk, enum range_request which);

/* Makes one request of @n ranges. Returns as blk_request(). */
int ranges_request(struct blk *disk, const struct range_kind *kind,
		   const struct virtio_blk_discard_write_zeroes *ranges, unsigned int n);

#endif
