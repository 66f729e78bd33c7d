// SPDX-License-Identifier: GPL-2.0-or-later
/* The device's address, and changes of it (VIRTIO 1.4, 5.1.4, 5.1.9.5.2). */
#include "net.h"

#include <string.h>

#define MAC_COMMANDS                                                                                 \
	(FEATURE(VIRTIO_NET_F_MAC) | FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(VIRTIO_NET_F_CTRL_RX) | \
	 FEATURE(VIRTIO_NET_F_CTRL_MAC_ADDR))
#define NEEDS_MAC_COMMANDS \
	NEEDS(VIRTIO_NET_F_MAC, VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_MAC_ADDR)

static int set_mac(struct net_card *card, const u8 *mac, size_t len)
{
	return net_command(card, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET, mac, len);
}

/*
 * A new address can be read by the time its command is done, each byte in its place, as often as it is changed.
 */
AVPS_TEST(net, new_address_reads_back, CLAUSES("net-094"), NEEDS_MAC_COMMANDS)
{
	static const u8 first[ETH_ALEN] = { 0x02, 0x13, 0x57, 0x9b, 0xdf, 0x24 };
	static const u8 second[ETH_ALEN] = { 0x02, 0x13, 0x57, 0x9b, 0xdf, 0x25 };
	u8 own[ETH_ALEN], now[ETH_ALEN];
	const u8 *const macs[] = { first, second, own };

	NET_START(MAC_COMMANDS);
	net_mac(self->dev, own);
	for (size_t i = 0; i < sizeof(macs) / sizeof(macs[0]); i++) {
		if (!CHECK_EQ("net-094", set_mac(&self->card, macs[i], ETH_ALEN), VIRTIO_NET_OK))
			AVPS_STOP();
		net_mac(self->dev, now);
		CHECK_SAME("net-094", "mac after it was set", now, macs[i], ETH_ALEN);
	}
}

/*
 * An address that lacks a byte is refused, and the old one stays.
 */
AVPS_TEST(net, short_address_is_refused, CLAUSES("net-p03"), NEEDS_MAC_COMMANDS)
{
	static const u8 mac[ETH_ALEN] = { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 };
	u8 own[ETH_ALEN], now[ETH_ALEN];

	NET_START(MAC_COMMANDS);
	net_mac(self->dev, own);
	for (size_t len = 0; len < ETH_ALEN; len++)
		CHECK_EQ("net-p03", set_mac(&self->card, mac, len), VIRTIO_NET_ERR);
	net_mac(self->dev, now);
	CHECK_SAME("net-p03", "mac after a command that lacks a part of it", now, own, ETH_ALEN);
}

/* Adds @n addresses to a command, and returns where the next would be. */
static u8 *put_table(u8 *at, u32 n, u8 first)
{
	const u8 length[] = { n, n >> 8, n >> 16, n >> 24 };

	memcpy(at, length, sizeof(length));
	at += sizeof(length);
	for (u32 i = 0; i < n; i++, at += ETH_ALEN)
		memcpy(at, (const u8[ETH_ALEN]){ first, 0, 0x5e, i >> 8, i, 1 }, ETH_ALEN);
	return at;
}

/*
 * Tables of addresses to let in can be set: empty ones, one address, and more than a device may want to keep.
 */
AVPS_TEST(net, address_tables_can_be_set, CLAUSES("net-p05"), NEEDS(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_RX))
{
	static const u32 counts[][2] = { { 0, 0 }, { 1, 0 }, { 0, 1 }, { 3, 2 }, { 70, 0 }, { 0, 70 }, { 64, 64 } };
	static u8 data[2 * (4 + 70 * ETH_ALEN)];

	NET_START(FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(VIRTIO_NET_F_CTRL_RX));
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		u8 *end = put_table(put_table(data, counts[i][0], 0x02), counts[i][1], 0x03);

		CHECK_EQ("net-p05",
			 net_command(&self->card, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, data, end - data),
			 VIRTIO_NET_OK);
	}
}
