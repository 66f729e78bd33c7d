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

/* A field of the configuration structure, to be read in its own width (4.1.3.1, 4.2.2.2). */
struct avps_config_field {
	u16 offset;
	u8 width; /* bytes: 1, 2 or 4; a 64-bit field is two of 4. 0 ends a list */
	avps_features any_of; /* features of which one makes the field exist; 0: always there */
	bool changes; /* may differ from one reading to the next, or with what is negotiated */
};

/*
 * A simple request that every device of the type completes without help from outside, and whose effect can be seen.
 */
struct avps_exercise {
	u16 queue;
	avps_features needs; /* accepted for it; without them there is no exercise */
	avps_features avoid; /* never accepted with it: they change the request, or where its queue is */
	/*
	 * Lays a fresh request out in DMA memory, device-readable elements first.
	 *
	 * @elements: room for AVPS_MAX_ELEMENTS. Returns how many; at least 2.
	 */
	unsigned int (*prepare)(struct avps_element *elements);
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
	const struct avps_config_field *config; /* NULL: the type has no configuration of its own */
	struct avps_exercise exercise;
	/* Another one, for a device that can't have that; NULL where it can. The hook may be NULL itself. */
	const struct avps_exercise *(*exercise_instead)(const struct avps_device *dev);
};

/* The class of a device, or NULL for a type without one. */
const struct avps_device_class *avps_device_class_of(const struct avps_device *dev);

/* The request that the core tests make of a device whose type has a class. */
const struct avps_exercise *avps_exercise_of(const struct avps_device *dev);

#define AVPS_DEVICE_CLASS(name_)                                                      \
	static const struct avps_device_class avps_class_##name_;                     \
	static const struct avps_device_class *const avps_class_ref_##name_           \
		__attribute__((used, section("avps_classes"))) = &avps_class_##name_; \
	static const struct avps_device_class avps_class_##name_

#endif
