// SPDX-License-Identifier: GPL-2.0-or-later
#include "refdev/core/defect.h"

#include <string.h>

const char *refdev_defect_on;

void refdev_defect_set(const char *name)
{
	refdev_defect_on = name && name[0] ? name : NULL;
}

bool refdev_defect_is(const char *name)
{
	return !strcmp(refdev_defect_on, name);
}

/* Filled by defect(); the linker marks both ends. */
extern const struct refdev_defect_site *__start_refdev_defects[] __attribute__((weak));
extern const struct refdev_defect_site *__stop_refdev_defects[] __attribute__((weak));

const struct refdev_defect_site *refdev_defect_site(size_t number)
{
	size_t n = __stop_refdev_defects - __start_refdev_defects;

	return number < n ? __start_refdev_defects[number] : NULL;
}
