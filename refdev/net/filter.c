// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/if_ether.h>
#include <linux/virtio_net.h>
#include <string.h>

#include "refdev/net/parts.h"

#define VLAN_ID 0x0fff /* of the tag's 16 bits */

/* A table that overflowed lets everything of its kind in: the standard promises no more (5.1.9.5.2). */
static bool in_table(const u8 (*table)[ETH_ALEN], u32 n, const u8 *address)
{
	if (n > REFDEV_NET_MACS)
		return true;
	for (u32 i = 0; i < n; i++)
		if (!memcmp(table[i], address, ETH_ALEN))
			return true;
	return false;
}

/* What keeps frames out goes before what lets them in (5.1.9.5.1). */
static bool address_wanted(const struct refdev_net *net, const u8 *address)
{
	static const u8 broadcast[ETH_ALEN] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	if (!memcmp(address, broadcast, ETH_ALEN))
		return !net->no_broadcast;
	if (address[0] & 1)
		return !net->no_multicast &&
		       (net->all_multicast || in_table(net->multicast, net->n_multicast, address));
	return !net->no_unicast && (net->all_unicast || !memcmp(address, net->mac, ETH_ALEN) ||
				    in_table(net->unicast, net->n_unicast, address));
}

static bool vlan_wanted(const struct refdev_net *net, const u8 *frame, size_t len)
{
	const u8 *tag = frame + 2 * ETH_ALEN;
	u16 id;

	if (len < ETH_HLEN + 4 || (tag[0] << 8 | tag[1]) != ETH_P_8021Q)
		return true;
	id = (tag[2] << 8 | tag[3]) & VLAN_ID;
	return net->vlans[id / 8] & 1 << id % 8;
}

bool refdev_net_wants(const struct refdev_net *net, const u8 *frame, size_t len)
{
	if (net->promiscuous)
		return true;
	/* A driver that can't set filters up gets everything. */
	if ((refdev_has(&net->dev, VIRTIO_NET_F_CTRL_RX) || refdev_has(&net->dev, VIRTIO_NET_F_CTRL_RX_EXTRA)) &&
	    !address_wanted(net, frame))
		return false;
	return !refdev_has(&net->dev, VIRTIO_NET_F_CTRL_VLAN) || vlan_wanted(net, frame, len);
}
