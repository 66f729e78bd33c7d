/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Watching the sectors that a request does not name: those at the beginning of the disk, where a place that has lost bits ends
 * up, and those at its end.
 */
#ifndef AVPS_BLOCK_WATCH_H
#define AVPS_BLOCK_WATCH_H

#include "block.h"

#define WATCH_BLOCKS 16 /* at either end */

struct watch_place {
	u64 sector, sectors;
};

struct watch {
	struct blk *disk;
	struct watch_place ends[2];
	struct avps_buf expected[2], seen[2];
};

/* The first sector behind the last whole block. */
u64 watch_end(const struct blk *disk);

/*
 * Writes a pattern of @generation to be watched. @watch is zeroed before the first time, and keeps its memory after that.
 *
 * Returns 0, or -EIO if the disk can't be written or is too small.
 */
int watch_start(struct watch *watch, struct blk *disk, u32 generation);

/* Reads what is there now. 0, or -EIO. */
int watch_look(struct watch *watch);

/*
 * Takes what was seen of the sectors of @place for what is right: a request that failed may have changed them. They are put
 * back with the next watch_start() only.
 */
void watch_forgive(struct watch *watch, struct watch_place place);

/* The same for a request of which @place must read as zeroes. */
void watch_expect_zeroes(struct watch *watch, struct watch_place place);

/* Judges that what was seen is what was written, but for what was forgiven. */
#define CHECK_WATCHED(clause_, watch_)                                                                                 \
	do {                                                                                                           \
		CHECK_SAME(clause_, "the first sectors of the disk", (watch_)->seen[0].cpu, (watch_)->expected[0].cpu, \
			   (watch_)->seen[0].len);                                                                     \
		CHECK_SAME(clause_, "the last sectors of the disk", (watch_)->seen[1].cpu, (watch_)->expected[1].cpu,  \
			   (watch_)->seen[1].len);                                                                     \
	} while (0)

#endif
