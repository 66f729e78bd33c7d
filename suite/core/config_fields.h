/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The device-specific configuration as a whole, through what is known of the device's type. */
#ifndef AVPS_CONFIG_FIELDS_H
#define AVPS_CONFIG_FIELDS_H

#include "avps/test.h"
#include "device_class.h"

#define CONFIG_MOST_FIELDS 64

/* Where the last field ends that the device should have, by its type and what it offers; 0 without any. */
u32 config_end(const struct avps_device *dev);

/* Whether it also has room for a field: only then can it be accessed. */
bool config_exists(struct avps_device *dev, const struct avps_config_field *field);

/*
 * Reads every field of the device in its own width into @values (CONFIG_MOST_FIELDS long): in the order of the
 * class's list, 0 for those that are not there.
 *
 * Returns how many there are; 0 for a type without configuration.
 */
unsigned int config_read_all(struct avps_device *dev, u32 *values);

/* Writes the complement of @values, as config_read_all() gave them, into the same fields. */
void config_write_complement(struct avps_device *dev, const u32 *values);

/* ONLY_IF: the device has a field that can be read. */
enum avps_skip config_known(struct avps_device *dev, char *why, size_t why_size);

#endif
