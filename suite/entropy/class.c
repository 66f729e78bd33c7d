// SPDX-License-Identifier: GPL-2.0-or-later
/* The entropy device (VIRTIO 1.4, 5.4) as the core tests see it: a buffer to fill. */
#include <linux/virtio_ids.h>

#include "suite/core/device_class.h"

#define REQUEST_QUEUE 0
#define REQUEST_BYTES 64

/* In two pieces, so that a request has more than one descriptor. */
static unsigned int prepare(struct avps_element *elements)
{
	struct avps_buf buf = avps_dma_alloc(REQUEST_BYTES, 8);

	elements[0] = (struct avps_element){ .buf = avps_buf_slice(buf, 0, REQUEST_BYTES / 2), .writable = true };
	elements[1] = (struct avps_element){ .buf = avps_buf_slice(buf, REQUEST_BYTES / 2, REQUEST_BYTES / 2),
					     .writable = true };
	return 2;
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
