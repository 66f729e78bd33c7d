/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Defects: named ways to make a reference device wrong. Each is one entry of refdev/<type>/defects.json, and one
 *
 *	if (defect("core.used_length_is_zero"))
 *
 * in the model. With none turned on the devices keep the standard.
 */
#ifndef REFDEV_DEFECT_H
#define REFDEV_DEFECT_H

#include "refdev/core/types.h"

/* Turns defect @name on, and any other off; NULL or "" for none. @name must stay valid. */
void refdev_defect_set(const char *name);

extern const char *refdev_defect_on;

bool refdev_defect_is(const char *name);

/* A place where a defect changes what the device does, known to the build, which compares the names with defects.json. */
struct refdev_defect_site {
	const char *name;
	const char *file;
	int line;
};

/* The places that are linked in, by number; NULL beyond the last. */
const struct refdev_defect_site *refdev_defect_site(size_t number);

/* Whether defect @name_, a literal, is turned on. */
#define defect(name_)                                                                                 \
	({                                                                                            \
		static const struct refdev_defect_site defect_site_ = { name_, __FILE__, __LINE__ };  \
		static const struct refdev_defect_site *const defect_ref_                             \
			__attribute__((used, section("refdev_defects"))) = &defect_site_;             \
		__builtin_expect(refdev_defect_on != NULL, 0) && refdev_defect_is(defect_site_.name); \
	})

#endif
