// SPDX-License-Identifier: GPL-2.0-or-later
/* The device configuration space (VIRTIO 1.4, 2.5). */
#include <linux/virtio_config.h>

#include "core.h"

#define MAX_CONFIG 256

static enum avps_skip has_config(struct avps_device *dev, char *why, size_t why_size)
{
	if (avps_device_class_of(dev) && avps_device_class_of(dev)->config_size &&
	    dev->transport->ops->config_length(dev->transport))
		return 0;
	snprintf(why, why_size, "the device has no configuration of its own");
	return AVPS_SKIP_ABSENT;
}

/* Reads @len bytes one by one, which every field allows. */
static void read_config(struct avps_transport *t, u8 *out, u32 len)
{
	for (u32 at = 0; at < len; at++)
		out[at] = t->ops->config_read(t, at, 1);
}

static void blank(u8 *config, const struct avps_config_range *ranges)
{
	for (; ranges && ranges->len; ranges++)
		memset(config + ranges->offset, 0, ranges->len);
}

/*
 * The driver may read every field before FEATURES_OK: what it then sees is what it sees of a live device.
 */
AVPS_TEST(core, config_is_readable_before_features_ok, CLAUSES("core-config-001"), NO_RING, ONLY_IF(has_config))
{
	const struct avps_device_class *class = avps_device_class_of(self->dev);
	u32 len = self->ops->config_length(self->transport);
	u8 early[MAX_CONFIG], live[MAX_CONFIG];

	if (len > class->config_size)
		len = class->config_size;
	avps_device_add_status(self->dev, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	avps_device_add_status(self->dev, VIRTIO_CONFIG_S_DRIVER);
	read_config(self->transport, early, len);
	REQUIRE(!avps_device_negotiate(self->dev, self->dev->offered), "the device refuses all of its own features");
	avps_device_go(self->dev);
	read_config(self->transport, live, len);
	blank(early, class->config_volatile);
	blank(live, class->config_volatile);
	CHECK_SAME("core-config-001", "the configuration read before FEATURES_OK", early, live, len);
}
