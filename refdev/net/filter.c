// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/if_ether.h>
#include <linux/virtio_net.h>
#include <string.h>

#include "refdev/core/defect.h"
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

static bool group_wanted(const struct refdev_net *net, const u8 *address)
{
	bool all = net->all_multicast && !defect("net.all_multicast_has_no_effect");

	if (all && defect("net.all_multicast_goes_before_no_multicast"))
		return true;
	if (net->no_multicast && !defect("net.no_multicast_has_no_effect"))
		return false;
	return all ||
	       (in_table(net->multicast, net->n_multicast, address) && !defect("net.table_of_groups_is_ignored"));
}

static bool station_wanted(const struct refdev_net *net, const u8 *address)
{
	const u8 *own = defect("net.filter_keeps_the_first_address") ? net->permanent_mac : net->mac;
	bool all = net->all_unicast && !defect("net.all_unicast_has_no_effect");

	if (all && defect("net.all_unicast_goes_before_no_unicast"))
		return true;
	if (net->no_unicast && !defect("net.no_unicast_has_no_effect"))
		return false;
	if (defect("net.frames_for_others_come_in"))
		return true;
	return all || !memcmp(address, own, ETH_ALEN) || in_table(net->unicast, net->n_unicast, address);
}

/* What keeps frames out goes before what lets them in (5.1.9.5.1). */
static bool address_wanted(const struct refdev_net *net, const u8 *address)
{
	static const u8 broadcast[ETH_ALEN] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	if (!memcmp(address, broadcast, ETH_ALEN)) {
		if (net->all_multicast && defect("net.all_multicast_lets_broadcasts_in"))
			return true;
		if (net->no_multicast && defect("net.no_multicast_keeps_broadcasts_out"))
			return false;
		return !net->no_broadcast || defect("net.no_broadcast_has_no_effect");
	}
	return address[0] & 1 ? group_wanted(net, address) : station_wanted(net, address);
}

static bool vlan_wanted(const struct refdev_net *net, const u8 *frame, size_t len)
{
	const u8 *tag = frame + 2 * ETH_ALEN;
	u16 id;

	if (len < ETH_HLEN + 4 || (tag[0] << 8 | tag[1]) != ETH_P_8021Q)
		return true;
	id = (tag[2] << 8 | tag[3]) & VLAN_ID;
	if (tag[2] & 0xf0 && defect("net.vlan_priority_is_taken_for_the_id"))
		return false;
	return net->vlans[id / 8] & 1 << id % 8 || (id > 0xff && defect("net.high_vlans_pass_the_filter"));
}

/* Whether what the driver set up for addresses lets a frame in. A driver that can't set filters up gets everything. */
static bool modes_want(const struct refdev_net *net, const u8 *frame)
{
	if (!refdev_has(&net->dev, VIRTIO_NET_F_CTRL_RX) && !refdev_has(&net->dev, VIRTIO_NET_F_CTRL_RX_EXTRA))
		return true;
	return address_wanted(net, frame);
}

bool refdev_net_wants(const struct refdev_net *net, const u8 *frame, size_t len)
{
	bool filter = refdev_has(&net->dev, VIRTIO_NET_F_CTRL_VLAN) || defect("net.vlan_filter_needs_no_agreement");

	if (net->no_unicast && net->promiscuous && defect("net.no_unicast_goes_before_promiscuous") && !(frame[0] & 1))
		return false;
	if (net->no_broadcast && net->promiscuous && defect("net.no_broadcast_goes_before_promiscuous") &&
	    frame[0] == 0xff)
		return false;
	if (net->promiscuous && !(frame[0] & 1 && defect("net.promiscuous_is_for_stations")) &&
	    !defect("net.promiscuous_has_no_effect"))
		return true;
	return modes_want(net, frame) && (!filter || vlan_wanted(net, frame, len));
}
