// SPDX-License-Identifier: GPL-2.0-or-later
#include "device_class.h"

/* Filled by AVPS_DEVICE_CLASS; the linker marks both ends. */
extern const struct avps_device_class *__start_avps_classes[] __attribute__((weak));
extern const struct avps_device_class *__stop_avps_classes[] __attribute__((weak));

const struct avps_device_class *avps_device_class_of(const struct avps_device *dev)
{
	for (const struct avps_device_class **each = __start_avps_classes; each < __stop_avps_classes; each++)
		if ((*each)->virtio_id == dev->virtio_id)
			return *each;
	return NULL;
}

const struct avps_exercise *avps_exercise_of(const struct avps_device *dev)
{
	const struct avps_device_class *class = avps_device_class_of(dev);
	const struct avps_exercise *instead = class->exercise_instead ? class->exercise_instead(dev) : NULL;

	return instead ?: &class->exercise;
}
