// SPDX-License-Identifier: GPL-2.0-or-later
/* The disk's configuration space (VIRTIO 1.4, 5.2.4, 5.2.5). */
#include <endian.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <string.h>

#include "refdev/block/parts.h"
#include "refdev/core/defect.h"

/* As many cylinders of these as the disk has room for. */
#define HEADS 4
#define TRACK_SECTORS 16

#define PHYSICAL_BLOCK_EXP 3 /* 4096 bytes */
#define MIN_IO_BLOCKS 8
#define OPT_IO_BLOCKS 64

/* The only field that the driver may write. */
#define WRITEBACK offsetof(struct virtio_blk_config, wce)

static u64 capacity(const struct refdev_block *block)
{
	if (defect("block.capacity_is_zero"))
		return 0;
	if (defect("block.capacity_is_one_too_many"))
		return block->sectors + 1;
	if (defect("block.capacity_is_in_bytes"))
		return block->sectors * REFDEV_BLOCK_SECTOR;
	if (defect("block.capacity_stays_with_a_resize"))
		return REFDEV_BLOCK_SECTORS;
	return block->sectors;
}

#define OPTICAL_BLOCK 2048

u32 refdev_block_size(const struct refdev_block *block)
{
	if (defect("block.block_size_is_no_power_of_two"))
		return 520;
	if (defect("block.block_size_is_less_than_a_sector"))
		return 256;
	return block->dev.offered & FEATURE_BIT(VIRTIO_BLK_F_RO) ? OPTICAL_BLOCK : REFDEV_BLOCK_SECTOR;
}

static bool offers(const struct refdev *dev, unsigned int bit)
{
	return dev->offered & FEATURE_BIT(bit);
}

/* The fields of features that deal with ranges. */
static void fill_ranges(struct refdev *dev, struct virtio_blk_config *config)
{
	if (offers(dev, VIRTIO_BLK_F_DISCARD)) {
		config->max_discard_sectors =
			htole32(defect("block.discard_limit_is_zero") ? 0 : REFDEV_BLOCK_RANGE_SECTORS);
		config->max_discard_seg = htole32(defect("block.discard_ranges_are_zero") ? 0 : REFDEV_BLOCK_RANGES);
		config->discard_sector_alignment = htole32(1);
	}
	if (offers(dev, VIRTIO_BLK_F_WRITE_ZEROES)) {
		config->max_write_zeroes_sectors =
			htole32(defect("block.write_zeroes_limit_is_zero") ? 0 : REFDEV_BLOCK_RANGE_SECTORS);
		config->max_write_zeroes_seg =
			htole32(defect("block.write_zeroes_ranges_are_zero") ? 0 : REFDEV_BLOCK_RANGES);
		config->write_zeroes_may_unmap = 1;
	}
	if (offers(dev, VIRTIO_BLK_F_SECURE_ERASE)) {
		config->max_secure_erase_sectors =
			htole32(defect("block.secure_erase_limit_is_zero") ? 0 : REFDEV_BLOCK_RANGE_SECTORS);
		config->max_secure_erase_seg =
			htole32(defect("block.secure_erase_ranges_are_zero") ? 0 : REFDEV_BLOCK_RANGES);
		config->secure_erase_sector_alignment = htole32(refdev_block_erase_unit(refdev_block_of(dev)));
	}
}

/* What nobody has to know, and some software asks for. */
static void fill_shape(const struct refdev *dev, struct virtio_blk_config *config)
{
	u64 cylinders = refdev_block_of((struct refdev *)dev)->sectors / (HEADS * TRACK_SECTORS);

	if (offers(dev, VIRTIO_BLK_F_GEOMETRY)) {
		if (defect("block.geometry_is_larger_than_the_disk"))
			cylinders++;
		config->geometry.cylinders = htole16(cylinders);
		config->geometry.heads = defect("block.geometry_has_no_heads") ? 0 : HEADS;
		config->geometry.sectors = TRACK_SECTORS;
	}
	if (offers(dev, VIRTIO_BLK_F_TOPOLOGY)) {
		config->physical_block_exp = PHYSICAL_BLOCK_EXP;
		config->min_io_size = htole16(MIN_IO_BLOCKS);
		config->opt_io_size = htole32(defect("block.optimal_size_is_below_the_least") ? 4 : OPT_IO_BLOCKS);
		if (defect("block.alignment_offset_is_in_bytes"))
			config->alignment_offset = 128;
	}
}

/* The fields that tell of sizes and limits of reads and writes. */
static void fill_sizes(const struct refdev *dev, struct virtio_blk_config *config)
{
	const struct refdev_block *block = refdev_block_of((struct refdev *)dev);

	if (offers(dev, VIRTIO_BLK_F_SIZE_MAX))
		config->size_max = htole32(defect("block.size_max_is_zero") ? 0 : REFDEV_BLOCK_SEGMENT);
	if (offers(dev, VIRTIO_BLK_F_SEG_MAX))
		config->seg_max = htole32(defect("block.seg_max_is_zero") ? 0 : REFDEV_BLOCK_SEGMENTS);
	if (offers(dev, VIRTIO_BLK_F_BLK_SIZE))
		config->blk_size = htole32(refdev_block_size(block));
	fill_shape(dev, config);
}

static u16 num_queues(void)
{
	if (defect("block.num_queues_is_one_too_many"))
		return REFDEV_BLOCK_QUEUES + 1;
	return defect("block.num_queues_is_zero") ? 0 : REFDEV_BLOCK_QUEUES;
}

void refdev_block_config(struct refdev *dev, u8 *bytes, size_t len)
{
	struct virtio_blk_config config = { .capacity = htole64(capacity(refdev_block_of(dev))) };

	if (defect("block.config_is_empty_before_features_ok") && !(dev->status & VIRTIO_CONFIG_S_FEATURES_OK))
		return;
	fill_sizes(dev, &config);
	if (offers(dev, VIRTIO_BLK_F_CONFIG_WCE))
		config.wce = defect("block.mode_reads_as_a_mask") && refdev_block_of(dev)->writeback
				     ? 0xff
				     : refdev_block_of(dev)->writeback;
	if (offers(dev, VIRTIO_BLK_F_MQ) &&
	    (refdev_has(dev, VIRTIO_BLK_F_MQ) || !defect("block.num_queues_comes_with_mq")))
		config.num_queues = htole16(num_queues());
	fill_ranges(dev, &config);
	if (defect("block.unused0_is_set"))
		config.unused = 1;
	if (defect("block.unused1_is_set"))
		config.unused1[2] = 0xff;
	memcpy(bytes, &config, len < sizeof(config) ? len : sizeof(config));
	if (refdev_block_of(dev)->zones.n)
		refdev_zoned_config(refdev_block_of(dev), bytes, len);
}

void refdev_block_config_written(struct refdev *dev, u32 offset, unsigned int width, const u8 *config)
{
	if (offset > WRITEBACK || offset + width <= WRITEBACK || !refdev_has(dev, VIRTIO_BLK_F_CONFIG_WCE))
		return;
	/* The driver's own doing: the configuration changed, and there is nobody to be told. */
	if (defect("block.mode_can_not_be_chosen"))
		return;
	if (defect("block.mode_can_be_chosen_once") && refdev_block_of(dev)->writeback == 0)
		return;
	refdev_block_of(dev)->writeback =
		defect("block.mode_is_the_other_one") ? !config[WRITEBACK] : config[WRITEBACK] != 0;
	dev->generation++;
}
