// SPDX-License-Identifier: GPL-2.0-or-later
#include "refdev/core/memory.h"

void *refdev_memory_at(const struct refdev_memory *memory, u64 address, u64 len)
{
	for (unsigned int i = 0; i < memory->n; i++) {
		u64 offset = address - memory->regions[i].bus;

		if (address >= memory->regions[i].bus && offset <= memory->regions[i].size &&
		    len <= memory->regions[i].size - offset) {
			u8 *at = memory->regions[i].host + offset;

			return !memory->allowed || memory->allowed(at, len) ? at : NULL;
		}
	}
	return NULL;
}
