// SPDX-License-Identifier: GPL-2.0-or-later
/* What a zone's sectors hold that nobody has written since its last reset (VIRTIO 1.4, 5.2.6.2). */
#include <string.h>

#include "zones.h"

/* How many words of @seen are those of @old, in their places. */
static size_t words_alike(struct avps_buf seen, struct avps_buf old)
{
	const u64 *a = seen.cpu, *b = old.cpu;
	size_t n = 0;

	for (size_t i = 0; i < seen.len / sizeof(*a); i++)
		n += a[i] == b[i];
	return n;
}

/*
 * Judges that the second granule of a zone, in which the last pattern was of generation 5 before its reset, reads as something else or
 * not at all.
 */
#define CHECK_GONE(clause_, zone_, when_)                                                                      \
	do {                                                                                                   \
		u64 sector_ = (zone_)->start + self->z.granule;                                                \
		struct avps_buf old_ = blk_pattern(sector_, self->z.granule, 5), back_;                        \
		int status_;                                                                                   \
                                                                                                               \
		back_ = avps_dma_alloc(old_.len, BLK_SECTOR);                                                  \
		status_ = blk_read(&self->z.disk, sector_, back_);                                             \
		CHECK(clause_, status_ > 0 || (!status_ && !words_alike(back_, old_)),                         \
		      "%s the read ends with status %d, and brings %zu words of what was there before", when_, \
		      status_, words_alike(back_, old_));                                                      \
	} while (0)

/*
 * Behind the write pointer nothing is left of what the zone held before: not after a reset, not when it is written anew, and not
 * when it is finished before it was written that far.
 */
AVPS_TEST(zoned, nothing_is_left_behind_the_write_pointer, CLAUSES("blk-056"), NEEDS(BLK_F_ZONED),
	  ONLY_IF(zoned_writable))
{
	u32 granule = self->z.granule;
	struct zone zone;

	PICK(ZONES_SEQUENTIAL, &zone, 1u);
	REQUIRE(zone_write(&self->z, zone.start, 2 * granule, 5) == VIRTIO_BLK_S_OK, "the zone can't be written");
	REQUIRE(zone_act(&self->z, BLK_T_ZONE_RESET, &zone) == VIRTIO_BLK_S_OK, "the zone can't be reset");
	CHECK_GONE("blk-056", &zone, "after a reset");
	REQUIRE(zone_write(&self->z, zone.start, granule, 6) == VIRTIO_BLK_S_OK, "the zone can't be written again");
	CHECK_GONE("blk-056", &zone, "before it is written again");
	REQUIRE(zone_act(&self->z, BLK_T_ZONE_FINISH, &zone) == VIRTIO_BLK_S_OK, "the zone can't be finished");
	CHECK_GONE("blk-056", &zone, "in a zone finished before");
}

/* Reads into memory that holds @fill. */
static int read_over(struct zoned *z, u64 sector, struct avps_buf into, u8 fill)
{
	memset(into.cpu, fill, into.len);
	return blk_read(&z->disk, sector, into);
}

/*
 * A read of what was never written fails, or brings a pattern: each byte of it comes from the device, and is the same each time. What
 * was written in the same range comes as it is.
 */
AVPS_TEST(zoned, unwritten_data_is_a_pattern_or_an_error, CLAUSES("blk-057"), NEEDS(BLK_F_ZONED),
	  ONLY_IF(zoned_writable))
{
	size_t len = (size_t)self->z.granule * BLK_SECTOR;
	struct avps_buf one = avps_dma_alloc(2 * len, BLK_SECTOR), other = avps_dma_alloc(2 * len, BLK_SECTOR);
	struct avps_buf written;
	struct zone zone;
	int status;

	PICK(ZONES_SEQUENTIAL, &zone, 1u);
	written = blk_pattern(zone.start, self->z.granule, 8);
	for (int mixed = 0; mixed < 2; mixed++) {
		const char *what = mixed ? "a read of written and unwritten data" : "a read of unwritten data";

		status = read_over(&self->z, zone.start, one, 0x3c);
		CHECK("blk-057", status >= 0, "%s is not answered", what);
		CHECK_EQ("blk-057", read_over(&self->z, zone.start, other, 0xc3), status);
		if (status == VIRTIO_BLK_S_OK)
			CHECK_SAME("blk-057", what, one.cpu, other.cpu, one.len);
		if (status == VIRTIO_BLK_S_OK && mixed)
			CHECK_SAME("blk-057", "what was written", one.cpu, written.cpu, len);
		if (!mixed)
			REQUIRE(zone_write(&self->z, zone.start, self->z.granule, 8) == VIRTIO_BLK_S_OK,
				"the zone can't be written");
	}
}
