// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Zones that can't be written any more, or not even read (VIRTIO 1.4, 5.2.6). A guest can't bring one into that state: where the host
 * has, it is judged.
 */
#include "zones.h"

/* Finds a sequential zone in that state, or ends the test as skipped. */
#define FIND_LOST(zone_, state_, words_)                                                \
	do {                                                                            \
		if (!zones_find(&self->z, ZONES_SEQUENTIAL, 1u << (state_), zone_))     \
			SKIP_AS(AVPS_SKIP_ABSENT, "no zone of the disk is %s", words_); \
	} while (0)

/* Judges a request about a zone that nothing can be done with. */
#define CHECK_LOST(clause_, type_, zone_, state_)                                        \
	do {                                                                             \
		CHECK_EQ(clause_, zone_act(&self->z, type_, zone_), ZONE_S_INVALID_CMD); \
		CHECK_STATE(clause_, zone_, state_);                                     \
	} while (0)

/*
 * A read-only zone is not written to, and keeps what it holds.
 */
AVPS_TEST(zoned, read_only_zone_is_not_written, CLAUSES("blk-054"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_writable))
{
	size_t len = (size_t)self->z.granule * BLK_SECTOR;
	struct avps_buf before = avps_dma_alloc(len, BLK_SECTOR), after = avps_dma_alloc(len, BLK_SECTOR);
	struct zone zone;
	int status;

	FIND_LOST(&zone, ZONE_RDONLY, "read-only");
	status = blk_read(&self->z.disk, zone.start, before);
	CHECK_EQ("blk-054", zone_write(&self->z, zone.start, self->z.granule, 9), ZONE_S_INVALID_CMD);
	if (self->z.max_append >= self->z.granule)
		CHECK_EQ("blk-054", zone_append(&self->z, zone.start, self->z.granule, 9, NULL), ZONE_S_INVALID_CMD);
	CHECK_STATE("blk-054", &zone, ZONE_RDONLY);
	CHECK_EQ("blk-054", blk_read(&self->z.disk, zone.start, after), status);
	CHECK_SAME("blk-054", "what the zone holds", after.cpu, before.cpu, len);
}

/*
 * Nor does it go to any other state.
 */
AVPS_TEST(zoned, read_only_zone_stays_so, CLAUSES("blk-040", "blk-042", "blk-043", "blk-044"), NEEDS(BLK_F_ZONED),
	  ONLY_IF(zoned_writable))
{
	struct zone zone;

	FIND_LOST(&zone, ZONE_RDONLY, "read-only");
	CHECK_LOST("blk-040", BLK_T_ZONE_OPEN, &zone, ZONE_RDONLY);
	CHECK_LOST("blk-042", BLK_T_ZONE_CLOSE, &zone, ZONE_RDONLY);
	CHECK_LOST("blk-043", BLK_T_ZONE_FINISH, &zone, ZONE_RDONLY);
	CHECK_LOST("blk-044", BLK_T_ZONE_RESET, &zone, ZONE_RDONLY);
}

/*
 * Of an offline zone nothing is to be had.
 */
AVPS_TEST(zoned, offline_zone_refuses_all, CLAUSES("blk-055"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_writable))
{
	static const u32 types[] = { BLK_T_ZONE_OPEN, BLK_T_ZONE_CLOSE, BLK_T_ZONE_FINISH, BLK_T_ZONE_RESET };
	struct avps_buf back = avps_dma_alloc((size_t)self->z.granule * BLK_SECTOR, BLK_SECTOR);
	struct zone zone;

	FIND_LOST(&zone, ZONE_OFFLINE, "offline");
	CHECK_EQ("blk-055", blk_read(&self->z.disk, zone.start, back), ZONE_S_INVALID_CMD);
	CHECK_EQ("blk-055", zone_write(&self->z, zone.start, self->z.granule, 9), ZONE_S_INVALID_CMD);
	if (self->z.max_append >= self->z.granule)
		CHECK_EQ("blk-055", zone_append(&self->z, zone.start, self->z.granule, 9, NULL), ZONE_S_INVALID_CMD);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		CHECK_LOST("blk-055", types[i], &zone, ZONE_OFFLINE);
}
