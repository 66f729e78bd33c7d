// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads and writes that are not wholly on the disk (VIRTIO 1.4, 5.2.4, 5.2.6). A driver must not make them (5.2.6.1): that is a
 * driver error, for which there is a status, and a device must not touch anything else for it.
 */
#include <string.h>

#include "watch.h"

/* Sectors and lengths of which each is beyond the disk, or reaches beyond it; all of whole blocks. */
#define MOST_PLACES 16

/*
 * Lists them, with those that a device would find on the disk if it lost a bit somewhere: of the sector, of its place in
 * bytes, or of where the request ends.
 */
static unsigned int places_beyond(const struct blk *disk, struct watch_place *places)
{
	const u64 unit = disk->unit, end = watch_end(disk);
	const struct watch_place candidates[] = {
		{ end, unit },
		{ end + unit, unit },
		{ end - unit, 2 * unit },
		{ end - 4 * unit, 8 * unit },
		{ (u64)1 << 31, unit }, /* bytes, or sectors, in 40 bits, 32 or less */
		{ ((u64)1 << 32) + unit, unit },
		{ (u64)1 << 54, unit },
		{ ((u64)1 << 55) + 2 * unit, unit }, /* whose place in bytes is 1 KiB, in 64 bits */
		{ (u64)1 << 63, unit },
		{ ((u64)1 << 63) - unit, 2 * unit }, /* negative where it ends */
		{ -unit, unit },
		{ -unit, 2 * unit }, /* ends at sector 0 */
		{ -2 * unit, 4 * unit },
	};
	unsigned int n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(candidates); i++)
		if (candidates[i].sector > end || candidates[i].sector + candidates[i].sectors > end)
			places[n++] = candidates[i];
	return n;
}

/*
 * A read of sectors that are not there is refused, also if some of them are.
 */
AVPS_TEST(block, read_beyond_capacity_is_refused, CLAUSES("blk-p09"))
{
	struct watch_place places[MOST_PLACES];
	unsigned int n = places_beyond(&self->disk, places);
	struct avps_buf into = avps_dma_alloc((size_t)8 * self->disk.unit * BLK_SECTOR, BLK_SECTOR);

	for (unsigned int i = 0; i < n; i++) {
		int status = blk_read(&self->disk, places[i].sector,
				      avps_buf_slice(into, 0, places[i].sectors * BLK_SECTOR));

		CHECK("blk-p09", status == VIRTIO_BLK_S_IOERR,
		      "a read of %llu sectors from sector %#llx on, of %#llx, ends with status %d",
		      (unsigned long long)places[i].sectors, (unsigned long long)places[i].sector,
		      (unsigned long long)self->disk.capacity, status);
	}
}

/*
 * So is a write, which changes nothing anywhere else.
 */
AVPS_TEST(block, write_beyond_capacity_is_refused, CLAUSES("blk-p09"), ONLY_IF(blk_writable))
{
	struct watch_place places[MOST_PLACES];
	unsigned int n = places_beyond(&self->disk, places);
	struct avps_buf from = blk_pattern(0, 8 * self->disk.unit, 31);
	struct watch watch = { 0 };

	REQUIRE(!watch_start(&watch, &self->disk, 30), "the first and last sectors can't be written");
	for (unsigned int i = 0; i < n; i++) {
		int status = blk_write(&self->disk, places[i].sector,
				       avps_buf_slice(from, 0, places[i].sectors * BLK_SECTOR));

		CHECK("blk-p09", status == VIRTIO_BLK_S_IOERR,
		      "a write of %llu sectors from sector %#llx on, of %#llx, ends with status %d",
		      (unsigned long long)places[i].sectors, (unsigned long long)places[i].sector,
		      (unsigned long long)self->disk.capacity, status);
		REQUIRE(!watch_look(&watch), "the first and last sectors can't be read");
		watch_forgive(&watch, places[i]);
		CHECK_WATCHED("blk-p09", &watch);
	}
}
