// SPDX-License-Identifier: GPL-2.0-or-later
/* Secure erase where there are zones (VIRTIO 1.4, 5.2.6.2). */
#include "zones.h"

static int erase(struct zoned *z, const struct zone *zone, u32 zones)
{
	return blk_range(&z->disk, VIRTIO_BLK_T_SECURE_ERASE, zone->start, zones * z->zone_sectors, 0);
}

/* Whether the disk takes an erasure of so many zones. */
static bool takes(struct zoned *z, u64 zones)
{
	return zones * z->zone_sectors <= BLK_CONFIG(z->disk.dev, max_secure_erase_sectors);
}

/*
 * To erase a zone does to it what a reset does, whatever it was.
 */
AVPS_TEST(zoned, erased_zone_is_reset, CLAUSES("blk-060"), NEEDS(BLK_F_ZONED, VIRTIO_BLK_F_SECURE_ERASE),
	  ONLY_IF(zoned_writable))
{
	static const u8 states[] = { ZONE_EMPTY, ZONE_IOPEN, ZONE_EOPEN, ZONE_CLOSED, ZONE_FULL };
	struct zone zone;

	if (!takes(&self->z, 1))
		SKIP_AS(AVPS_SKIP_LAUNCH, "a zone is more than can be erased at once");
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		PICK(ZONES_SEQUENTIAL, &zone, 1u);
		BRING(&zone, states[i]);
		CHECK_EQ("blk-060", erase(&self->z, &zone, 1), VIRTIO_BLK_S_OK);
		CHECK_STATE("blk-060", &zone, ZONE_EMPTY);
		CHECK_WP("blk-060", &zone, 0);
	}
}

/*
 * All zones of the range are, and those beside it are not.
 */
AVPS_TEST(zoned, erased_zones_are_reset, CLAUSES("blk-060"), NEEDS(BLK_F_ZONED, VIRTIO_BLK_F_SECURE_ERASE),
	  ONLY_IF(zoned_writable))
{
	struct zone zones[3];

	if (!takes(&self->z, 2))
		SKIP_AS(AVPS_SKIP_LAUNCH, "two zones are more than can be erased at once");
	PICK(ZONES_SEQUENTIAL, zones, 3u);
	if (zones[2].start - zones[0].start != 2 * self->z.zone_sectors)
		SKIP_AS(AVPS_SKIP_ABSENT, "the first three zones that the test can use are not next to each other");
	for (u32 i = 0; i < ARRAY_SIZE(zones); i++)
		BRING(&zones[i], ZONE_FULL);
	CHECK_EQ("blk-060", erase(&self->z, &zones[0], 2), VIRTIO_BLK_S_OK);
	CHECK_STATE("blk-060", &zones[0], ZONE_EMPTY);
	CHECK_STATE("blk-060", &zones[1], ZONE_EMPTY);
	CHECK_STATE("blk-060", &zones[2], ZONE_FULL);
}

/*
 * A conventional zone can no more be erased than reset.
 */
AVPS_TEST(zoned, conventional_zone_is_not_erased, CLAUSES("blk-060"), NEEDS(BLK_F_ZONED, VIRTIO_BLK_F_SECURE_ERASE),
	  ONLY_IF(zoned_writable))
{
	struct zone zone;

	if (!takes(&self->z, 1))
		SKIP_AS(AVPS_SKIP_LAUNCH, "a zone is more than can be erased at once");
	if (!zones_find(&self->z, 1u << ZONE_CONV, ~0u, &zone))
		SKIP_AS(AVPS_SKIP_ABSENT, "the disk has no conventional zone");
	CHECK_EQ("blk-060", erase(&self->z, &zone, 1), ZONE_S_INVALID_CMD);
	CHECK_STATE("blk-060", &zone, ZONE_NOT_WP);
}
