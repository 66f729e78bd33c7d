// SPDX-License-Identifier: GPL-2.0-or-later
/* The control messages of a console with several ports (VIRTIO 1.4, 5.3.6.3). */
#include <endian.h>
#include <linux/virtio_console.h>
#include <string.h>

#include "refdev/console/parts.h"

/* What follows the header of VIRTIO_CONSOLE_RESIZE. */
struct size {
	u16 cols, rows;
} __attribute__((packed));

/* The ports beyond 0 are no consoles, and have this name. */
static const char NAME[] = "avps.loop";

/* Has a message wait for the driver, with @len bytes of @more behind it. Lost when too many wait already. */
static void say(struct refdev_console *console, u32 port, u16 event, u16 value, const void *more, size_t len)
{
	struct virtio_console_control message = { .id = htole32(port),
						  .event = htole16(event),
						  .value = htole16(value) };

	if (console->n_messages == REFDEV_CONSOLE_MESSAGES || sizeof(message) + len > REFDEV_CONSOLE_MESSAGE)
		return;
	memcpy(console->messages[console->n_messages].bytes, &message, sizeof(message));
	if (len)
		memcpy(console->messages[console->n_messages].bytes + sizeof(message), more, len);
	console->messages[console->n_messages++].len = sizeof(message) + len;
}

/* The driver is ready: it hears of each port, but of none twice. */
static void add_ports(struct refdev_console *console)
{
	for (u32 port = 0; port < REFDEV_CONSOLE_PORTS; port++) {
		if (!console->ports[port].added)
			say(console, port, VIRTIO_CONSOLE_PORT_ADD, 0, NULL, 0);
		console->ports[port].added = true;
	}
}

/* The driver has set a port up: it hears what there is to know of it. */
static void describe(struct refdev_console *console, u32 port)
{
	struct size size = { .cols = htole16(console->cols), .rows = htole16(console->rows) };

	if (port) {
		say(console, port, VIRTIO_CONSOLE_PORT_NAME, 0, NAME, sizeof(NAME) - 1);
	} else {
		say(console, port, VIRTIO_CONSOLE_CONSOLE_PORT, 1, NULL, 0);
		if (refdev_has(&console->dev, VIRTIO_CONSOLE_F_SIZE))
			say(console, port, VIRTIO_CONSOLE_RESIZE, 0, &size, sizeof(size));
	}
	say(console, port, VIRTIO_CONSOLE_PORT_OPEN, 1, NULL, 0);
}

static void hear(struct refdev_console *console, const struct virtio_console_control *message)
{
	u32 port = le32toh(message->id);
	u16 value = le16toh(message->value);

	if (le16toh(message->event) == VIRTIO_CONSOLE_DEVICE_READY && value == 1)
		add_ports(console);
	if (port >= REFDEV_CONSOLE_PORTS || !console->ports[port].added)
		return;
	if (le16toh(message->event) == VIRTIO_CONSOLE_PORT_READY) {
		if (value == 1 && !console->ports[port].ready)
			describe(console, port);
		console->ports[port].ready = value == 1;
	}
	if (le16toh(message->event) == VIRTIO_CONSOLE_PORT_OPEN)
		console->ports[port].open = value == 1;
}

void refdev_console_listen(struct refdev_console *console, struct refdev_queue *queue)
{
	struct refdev_queue *back = refdev_queue_of(&console->dev, REFDEV_CONSOLE_FROM_DEVICE);
	struct virtio_console_control message;
	struct refdev_buffer buffer;

	while (refdev_queue_take(queue, &buffer)) {
		if (refdev_buffer_read(&buffer, 0, &message, sizeof(message)) == sizeof(message))
			hear(console, &message);
		refdev_queue_use(queue, &buffer, 0);
	}
	refdev_queue_signal(queue);
	if (back && back->enabled)
		refdev_console_tell(console, back);
}

void refdev_console_tell(struct refdev_console *console, struct refdev_queue *queue)
{
	struct refdev_buffer buffer;

	while (console->n_messages && refdev_queue_take(queue, &buffer)) {
		u32 len = console->messages[0].len;

		refdev_queue_use(queue, &buffer, (u32)refdev_buffer_write(&buffer, 0, console->messages[0].bytes, len));
		console->n_messages--;
		memmove(console->messages, console->messages + 1, console->n_messages * sizeof(*console->messages));
	}
	refdev_queue_signal(queue);
}
