// SPDX-License-Identifier: GPL-2.0-or-later
#include "refdev/block/block.h"

#include <endian.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <string.h>

#include "refdev/block/parts.h"
#include "refdev/block/wrong.h"
#include "refdev/core/defect.h"

#define FEATURES                                                                                                       \
	(FEATURE_BIT(VIRTIO_BLK_F_SIZE_MAX) | FEATURE_BIT(VIRTIO_BLK_F_SEG_MAX) | FEATURE_BIT(VIRTIO_BLK_F_GEOMETRY) | \
	 FEATURE_BIT(VIRTIO_BLK_F_BLK_SIZE) | FEATURE_BIT(VIRTIO_BLK_F_FLUSH) | FEATURE_BIT(VIRTIO_BLK_F_TOPOLOGY) |   \
	 FEATURE_BIT(VIRTIO_BLK_F_CONFIG_WCE) | FEATURE_BIT(VIRTIO_BLK_F_MQ) | FEATURE_BIT(VIRTIO_BLK_F_DISCARD) |     \
	 FEATURE_BIT(VIRTIO_BLK_F_WRITE_ZEROES) | FEATURE_BIT(VIRTIO_BLK_F_LIFETIME) |                                 \
	 FEATURE_BIT(VIRTIO_BLK_F_SECURE_ERASE))

struct refdev_block *refdev_block_of(struct refdev *dev)
{
	return (struct refdev_block *)((u8 *)dev - offsetof(struct refdev_block, dev));
}

/* The cache starts out as one that writes back, where the driver can flush it (5.2.5). */
static void reset(struct refdev *dev)
{
	struct refdev_block *block = refdev_block_of(dev);

	block->writeback = 1;
	block->wrong.status = NULL;
	block->wrong.data_waits = block->wrong.data.at && defect("block.reset_leaves_a_read_running");
}

static void negotiated(struct refdev *dev)
{
	if (defect("block.writeback_without_flush"))
		return;
	if (refdev_has(dev, VIRTIO_BLK_F_CONFIG_WCE) && !refdev_has(dev, VIRTIO_BLK_F_FLUSH))
		refdev_block_of(dev)->writeback = 0;
}

/*
 * Takes the request that came in @buffer apart, and answers it. Returns the bytes that the driver may count on: those from
 * the start of the device-writable part on that were written without a gap (2.7.8.2).
 */
static u64 answer(struct refdev_block *block, const struct refdev_buffer *buffer)
{
	struct virtio_blk_outhdr header = { 0 };
	struct refdev_block_request request = { .buffer = buffer };
	u64 status_at = buffer->writable - 1;
	u8 status;

	refdev_buffer_read(buffer, 0, &header, sizeof(header));
	if (defect("block.header_is_in_one_descriptor") && buffer->pieces[0].len < sizeof(header))
		header = (struct virtio_blk_outhdr){ 0 };
	request.type = le32toh(header.type);
	request.sector = le64toh(header.sector);
	request.data = buffer->readable - REFDEV_BLOCK_HEADER;
	request.room = status_at;
	status = refdev_block_wrong_takes(&request) ? refdev_block_carry_out(block, &request) : VIRTIO_BLK_S_IOERR;
	if (status == VIRTIO_BLK_S_IOERR && defect("block.error_is_minus_one"))
		status = 0xff;

	if (defect("block.status_has_its_own_descriptor"))
		status_at = buffer->writable - buffer->pieces[buffer->n_readable + buffer->n_writable - 1].len;
	if (defect("block.status_without_data_is_not_written") && !request.room && !request.data)
		return 0;
	if (!defect("block.status_is_not_written"))
		refdev_buffer_write(buffer, status_at, &status, sizeof(status));
	refdev_block_wrong_write(block, buffer, status);
	if (request.type == VIRTIO_BLK_T_OUT && defect("block.used_length_counts_what_was_written_to_disk"))
		return request.data + 1;
	if (request.type == VIRTIO_BLK_T_FLUSH && defect("block.used_length_of_a_flush_is_zero"))
		return 0;
	if (defect("block.used_length_without_status"))
		return request.written;
	if (defect("block.used_length_is_status_only"))
		return 1;
	if (defect("block.used_length_counts_header"))
		return request.written + REFDEV_BLOCK_HEADER + 1;
	if (defect("block.used_length_is_the_buffer"))
		return buffer->writable;
	return request.written == request.room ? request.written + 1 : request.written;
}

/* A host-managed disk can't be driven by who doesn't know of zones (5.2.5.2). */
static bool agrees(struct refdev *dev)
{
	bool zoned = dev->accepted & FEATURE_BIT(VIRTIO_BLK_F_ZONED);
	enum refdev_zone_model model = refdev_block_of(dev)->zones.is.model;

	if (model == REFDEV_HOST_AWARE && !zoned && defect("block.host_aware_disk_needs_zoned"))
		return false;
	return model != REFDEV_HOST_MANAGED || zoned || defect("block.host_managed_disk_takes_any_driver");
}

/* Requests that are worked on at once. */
#define AT_ONCE 4

/* Takes as many as there are, up to AT_ONCE. */
static unsigned int take(struct refdev_queue *queue, struct refdev_buffer *buffers)
{
	unsigned int n = 0;

	while (n < AT_ONCE && refdev_queue_take(queue, &buffers[n]))
		n++;
	return n;
}

static void process(struct refdev *dev, struct refdev_queue *queue)
{
	static struct refdev_buffer buffers[AT_ONCE];
	struct refdev_block *block = refdev_block_of(dev);
	unsigned int n;

	if (defect("block.queue_stops_with_mq") && refdev_has(dev, VIRTIO_BLK_F_MQ))
		return;
	if (queue->index && defect("block.second_queue_is_not_served"))
		return;
	while ((n = take(queue, buffers))) {
		u32 written[AT_ONCE];

		refdev_block_wrong_mix(buffers, n);
		for (unsigned int i = 0; i < n; i++) {
			/* Without a header there is no request, and without a status no way to say so. */
			if (buffers[i].readable < REFDEV_BLOCK_HEADER || !buffers[i].writable) {
				refdev_fail(dev);
				return;
			}
			refdev_block_wrong_disk(block, queue);
			written[i] = (u32)answer(block, &buffers[i]);
			refdev_block_wrong_disk(block, queue);
		}
		/* In any order, unless it was agreed otherwise: here what came last is done first. */
		for (unsigned int i = 0; i < n; i++) {
			unsigned int which = refdev_has(dev, VIRTIO_F_IN_ORDER) ? i : n - 1 - i;

			if (n > 1 && i == 1 && defect("block.one_of_many_is_forgotten"))
				continue;
			refdev_queue_use(queue, &buffers[which], written[which]);
		}
	}
	refdev_queue_signal(queue);
}

static const struct refdev_type type = {
	.virtio_id = VIRTIO_ID_BLOCK,
	.reset = reset,
	.negotiated = negotiated,
	.process = process,
	.config = refdev_block_config,
	.config_written = refdev_block_config_written,
	.config_len = REFDEV_BLOCK_CONFIG_LEN,
};

static const struct refdev_type zoned_type = {
	.virtio_id = VIRTIO_ID_BLOCK,
	.reset = reset,
	.agrees = agrees,
	.negotiated = negotiated,
	.process = process,
	.config = refdev_block_config,
	.config_written = refdev_block_config_written,
	.config_len = REFDEV_BLOCK_ZONED_CONFIG_LEN,
};

static refdev_features own_features(const struct refdev_block_options *options)
{
	refdev_features features = FEATURES | (options->read_only ? FEATURE_BIT(VIRTIO_BLK_F_RO) : 0);

	if (options->zoning)
		features |= FEATURE_BIT(VIRTIO_BLK_F_ZONED);
	if (options->read_only && defect("block.legacy_disk_is_zoned"))
		features |= FEATURE_BIT(VIRTIO_BLK_F_ZONED);
	if (!options->zoning && defect("block.plain_disk_offers_zones"))
		features |= FEATURE_BIT(VIRTIO_BLK_F_ZONED);
	if (options->no_lifetime && !defect("block.lifetime_is_offered_without_metrics"))
		features &= ~FEATURE_BIT(VIRTIO_BLK_F_LIFETIME);
	if (!options->no_lifetime && defect("block.lifetime_is_kept_back"))
		features &= ~FEATURE_BIT(VIRTIO_BLK_F_LIFETIME);
	features &= ~options->without;
	if (defect("block.config_wce_without_flush"))
		features &= ~FEATURE_BIT(VIRTIO_BLK_F_FLUSH);
	if (defect("block.undefined_feature_is_offered"))
		features |= FEATURE_BIT(21);
	if (defect("block.legacy_feature_is_offered"))
		features |= FEATURE_BIT(VIRTIO_BLK_F_SCSI);
	return features;
}

void refdev_block_init(struct refdev_block *block, const struct refdev_block_options *options,
		       refdev_features ring_features, const struct refdev_memory *memory)
{
	if (options->read_only && defect("block.legacy_disk_is_zoned"))
		ring_features &= ~FEATURE_BIT(VIRTIO_F_VERSION_1);
	refdev_init(&block->dev, options->zoning ? &zoned_type : &type, ring_features | own_features(options), memory);
	block->dev.n_queues = block->dev.offered & FEATURE_BIT(VIRTIO_BLK_F_MQ) ? REFDEV_BLOCK_QUEUES : 1;
	for (unsigned int i = 0; i < block->dev.n_queues; i++)
		block->dev.queues[i].size_max = REFDEV_BLOCK_QUEUE_SIZE;
	for (size_t i = 0; i < sizeof(block->storage); i++)
		block->storage[i] = block->stable[i] = (u8)(i * 7 + i / REFDEV_BLOCK_SECTOR * 13);
	block->sectors = options->sectors ?: REFDEV_BLOCK_SECTORS;
	if (options->zoning)
		refdev_zones_init(&block->zones, options->zoning, block->sectors);
	block->facts = (struct refdev_block_facts){ .zoned = options->zoning, .lifetime = !options->no_lifetime };
	block->has_serial = options->serial;
	memset(block->serial, 0, sizeof(block->serial));
	if (options->serial)
		memcpy(block->serial, options->serial, strnlen(options->serial, sizeof(block->serial)));
	refdev_reset(&block->dev);
}

void refdev_block_power_cut(struct refdev_block *block)
{
	memcpy(block->storage, block->stable, sizeof(block->storage));
	refdev_reset(&block->dev);
}
