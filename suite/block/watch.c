// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch.h"

#include <string.h>

u64 watch_end(const struct blk *disk)
{
	return disk->capacity / disk->unit * disk->unit;
}

int watch_start(struct watch *watch, struct blk *disk, u32 generation)
{
	u64 end = watch_end(disk), sectors = (u64)WATCH_BLOCKS * disk->unit;

	if (2 * sectors > end)
		return -EIO;
	watch->disk = disk;
	watch->ends[0] = (struct watch_place){ 0, sectors };
	watch->ends[1] = (struct watch_place){ end - sectors, sectors };
	for (int i = 0; i < 2; i++) {
		if (!watch->seen[i].len) {
			watch->expected[i] = avps_dma_alloc(sectors * BLK_SECTOR, BLK_SECTOR);
			watch->seen[i] = avps_dma_alloc(sectors * BLK_SECTOR, BLK_SECTOR);
		}
		blk_fill(watch->expected[i], watch->ends[i].sector, generation);
		if (blk_write(disk, watch->ends[i].sector, watch->expected[i]) != VIRTIO_BLK_S_OK)
			return -EIO;
	}
	return 0;
}

int watch_look(struct watch *watch)
{
	for (int i = 0; i < 2; i++)
		if (blk_read(watch->disk, watch->ends[i].sector, watch->seen[i]) != VIRTIO_BLK_S_OK)
			return -EIO;
	return 0;
}

/* Which end of the disk, and where in its memory: the next watched sector of @place. False when there is none left. */
static bool next_watched(const struct watch *watch, struct watch_place place, int *end, size_t *at)
{
	for (; *end < 2; (*end)++, *at = 0)
		for (; *at < watch->seen[*end].len; *at += BLK_SECTOR) {
			u64 sector = watch->ends[*end].sector + *at / BLK_SECTOR;

			/* A place does not go on at sector 0. */
			if (sector >= place.sector && sector - place.sector < place.sectors)
				return true;
		}
	return false;
}

void watch_forgive(struct watch *watch, struct watch_place place)
{
	size_t at = 0;

	for (int end = 0; next_watched(watch, place, &end, &at); at += BLK_SECTOR)
		memcpy((u8 *)watch->expected[end].cpu + at, (u8 *)watch->seen[end].cpu + at, BLK_SECTOR);
}

void watch_expect_zeroes(struct watch *watch, struct watch_place place)
{
	size_t at = 0;

	for (int end = 0; next_watched(watch, place, &end, &at); at += BLK_SECTOR)
		memset((u8 *)watch->expected[end].cpu + at, 0, BLK_SECTOR);
}
