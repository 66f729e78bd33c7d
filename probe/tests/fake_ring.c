// SPDX-License-Identifier: GPL-2.0-or-later
#include "fake_ring.h"

#include <linux/virtio_ring.h>

const u64 fake_bus[FAKE_PAGES] = { 0x1200000000, 0x3400000, 0xfedc00000000 };

static u8 arena[FAKE_PAGES * FAKE_PAGE_SIZE] __attribute__((aligned(4096)));

u8 *fake_dma_init(void)
{
	avps_dma_init(arena, FAKE_PAGE_SIZE, fake_bus, FAKE_PAGES);
	return arena;
}

void *fake_dma_at(u64 bus)
{
	for (int page = 0; page < FAKE_PAGES; page++)
		if (bus >= fake_bus[page] && bus - fake_bus[page] < FAKE_PAGE_SIZE)
			return arena + page * FAKE_PAGE_SIZE + (bus - fake_bus[page]);
	return NULL;
}

void fake_ring_use(struct avps_vq *vq, u32 id, u32 len)
{
	struct vring_used *used = fake_dma_at(vq->setup.device_area);

	used->ring[used->idx % vq->size] = (struct vring_used_elem){ .id = id, .len = len };
	used->idx++;
}
