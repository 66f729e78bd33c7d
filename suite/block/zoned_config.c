// SPDX-License-Identifier: GPL-2.0-or-later
/* What a zoned disk says of itself, and which drivers it takes (VIRTIO 1.4, 5.2.4, 5.2.5). */
#include <errno.h>

#include "zones.h"

/* What every driver accepts. */
static avps_features bare(const struct avps_device *dev)
{
	return (FEATURE(VIRTIO_F_VERSION_1) | FEATURE(VIRTIO_F_ACCESS_PLATFORM)) & dev->offered;
}

/* That, with all that the tests know of an ordinary disk. */
static avps_features ordinary(const struct avps_device *dev)
{
	return bare(dev) | (BLK_USUAL & dev->offered);
}

/*
 * To a driver that knows nothing of zones, a host-aware or drive-managed disk is an ordinary one: it takes the driver, and all
 * it has to say of zones becomes 0.
 */
AVPS_TEST(zoned, host_aware_disk_takes_any_driver, CLAUSES("blk-007"), NO_RING, NEEDS(BLK_F_ZONED),
	  ONLY_IF(zoned_host_aware))
{
	const avps_features accepted[] = { bare(self->dev), ordinary(self->dev) };
	u8 fields[offsetof(struct zoned_characteristics, unused2)];

	for (size_t i = 0; i < ARRAY_SIZE(accepted); i++) {
		CHECK_EQ("blk-007", avps_device_negotiate(self->dev, accepted[i]), 0);
		for (u32 at = 0; at < sizeof(fields); at++)
			fields[at] = blk_config(self->dev, ZONED_AT + at, 1);
		CHECK_ZERO("blk-007", "what the configuration says of zones", fields, sizeof(fields));
	}
}

/*
 * A host-managed disk refuses it: FEATURES_OK does not stay set.
 */
AVPS_TEST(zoned, host_managed_disk_refuses_other_drivers, CLAUSES("blk-008"), NO_RING, NEEDS(BLK_F_ZONED),
	  ONLY_IF(zoned_host_managed))
{
	CHECK_EQ("blk-008", avps_device_negotiate(self->dev, bare(self->dev)), -ENOTSUP);
	CHECK_EQ("blk-008", avps_device_negotiate(self->dev, ordinary(self->dev) & ~FEATURE(VIRTIO_BLK_F_DISCARD)),
		 -ENOTSUP);
	REQUIRE(!avps_device_negotiate(self->dev, bare(self->dev) | FEATURE(BLK_F_ZONED)),
		"the disk refuses a driver that accepts ZONED, too");
}

/*
 * The model is one of the three there are, and the zones are those that it has: sequential ones that must be written so on a
 * host-managed disk, and ones that had better be on a host-aware disk.
 */
AVPS_TEST(zoned, model_fits_the_zones, CLAUSES("blk-009"), NEEDS(BLK_F_ZONED))
{
	u8 model = self->z.model;
	struct zone zone;

	CHECK("blk-009", model == ZONED_NONE || model == ZONED_HM || model == ZONED_HA, "model is %u", model);
	if (model != ZONED_HM && model != ZONED_HA)
		return;
	CHECK("blk-009", zones_find(&self->z, 1u << (model == ZONED_HM ? ZONE_SWR : ZONE_SWP), ~0u, &zone),
	      "there is no zone of the type that belongs to model %u", model);
	CHECK("blk-009", !zones_find(&self->z, 1u << (model == ZONED_HM ? ZONE_SWP : ZONE_SWR), ~0u, &zone),
	      "the zone at %llu is of type %u, which model %u does not have", (unsigned long long)zone.start, zone.type,
	      model);
}

/*
 * Zones follow each other at a distance of zone_sectors, up to the end of the disk. A report begins with the zone that the sector
 * of the request is in, wherever in it that is.
 */
AVPS_TEST(zoned, zones_are_of_zone_sectors, CLAUSES("blk-010"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_known))
{
	u64 size = self->z.zone_sectors, capacity = self->z.disk.capacity, at = 0;
	struct zone zones[ZONES_MOST];

	CHECK("blk-010", size > 0, "zone_sectors is 0");
	while (size && at < capacity && at / size < ZONES_SCANNED) {
		u64 room = capacity - at < size ? capacity - at : size, expected = (capacity - at + size - 1) / size;
		int n = zones_report(&self->z, at, zones);

		CHECK_EQ("blk-010", n, expected < ZONES_MOST ? expected : ZONES_MOST);
		if (n < 1)
			return;
		for (int i = 0; i < n; i++, at += size) {
			room = capacity - at < size ? capacity - at : size;
			CHECK_EQ("blk-010", zones[i].start, at);
			CHECK("blk-010", zones[i].capacity <= room,
			      "of the %llu sectors of a zone, %llu can be written", (unsigned long long)room,
			      (unsigned long long)zones[i].capacity);
		}
	}
	if (capacity > size && size) {
		REQUIRE(zones_report(&self->z, size - 1, zones) > 0, "there is no report from sector %llu on",
			(unsigned long long)size - 1);
		CHECK_EQ("blk-010", zones[0].start, 0);
		REQUIRE(zones_report(&self->z, size, zones) > 0, "there is no report from sector %llu on",
			(unsigned long long)size);
		CHECK_EQ("blk-010", zones[0].start, size);
	}
}

/* Accepts ZONED and @more. */
#define NEGOTIATE_ZONED(more_)                                                                       \
	REQUIRE(!avps_device_negotiate(self->dev, bare(self->dev) | FEATURE(BLK_F_ZONED) | (more_)), \
		"the disk could not be initialised with ZONED")

/*
 * No append may be larger than all segments together can be. The standard compares the bare numbers, and so does this.
 */
AVPS_TEST(zoned, appends_fit_the_segments, CLAUSES("blk-015"), NO_RING,
	  NEEDS(BLK_F_ZONED, VIRTIO_BLK_F_SEG_MAX, VIRTIO_BLK_F_SIZE_MAX), ONLY_IF(zoned_known))
{
	u64 most, limit;

	NEGOTIATE_ZONED(FEATURE(VIRTIO_BLK_F_SEG_MAX) | FEATURE(VIRTIO_BLK_F_SIZE_MAX));
	most = ZONED_CONFIG(self->dev, max_append_sectors);
	limit = BLK_CONFIG(self->dev, seg_max) * BLK_CONFIG(self->dev, size_max);
	CHECK("blk-015", most <= limit, "max_append_sectors is %llu, and seg_max * size_max %llu",
	      (unsigned long long)most, (unsigned long long)limit);
}

AVPS_TEST(zoned, zoned_padding_is_zero, CLAUSES("blk-018"), NO_RING, NEEDS(BLK_F_ZONED), ONLY_IF(zoned_known))
{
	u8 unused2[sizeof(((struct zoned_characteristics *)0)->unused2)];

	NEGOTIATE_ZONED(0);
	for (u32 i = 0; i < sizeof(unused2); i++)
		unused2[i] = blk_config(self->dev, ZONED_AT + offsetof(struct zoned_characteristics, unused2) + i, 1);
	CHECK_ZERO("blk-018", "unused2", unused2, sizeof(unused2));
}

/*
 * What is erased at once is whole zones.
 */
AVPS_TEST(zoned, erasures_are_of_zones, CLAUSES("blk-058"), NO_RING, NEEDS(BLK_F_ZONED, VIRTIO_BLK_F_SECURE_ERASE),
	  ONLY_IF(zoned_known))
{
	u64 alignment, size;

	NEGOTIATE_ZONED(FEATURE(VIRTIO_BLK_F_SECURE_ERASE));
	alignment = BLK_CONFIG(self->dev, secure_erase_sector_alignment);
	size = ZONED_CONFIG(self->dev, zone_sectors);
	REQUIRE(size, "zone_sectors is 0");
	CHECK("blk-058", alignment % size == 0, "secure_erase_sector_alignment is %llu, and zone_sectors %llu",
	      (unsigned long long)alignment, (unsigned long long)size);
}
