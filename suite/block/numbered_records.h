/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbered records: what the host looks for on a disk after it has cut the power (docs/records.md has their layout). They go to
 * places that are used in turn, so that a new record takes the place of an old one in a known order.
 */
#ifndef AVPS_BLOCK_NUMBERED_RECORDS_H
#define AVPS_BLOCK_NUMBERED_RECORDS_H

#include "block.h"

#define NUMBERED_PLACES 32

/* How a record becomes stable: the cases of 5.2.6.2. */
enum numbered_mode {
	NUMBERED_WRITTEN_BACK, /* writeback is 1, and each record is flushed */
	NUMBERED_WRITTEN_THROUGH, /* writeback is 0 */
	NUMBERED_FLUSHED, /* there is only FLUSH, and each record is flushed */
	NUMBERED_UNFLUSHED, /* the driver has accepted neither FLUSH nor CONFIG_WCE */
	NUMBERED_MODES
};

/* "written-back" */
const char *numbered_mode_name(enum numbered_mode mode);

/* Whether a disk that offers these features can be driven that way. */
bool numbered_mode_fits(enum numbered_mode mode, avps_features offered);

/* The features that are accepted for it. */
avps_features numbered_mode_features(enum numbered_mode mode);

/* The first sector of record @number, from 1 on. A record is one block of the disk. */
u64 numbered_sector(const struct blk *disk, u64 number);

/* Makes record @number in @buf, one block long. */
void numbered_fill(struct avps_buf buf, u64 sector, u64 number);

/*
 * Writes record @number, and makes it stable.
 *
 * Returns as blk_request().
 */
int numbered_write(struct blk *disk, enum numbered_mode mode, u64 number, struct avps_buf buf);

#endif
