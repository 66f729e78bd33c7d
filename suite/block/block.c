// SPDX-License-Identifier: GPL-2.0-or-later
#include "block.h"
#include "zones.h"

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
	disk->unit = blk_unit(disk->dev);
	return 0;
}

#define MOST_IN_A_BLOCK 64 /* sectors: 32 KiB */

u32 blk_unit(const struct avps_device *dev)
{
	struct avps_transport *t = dev->transport;
	u64 sectors;

	if (!avps_has(dev->offered, VIRTIO_BLK_F_BLK_SIZE) || !t)
		return 1;
	sectors = t->ops->config_read(t, offsetof(struct virtio_blk_config, blk_size), 4) / BLK_SECTOR;
	return sectors && sectors <= MOST_IN_A_BLOCK && !(sectors & (sectors - 1)) ? sectors : 1;
}

int blk_add(struct avps_vq *vq, struct blk_pending *pending, u32 type, u64 sector, const struct avps_element *data,
	    unsigned int n)
{
	struct avps_element elements[BLK_MOST_SEGMENTS + 2];
	struct avps_buf header = avps_dma_alloc(sizeof(struct virtio_blk_outhdr), 8);
	unsigned int count = 0;

	*pending = (struct blk_pending){ .status = avps_dma_alloc(1, 1) };
	*(struct virtio_blk_outhdr *)header.cpu = (struct virtio_blk_outhdr){ .type = type, .sector = sector };
	*(u8 *)pending->status.cpu = BLK_STATUS_POISON;
	elements[count++] = (struct avps_element){ .buf = header };
	for (unsigned int i = 0; i < n && i < BLK_MOST_SEGMENTS; i++)
		if (data[i].buf.len)
			elements[count++] = data[i];
	elements[count++] = (struct avps_element){ .buf = pending->status, .writable = true };
	pending->id = avps_vq_add(vq, elements, count);
	return pending->id < 0 ? pending->id : 0;
}

static struct blk_pending *pending_of(struct blk_pending *pending, unsigned int n, u16 id)
{
	for (unsigned int i = 0; i < n; i++)
		if (!pending[i].done && pending[i].id == id)
			return &pending[i];
	return NULL;
}

int blk_wait(struct avps_vq *vq, struct blk_pending *pending, unsigned int n)
{
	avps_vq_notify(vq);
	for (unsigned int left = n; left; left--) {
		struct blk_pending *one;
		struct avps_used used;
		int err = avps_vq_wait_used(vq, &used);

		if (err)
			return err;
		one = pending_of(pending, n, used.id);
		if (!one)
			return -EPROTO;
		one->used_len = used.len;
		one->done = true;
	}
	return 0;
}

int blk_request(struct blk *disk, u32 type, u64 sector, struct avps_element data, struct blk_result *result)
{
	struct blk_pending pending;
	int err = blk_add(&disk->vq, &pending, type, sector, &data, 1) ?: blk_wait(&disk->vq, &pending, 1);

	if (err)
		return err;
	if (result)
		result->used_len = pending.used_len;
	return blk_status(&pending);
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

void blk_fill(struct avps_buf buf, u64 sector, u32 generation)
{
	u64 *words = buf.cpu;

	for (size_t i = 0; i < buf.len / sizeof(*words); i++) {
		u64 in_sector = i % (BLK_SECTOR / sizeof(*words));

		words[i] = (sector + i * sizeof(*words) / BLK_SECTOR) << 32 | (u64)generation << 8 | in_sector;
	}
}

struct avps_buf blk_pattern(u64 sector, u32 sectors, u32 generation)
{
	struct avps_buf buf = avps_dma_alloc((size_t)sectors * BLK_SECTOR, BLK_SECTOR);

	blk_fill(buf, sector, generation);
	return buf;
}

enum avps_skip blk_plain(struct avps_device *dev, char *why, size_t why_size)
{
	if (zoned_model(dev) != ZONED_HM)
		return 0;
	snprintf(why, why_size, "the disk is host-managed: it can't be driven without its zones");
	return AVPS_SKIP_LAUNCH;
}

enum avps_skip blk_writable(struct avps_device *dev, char *why, size_t why_size)
{
	if (!avps_has(dev->offered, VIRTIO_BLK_F_RO))
		return blk_plain(dev, why, why_size);
	snprintf(why, why_size, "the disk is read-only");
	return AVPS_SKIP_LAUNCH;
}
