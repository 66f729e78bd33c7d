/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the core tests must know of a device type, so that they can judge it without being written for it.
 *
 * Each type's folder defines one with AVPS_DEVICE_CLASS(); nobody lists them.
 */
#ifndef AVPS_DEVICE_CLASS_H
#define AVPS_DEVICE_CLASS_H

#include "avps/device.h"

#define AVPS_MAX_ELEMENTS 8

/* A feature that needs another one, or one of several (2.2.1). Several rules for one feature all hold. */
struct avps_dependency {
	int feature;
	avps_features any_of; /* 0 ends a list */
};

/* A part of the configuration structure, in bytes. */
struct avps_config_range {
	u32 offset;
	u32 len; /* 0 ends a list */
};

/*
 * A simple request that every device of the type completes without help from outside.
 */
struct avps_exercise {
	u16 queue;
	/*
	 * Lays a fresh request out in DMA memory, device-readable elements first.
	 *
	 * @elements: room for AVPS_MAX_ELEMENTS. Returns how many.
	 */
	unsigned int (*prepare)(struct avps_device *dev, struct avps_element *elements);
	/*
	 * Looks at the completed request.
	 *
	 * @used_len: bytes that the device says it wrote. Returns NULL when all is well, else what is wrong.
	 */
	const char *(*verify)(const struct avps_element *elements, unsigned int n, u32 used_len);
};

struct avps_device_class {
	u32 virtio_id;
	avps_features defined; /* the device-specific bits that the standard gives a meaning to */
	const struct avps_dependency *dependencies;
	u32 config_size; /* bytes of its configuration structure in the newest standard; 0: has none */
	const struct avps_config_range *config_volatile; /* what may differ from one reading to the next */
	struct avps_exercise exercise;
};

/* The class of a device, or NULL for a type without one. */
const struct avps_device_class *avps_device_class_of(const struct avps_device *dev);

#define AVPS_DEVICE_CLASS(name_)                                                      \
	static const struct avps_device_class avps_class_##name_;                     \
	static const struct avps_device_class *const avps_class_ref_##name_           \
		__attribute__((used, section("avps_classes"))) = &avps_class_##name_; \
	static const struct avps_device_class avps_class_##name_

#endif
