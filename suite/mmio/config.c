// SPDX-License-Identifier: GPL-2.0-or-later
/* ConfigGeneration (VIRTIO 1.4, 4.2.2). */
#include "mmio.h"

#define MAX_FIELDS 64
#define ROUNDS 3

static enum avps_skip has_config(struct avps_device *dev, char *why, size_t why_size)
{
	const struct avps_device_class *class = avps_device_class_of(dev);

	if (class && class->config && class->config->width)
		return 0;
	snprintf(why, why_size, "this type of device has no configuration of its own, or none that is described yet");
	return AVPS_SKIP_ABSENT;
}

/* Reads all fields that exist on the device into @values, the others as 0. */
static void read_fields(struct avps_device *dev, u32 *values)
{
	const struct avps_config_field *field = avps_device_class_of(dev)->config;

	for (; field->width; field++, values++)
		*values = field->any_of && !(field->any_of & dev->offered)
				  ? 0
				  : dev->transport->ops->config_read(dev->transport, field->offset, field->width);
}

static enum avps_skip has_config_and_exercise(struct avps_device *dev, char *why, size_t why_size)
{
	return has_config(dev, why, why_size) ?: exercise_known(dev, why, why_size);
}

/*
 * As long as the configuration stays the same, so does ConfigGeneration: else a driver that reads until it is stable would
 * never end (2.5.1).
 */
AVPS_TEST(mmio, generation_stays_without_a_change, CLAUSES("mmio-p05"), NO_RING, ONLY_IF(has_config))
{
	u32 before[MAX_FIELDS] = { 0 }, after[MAX_FIELDS] = { 0 };
	int judged = 0;

	REQUIRE(!avps_device_negotiate(self->dev, exercise_features(self->dev)), "negotiation failed");
	avps_device_go(self->dev);
	for (int i = 0; i < ROUNDS; i++) {
		u32 generation = READ(CONFIG_GENERATION);

		read_fields(self->dev, before);
		read_fields(self->dev, after);
		if (memcmp(before, after, sizeof(before)))
			continue;
		judged++;
		CHECK_EQ("mmio-p05", READ(CONFIG_GENERATION), generation);
	}
	if (!judged)
		SKIP_AS(AVPS_SKIP_ABSENT, "the configuration changes all the time");
}

/*
 * Also while the device works.
 */
AVPS_TEST(mmio, generation_stays_through_requests, CLAUSES("mmio-p05"), ONLY_IF(has_config_and_exercise))
{
	u32 before[MAX_FIELDS] = { 0 }, after[MAX_FIELDS] = { 0 };
	int judged = 0;

	START(0);
	for (int i = 0; i < ROUNDS; i++) {
		u32 generation = READ(CONFIG_GENERATION);

		read_fields(self->dev, before);
		REQUEST();
		read_fields(self->dev, after);
		if (memcmp(before, after, sizeof(before)))
			continue;
		judged++;
		CHECK_EQ("mmio-p05", READ(CONFIG_GENERATION), generation);
	}
	if (!judged)
		SKIP_AS(AVPS_SKIP_ABSENT, "the configuration changes all the time");
}
