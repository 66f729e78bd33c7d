// SPDX-License-Identifier: GPL-2.0-or-later
/* The block device as the core tests see it: the first sector, to be read. */
#include "suite/core/device_class.h"

#include "block.h"

/* 5.2.3: 1, 2, 4 to 6, 9 to 17. */
#define DEFINED                                                                                            \
	(FEATURE(VIRTIO_BLK_F_SIZE_MAX) | FEATURE(VIRTIO_BLK_F_SEG_MAX) | FEATURE(VIRTIO_BLK_F_GEOMETRY) | \
	 FEATURE(VIRTIO_BLK_F_RO) | FEATURE(VIRTIO_BLK_F_BLK_SIZE) | FEATURE(VIRTIO_BLK_F_FLUSH) |         \
	 FEATURE(VIRTIO_BLK_F_TOPOLOGY) | FEATURE(VIRTIO_BLK_F_CONFIG_WCE) | FEATURE(VIRTIO_BLK_F_MQ) |    \
	 FEATURE(VIRTIO_BLK_F_DISCARD) | FEATURE(VIRTIO_BLK_F_WRITE_ZEROES) | FEATURE(BLK_F_LIFETIME) |    \
	 FEATURE(VIRTIO_BLK_F_SECURE_ERASE) | FEATURE(BLK_F_ZONED))

/* 5.2.5.2 */
static const struct avps_dependency dependencies[] = {
	{ VIRTIO_BLK_F_CONFIG_WCE, FEATURE(VIRTIO_BLK_F_FLUSH) },
	{},
};

/* The cache mode depends on what was negotiated (5.2.5.2). */
static const struct avps_config_range config_volatile[] = {
	{ offsetof(struct virtio_blk_config, wce), 1 },
	{},
};

static unsigned int prepare(struct avps_device *dev, struct avps_element *elements)
{
	(void)dev;
	elements[0] = (struct avps_element){ .buf = avps_dma_alloc(sizeof(struct virtio_blk_outhdr), 8) };
	elements[1] = (struct avps_element){ .buf = avps_dma_alloc(BLK_SECTOR, 8), .writable = true };
	elements[2] = (struct avps_element){ .buf = avps_dma_alloc(1, 1), .writable = true };
	*(struct virtio_blk_outhdr *)elements[0].buf.cpu = (struct virtio_blk_outhdr){ .type = VIRTIO_BLK_T_IN };
	return 3;
}

static const char *verify(const struct avps_element *elements, unsigned int n, u32 used_len)
{
	u8 status = *(const u8 *)elements[n - 1].buf.cpu;

	if (status != VIRTIO_BLK_S_OK)
		return "the read of a sector did not end with status OK";
	return used_len > BLK_SECTOR + 1 ? "the device claims more bytes than the buffer has" : NULL;
}

AVPS_DEVICE_CLASS(block) = {
	.virtio_id = VIRTIO_ID_BLOCK,
	.defined = DEFINED,
	.dependencies = dependencies,
	.config_size = sizeof(struct virtio_blk_config),
	.config_volatile = config_volatile,
	.exercise = { .queue = 0, .prepare = prepare, .verify = verify },
};
