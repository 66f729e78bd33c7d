/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VIRTIO over MMIO (VIRTIO 1.4, 4.2): the registers of a device in one window, and the transport made of them. */
#ifndef AVPS_MMIO_H
#define AVPS_MMIO_H

#include <linux/virtio_mmio.h>

#include "avps/transport.h"

#define AVPS_MMIO_MAGIC 0x74726976 /* "virt" */
#define AVPS_MMIO_VERSION 2
#define AVPS_MMIO_VERSION_LEGACY 1

/* A register of VIRTIO 1.2 that the kernel's header does not have yet. */
#ifndef VIRTIO_MMIO_QUEUE_RESET
#define VIRTIO_MMIO_QUEUE_RESET 0x0c0
#endif

/* A shared memory region (2.10), as the device describes it. Both are all ones where there is none. */
struct avps_mmio_shm {
	u64 length; /* bytes */
	u64 base; /* physical address */
};

/* Reads or writes a control register (VIRTIO_MMIO_*), in 32 bits, as 4.2.2.2 wants. */
u32 avps_mmio_read(struct avps_transport *t, u32 offset);
void avps_mmio_write(struct avps_transport *t, u32 offset, u32 value);

/* What the device says of shared memory region @id. Only for devices whose type has such regions (4.2.3.1.1). */
struct avps_mmio_shm avps_mmio_shm(struct avps_transport *t, u8 id);

/*
 * Looks at the registers behind @io, as 4.2.3.1.1 wants it done first.
 *
 * Returns 0 with the device id in *virtio_id, which is 0 for a place that is empty; -ENODEV if no VIRTIO device answers, or
 * -EPROTO if its registers are laid out otherwise than in version 2: then @why has a sentence.
 */
int avps_mmio_identify(struct avps_io *io, u32 *virtio_id, char *why, size_t why_size);

/* Makes the transport of an identified device. 0 and *out, or -ENOMEM with a sentence in @why. */
int avps_mmio_open(struct avps_io *io, struct avps_transport **out, char *why, size_t why_size);

#endif
