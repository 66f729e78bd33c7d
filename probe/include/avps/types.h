/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small types and helpers that every layer uses. */
#ifndef AVPS_TYPES_H
#define AVPS_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

/* All 128 feature bits of a device (VIRTIO 1.4, 2.2); bit n of the standard is bit n here. */
typedef unsigned __int128 avps_features;

#define AVPS_FEATURE_BITS 128
#define FEATURE(bit) ((avps_features)1 << (bit))

static inline bool avps_has(avps_features set, unsigned int bit)
{
	return set >> bit & 1;
}

#define AVPS_PRINTF(format_, first_) __attribute__((format(printf, format_, first_)))

#endif
