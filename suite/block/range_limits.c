// SPDX-License-Identifier: GPL-2.0-or-later
/* Ranges of discard, write zeroes and secure erase: many, large, at the end of the disk, and beyond it (VIRTIO 1.4, 5.2.6). */
#include <string.h>

#include "ranges.h"
#include "watch.h"

/* Blocks that the tests of this file may overwrite. */
#define SCRATCH 128
#define SCRATCH_BLOCKS 8

#define BLOCK ((size_t)self->disk.unit * BLK_SECTOR)
#define AT(block_) ((u64)(block_)*self->disk.unit)

/*
 * After write zeroes the range reads as zeroes, with and without `unmap`, and its neighbours are as they were.
 */
AVPS_TEST(block, write_zeroes_reads_back_zero, CLAUSES("blk-029", "blk-p01"), NEEDS(VIRTIO_BLK_F_WRITE_ZEROES),
	  ONLY_IF(blk_writable))
{
	static const u32 flags[] = { 0, VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP };
	struct avps_buf before = blk_pattern(AT(SCRATCH), AT(SCRATCH_BLOCKS), 5);
	struct avps_buf after = avps_dma_alloc(before.len, BLK_SECTOR);
	size_t end = before.len - BLOCK;

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		REQUIRE(blk_write(&self->disk, AT(SCRATCH), before) == VIRTIO_BLK_S_OK, "the blocks can't be written");
		REQUIRE(blk_range(&self->disk, VIRTIO_BLK_T_WRITE_ZEROES, AT(SCRATCH + 1), AT(SCRATCH_BLOCKS - 2),
				  flags[i]) == VIRTIO_BLK_S_OK,
			"write zeroes with flags %#x does not end with status OK", flags[i]);
		REQUIRE(blk_read(&self->disk, AT(SCRATCH), after) == VIRTIO_BLK_S_OK, "the blocks can't be read");
		CHECK_ZERO("blk-029", "the range", (u8 *)after.cpu + BLOCK, after.len - 2 * BLOCK);
		CHECK_SAME("blk-p01", "the block before the range", after.cpu, before.cpu, BLOCK);
		CHECK_SAME("blk-p01", "the block behind the range", (u8 *)after.cpu + end, (u8 *)before.cpu + end,
			   BLOCK);
	}
}

/* Where the sectors of a range are to be seen at either end of the disk, what is in them is known after write zeroes only. */
static void expect(struct watch *watch, const struct range_kind *kind, u64 sector, u64 sectors)
{
	struct watch_place place = { sector, sectors };

	if (kind->type == VIRTIO_BLK_T_WRITE_ZEROES)
		watch_expect_zeroes(watch, place);
	else
		watch_forgive(watch, place);
}

/*
 * Every second step at the beginning of the disk in a range of its own, as many as there may be and are watched. Where none is
 * that small: all in one place.
 */
static const char *check_many(struct watch *watch, struct blk *disk, const struct range_limits *limits)
{
	struct virtio_blk_discard_write_zeroes ranges[RANGES_MOST] = { 0 };

	if (watch_start(watch, disk, 40))
		return "the first and last sectors can't be written";
	for (u32 i = 0; i < limits->segments; i++) {
		/* Where there are more than places, the same again. */
		u32 places = (u32)WATCH_BLOCKS * disk->unit / limits->step / 2;
		u32 place = places ? i % places : 0;

		ranges[i].sector = places ? (u64)(2 * place + 1) * limits->step : 0;
		ranges[i].num_sectors = limits->step;
	}
	CHECK_EQ("blk-p11", ranges_request(disk, limits->kind, ranges, limits->segments), VIRTIO_BLK_S_OK);
	if (watch_look(watch))
		return "the first and last sectors can't be read";
	for (u32 i = 0; i < limits->segments; i++)
		expect(watch, limits->kind, ranges[i].sector, ranges[i].num_sectors);
	CHECK_WATCHED("blk-p11", watch);
	return NULL;
}

/* One range. */
static const char *check_one(struct watch *watch, struct blk *disk, const struct range_limits *limits, u64 sector,
			     u64 sectors)
{
	int status;

	if (watch_start(watch, disk, 41))
		return "the first and last sectors can't be written";
	status = blk_range(disk, limits->kind->type, sector, sectors, 0);
	CHECK("blk-p11", status == VIRTIO_BLK_S_OK, "%s of %llu sectors from sector %llu on ends with status %d",
	      limits->kind->name, (unsigned long long)sectors, (unsigned long long)sector, status);
	if (watch_look(watch))
		return "the first and last sectors can't be read";
	expect(watch, limits->kind, sector, sectors);
	CHECK_WATCHED("blk-p11", watch);
	return NULL;
}

/* All that the announced limits allow; NULL, or what went wrong beside what is judged. */
static const char *check_limits(struct blk *disk, enum range_request which)
{
	struct range_limits limits = ranges_of(disk, which);
	u64 end = watch_end(disk) / limits.step * limits.step;
	struct watch watch = { 0 };
	const char *wrong;

	if (limits.sectors < limits.step || !limits.segments)
		return "the limits allow no request that the test could make";
	wrong = check_many(&watch, disk, &limits);
	wrong = wrong ?: check_one(&watch, disk, &limits, 0, limits.sectors);
	wrong = wrong ?: check_one(&watch, disk, &limits, end - limits.sectors, limits.sectors);
	return wrong ?: check_one(&watch, disk, &limits, end - limits.step, limits.step);
}

#define CHECK_LIMITS(which_)                                            \
	do {                                                            \
		const char *wrong_ = check_limits(&self->disk, which_); \
		REQUIRE(!wrong_, "%s", wrong_);                         \
	} while (0)

/*
 * As many ranges as are announced, and as large ones, also at the end of the disk, are carried out, and nothing else is.
 */
AVPS_TEST(block, write_zeroes_up_to_its_limits, CLAUSES("blk-p11"), NEEDS(VIRTIO_BLK_F_WRITE_ZEROES),
	  ONLY_IF(blk_writable))
{
	CHECK_LIMITS(RANGE_WRITE_ZEROES);
}

AVPS_TEST(block, discard_up_to_its_limits, CLAUSES("blk-p11"), NEEDS(VIRTIO_BLK_F_DISCARD), ONLY_IF(blk_writable))
{
	CHECK_LIMITS(RANGE_DISCARD);
}

AVPS_TEST(block, secure_erase_up_to_its_limits, CLAUSES("blk-p11"), NEEDS(VIRTIO_BLK_F_SECURE_ERASE),
	  ONLY_IF(blk_writable))
{
	BLK_START(BLK_USUAL | FEATURE(VIRTIO_BLK_F_SECURE_ERASE));
	CHECK_LIMITS(RANGE_SECURE_ERASE);
}

static const char *check_beyond(struct blk *disk, enum range_request which)
{
	struct range_limits limits = ranges_of(disk, which);
	const u64 step = limits.step, end = watch_end(disk);
	const struct watch_place places[] = {
		{ end, step },
		{ end - step, 2 * step },
		{ (u64)1 << 54, step },
		{ ((u64)1 << 55) + 2 * step, step }, /* whose place in bytes is on the disk, in 64 bits */
		{ ((u64)1 << 63) - step, 2 * step },
		{ -step, step },
		{ -step, 2 * step }, /* ends in the first sectors */
		{ step, (u32)-step }, /* ends there, in 32 bits */
	};

	struct watch watch = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		int status;

		/* The last one is on the largest of disks. */
		if (places[i].sector + places[i].sectors <= end && places[i].sector < end)
			continue;
		if (watch_start(&watch, disk, 42 + i))
			return "the first and last sectors can't be written";
		status = blk_range(disk, limits.kind->type, places[i].sector, places[i].sectors, 0);
		CHECK("blk-p10", status == VIRTIO_BLK_S_IOERR,
		      "%s of %#llx sectors from sector %#llx on, of %#llx, ends with status %d", limits.kind->name,
		      (unsigned long long)places[i].sectors, (unsigned long long)places[i].sector,
		      (unsigned long long)disk->capacity, status);
		if (watch_look(&watch))
			return "the first and last sectors can't be read";
		watch_forgive(&watch, places[i]);
		CHECK_WATCHED("blk-p10", &watch);
	}
	return NULL;
}

static enum avps_skip has_ranges(struct avps_device *dev, char *why, size_t why_size)
{
	if (dev->offered &
	    (FEATURE(VIRTIO_BLK_F_WRITE_ZEROES) | FEATURE(VIRTIO_BLK_F_DISCARD) | FEATURE(VIRTIO_BLK_F_SECURE_ERASE)))
		return blk_writable(dev, why, why_size);
	snprintf(why, why_size, "none of DISCARD, WRITE_ZEROES and SECURE_ERASE is offered");
	return AVPS_SKIP_NOT_OFFERED;
}

/*
 * A range that is not wholly on the disk is refused, and none of its sectors is looked for at the other end.
 */
AVPS_TEST(block, range_beyond_capacity_is_refused, CLAUSES("blk-p10"), ONLY_IF(has_ranges))
{
	static const enum range_request which[] = { RANGE_WRITE_ZEROES, RANGE_DISCARD, RANGE_SECURE_ERASE };

	BLK_START(BLK_USUAL | FEATURE(VIRTIO_BLK_F_SECURE_ERASE));
	for (size_t i = 0; i < ARRAY_SIZE(which); i++) {
		const char *wrong;

		if (!avps_has(self->disk.features, ranges_of(&self->disk, which[i]).kind->feature))
			continue;
		wrong = check_beyond(&self->disk, which[i]);
		REQUIRE(!wrong, "%s", wrong);
	}
}
