// SPDX-License-Identifier: GPL-2.0-or-later
/* The ports: what is sent to one comes back from it, in order (VIRTIO 1.4, 5.3.6). */
#include <string.h>

#include "refdev/console/parts.h"

void refdev_console_take(struct refdev_console *console, struct refdev_queue *queue, unsigned int port)
{
	struct refdev_queue *back = refdev_queue_of(&console->dev, queue->index - 1);
	u8 *held = console->ports[port].held;
	struct refdev_buffer buffer;

	while (refdev_queue_take(queue, &buffer)) {
		u32 *n = &console->ports[port].n_held;

		/* What there is no room for is lost, as on a wire. */
		*n += refdev_buffer_read(&buffer, 0, held + *n, REFDEV_CONSOLE_HELD - *n);
		refdev_queue_use(queue, &buffer, 0);
	}
	refdev_queue_signal(queue);
	if (back && back->enabled)
		refdev_console_give(console, back, port);
}

void refdev_console_give(struct refdev_console *console, struct refdev_queue *queue, unsigned int port)
{
	u8 *held = console->ports[port].held;
	u32 *n = &console->ports[port].n_held;
	struct refdev_buffer buffer;

	while (*n && refdev_queue_take(queue, &buffer)) {
		u32 given = (u32)refdev_buffer_write(&buffer, 0, held, *n);

		refdev_queue_use(queue, &buffer, given);
		*n -= given;
		memmove(held, held + given, *n);
	}
	refdev_queue_signal(queue);
}
