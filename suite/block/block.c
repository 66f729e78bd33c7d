// SPDX-License-Identifier: GPL-2.0-or-later
#include "block.h"

#include <errno.h>
#include <string.h>

int blk_start(struct blk *disk, const struct avps_instance *on, avps_features features)
{
	avps_features always = FEATURE(VIRTIO_F_VERSION_1) | FEATURE(VIRTIO_F_ACCESS_PLATFORM);
	int err;

	disk->dev = on->device;
	disk->features = ((features | always) & disk->dev->offered) | avps_ring_feature(on->ring);
	err = avps_device_negotiate(disk->dev, disk->features);
	if (!err)
		err = avps_device_queue(disk->dev, &disk->vq, on->ring, 0, 0);
	if (err)
		return err;
	avps_device_go(disk->dev);
	disk->capacity = BLK_CONFIG(disk->dev, capacity);
	return 0;
}

int blk_request(struct blk *disk, u32 type, u64 sector, struct avps_element data, struct blk_result *result)
{
	struct avps_buf header = avps_dma_alloc(sizeof(struct virtio_blk_outhdr), 8);
	struct avps_buf status = avps_dma_alloc(1, 1);
	struct avps_element elements[3] = { { .buf = header } };
	unsigned int n = 1;
	struct avps_used used;
	int id, err;

	*(struct virtio_blk_outhdr *)header.cpu = (struct virtio_blk_outhdr){ .type = type, .sector = sector };
	*(u8 *)status.cpu = BLK_STATUS_POISON;
	if (data.buf.len)
		elements[n++] = data;
	elements[n++] = (struct avps_element){ .buf = status, .writable = true };
	id = avps_vq_add(&disk->vq, elements, n);
	if (id < 0)
		return id;
	avps_vq_notify(&disk->vq);
	err = avps_vq_wait_used(&disk->vq, &used);
	if (err)
		return err;
	if (used.id != id)
		return -EPROTO;
	if (result)
		result->used_len = used.len;
	return *(volatile u8 *)status.cpu;
}

int blk_read(struct blk *disk, u64 sector, struct avps_buf into)
{
	return blk_request(disk, VIRTIO_BLK_T_IN, sector, (struct avps_element){ .buf = into, .writable = true }, NULL);
}

int blk_write(struct blk *disk, u64 sector, struct avps_buf from)
{
	return blk_request(disk, VIRTIO_BLK_T_OUT, sector, (struct avps_element){ .buf = from }, NULL);
}

int blk_flush(struct blk *disk)
{
	return blk_request(disk, VIRTIO_BLK_T_FLUSH, 0, (struct avps_element){}, NULL);
}

int blk_range(struct blk *disk, u32 type, u64 sector, u32 sectors, u32 flags)
{
	struct avps_buf buf = avps_dma_alloc(sizeof(struct virtio_blk_discard_write_zeroes), 8);

	*(struct virtio_blk_discard_write_zeroes *)buf.cpu =
		(struct virtio_blk_discard_write_zeroes){ .sector = sector, .num_sectors = sectors, .flags = flags };
	return blk_request(disk, type, 0, (struct avps_element){ .buf = buf }, NULL);
}

u64 blk_config(struct avps_device *dev, u32 offset, unsigned int width)
{
	struct avps_transport *t = dev->transport;

	if (width < 8)
		return t->ops->config_read(t, offset, width);
	/* 64-bit fields in two halves (2.5.3, 4.1.3.1). */
	return t->ops->config_read(t, offset, 4) | t->ops->config_read(t, offset + 4, 4) << 32;
}

struct avps_buf blk_pattern(u64 sector, u32 sectors, u32 generation)
{
	struct avps_buf buf = avps_dma_alloc((size_t)sectors * BLK_SECTOR, BLK_SECTOR);
	u64 *words = buf.cpu;

	for (size_t i = 0; i < buf.len / sizeof(*words); i++) {
		u64 in_sector = i % (BLK_SECTOR / sizeof(*words));

		words[i] = (sector + i * sizeof(*words) / BLK_SECTOR) << 32 | (u64)generation << 8 | in_sector;
	}
	return buf;
}

enum avps_skip blk_writable(struct avps_device *dev, char *why, size_t why_size)
{
	if (!avps_has(dev->offered, VIRTIO_BLK_F_RO))
		return 0;
	snprintf(why, why_size, "the disk is read-only");
	return AVPS_SKIP_LAUNCH;
}
