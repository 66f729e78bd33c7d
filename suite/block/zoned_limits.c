// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How many zones may be open, and how many active, at a time (VIRTIO 1.4, 5.2.5.2, 5.2.6). What counts here are zones that were
 * opened explicitly, or closed: those that are open without having been asked for the device may close by itself.
 */
#include "zones.h"

#define MOST 256 /* zones that are tried */
#define SOME 16 /* where there is no limit */

/* What a zone gets to hear that is to be opened: with @open zones open and @active of them, or closed, active. */
static int lack(const struct zoned *z, bool empty, u32 open, u32 active)
{
	if (empty && z->max_active && active >= z->max_active)
		return ZONE_S_ACTIVE_RESOURCE;
	return z->max_open && open >= z->max_open ? ZONE_S_OPEN_RESOURCE : VIRTIO_BLK_S_OK;
}

#define SKIP_IF_TOO_MANY(limit_)                                                                         \
	do {                                                                                             \
		if ((limit_) > MOST - 2)                                                                 \
			SKIP_AS(AVPS_SKIP_LAUNCH, "the limit of %u zones is higher than this test goes", \
				(unsigned int)(limit_));                                                 \
	} while (0)

/*
 * As many zones as max_open_zones says can be open, and the next one is refused and stays as it is. Emptying one makes room.
 */
AVPS_TEST(zoned, open_zones_are_limited, CLAUSES("blk-012", "blk-041"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_open_limit))
{
	u32 limit = self->z.max_open;
	struct zone zones[MOST];

	SKIP_IF_TOO_MANY(limit);
	PICK(ZONES_SEQUENTIAL, zones, limit + 1);
	if (self->z.max_active && self->z.max_active < limit)
		SKIP_AS(AVPS_SKIP_LAUNCH, "fewer zones can be active than open");
	for (u32 i = 0; i < limit; i++)
		CHECK_EQ("blk-012", zone_act(&self->z, BLK_T_ZONE_OPEN, &zones[i]), VIRTIO_BLK_S_OK);
	CHECK_EQ("blk-012", zones_count(&self->z, ZONES_OPEN), limit);
	CHECK_EQ("blk-041", zone_act(&self->z, BLK_T_ZONE_OPEN, &zones[limit]), lack(&self->z, true, limit, limit));
	CHECK_STATE("blk-041", &zones[limit], ZONE_EMPTY);
	CHECK_EQ("blk-012", zones_count(&self->z, ZONES_OPEN), limit);
	REQUIRE(zone_act(&self->z, BLK_T_ZONE_RESET, &zones[0]) == VIRTIO_BLK_S_OK, "an open zone can't be reset");
	CHECK_EQ("blk-012", zone_act(&self->z, BLK_T_ZONE_OPEN, &zones[limit]), VIRTIO_BLK_S_OK);
}

/*
 * Zones that are open because they are written to count like the others: there are never more of both together.
 */
AVPS_TEST(zoned, written_zones_count_as_open, CLAUSES("blk-012"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_open_limit))
{
	u32 limit = self->z.max_open;
	struct zone zones[MOST];

	SKIP_IF_TOO_MANY(limit);
	PICK(ZONES_SEQUENTIAL, zones, limit + 1);
	REQUIRE(zone_act(&self->z, BLK_T_ZONE_OPEN, &zones[0]) == VIRTIO_BLK_S_OK, "a zone can't be opened");
	for (u32 i = 1; i <= limit; i++) {
		int status = zone_write(&self->z, zones[i].start, self->z.granule, 1);

		REQUIRE(i == limit || (self->z.max_active && i >= self->z.max_active) || status == VIRTIO_BLK_S_OK,
			"zone %u can't be written to, status %d", i, status);
	}
	CHECK("blk-012", zones_count(&self->z, ZONES_OPEN) <= limit, "%u zones are open at a time",
	      zones_count(&self->z, ZONES_OPEN));
}

/*
 * Where max_open_zones is 0, zones can be opened as long as they may be active.
 */
AVPS_TEST(zoned, open_zones_are_not_limited, CLAUSES("blk-012"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_no_open_limit))
{
	unsigned int most = self->z.max_active && self->z.max_active < SOME ? self->z.max_active : SOME, n;
	struct zone zones[SOME];

	n = zones_pick(&self->z, ZONES_SEQUENTIAL, zones, most);
	if (!n)
		SKIP_AS(AVPS_SKIP_ABSENT, "the disk has no zone that can be opened");
	for (unsigned int i = 0; i < n; i++)
		CHECK_EQ("blk-012", zone_act(&self->z, BLK_T_ZONE_OPEN, &zones[i]), VIRTIO_BLK_S_OK);
	CHECK_EQ("blk-012", zones_count(&self->z, ZONES_OPEN), n);
}

/*
 * As many zones as max_active_zones says can hold data without being full, and the next one is refused; resetting one, or finishing
 * it, makes room.
 */
AVPS_TEST(zoned, active_zones_are_limited, CLAUSES("blk-013", "blk-041"), NEEDS(BLK_F_ZONED),
	  ONLY_IF(zoned_active_limit))
{
	u32 limit = self->z.max_active;
	struct zone zones[MOST];

	SKIP_IF_TOO_MANY(limit);
	PICK(ZONES_SEQUENTIAL, zones, limit + 1);
	for (u32 i = 0; i < limit; i++) {
		CHECK_EQ("blk-013", zone_write(&self->z, zones[i].start, self->z.granule, 1), VIRTIO_BLK_S_OK);
		REQUIRE(zone_act(&self->z, BLK_T_ZONE_CLOSE, &zones[i]) == VIRTIO_BLK_S_OK, "a zone can't be closed");
	}
	CHECK_EQ("blk-013", zones_count(&self->z, ZONES_ACTIVE), limit);
	CHECK_EQ("blk-041", zone_act(&self->z, BLK_T_ZONE_OPEN, &zones[limit]), ZONE_S_ACTIVE_RESOURCE);
	CHECK_STATE("blk-041", &zones[limit], ZONE_EMPTY);
	CHECK_EQ("blk-013", zones_count(&self->z, ZONES_ACTIVE), limit);
	REQUIRE(zone_act(&self->z, BLK_T_ZONE_RESET, &zones[0]) == VIRTIO_BLK_S_OK, "a closed zone can't be reset");
	CHECK_EQ("blk-013", zone_act(&self->z, BLK_T_ZONE_OPEN, &zones[limit]), VIRTIO_BLK_S_OK);
	REQUIRE(zone_act(&self->z, BLK_T_ZONE_FINISH, &zones[limit]) == VIRTIO_BLK_S_OK, "a zone can't be finished");
	CHECK_EQ("blk-013", zone_act(&self->z, BLK_T_ZONE_OPEN, &zones[0]), VIRTIO_BLK_S_OK);
}

AVPS_TEST(zoned, active_zones_are_not_limited, CLAUSES("blk-013"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_no_active_limit))
{
	struct zone zones[SOME];
	unsigned int n = zones_pick(&self->z, ZONES_SEQUENTIAL, zones, SOME);

	if (!n)
		SKIP_AS(AVPS_SKIP_ABSENT, "the disk has no zone that can be written");
	for (unsigned int i = 0; i < n; i++) {
		CHECK_EQ("blk-013", zone_write(&self->z, zones[i].start, self->z.granule, 1), VIRTIO_BLK_S_OK);
		REQUIRE(zone_act(&self->z, BLK_T_ZONE_CLOSE, &zones[i]) == VIRTIO_BLK_S_OK, "a zone can't be closed");
	}
	CHECK_EQ("blk-013", zones_count(&self->z, ZONES_ACTIVE), n);
}

/* Judges that a zone can't be written to, by write or append, and stays as it is. */
#define CHECK_NO_WRITE(zone_, written_, state_, status_)                                                        \
	do {                                                                                                    \
		u32 granule_ = self->z.granule;                                                                 \
                                                                                                                \
		CHECK_EQ("blk-045", zone_write(&self->z, (zone_)->start + (written_), granule_, 2), status_);   \
		if (self->z.max_append >= granule_)                                                             \
			CHECK_EQ("blk-045", zone_append(&self->z, (zone_)->start, granule_, 2, NULL), status_); \
		CHECK_STATE("blk-045", zone_, state_);                                                          \
		CHECK_WP("blk-045", zone_, written_);                                                           \
	} while (0)

/*
 * With as many zones open as can be, no other one can be written to: neither an empty one, nor one that was closed.
 */
AVPS_TEST(zoned, no_write_without_an_open_resource, CLAUSES("blk-045"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_open_limit))
{
	u32 limit = self->z.max_open;
	bool room_for_closed = !self->z.max_active || self->z.max_active > limit;
	struct zone zones[MOST];

	SKIP_IF_TOO_MANY(limit);
	PICK(ZONES_SWR, zones, limit + 2);
	if (room_for_closed)
		BRING(&zones[limit], ZONE_CLOSED);
	for (u32 i = 0; i < limit; i++)
		REQUIRE(zone_act(&self->z, BLK_T_ZONE_OPEN, &zones[i]) == VIRTIO_BLK_S_OK, "zone %u can't be opened",
			i);
	CHECK_NO_WRITE(&zones[limit + 1], 0, ZONE_EMPTY, lack(&self->z, true, limit, limit + room_for_closed));
	if (room_for_closed)
		CHECK_NO_WRITE(&zones[limit], self->z.granule, ZONE_CLOSED, lack(&self->z, false, limit, limit + 1));
}

/*
 * With as many zones active as can be, no empty one can be written to.
 */
AVPS_TEST(zoned, no_write_without_an_active_resource, CLAUSES("blk-045"), NEEDS(BLK_F_ZONED),
	  ONLY_IF(zoned_active_limit))
{
	u32 limit = self->z.max_active;
	struct zone zones[MOST];

	SKIP_IF_TOO_MANY(limit);
	PICK(ZONES_SWR, zones, limit + 1);
	for (u32 i = 0; i < limit; i++)
		BRING(&zones[i], ZONE_CLOSED);
	CHECK_NO_WRITE(&zones[limit], 0, ZONE_EMPTY, ZONE_S_ACTIVE_RESOURCE);
}
