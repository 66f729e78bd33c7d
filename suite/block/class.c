// SPDX-License-Identifier: GPL-2.0-or-later
/* The block device as the core tests see it: a sector, to be read. */
#include <string.h>

#include "suite/core/device_class.h"

#include "block.h"
#include "zones.h"

/* 5.2.3: 1, 2, 4 to 6, 9 to 17. */
#define DEFINED                                                                                            \
	(FEATURE(VIRTIO_BLK_F_SIZE_MAX) | FEATURE(VIRTIO_BLK_F_SEG_MAX) | FEATURE(VIRTIO_BLK_F_GEOMETRY) | \
	 FEATURE(VIRTIO_BLK_F_RO) | FEATURE(VIRTIO_BLK_F_BLK_SIZE) | FEATURE(VIRTIO_BLK_F_FLUSH) |         \
	 FEATURE(VIRTIO_BLK_F_TOPOLOGY) | FEATURE(VIRTIO_BLK_F_CONFIG_WCE) | FEATURE(VIRTIO_BLK_F_MQ) |    \
	 FEATURE(VIRTIO_BLK_F_DISCARD) | FEATURE(VIRTIO_BLK_F_WRITE_ZEROES) | FEATURE(BLK_F_LIFETIME) |    \
	 FEATURE(VIRTIO_BLK_F_SECURE_ERASE) | FEATURE(BLK_F_ZONED))

#define FIELD(name_) .offset = offsetof(struct virtio_blk_config, name_)
#define ZONED_FIELD(name_) .offset = ZONED_AT + offsetof(struct zoned_characteristics, name_)

/* writeback is left out: the driver must not read it before FEATURES_OK (5.2.5.1). */
static const struct avps_config_field config[] = {
	{ FIELD(capacity), .width = 4 },
	{ .offset = offsetof(struct virtio_blk_config, capacity) + 4, .width = 4 },
	{ FIELD(size_max), .width = 4, .any_of = FEATURE(VIRTIO_BLK_F_SIZE_MAX) },
	{ FIELD(seg_max), .width = 4, .any_of = FEATURE(VIRTIO_BLK_F_SEG_MAX) },
	{ FIELD(geometry.cylinders), .width = 2, .any_of = FEATURE(VIRTIO_BLK_F_GEOMETRY) },
	{ FIELD(geometry.heads), .width = 1, .any_of = FEATURE(VIRTIO_BLK_F_GEOMETRY) },
	{ FIELD(geometry.sectors), .width = 1, .any_of = FEATURE(VIRTIO_BLK_F_GEOMETRY) },
	{ FIELD(blk_size), .width = 4, .any_of = FEATURE(VIRTIO_BLK_F_BLK_SIZE) },
	{ FIELD(physical_block_exp), .width = 1, .any_of = FEATURE(VIRTIO_BLK_F_TOPOLOGY) },
	{ FIELD(alignment_offset), .width = 1, .any_of = FEATURE(VIRTIO_BLK_F_TOPOLOGY) },
	{ FIELD(min_io_size), .width = 2, .any_of = FEATURE(VIRTIO_BLK_F_TOPOLOGY) },
	{ FIELD(opt_io_size), .width = 4, .any_of = FEATURE(VIRTIO_BLK_F_TOPOLOGY) },
	{ FIELD(num_queues), .width = 2, .any_of = FEATURE(VIRTIO_BLK_F_MQ) },
	{ FIELD(max_discard_sectors), .width = 4, .any_of = FEATURE(VIRTIO_BLK_F_DISCARD) },
	{ FIELD(max_discard_seg), .width = 4, .any_of = FEATURE(VIRTIO_BLK_F_DISCARD) },
	{ FIELD(discard_sector_alignment), .width = 4, .any_of = FEATURE(VIRTIO_BLK_F_DISCARD) },
	{ FIELD(max_write_zeroes_sectors), .width = 4, .any_of = FEATURE(VIRTIO_BLK_F_WRITE_ZEROES) },
	{ FIELD(max_write_zeroes_seg), .width = 4, .any_of = FEATURE(VIRTIO_BLK_F_WRITE_ZEROES) },
	{ FIELD(write_zeroes_may_unmap), .width = 1, .any_of = FEATURE(VIRTIO_BLK_F_WRITE_ZEROES) },
	{ FIELD(max_secure_erase_sectors), .width = 4, .any_of = FEATURE(VIRTIO_BLK_F_SECURE_ERASE) },
	{ FIELD(max_secure_erase_seg), .width = 4, .any_of = FEATURE(VIRTIO_BLK_F_SECURE_ERASE) },
	{ FIELD(secure_erase_sector_alignment), .width = 4, .any_of = FEATURE(VIRTIO_BLK_F_SECURE_ERASE) },
	/* A driver that doesn't accept ZONED finds zeroes here, from FEATURES_OK on (5.2.5.2). */
	{ ZONED_FIELD(zone_sectors), .width = 4, .any_of = FEATURE(BLK_F_ZONED), .changes = true },
	{ ZONED_FIELD(max_open_zones), .width = 4, .any_of = FEATURE(BLK_F_ZONED), .changes = true },
	{ ZONED_FIELD(max_active_zones), .width = 4, .any_of = FEATURE(BLK_F_ZONED), .changes = true },
	{ ZONED_FIELD(max_append_sectors), .width = 4, .any_of = FEATURE(BLK_F_ZONED), .changes = true },
	{ ZONED_FIELD(write_granularity), .width = 4, .any_of = FEATURE(BLK_F_ZONED), .changes = true },
	{ ZONED_FIELD(model), .width = 1, .any_of = FEATURE(BLK_F_ZONED), .changes = true },
	{},
};

#define BLOCK 3 /* not 0, which is what an unread header says, too */

/*
 * Sectors in a block of the disk that requests are made of, as it was chosen. It is read once: a disk that is suspended, for
 * instance, is not asked.
 */
static u32 unit = 1;

static void choose(const struct avps_device *dev)
{
	static const struct avps_device *chosen;

	if (chosen != dev)
		unit = blk_unit(dev);
	chosen = dev;
}

static unsigned int prepare(struct avps_element *elements)
{
	elements[0] = (struct avps_element){ .buf = avps_dma_alloc(sizeof(struct virtio_blk_outhdr), 8) };
	elements[1] = (struct avps_element){ .buf = avps_dma_alloc((size_t)unit * BLK_SECTOR, 8), .writable = true };
	elements[2] = (struct avps_element){ .buf = avps_dma_alloc(1, 1), .writable = true };
	*(struct virtio_blk_outhdr *)elements[0].buf.cpu =
		(struct virtio_blk_outhdr){ .type = VIRTIO_BLK_T_IN, .sector = (u64)BLOCK * unit };
	return 3;
}

/* The sector must have arrived, and must be the same each time within a test. */
static const char *verify(const struct avps_element *elements, unsigned int n, u32 used_len)
{
	static u8 first_read[BLK_SECTOR];
	static bool have_first;
	const u8 *data = elements[1].buf.cpu;
	size_t kept = 0;

	if (*(const u8 *)elements[n - 1].buf.cpu != VIRTIO_BLK_S_OK)
		return "the read of a sector did not end with status OK";
	while (kept < BLK_SECTOR && data[kept] == AVPS_DMA_POISON)
		kept++;
	if (kept == BLK_SECTOR)
		return "the read of a sector brought no data";
	if (!have_first)
		memcpy(first_read, data, sizeof(first_read));
	have_first = true;
	if (memcmp(first_read, data, sizeof(first_read)))
		return "the same sector was read with other data before";
	return used_len > elements[1].buf.len + 1 ? "the device claims more bytes than the buffer has" : NULL;
}

/* A host-managed disk takes no driver that knows nothing of zones (5.2.5.2). */
static const struct avps_exercise *exercise_instead(const struct avps_device *dev)
{
	choose(dev);
	return zoned_model(dev) == ZONED_HM ? &zoned_exercise : NULL;
}

AVPS_DEVICE_CLASS(block) = {
	.virtio_id = VIRTIO_ID_BLOCK,
	.defined = DEFINED,
	.config = config,
	.exercise = { .queue = 0, .avoid = FEATURE(BLK_F_ZONED), .prepare = prepare, .verify = verify },
	.exercise_instead = exercise_instead,
};
