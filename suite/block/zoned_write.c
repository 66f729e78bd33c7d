// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes to zones that must be written in sequence (VIRTIO 1.4, 5.2.5.2, 5.2.6). */
#include "zones.h"

#define MOST_SECTORS 2048 /* in a zone that is filled up, or exceeded by one request: 1 MiB */

/* Judges that a write is refused with @status_, and the zone's state and write pointer stay as they are. */
#define CHECK_REFUSED(clause_, sector_, sectors_, status_, zone_, state_, written_)     \
	do {                                                                            \
		CHECK_EQ(clause_, zone_write(&self->z, sector_, sectors_, 9), status_); \
		CHECK_STATE(clause_, zone_, state_);                                    \
		if ((state_) != ZONE_FULL)                                              \
			CHECK_WP(clause_, zone_, written_);                             \
	} while (0)

/*
 * Writes of write_granularity bytes are carried out, one after the other, from the start of a zone on. What ends elsewhere than at a
 * multiple of it is unaligned.
 */
AVPS_TEST(zoned, writes_are_of_write_granularity, CLAUSES("blk-017"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_host_managed))
{
	u32 bytes = ZONED_CONFIG(self->dev, write_granularity), sectors = bytes / BLK_SECTOR;
	struct zone zone;

	CHECK("blk-017", bytes && (u64)self->z.zone_sectors * BLK_SECTOR % bytes == 0,
	      "write_granularity is %u, and zone_sectors %u", bytes, self->z.zone_sectors);
	CHECK("blk-017", bytes % BLK_SECTOR == 0, "write_granularity is %u", bytes);
	if (!sectors)
		return;
	PICK(ZONES_SWR, &zone, 1u);
	CHECK_EQ("blk-017", zone_write(&self->z, zone.start, sectors, 1), VIRTIO_BLK_S_OK);
	CHECK_EQ("blk-017", zone_write(&self->z, zone.start + sectors, sectors, 2), VIRTIO_BLK_S_OK);
	CHECK_WP("blk-017", &zone, 2 * sectors);
	if (self->z.max_append >= sectors) {
		CHECK_EQ("blk-017", zone_append(&self->z, zone.start, sectors, 3, NULL), VIRTIO_BLK_S_OK);
		CHECK_WP("blk-017", &zone, 3 * sectors);
	}
	zone_act(&self->z, BLK_T_ZONE_RESET, &zone);
	for (u32 less = self->z.disk.unit; less < sectors; less += self->z.disk.unit)
		CHECK_REFUSED("blk-017", zone.start, less, ZONE_S_UNALIGNED_WP, &zone, ZONE_EMPTY, 0);
}

/*
 * A write begins at the write pointer. Anywhere else in the zone it is unaligned, before it as behind it.
 */
AVPS_TEST(zoned, writes_begin_at_the_write_pointer, CLAUSES("blk-052"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_host_managed))
{
	u32 granule = self->z.granule;
	struct zone zone;

	PICK(ZONES_SWR, &zone, 1u);
	CHECK_REFUSED("blk-052", zone.start + granule, granule, ZONE_S_UNALIGNED_WP, &zone, ZONE_EMPTY, 0);
	CHECK_EQ("blk-052", zone_write(&self->z, zone.start, granule, 1), VIRTIO_BLK_S_OK);
	CHECK_EQ("blk-052", zone_write(&self->z, zone.start + granule, granule, 1), VIRTIO_BLK_S_OK);
	for (u32 i = 0; i < 4; i++)
		if (i != 2)
			CHECK_REFUSED("blk-052", zone.start + i * granule, granule, ZONE_S_UNALIGNED_WP, &zone,
				      ZONE_IOPEN, 2 * granule);
}

/*
 * No more is written to a zone than it has room for, which may be less than the zone is large; then it is full.
 */
AVPS_TEST(zoned, zone_takes_its_capacity, CLAUSES("blk-047"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_host_managed))
{
	u32 granule = self->z.granule, written = 0;
	struct zone zone;

	PICK(ZONES_SWR, &zone, 1u);
	if (zone.capacity > MOST_SECTORS || zone.capacity % granule)
		SKIP_AS(AVPS_SKIP_LAUNCH, "zones of %llu sectors are too large to be filled, or odd",
			(unsigned long long)zone.capacity);
	for (; written + granule < zone.capacity; written += granule)
		REQUIRE(zone_write(&self->z, zone.start + written, granule, 1) == VIRTIO_BLK_S_OK,
			"the zone can't be written at its write pointer, %u sectors from its start", written);
	CHECK_REFUSED("blk-047", zone.start + written, 2 * granule, ZONE_S_INVALID_CMD, &zone, ZONE_IOPEN, written);
	if (self->z.max_append >= 2 * granule) {
		CHECK_EQ("blk-047", zone_append(&self->z, zone.start, 2 * granule, 9, NULL), ZONE_S_INVALID_CMD);
		CHECK_WP("blk-047", &zone, written);
	}
	CHECK_EQ("blk-047", zone_write(&self->z, zone.start + written, granule, 1), VIRTIO_BLK_S_OK);
	CHECK_STATE("blk-047", &zone, ZONE_FULL);
	if (self->z.max_append >= granule)
		CHECK_EQ("blk-047", zone_append(&self->z, zone.start, granule, 9, NULL), ZONE_S_INVALID_CMD);
	CHECK_STATE("blk-047", &zone, ZONE_FULL);
}

/*
 * A read does not leave the zone that it begins in.
 */
AVPS_TEST(zoned, reads_stay_in_their_zone, CLAUSES("blk-051"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_host_managed))
{
	u32 unit = self->z.disk.unit;
	struct avps_buf two = avps_dma_alloc((size_t)2 * unit * BLK_SECTOR, BLK_SECTOR);
	struct zone zone;

	PICK(ZONES_SWR, &zone, 1u);
	CHECK_EQ("blk-051", blk_read(&self->z.disk, zone.start + self->z.zone_sectors - unit, two), ZONE_S_INVALID_CMD);
}

/*
 * Nor does a write, or an append.
 */
AVPS_TEST(zoned, writes_stay_in_their_zone, CLAUSES("blk-051"), NEEDS(BLK_F_ZONED), ONLY_IF(zoned_host_managed))
{
	u32 sectors = self->z.zone_sectors + self->z.granule;
	struct zone zone;
	int status;

	PICK(ZONES_SWR, &zone, 1u);
	status = self->z.zone_sectors < MOST_SECTORS ? zone_write(&self->z, zone.start, sectors, 9) : -ENOBUFS;
	if (status == -ENOBUFS)
		SKIP_AS(AVPS_SKIP_LAUNCH, "zones of %u sectors are larger than a request can be", self->z.zone_sectors);
	CHECK_EQ("blk-051", status, ZONE_S_INVALID_CMD);
	CHECK_STATE("blk-051", &zone, ZONE_EMPTY);
	if (!self->z.max_append)
		return;
	CHECK_EQ("blk-051", zone_append(&self->z, zone.start, sectors, 9, NULL), ZONE_S_INVALID_CMD);
	CHECK_STATE("blk-051", &zone, ZONE_EMPTY);
}
