// SPDX-License-Identifier: GPL-2.0-or-later
#include "config_fields.h"

#include <stdio.h>
#include <string.h>

/* The fields of a device's type, an empty list where it has none. */
static const struct avps_config_field *fields_of(const struct avps_device *dev)
{
	static const struct avps_config_field none[] = { {} };
	const struct avps_device_class *class = avps_device_class_of(dev);

	return class && class->config ? class->config : none;
}

static bool should_exist(const struct avps_device *dev, const struct avps_config_field *field)
{
	return !field->any_of || (field->any_of & dev->offered);
}

bool config_exists(struct avps_device *dev, const struct avps_config_field *field)
{
	return should_exist(dev, field) &&
	       field->offset + field->width <= dev->transport->ops->config_length(dev->transport);
}

u32 config_end(const struct avps_device *dev)
{
	u32 end = 0;

	for (const struct avps_config_field *field = fields_of(dev); field->width; field++)
		if (should_exist(dev, field) && field->offset + field->width > end)
			end = field->offset + field->width;
	return end;
}

unsigned int config_read_all(struct avps_device *dev, u32 *values)
{
	const struct avps_config_field *fields = fields_of(dev);
	unsigned int n = 0;

	memset(values, 0, CONFIG_MOST_FIELDS * sizeof(*values));
	for (int i = 0; i < CONFIG_MOST_FIELDS && fields[i].width; i++) {
		if (!config_exists(dev, &fields[i]))
			continue;
		values[i] = dev->transport->ops->config_read(dev->transport, fields[i].offset, fields[i].width);
		n++;
	}
	return n;
}

void config_write_complement(struct avps_device *dev, const u32 *values)
{
	const struct avps_config_field *fields = fields_of(dev);

	for (int i = 0; i < CONFIG_MOST_FIELDS && fields[i].width; i++)
		if (config_exists(dev, &fields[i]))
			dev->transport->ops->config_write(dev->transport, fields[i].offset, fields[i].width,
							  ~values[i] & (UINT32_MAX >> (32 - 8 * fields[i].width)));
}

enum avps_skip config_known(struct avps_device *dev, char *why, size_t why_size)
{
	const struct avps_config_field *fields = fields_of(dev);

	for (int i = 0; fields[i].width; i++)
		if (config_exists(dev, &fields[i]))
			return 0;
	snprintf(why, why_size, "the device has no configuration of its own, or none that is described yet");
	return AVPS_SKIP_ABSENT;
}
