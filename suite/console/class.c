// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The console (VIRTIO 1.4, 5.3) as the core tests see it. It has no request that ends without help from outside and shows
 * that it did: what is sent leaves no trace here, and what is received somebody must send.
 */
#include <linux/virtio_console.h>
#include <linux/virtio_ids.h>

#include "suite/core/device_class.h"

/* 5.3.3 */
#define DEFINED \
	(FEATURE(VIRTIO_CONSOLE_F_SIZE) | FEATURE(VIRTIO_CONSOLE_F_MULTIPORT) | FEATURE(VIRTIO_CONSOLE_F_EMERG_WRITE))

#define FIELD(name_) .offset = offsetof(struct virtio_console_config, name_)

/* emerg_wr is left out: it is there to be written, and each write is a character on somebody's screen (5.3.4). */
static const struct avps_config_field config[] = {
	{ FIELD(cols), .width = 2, .any_of = FEATURE(VIRTIO_CONSOLE_F_SIZE), .changes = true },
	{ FIELD(rows), .width = 2, .any_of = FEATURE(VIRTIO_CONSOLE_F_SIZE), .changes = true },
	{ FIELD(max_nr_ports), .width = 4, .any_of = FEATURE(VIRTIO_CONSOLE_F_MULTIPORT) },
	{},
};

AVPS_DEVICE_CLASS(console) = {
	.virtio_id = VIRTIO_ID_CONSOLE,
	.defined = DEFINED,
	.config = config,
};
