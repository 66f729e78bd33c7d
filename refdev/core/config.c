// SPDX-License-Identifier: GPL-2.0-or-later
/* The device's configuration space (VIRTIO 1.4, 2.5). */
#include <linux/virtio_config.h>
#include <string.h>

#include "refdev/core/defect.h"
#include "refdev/core/device.h"

u32 refdev_generation(struct refdev *dev)
{
	dev->generation_seen = true;
	return dev->generation;
}

static bool suspended(const struct refdev *dev)
{
	return dev->status & REFDEV_STATUS_SUSPEND;
}

/* Puts what defects have done to the configuration over it. */
static void scribble(struct refdev *dev, u8 *config, size_t len)
{
	if (suspended(dev) && defect("core.suspended_config_changes"))
		for (size_t i = 0; i < len; i++)
			dev->wrong.scribbled[i]++;
	if (suspended(dev) && defect("core.suspended_config_write_works_later"))
		return;
	for (size_t i = 0; i < len; i++)
		config[i] ^= dev->wrong.scribbled[i];
}

/* The configuration as it is now. Returns how long it is. */
static size_t fill(struct refdev *dev, u8 config[REFDEV_MAX_CONFIG])
{
	size_t len = dev->type->config_len < REFDEV_MAX_CONFIG ? dev->type->config_len : REFDEV_MAX_CONFIG;

	memset(config, 0, REFDEV_MAX_CONFIG);
	if (dev->type->config)
		dev->type->config(dev, config, len);
	if (!(dev->status & VIRTIO_CONFIG_S_FEATURES_OK) && defect("core.config_is_zero_before_features_ok"))
		memset(config, 0, len);
	if (!(dev->status & VIRTIO_CONFIG_S_FEATURES_OK) && defect("core.config_is_all_ones_before_features_ok"))
		memset(config, 0xff, len);
	scribble(dev, config, len);
	return len;
}

u64 refdev_config_read(struct refdev *dev, u32 offset, unsigned int width)
{
	u8 config[REFDEV_MAX_CONFIG];
	size_t len = fill(dev, config);
	u64 value = 0;

	for (unsigned int i = 0; i < width && i < sizeof(value); i++)
		if (offset < len && i < len - offset)
			value |= (u64)config[offset + i] << (8 * i);
	return value;
}

static void put(u8 *config, u32 offset, unsigned int width, u64 value)
{
	for (unsigned int i = 0; i < width; i++)
		config[offset + i] = (u8)(value >> (8 * i));
}

void refdev_config_write(struct refdev *dev, u32 offset, unsigned int width, u64 value)
{
	u8 before[REFDEV_MAX_CONFIG], config[REFDEV_MAX_CONFIG];
	size_t len = fill(dev, config);

	if (width > sizeof(value) || offset >= len || width > len - offset)
		return;
	memcpy(before, config, sizeof(before));
	put(config, offset, width, value);
	if (suspended(dev)) {
		if (defect("core.suspended_config_is_written") || defect("core.suspended_config_write_works_later"))
			for (size_t i = 0; i < len; i++)
				dev->wrong.scribbled[i] ^= config[i] ^ before[i];
		return;
	}
	if (!(dev->status & VIRTIO_CONFIG_S_NEEDS_RESET) && dev->type->config_written)
		dev->type->config_written(dev, offset, width, config);
}
