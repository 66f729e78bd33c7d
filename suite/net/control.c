// SPDX-License-Identifier: GPL-2.0-or-later
/* The control queue itself (VIRTIO 1.4, 5.1.9.5): every command gets an answer, and a true one. */
#include "net.h"

#define CONTROL (FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(VIRTIO_NET_F_CTRL_RX) | FEATURE(VIRTIO_NET_F_CTRL_RX_EXTRA))
#define NO_SUCH_CLASS 0x7f
#define NO_SUCH_COMMAND 0x7f

/* Classes that the standard has (5.1.9.5). */
#define CLASSES 10

static void check_refused(struct net_card *card, u8 class, u8 command)
{
	static const u8 data[64];

	for (size_t len = 0; len <= sizeof(data); len += 16)
		CHECK_EQ("net-p02", net_command(card, class, command, data, len), VIRTIO_NET_ERR);
}

/*
 * A command of a class that there isn't, and a command that its class doesn't have, are refused, however long their
 * data; and the queue goes on with the next command.
 */
AVPS_TEST(net, unknown_commands_are_refused, CLAUSES("net-p02"), NEEDS(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_RX))
{
	NET_START(CONTROL);
	check_refused(&self->card, NO_SUCH_CLASS, 0);
	check_refused(&self->card, 0xff, 0xff);
	check_refused(&self->card, VIRTIO_NET_CTRL_RX, NO_SUCH_COMMAND);
	CHECK_EQ("net-p02", net_mode(&self->card, VIRTIO_NET_CTRL_RX_PROMISC, true), VIRTIO_NET_OK);
}

/*
 * Each command ends with OK or ERR in ack, whatever its class, and says that it wrote this one byte.
 */
AVPS_TEST(net, each_command_is_answered, CLAUSES("net-p01"), NEEDS(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_RX))
{
	static const u8 data[8] = { 1 };

	NET_START(CONTROL);
	for (unsigned int class = 0; class < CLASSES; class ++) {
		struct net_command command = {
			.class = class, .command = class ? NO_SUCH_COMMAND : 0, .data = data, .len = class ? 8 : 1
		};
		int ack = net_ask(&self->card, &command);

		if (!CHECK("net-p01", ack == VIRTIO_NET_OK || ack == VIRTIO_NET_ERR, "class %u has ack %d", class, ack))
			AVPS_STOP();
		CHECK_EQ("net-p01", command.used_len, 1);
	}
}

/*
 * A command whose data end too early is refused.
 */
AVPS_TEST(net, commands_cut_short_are_refused, CLAUSES("net-p03"), NEEDS(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_RX))
{
	static const u8 tables[] = { 1, 0, 0, 0, 2, 0, 0, 0, 0 }; /* an address that lacks a byte */

	NET_START(CONTROL);
	CHECK_EQ("net-p03", net_command(&self->card, VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_PROMISC, NULL, 0),
		 VIRTIO_NET_ERR);
	for (size_t len = 0; len <= sizeof(tables); len++)
		CHECK_EQ("net-p03",
			 net_command(&self->card, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, tables, len),
			 VIRTIO_NET_ERR);
}
