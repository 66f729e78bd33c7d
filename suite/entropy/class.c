// SPDX-License-Identifier: GPL-2.0-or-later
/* The entropy device (VIRTIO 1.4, 5.4) as the core tests see it: a buffer to fill. */
#include <linux/virtio_ids.h>

#include "suite/core/device_class.h"

#define REQUEST_QUEUE 0
#define REQUEST_BYTES 64

static unsigned int prepare(struct avps_device *dev, struct avps_element *elements)
{
	(void)dev;
	elements[0] = (struct avps_element){ .buf = avps_dma_alloc(REQUEST_BYTES, 8), .writable = true };
	return 1;
}

static const char *verify(const struct avps_element *elements, unsigned int n, u32 used_len)
{
	(void)elements;
	(void)n;
	if (!used_len)
		return "the device put no bytes into the buffer";
	return used_len > REQUEST_BYTES ? "the device claims more bytes than the buffer has" : NULL;
}

AVPS_DEVICE_CLASS(entropy) = {
	.virtio_id = VIRTIO_ID_RNG,
	.exercise = { .queue = REQUEST_QUEUE, .prepare = prepare, .verify = verify },
};
