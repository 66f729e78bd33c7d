/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small types that every reference device uses. The reference devices share nothing with the probe but Linux's headers. */
#ifndef REFDEV_TYPES_H
#define REFDEV_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

/* All feature bits of a device (VIRTIO 1.4, 2.2); bit n of the standard is bit n here. */
typedef unsigned __int128 refdev_features;

#define FEATURE_BIT(n) ((refdev_features)1 << (n))

#endif
