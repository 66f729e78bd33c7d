// SPDX-License-Identifier: GPL-2.0-or-later
#include "refdev/console/console.h"

#include <endian.h>
#include <linux/virtio_config.h>
#include <linux/virtio_console.h>
#include <linux/virtio_ids.h>
#include <string.h>

#include "refdev/console/parts.h"
#include "refdev/core/defect.h"

#define FEATURES                                                                        \
	(FEATURE_BIT(VIRTIO_CONSOLE_F_SIZE) | FEATURE_BIT(VIRTIO_CONSOLE_F_MULTIPORT) | \
	 FEATURE_BIT(VIRTIO_CONSOLE_F_EMERG_WRITE))

#define EMERGENCY_WRITE offsetof(struct virtio_console_config, emerg_wr)

static struct refdev_console *console_of(struct refdev *dev)
{
	return (struct refdev_console *)((u8 *)dev - offsetof(struct refdev_console, dev));
}

/* Both queues of port 0 come first, then the two for control, then the other ports (5.3.2). */
static void process(struct refdev *dev, struct refdev_queue *queue)
{
	struct refdev_console *console = console_of(dev);
	unsigned int port = queue->index < REFDEV_CONSOLE_FROM_DEVICE ? 0 : queue->index / 2 - 1;

	if (queue->index >= dev->n_queues)
		refdev_console_administer(console, queue);
	else if (queue->index >= REFDEV_CONSOLE_FROM_DEVICE && !refdev_has(dev, VIRTIO_CONSOLE_F_MULTIPORT))
		return;
	else if (queue->index == REFDEV_CONSOLE_FROM_DEVICE)
		refdev_console_tell(console, queue);
	else if (queue->index == REFDEV_CONSOLE_FROM_DRIVER)
		refdev_console_listen(console, queue);
	else if (queue->index % 2)
		refdev_console_take(console, queue, port);
	else
		refdev_console_give(console, queue, port);
}

static void reset(struct refdev *dev)
{
	struct refdev_console *console = console_of(dev);

	memset(console->ports, 0, sizeof(console->ports));
	console->n_messages = 0;
	console->admin_used = 0x3; /* LIST_QUERY and LIST_USE */
}

static void config(struct refdev *dev, u8 *bytes, size_t len)
{
	const struct refdev_console *console = console_of(dev);
	struct virtio_console_config config = { 0 };

	if (defect("console.config_is_empty_before_features_ok") && !(dev->status & VIRTIO_CONFIG_S_FEATURES_OK))
		return;
	if (dev->offered & FEATURE_BIT(VIRTIO_CONSOLE_F_SIZE)) {
		config.cols = htole16(console->cols);
		config.rows = htole16(console->rows);
	}
	if (dev->offered & FEATURE_BIT(VIRTIO_CONSOLE_F_MULTIPORT))
		config.max_nr_ports = htole32(REFDEV_CONSOLE_PORTS);
	memcpy(bytes, &config, len < sizeof(config) ? len : sizeof(config));
}

/* An emergency write counts at any time, also before the device is set up (5.3.5.1). */
static void config_written(struct refdev *dev, u32 offset, unsigned int width, const u8 *config)
{
	struct refdev_console *console = console_of(dev);

	if (!(dev->offered & FEATURE_BIT(VIRTIO_CONSOLE_F_EMERG_WRITE)) || offset > EMERGENCY_WRITE ||
	    offset + width <= EMERGENCY_WRITE)
		return;
	console->emergency_writes++;
	console->emergency_last = config[EMERGENCY_WRITE];
}

static const struct refdev_type type = {
	.virtio_id = VIRTIO_ID_CONSOLE,
	.reset = reset,
	.process = process,
	.config = config,
	.config_written = config_written,
	.config_len = sizeof(struct virtio_console_config),
};

void refdev_console_init(struct refdev_console *console, const struct refdev_console_options *options,
			 refdev_features ring_features, const struct refdev_memory *memory)
{
	refdev_features own = FEATURES & ~options->without;
	struct refdev *dev = &console->dev;
	unsigned int n;

	if (options->admin_queues)
		own |= FEATURE_BIT(REFDEV_F_ADMIN_VQ);
	if (defect("console.undefined_feature_is_offered"))
		own |= FEATURE_BIT(3);
	refdev_init(dev, &type, ring_features | own, memory);
	console->cols = options->cols;
	console->rows = options->rows;
	dev->n_queues =
		own & FEATURE_BIT(VIRTIO_CONSOLE_F_MULTIPORT) ? REFDEV_CONSOLE_QUEUES : REFDEV_CONSOLE_FROM_DEVICE;
	dev->n_admin_queues = options->admin_queues ? 1 : 0;
	n = dev->n_queues + dev->n_admin_queues;
	for (unsigned int i = 0; i < n; i++)
		dev->queues[i].size_max = REFDEV_CONSOLE_QUEUE_SIZE;
	refdev_reset(dev);
}
