// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening, closing, finishing and resetting zones, from each state that a driver can bring them into (VIRTIO 1.4, 5.2.6). */
#include "zones.h"

/* Makes a request about a zone, and judges its status and the state that the zone is in afterwards. */
#define CHECK_ACT(clause_, type_, zone_, status_, state_)                     \
	do {                                                                  \
		CHECK_EQ(clause_, zone_act(&self->z, type_, zone_), status_); \
		CHECK_STATE(clause_, zone_, state_);                          \
	} while (0)

/*
 * A conventional zone has no state to leave: it can't be opened, closed, finished or reset, and keeps what it holds.
 */
AVPS_TEST(zoned, conventional_zone_has_no_states, CLAUSES("blk-038"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_writable))
{
	static const u32 types[] = { BLK_T_ZONE_OPEN, BLK_T_ZONE_CLOSE, BLK_T_ZONE_FINISH, BLK_T_ZONE_RESET };
	u32 sectors = self->z.granule;
	struct avps_buf expected, back = avps_dma_alloc((size_t)sectors * BLK_SECTOR, BLK_SECTOR);
	struct zone zone;

	if (!zones_find(&self->z, 1u << ZONE_CONV, ~0u, &zone))
		SKIP_AS(AVPS_SKIP_ABSENT, "the disk has no conventional zone");
	REQUIRE(zone_write(&self->z, zone.start, sectors, 7) == VIRTIO_BLK_S_OK, "the zone can't be written");
	expected = blk_pattern(zone.start, sectors, 7);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		CHECK_ACT("blk-038", types[i], &zone, ZONE_S_INVALID_CMD, ZONE_NOT_WP);
	REQUIRE(blk_read(&self->z.disk, zone.start, back) == VIRTIO_BLK_S_OK, "the zone can't be read");
	CHECK_SAME("blk-038", "what the zone holds", back.cpu, expected.cpu, back.len);
}

/*
 * An empty, open or closed zone can be opened, a full one can't.
 */
AVPS_TEST(zoned, full_zone_can_not_be_opened, CLAUSES("blk-040"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_writable))
{
	static const u8 states[] = { ZONE_EMPTY, ZONE_IOPEN, ZONE_EOPEN, ZONE_CLOSED };

	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		struct zone zone;

		PICK(ZONES_SEQUENTIAL, &zone, 1u);
		BRING(&zone, states[i]);
		CHECK_ACT("blk-040", BLK_T_ZONE_OPEN, &zone, VIRTIO_BLK_S_OK, ZONE_EOPEN);
		zone_act(&self->z, BLK_T_ZONE_FINISH, &zone);
		REQUIRE(zone_now(&self->z, zone.start).state == ZONE_FULL, "the zone can't be finished");
		CHECK_ACT("blk-040", BLK_T_ZONE_OPEN, &zone, ZONE_S_INVALID_CMD, ZONE_FULL);
	}
}

/*
 * An open zone that holds data can be closed, and so can a closed one. An empty or full one can't.
 */
AVPS_TEST(zoned, empty_or_full_zone_can_not_be_closed, CLAUSES("blk-042"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_writable))
{
	static const u8 states[] = { ZONE_IOPEN, ZONE_EOPEN };
	struct zone zone;

	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		PICK(ZONES_SEQUENTIAL, &zone, 1u);
		BRING(&zone, states[i]);
		CHECK_ACT("blk-042", BLK_T_ZONE_CLOSE, &zone, VIRTIO_BLK_S_OK, ZONE_CLOSED);
		CHECK_ACT("blk-042", BLK_T_ZONE_CLOSE, &zone, VIRTIO_BLK_S_OK, ZONE_CLOSED);
		CHECK_WP("blk-042", &zone, self->z.granule);
	}
	PICK(ZONES_SEQUENTIAL, &zone, 1u);
	CHECK_ACT("blk-042", BLK_T_ZONE_CLOSE, &zone, ZONE_S_INVALID_CMD, ZONE_EMPTY);
	BRING(&zone, ZONE_FULL);
	CHECK_ACT("blk-042", BLK_T_ZONE_CLOSE, &zone, ZONE_S_INVALID_CMD, ZONE_FULL);
}

/*
 * An open zone can be finished, and so can a full one. Of an empty or closed zone the standard's list of transitions says that it
 * can't, where the standards that it refers to say that it can: so the device may have it either way, but not half of each.
 */
AVPS_TEST(zoned, finished_zone_is_full, CLAUSES("blk-043"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_writable))
{
	static const u8 open[] = { ZONE_IOPEN, ZONE_EOPEN }, unclear[] = { ZONE_EMPTY, ZONE_CLOSED };
	struct zone zone;

	for (size_t i = 0; i < ARRAY_SIZE(open); i++) {
		PICK(ZONES_SEQUENTIAL, &zone, 1u);
		BRING(&zone, open[i]);
		CHECK_ACT("blk-043", BLK_T_ZONE_FINISH, &zone, VIRTIO_BLK_S_OK, ZONE_FULL);
		CHECK_ACT("blk-043", BLK_T_ZONE_FINISH, &zone, VIRTIO_BLK_S_OK, ZONE_FULL);
	}
	for (size_t i = 0; i < ARRAY_SIZE(unclear); i++) {
		int status;

		PICK(ZONES_SEQUENTIAL, &zone, 1u);
		BRING(&zone, unclear[i]);
		status = zone_act(&self->z, BLK_T_ZONE_FINISH, &zone);
		CHECK("blk-043", status == VIRTIO_BLK_S_OK || status == ZONE_S_INVALID_CMD,
		      "to finish a zone in state %u ends with status %d", unclear[i], status);
		CHECK_STATE("blk-043", &zone, status == VIRTIO_BLK_S_OK ? ZONE_FULL : unclear[i]);
	}
}

/*
 * A zone is empty after a reset, whatever it was.
 */
AVPS_TEST(zoned, reset_zone_is_empty, CLAUSES("blk-044"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_writable))
{
	static const u8 states[] = { ZONE_EMPTY, ZONE_IOPEN, ZONE_EOPEN, ZONE_CLOSED, ZONE_FULL };
	struct zone zone;

	if (!zones_find(&self->z, ZONES_SEQUENTIAL, ZONES_USABLE, &zone))
		SKIP_AS(AVPS_SKIP_ABSENT, "the disk has no zone that can be reset");
	CHECK_ACT("blk-044", BLK_T_ZONE_RESET, &zone, VIRTIO_BLK_S_OK, ZONE_EMPTY);
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		BRING(&zone, states[i]);
		CHECK_ACT("blk-044", BLK_T_ZONE_RESET, &zone, VIRTIO_BLK_S_OK, ZONE_EMPTY);
		CHECK_WP("blk-044", &zone, 0);
	}
}
