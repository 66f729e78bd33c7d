/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The feature bits that do not depend on the device type (VIRTIO 1.4, 6). */
#ifndef AVPS_FEATURES_H
#define AVPS_FEATURES_H

#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

#include "avps/types.h"

/* Bits that the kernel's header may not have yet. */
#ifndef VIRTIO_F_IN_ORDER
#define VIRTIO_F_IN_ORDER 35
#endif
#ifndef VIRTIO_F_NOTIFICATION_DATA
#define VIRTIO_F_NOTIFICATION_DATA 38
#endif
#ifndef VIRTIO_F_NOTIF_CONFIG_DATA
#define VIRTIO_F_NOTIF_CONFIG_DATA 39
#endif
#ifndef VIRTIO_F_ADMIN_VQ
#define VIRTIO_F_ADMIN_VQ 41
#endif
#ifndef VIRTIO_F_SUSPEND
#define VIRTIO_F_SUSPEND 43
#endif

#define AVPS_FEATURES_FOR_ALL                                                                                    \
	(FEATURE(VIRTIO_RING_F_INDIRECT_DESC) | FEATURE(VIRTIO_RING_F_EVENT_IDX) | FEATURE(VIRTIO_F_VERSION_1) | \
	 FEATURE(VIRTIO_F_ACCESS_PLATFORM) | FEATURE(VIRTIO_F_RING_PACKED) | FEATURE(VIRTIO_F_IN_ORDER) |        \
	 FEATURE(VIRTIO_F_ORDER_PLATFORM) | FEATURE(VIRTIO_F_SR_IOV) | FEATURE(VIRTIO_F_NOTIFICATION_DATA) |     \
	 FEATURE(VIRTIO_F_NOTIF_CONFIG_DATA) | FEATURE(VIRTIO_F_RING_RESET) | FEATURE(VIRTIO_F_ADMIN_VQ) |       \
	 FEATURE(VIRTIO_F_SUSPEND))

/*
 * What transitional devices may offer, too (6.3): NOTIFY_ON_EMPTY, ANY_LAYOUT, and the bit without a name by which QEMU knows
 * early experiments. No driver of this standard has a use for them.
 */
#define AVPS_FEATURES_TRANSITIONAL (FEATURE(24) | FEATURE(27) | FEATURE(30))

#endif
