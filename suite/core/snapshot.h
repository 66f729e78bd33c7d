/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A copy of memory that the device must leave alone from now on. */
#ifndef AVPS_SNAPSHOT_H
#define AVPS_SNAPSHOT_H

#include <stdlib.h>
#include <string.h>

#include "avps/types.h"

struct snapshot {
	const void *memory;
	void *copy;
	size_t len;
};

static inline struct snapshot snapshot_take(const void *memory, size_t len)
{
	struct snapshot shot = { .memory = memory, .copy = malloc(len), .len = len };

	if (!shot.copy)
		abort();
	memcpy(shot.copy, memory, len);
	return shot;
}

/* Judges that it was left alone. */
#define CHECK_UNTOUCHED(clause_, shot_, what_) \
	avps_judge_same(AVPS_SITE(clause_), (shot_).memory, (shot_).copy, (shot_).len, what_)

#endif
