// SPDX-License-Identifier: GPL-2.0-or-later
/* What the configuration says of zones (VIRTIO 1.4, 5.2.4, 5.2.5.2). */
#include <endian.h>
#include <linux/virtio_config.h>
#include <string.h>

#include "refdev/block/parts.h"
#include "refdev/core/defect.h"

struct zoned {
	u32 zone_sectors;
	u32 max_open_zones;
	u32 max_active_zones;
	u32 max_append_sectors;
	u32 write_granularity;
	u8 model;
	u8 unused2[3];
};

#define ZONED_AT (REFDEV_BLOCK_ZONED_CONFIG_LEN - sizeof(struct zoned))
#define MODEL_RESERVED 3

static u32 zone_sectors(const struct refdev_zoning *is)
{
	if (defect("block.zone_sectors_is_in_bytes"))
		return is->zone_sectors * REFDEV_BLOCK_SECTOR;
	if (defect("block.zone_sectors_is_two_zones"))
		return is->zone_sectors * 2;
	return defect("block.zone_sectors_is_the_capacity") ? is->zone_capacity : is->zone_sectors;
}

static u32 max_open(const struct refdev_zoning *is)
{
	if (!is->max_open || defect("block.max_open_zones_is_zero"))
		return 0;
	return is->max_open + defect("block.max_open_zones_is_one_more") - defect("block.max_open_zones_is_one_less");
}

static u32 max_active(const struct refdev_zoning *is)
{
	if (!is->max_active || defect("block.max_active_zones_is_zero"))
		return 0;
	return is->max_active + defect("block.max_active_zones_is_one_more") -
	       defect("block.max_active_zones_is_one_less");
}

static u32 max_append(const struct refdev_zoning *is)
{
	if (!is->max_append)
		return 0;
	if (defect("block.max_append_is_beyond_the_segments"))
		return UINT32_MAX;
	if (defect("block.max_append_is_beyond_the_zone"))
		return is->zone_capacity * 2;
	return is->max_append + 2 * defect("block.max_append_is_more") - 2 * defect("block.max_append_is_less");
}

static u32 write_granularity(const struct refdev_zoning *is)
{
	if (defect("block.write_granularity_is_zero"))
		return 0;
	return defect("block.write_granularity_is_half") ? is->write_granularity / 2 : is->write_granularity;
}

static u8 model(const struct refdev_zoning *is)
{
	if (defect("block.zone_model_is_reserved"))
		return MODEL_RESERVED;
	if (defect("block.zone_model_is_the_other"))
		return REFDEV_HOST_MANAGED + REFDEV_HOST_AWARE - is->model;
	return is->model;
}

void refdev_zoned_config(const struct refdev_block *block, u8 *bytes, size_t len)
{
	const struct refdev_zoning *is = &block->zones.is;
	bool agreed = block->dev.status & VIRTIO_CONFIG_S_FEATURES_OK;
	struct zoned zoned = {
		.zone_sectors = htole32(zone_sectors(is)),
		.max_open_zones = htole32(max_open(is)),
		.max_active_zones = htole32(max_active(is)),
		.max_append_sectors = htole32(max_append(is)),
		.write_granularity = htole32(write_granularity(is)),
		.model = model(is),
		.unused2 = { [2] = defect("block.unused2_is_set") ? 1 : 0 },
	};

	if (len < REFDEV_BLOCK_ZONED_CONFIG_LEN)
		return;
	/* To a driver that has not accepted ZONED this is an ordinary disk. */
	if (agreed && !refdev_block_zoned(block) && !defect("block.zoned_fields_stay_without_the_feature"))
		memset(&zoned, 0, sizeof(zoned));
	memcpy(bytes + ZONED_AT, &zoned, sizeof(zoned));
}

u32 refdev_block_erase_unit(const struct refdev_block *block)
{
	return block->zones.n && !defect("block.erase_alignment_is_a_sector") ? block->zones.is.zone_sectors : 1;
}
