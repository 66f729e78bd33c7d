// SPDX-License-Identifier: GPL-2.0-or-later
/* The device configuration space (VIRTIO 1.4, 2.5). */
#include <linux/virtio_config.h>

#include "avps/features.h"
#include "config_fields.h"
#include "core.h"

static enum avps_skip has_constant_field(struct avps_device *dev, char *why, size_t why_size)
{
	const struct avps_device_class *class = avps_device_class_of(dev);

	for (const struct avps_config_field *field = class ? class->config : NULL; field && field->width; field++)
		if (config_exists(dev, field) && !field->changes)
			return 0;
	snprintf(why, why_size, "the device has no configuration field that stays as it is");
	return AVPS_SKIP_ABSENT;
}

/* All that is offered, so that no field has a reason not to be there; but for what takes more than a driver to agree to. */
static avps_features everything(const struct avps_device *dev)
{
	const struct avps_device_class *class = avps_device_class_of(dev);
	const struct avps_exercise *exercise = avps_exercise_of(dev);
	avps_features known = AVPS_FEATURES_FOR_ALL | class->defined;

	/* A device with an exercise of its own can't be driven without what that needs, and not with what that avoids. */
	if (exercise != &class->exercise)
		known &= ~exercise->avoid;
	return dev->offered & known & ~(FEATURE(VIRTIO_F_ADMIN_VQ) | FEATURE(VIRTIO_F_SR_IOV));
}

/*
 * The driver may read every field before FEATURES_OK: what it then sees is what it sees of a live device that has agreed to
 * every feature, or if it does not agree to all of them at once to those that are needed.
 */
AVPS_TEST(core, config_is_readable_before_features_ok, CLAUSES("core-config-001"), NO_RING, ONLY_IF(has_constant_field))
{
	const struct avps_config_field *fields = avps_device_class_of(self->dev)->config;
	u32 early[CONFIG_MOST_FIELDS], live[CONFIG_MOST_FIELDS];

	avps_device_add_status(self->dev, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	avps_device_add_status(self->dev, VIRTIO_CONFIG_S_DRIVER);
	config_read_all(self->dev, early);
	if (avps_device_negotiate(self->dev, everything(self->dev)))
		REQUIRE(!avps_device_negotiate(self->dev, exercise_features(self->dev)), "negotiation failed");
	avps_device_go(self->dev);
	config_read_all(self->dev, live);
	for (int i = 0; fields[i].width; i++)
		if (config_exists(self->dev, &fields[i]) && !fields[i].changes)
			CHECK("core-config-001", early[i] == live[i],
			      "the field at %u reads %#x before FEATURES_OK and %#x afterwards", fields[i].offset,
			      early[i], live[i]);
}
