// SPDX-License-Identifier: GPL-2.0-or-later
/* Features and configuration of the block device (VIRTIO 1.4, 5.2.3 to 5.2.5). */
#include "block.h"

static bool power_of_two(u64 value)
{
	return value && !(value & (value - 1));
}

/*
 * A device whose cache can be configured offers to flush it.
 */
AVPS_TEST(block, flush_comes_with_config_wce, CLAUSES("blk-002"), NO_RING, NEEDS(VIRTIO_BLK_F_CONFIG_WCE))
{
	CHECK("blk-002", avps_has(self->dev->offered, VIRTIO_BLK_F_FLUSH), "FLUSH is not offered");
}

/*
 * A driver that can configure the cache but not flush it gets a write-through one.
 */
AVPS_TEST(block, write_through_without_flush, CLAUSES("blk-003"), NO_RING, NEEDS(VIRTIO_BLK_F_CONFIG_WCE),
	  ONLY_IF(blk_plain))
{
	avps_features features = (FEATURE(VIRTIO_F_VERSION_1) | FEATURE(VIRTIO_F_ACCESS_PLATFORM)) & self->dev->offered;
	int err = avps_device_negotiate(self->dev, features | FEATURE(VIRTIO_BLK_F_CONFIG_WCE));

	if (err == -ENOTSUP && avps_has(self->dev->offered, BLK_F_ZONED))
		SKIP_AS(AVPS_SKIP_LAUNCH, "%s", BLK_WANTS_ZONES);
	REQUIRE(!err, "the device refuses CONFIG_WCE without FLUSH");
	avps_device_go(self->dev);
	CHECK_EQ("blk-003", BLK_CONFIG(self->dev, wce), 0);
}

/* The padding bytes exist together with the fields after or before them. */
#define AFTER_UNUSED0                                                                                    \
	(FEATURE(VIRTIO_BLK_F_MQ) | FEATURE(VIRTIO_BLK_F_DISCARD) | FEATURE(VIRTIO_BLK_F_WRITE_ZEROES) | \
	 FEATURE(VIRTIO_BLK_F_SECURE_ERASE) | FEATURE(BLK_F_ZONED))
#define AROUND_UNUSED1 (FEATURE(VIRTIO_BLK_F_WRITE_ZEROES) | FEATURE(VIRTIO_BLK_F_SECURE_ERASE) | FEATURE(BLK_F_ZONED))

static enum avps_skip has_padding(struct avps_device *dev, char *why, size_t why_size)
{
	if (dev->offered & (AFTER_UNUSED0 | FEATURE(VIRTIO_BLK_F_CONFIG_WCE)))
		return 0;
	snprintf(why, why_size, "no field next to the padding exists");
	return AVPS_SKIP_ABSENT;
}

AVPS_TEST(block, padding_is_zero, CLAUSES("blk-004"), NO_RING, ONLY_IF(has_padding))
{
	u8 unused1[sizeof(((struct virtio_blk_config *)0)->unused1)];

	CHECK("blk-004", BLK_CONFIG(self->dev, unused) == 0, "unused0 is %#llx",
	      (unsigned long long)BLK_CONFIG(self->dev, unused));
	if (!(self->dev->offered & AROUND_UNUSED1))
		return;
	for (u32 i = 0; i < sizeof(unused1); i++)
		unused1[i] = blk_config(self->dev, offsetof(struct virtio_blk_config, unused1) + i, 1);
	CHECK_ZERO("blk-004", "unused1", unused1, sizeof(unused1));
}

/*
 * The limits that the offered features announce are limits that a driver can live with.
 */
AVPS_TEST(block, limits_make_sense, CLAUSES("blk-p07"), NO_RING)
{
	struct avps_device *dev = self->dev;

	CHECK("blk-p07", BLK_CONFIG(dev, capacity) > 0, "capacity is 0");
	if (avps_has(dev->offered, VIRTIO_BLK_F_SIZE_MAX))
		CHECK("blk-p07", BLK_CONFIG(dev, size_max) > 0, "size_max is 0");
	if (avps_has(dev->offered, VIRTIO_BLK_F_SEG_MAX))
		CHECK("blk-p07", BLK_CONFIG(dev, seg_max) > 0, "seg_max is 0");
	if (avps_has(dev->offered, VIRTIO_BLK_F_BLK_SIZE))
		CHECK("blk-p07", BLK_CONFIG(dev, blk_size) >= BLK_SECTOR && power_of_two(BLK_CONFIG(dev, blk_size)),
		      "blk_size is %llu", (unsigned long long)BLK_CONFIG(dev, blk_size));
	if (avps_has(dev->offered, VIRTIO_BLK_F_MQ))
		CHECK("blk-p07", BLK_CONFIG(dev, num_queues) > 0, "num_queues is 0");
	if (avps_has(dev->offered, VIRTIO_BLK_F_DISCARD))
		CHECK("blk-p07", BLK_CONFIG(dev, max_discard_sectors) > 0 && BLK_CONFIG(dev, max_discard_seg) > 0,
		      "max_discard_sectors is %llu, max_discard_seg %llu",
		      (unsigned long long)BLK_CONFIG(dev, max_discard_sectors),
		      (unsigned long long)BLK_CONFIG(dev, max_discard_seg));
	if (avps_has(dev->offered, VIRTIO_BLK_F_WRITE_ZEROES))
		CHECK("blk-p07",
		      BLK_CONFIG(dev, max_write_zeroes_sectors) > 0 && BLK_CONFIG(dev, max_write_zeroes_seg) > 0,
		      "max_write_zeroes_sectors is %llu, max_write_zeroes_seg %llu",
		      (unsigned long long)BLK_CONFIG(dev, max_write_zeroes_sectors),
		      (unsigned long long)BLK_CONFIG(dev, max_write_zeroes_seg));
	if (avps_has(dev->offered, VIRTIO_BLK_F_SECURE_ERASE))
		CHECK("blk-p07",
		      BLK_CONFIG(dev, max_secure_erase_sectors) > 0 && BLK_CONFIG(dev, max_secure_erase_seg) > 0,
		      "max_secure_erase_sectors is %llu, max_secure_erase_seg %llu",
		      (unsigned long long)BLK_CONFIG(dev, max_secure_erase_sectors),
		      (unsigned long long)BLK_CONFIG(dev, max_secure_erase_seg));
}
