// SPDX-License-Identifier: GPL-2.0-or-later
/* The mode of the cache, which a driver can choose (VIRTIO 1.4, 5.2.5): 0 writes through, 1 writes back. */
#include "block.h"

#define SCRATCH 48 /* block */
#define BLOCKS 4

/*
 * The mode that the driver chooses is the one that it reads from then on; the disk works the same in either.
 */
AVPS_TEST(block, cache_mode_can_be_chosen, CLAUSES("blk-p12", "blk-p01", "blk-p04"),
	  NEEDS(VIRTIO_BLK_F_CONFIG_WCE, VIRTIO_BLK_F_FLUSH), ONLY_IF(blk_writable))
{
	static const u8 modes[] = { 0, 1, 1, 0, 0, 1 };
	struct avps_transport *t = self->dev->transport;
	u64 at = (u64)SCRATCH * self->disk.unit;

	CHECK("blk-p12", BLK_CONFIG(self->dev, wce) <= 1, "writeback is %llu after a reset",
	      (unsigned long long)BLK_CONFIG(self->dev, wce));
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		struct avps_buf pattern = blk_pattern(at, BLOCKS * self->disk.unit, 60 + i);
		struct avps_buf back = avps_dma_alloc(pattern.len, BLK_SECTOR);

		t->ops->config_write(t, offsetof(struct virtio_blk_config, wce), 1, modes[i]);
		CHECK_EQ("blk-p12", BLK_CONFIG(self->dev, wce), modes[i]);
		CHECK_EQ("blk-p01", blk_write(&self->disk, at, pattern), VIRTIO_BLK_S_OK);
		CHECK_EQ("blk-p04", blk_flush(&self->disk), VIRTIO_BLK_S_OK);
		CHECK_EQ("blk-p01", blk_read(&self->disk, at, back), VIRTIO_BLK_S_OK);
		CHECK_SAME("blk-p01", "what is read", back.cpu, pattern.cpu, pattern.len);
		CHECK_EQ("blk-p12", BLK_CONFIG(self->dev, wce), modes[i]);
	}
}
