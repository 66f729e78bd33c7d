/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory for rings, and the device's side of a split one, as far as a test needs it. */
#ifndef FAKE_RING_H
#define FAKE_RING_H

#include "avps/virtqueue.h"

#define FAKE_PAGES 3
#define FAKE_PAGE_SIZE ((size_t)1 << 20) /* holds the largest ring */

/* Bus addresses of the pages: neither contiguous nor within 32 bits, unlike the addresses of the CPU. */
extern const u64 fake_bus[FAKE_PAGES];

/* Gives the library an arena of FAKE_PAGES pages and returns where it starts. */
u8 *fake_dma_init(void);

/* What the device would find at @bus; NULL outside the arena. */
void *fake_dma_at(u64 bus);

/* The device uses buffer @id and says that it wrote @len bytes. */
void fake_ring_use(struct avps_vq *vq, u32 id, u32 len);

#endif
