// SPDX-License-Identifier: GPL-2.0-or-later
/* Appending to zones (VIRTIO 1.4, 5.2.5.2, 5.2.6). */
#include "zones.h"

/* Judges that an append is refused with @status_, and the zone's state and write pointer stay as they are. */
#define CHECK_REFUSED(clause_, sector_, sectors_, status_, zone_, state_, written_)            \
	do {                                                                                   \
		CHECK_EQ(clause_, zone_append(&self->z, sector_, sectors_, 9, NULL), status_); \
		CHECK_STATE(clause_, zone_, state_);                                           \
		CHECK_WP(clause_, zone_, written_);                                            \
	} while (0)

/* The largest append that is of whole granules. */
static u32 largest(const struct zoned *z)
{
	return z->max_append / z->granule * z->granule;
}

/*
 * Only to a zone that must be written in sequence can be appended: not to a conventional one, nor to one that need not be.
 */
AVPS_TEST(zoned, append_needs_a_sequential_zone, CLAUSES("blk-039"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_with_appends))
{
	static const unsigned int types[] = { ZONE_CONV, ZONE_SWP };
	u32 granule = self->z.granule;
	struct avps_buf before = blk_pattern(0, granule, 7), after = avps_dma_alloc(before.len, BLK_SECTOR);
	bool judged = false;
	struct zone zone;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (!zones_find(&self->z, 1u << types[i], ZONES_USABLE | 1u << ZONE_NOT_WP, &zone))
			continue;
		REQUIRE(blk_write(&self->z.disk, zone.start, before) == VIRTIO_BLK_S_OK, "the zone can't be written");
		CHECK_EQ("blk-039", zone_append(&self->z, zone.start, granule, 9, NULL), ZONE_S_INVALID_CMD);
		REQUIRE(blk_read(&self->z.disk, zone.start, after) == VIRTIO_BLK_S_OK, "the zone can't be read");
		CHECK_SAME("blk-039", "what the zone holds", after.cpu, before.cpu, before.len);
		judged = true;
	}
	if (!judged)
		SKIP_AS(AVPS_SKIP_ABSENT, "all zones are to be written in sequence");
}

/*
 * The request names the zone by its first sector, and not the place in it, not even the write pointer.
 */
AVPS_TEST(zoned, append_names_the_first_sector, CLAUSES("blk-046"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_with_appends))
{
	u32 granule = self->z.granule;
	struct zone zone;

	PICK(ZONES_SWR, &zone, 1u);
	CHECK_REFUSED("blk-046", zone.start + granule, granule, ZONE_S_INVALID_CMD, &zone, ZONE_EMPTY, 0);
	BRING(&zone, ZONE_IOPEN);
	CHECK_REFUSED("blk-046", zone.start + granule, granule, ZONE_S_INVALID_CMD, &zone, ZONE_IOPEN, granule);
	CHECK_REFUSED("blk-046", zone.start + 2 * granule, granule, ZONE_S_INVALID_CMD, &zone, ZONE_IOPEN, granule);
}

/*
 * Data lands at the write pointer, and the reply says where that was.
 */
AVPS_TEST(zoned, append_tells_where, CLAUSES("blk-048"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_with_appends))
{
	u32 granule = self->z.granule, written = 0;
	struct zone zone;

	PICK(ZONES_SWR, &zone, 1u);
	for (u32 n = 1; n <= 2; n++) {
		u32 sectors = n * granule > self->z.max_append ? granule : n * granule;
		struct avps_buf expected = blk_pattern(zone.start, sectors, n), back;
		u64 at = 0;

		back = avps_dma_alloc(expected.len, BLK_SECTOR);
		CHECK_EQ("blk-048", zone_append(&self->z, zone.start, sectors, n, &at), VIRTIO_BLK_S_OK);
		CHECK_EQ("blk-048", at, zone.start + written);
		written += sectors;
		CHECK_WP("blk-048", &zone, written);
		REQUIRE(blk_read(&self->z.disk, zone.start + written - sectors, back) == VIRTIO_BLK_S_OK,
			"what was appended can't be read");
		CHECK_SAME("blk-048", "what was appended", back.cpu, expected.cpu, back.len);
	}
}

/*
 * Without appends, there are none.
 */
AVPS_TEST(zoned, append_is_unsupported_where_it_has_no_size, CLAUSES("blk-049"), NEEDS(BLK_F_ZONED),
	  ONLY_IF(zoned_without_appends))
{
	struct zone zone;

	PICK(ZONES_SWR, &zone, 1u);
	CHECK_REFUSED("blk-049", zone.start, self->z.granule, VIRTIO_BLK_S_UNSUPP, &zone, ZONE_EMPTY, 0);
}

/* Skips where no request can be of @sectors_. */
#define SKIP_IF_TOO_LARGE(sectors_, status_)                                                                          \
	do {                                                                                                          \
		if ((status_) == -ENOBUFS)                                                                            \
			SKIP_AS(AVPS_SKIP_LAUNCH, "an append of %u sectors is more than a request can be", sectors_); \
	} while (0)

/*
 * An append of the size that max_append_sectors tells is carried out.
 */
AVPS_TEST(zoned, largest_append_is_carried_out, CLAUSES("blk-014"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_with_appends))
{
	u32 sectors = largest(&self->z);
	struct zone zone;
	int status;

	PICK(ZONES_SWR, &zone, 1u);
	status = zone_append(&self->z, zone.start, sectors, 1, NULL);
	SKIP_IF_TOO_LARGE(sectors, status);
	CHECK_EQ("blk-014", status, VIRTIO_BLK_S_OK);
	CHECK("blk-014", sectors > 0, "max_append_sectors is %u, and a granule %u sectors", self->z.max_append,
	      self->z.granule);
	if (sectors < zone.capacity)
		CHECK_WP("blk-014", &zone, sectors);
	else
		CHECK_STATE("blk-014", &zone, ZONE_FULL);
}

/*
 * A larger one is not.
 */
AVPS_TEST(zoned, larger_append_is_refused, CLAUSES("blk-050"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_with_appends))
{
	u32 sectors = largest(&self->z) + self->z.granule;
	struct zone zone;
	int status;

	PICK(ZONES_SWR, &zone, 1u);
	status = zone_append(&self->z, zone.start, sectors, 9, NULL);
	SKIP_IF_TOO_LARGE(sectors, status);
	CHECK_EQ("blk-050", status, ZONE_S_INVALID_CMD);
	CHECK_STATE("blk-050", &zone, ZONE_EMPTY);
}

/*
 * A full zone has no room left, however little is appended.
 */
AVPS_TEST(zoned, full_zone_takes_no_append, CLAUSES("blk-047"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_with_appends))
{
	struct zone zone;

	PICK(ZONES_SWR, &zone, 1u);
	BRING(&zone, ZONE_FULL);
	CHECK_EQ("blk-047", zone_append(&self->z, zone.start, self->z.granule, 9, NULL), ZONE_S_INVALID_CMD);
	CHECK_STATE("blk-047", &zone, ZONE_FULL);
}
