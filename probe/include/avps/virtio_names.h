/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AVPS_VIRTIO_NAMES_H
#define AVPS_VIRTIO_NAMES_H

#include "avps/types.h"

/* What device type @virtio_id is called in records ("block", "net"; VIRTIO 1.4, 5); "unknown" for one we don't know. */
const char *avps_virtio_name(u32 virtio_id);

#endif
