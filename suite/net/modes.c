// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands that set up what is received (VIRTIO 1.4, 5.1.9.5.1 to 5.1.9.5.3). What comes of them: filters.c. */
#include "net.h"

#include <string.h>

/* Turns each of the modes on, then off, and on and off twice: whatever it was before. */
static void check_modes(const char *clause, struct net_card *card, const u8 *modes, size_t n)
{
	static const bool steps[] = { true, true, false, false, true, false };

	for (size_t i = 0; i < n; i++)
		for (size_t step = 0; step < sizeof(steps); step++) {
			int ack = net_mode(card, modes[i], steps[step]);

			if (!strcmp(clause, "net-079"))
				CHECK_EQ("net-079", ack, VIRTIO_NET_OK);
			else
				CHECK_EQ("net-083", ack, VIRTIO_NET_OK);
		}
}

/*
 * Promiscuous and all-multicast reception can be turned on and off.
 */
AVPS_TEST(net, receive_modes_can_be_set, CLAUSES("net-079"), NEEDS(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_RX))
{
	static const u8 modes[] = { VIRTIO_NET_CTRL_RX_PROMISC, VIRTIO_NET_CTRL_RX_ALLMULTI };

	NET_START(FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(VIRTIO_NET_F_CTRL_RX));
	check_modes("net-079", &self->card, modes, sizeof(modes));
}

/*
 * The extra modes can be turned on and off.
 */
AVPS_TEST(net, extra_receive_modes_can_be_set, CLAUSES("net-083"),
	  NEEDS(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_RX_EXTRA))
{
	static const u8 modes[] = { VIRTIO_NET_CTRL_RX_ALLUNI, VIRTIO_NET_CTRL_RX_NOMULTI, VIRTIO_NET_CTRL_RX_NOUNI,
				    VIRTIO_NET_CTRL_RX_NOBCAST };

	NET_START(FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(VIRTIO_NET_F_CTRL_RX_EXTRA));
	check_modes("net-083", &self->card, modes, sizeof(modes));
}

/*
 * VLANs can be let in and kept out again, the first, the last and one in between.
 */
AVPS_TEST(net, vlan_filter_can_be_set, CLAUSES("net-p04"), NEEDS(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_VLAN))
{
	static const u16 ids[] = { 0, 1, 0x100, 4094 };

	NET_START(FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(VIRTIO_NET_F_CTRL_VLAN));
	for (u8 command = VIRTIO_NET_CTRL_VLAN_ADD; command <= VIRTIO_NET_CTRL_VLAN_DEL; command++)
		for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
			CHECK_EQ("net-p04", net_command_u16(&self->card, VIRTIO_NET_CTRL_VLAN, command, ids[i]),
				 VIRTIO_NET_OK);
}
