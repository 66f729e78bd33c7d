// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands of the control queue (VIRTIO 1.4, 5.1.9.5). */
#include <endian.h>
#include <linux/if_ether.h>
#include <linux/virtio_net.h>
#include <string.h>

#include "refdev/core/defect.h"
#include "refdev/net/parts.h"

#define DATA sizeof(struct virtio_net_ctrl_hdr) /* where a command's data begin */
#define VLANS 4096
#define HASH_TUNNEL 7 /* the classes that Linux does not know */
#define STATS 8
#define CONTEXT 9

/* A command whose data are to be @len bytes long, no more and no less. */
static bool get(const struct refdev_buffer *buffer, void *data, size_t len)
{
	if (defect("net.short_commands_are_padded"))
		return refdev_buffer_read(buffer, DATA, data, len) <= len;
	return buffer->readable == DATA + len && refdev_buffer_read(buffer, DATA, data, len) == len;
}

static u8 set_mode(const struct refdev_buffer *buffer, u8 *mode)
{
	u8 on = 0;

	if (!get(buffer, &on, sizeof(on)) || on > 1)
		return VIRTIO_NET_ERR;
	*mode = on;
	return VIRTIO_NET_OK;
}

static u8 receive_mode(struct refdev_net *net, u8 command, const struct refdev_buffer *buffer)
{
	if (defect("net.receive_modes_need_vlan_filters") && !refdev_has(&net->dev, VIRTIO_NET_F_CTRL_VLAN))
		return VIRTIO_NET_ERR;
	if (command == VIRTIO_NET_CTRL_RX_ALLMULTI && defect("net.all_multicast_is_refused"))
		return VIRTIO_NET_ERR;
	if (command == VIRTIO_NET_CTRL_RX_NOBCAST && defect("net.no_broadcast_is_refused"))
		return VIRTIO_NET_ERR;
	if (!refdev_has(&net->dev,
			command <= VIRTIO_NET_CTRL_RX_ALLMULTI ? VIRTIO_NET_F_CTRL_RX : VIRTIO_NET_F_CTRL_RX_EXTRA))
		return VIRTIO_NET_ERR;
	switch (command) {
	case VIRTIO_NET_CTRL_RX_PROMISC:
		if (net->promiscuous && defect("net.promiscuous_is_for_good"))
			return VIRTIO_NET_ERR;
		return set_mode(buffer, &net->promiscuous);
	case VIRTIO_NET_CTRL_RX_ALLMULTI:
		return set_mode(buffer, &net->all_multicast);
	case VIRTIO_NET_CTRL_RX_ALLUNI:
		if (defect("net.all_unicast_is_unknown"))
			return VIRTIO_NET_ERR;
		return set_mode(buffer, &net->all_unicast);
	case VIRTIO_NET_CTRL_RX_NOMULTI:
		return set_mode(buffer, &net->no_multicast);
	case VIRTIO_NET_CTRL_RX_NOUNI:
		return set_mode(buffer, &net->no_unicast);
	case VIRTIO_NET_CTRL_RX_NOBCAST:
		return set_mode(buffer, &net->no_broadcast);
	default:
		return defect("net.unknown_modes_are_claimed") ? VIRTIO_NET_OK : VIRTIO_NET_ERR;
	}
}

/*
 * One of the two tables of a command, at @*at of its data. Returns how many addresses it has; -1 where it is cut
 * off.
 */
static int64_t read_table(const struct refdev_buffer *buffer, u64 *at, u8 (*table)[ETH_ALEN])
{
	u32 entries;

	if (refdev_buffer_read(buffer, *at, &entries, sizeof(entries)) != sizeof(entries))
		return -1;
	entries = le32toh(entries);
	*at += sizeof(entries);
	if (buffer->readable - *at < (u64)entries * ETH_ALEN)
		return -1;
	refdev_buffer_read(buffer, *at, table, ETH_ALEN * (entries < REFDEV_NET_MACS ? entries : REFDEV_NET_MACS));
	*at += (u64)entries * ETH_ALEN;
	return entries;
}

static u8 set_tables(struct refdev_net *net, const struct refdev_buffer *buffer)
{
	u8 unicast[REFDEV_NET_MACS][ETH_ALEN] = { 0 }, multicast[REFDEV_NET_MACS][ETH_ALEN] = { 0 };
	int64_t n_unicast, n_multicast;
	u64 at = DATA;

	n_unicast = read_table(buffer, &at, unicast);
	n_multicast = n_unicast < 0 ? -1 : read_table(buffer, &at, multicast);
	if (n_multicast < 0 && defect("net.address_tables_may_end_early"))
		return VIRTIO_NET_OK;
	if ((n_unicast > REFDEV_NET_MACS || n_multicast > REFDEV_NET_MACS) &&
	    defect("net.large_address_tables_are_refused"))
		return VIRTIO_NET_ERR;
	if (n_unicast + n_multicast == 0 && defect("net.empty_address_tables_are_refused"))
		return VIRTIO_NET_ERR;
	if (n_multicast < 0 || at != buffer->readable)
		return VIRTIO_NET_ERR;
	if (net->n_unicast && defect("net.first_table_stays"))
		return VIRTIO_NET_OK;
	net->n_unicast = n_unicast;
	net->n_multicast = n_multicast;
	memcpy(net->unicast, unicast, sizeof(net->unicast));
	memcpy(net->multicast, multicast, sizeof(net->multicast));
	return VIRTIO_NET_OK;
}

static u8 address(struct refdev_net *net, u8 command, const struct refdev_buffer *buffer)
{
	u8 mac[ETH_ALEN] = { 0 };

	if (command == VIRTIO_NET_CTRL_MAC_TABLE_SET && refdev_has(&net->dev, VIRTIO_NET_F_CTRL_RX))
		return set_tables(net, buffer);
	if (command != VIRTIO_NET_CTRL_MAC_ADDR_SET || !refdev_has(&net->dev, VIRTIO_NET_F_CTRL_MAC_ADDR) ||
	    !get(buffer, mac, sizeof(mac)))
		return VIRTIO_NET_ERR;
	if (defect("net.address_change_is_not_shown"))
		return VIRTIO_NET_OK;
	if (defect("net.address_changes_once") && memcmp(net->mac, net->permanent_mac, sizeof(mac)))
		return VIRTIO_NET_OK;
	memcpy(net->mac, mac, sizeof(mac) - !!defect("net.last_byte_of_the_address_stays"));
	net->dev.generation++; /* mac is in the configuration; the driver knows */
	return VIRTIO_NET_OK;
}

static u8 vlan(struct refdev_net *net, u8 command, const struct refdev_buffer *buffer)
{
	u16 id = 0;

	if (!refdev_has(&net->dev, VIRTIO_NET_F_CTRL_VLAN) || !get(buffer, &id, sizeof(id)) || le16toh(id) >= VLANS)
		return VIRTIO_NET_ERR;
	id = le16toh(id);
	if (!id && defect("net.vlan_0_is_refused"))
		return VIRTIO_NET_ERR;
	if (command == VIRTIO_NET_CTRL_VLAN_DEL && defect("net.vlans_are_for_good"))
		return VIRTIO_NET_ERR;
	if (command == VIRTIO_NET_CTRL_VLAN_ADD)
		net->vlans[id / 8] |= 1 << id % 8;
	else if (command == VIRTIO_NET_CTRL_VLAN_DEL)
		net->vlans[id / 8] &= defect("net.vlans_stay_in_the_filter") ? 0xff : ~(1 << id % 8);
	else
		return VIRTIO_NET_ERR;
	return VIRTIO_NET_OK;
}

static u8 announce(struct refdev_net *net, u8 command)
{
	if (!refdev_has(&net->dev, VIRTIO_NET_F_GUEST_ANNOUNCE) || command != VIRTIO_NET_CTRL_ANNOUNCE_ACK)
		return VIRTIO_NET_ERR;
	if (net->announce)
		net->dev.generation++; /* status is in the configuration; the driver knows */
	net->announce = defect("net.announcement_is_wanted_for_good");
	return VIRTIO_NET_OK;
}

static u8 pairs(struct refdev_net *net, const struct refdev_buffer *buffer)
{
	u16 n = 0;

	if (!refdev_has(&net->dev, VIRTIO_NET_F_MQ) || !get(buffer, &n, sizeof(n)))
		return VIRTIO_NET_ERR;
	n = le16toh(n);
	if (n == REFDEV_NET_PAIRS && defect("net.all_pairs_are_one_too_many"))
		return VIRTIO_NET_ERR;
	if (!n && defect("net.no_pair_is_claimed"))
		return VIRTIO_NET_OK;
	if (n > REFDEV_NET_PAIRS && defect("net.more_pairs_are_claimed"))
		return VIRTIO_NET_OK;
	if (n < VIRTIO_NET_CTRL_MQ_VQ_PAIRS_MIN || n > REFDEV_NET_PAIRS)
		return VIRTIO_NET_ERR;
	net->pairs = n;
	net->had_pairs |= n > 1;
	net->hash.steering = false;
	return VIRTIO_NET_OK;
}

/* With RSS its own command sets the hashes, too (5.1.9.4.3). */
static u8 multiqueue(struct refdev_net *net, u8 command, const struct refdev_buffer *buffer)
{
	bool rss = refdev_has(&net->dev, VIRTIO_NET_F_RSS);
	bool reports = refdev_has(&net->dev, VIRTIO_NET_F_HASH_REPORT);
	bool several = rss || refdev_has(&net->dev, VIRTIO_NET_F_MQ);

	if (command == VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET)
		return pairs(net, buffer);
	if (reports && !refdev_has(&net->dev, VIRTIO_NET_F_MQ) && defect("net.hashes_need_mq"))
		return VIRTIO_NET_ERR;
	if (reports && several && !rss && defect("net.automatic_steering_has_no_hash_command"))
		return VIRTIO_NET_ERR;
	if (reports && rss && defect("net.reports_turn_the_rss_command_off"))
		return VIRTIO_NET_ERR;
	if (command == VIRTIO_NET_CTRL_MQ_RSS_CONFIG && rss)
		return refdev_net_set_hash(net, buffer, true);
	if (command == VIRTIO_NET_CTRL_MQ_HASH_CONFIG && !rss && reports)
		return refdev_net_set_hash(net, buffer, false);
	return VIRTIO_NET_ERR;
}

static u8 set_offloads(struct refdev_net *net, u8 command, const struct refdev_buffer *buffer)
{
	u64 offloads = 0;

	if (command != VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET || !refdev_has(&net->dev, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS) ||
	    !get(buffer, &offloads, sizeof(offloads)))
		return VIRTIO_NET_ERR;
	offloads = le64toh(offloads);
	if (offloads & ~(refdev_has(&net->dev, VIRTIO_NET_F_GUEST_CSUM) ? REFDEV_NET_OFFLOADS : 0))
		return VIRTIO_NET_ERR;
	if (!offloads && defect("net.offloads_cannot_be_turned_off"))
		return VIRTIO_NET_ERR;
	if (offloads && !net->offloads && defect("net.offloads_cannot_be_turned_on"))
		return VIRTIO_NET_ERR;
	net->offloads = offloads;
	return VIRTIO_NET_OK;
}

static u8 set_tunnels(struct refdev_net *net, u8 command, const struct refdev_buffer *buffer)
{
	u32 types = 0, known = REFDEV_NET_TUNNEL_TYPES;

	if (command || !refdev_has(&net->dev, REFDEV_NET_F_HASH_TUNNEL) || !get(buffer, &types, sizeof(types)))
		return VIRTIO_NET_ERR;
	types = le32toh(types);
	if (types & ~known && !(types & known && defect("net.unknown_tunnels_pass_among_others")) &&
	    !defect("net.unknown_tunnels_are_claimed"))
		return VIRTIO_NET_ERR;
	net->tunnels = types & known;
	return VIRTIO_NET_OK;
}

u8 refdev_net_command(struct refdev_net *net, const struct refdev_buffer *buffer, struct refdev_net_reply *reply)
{
	struct virtio_net_ctrl_hdr header = { 0 };

	refdev_buffer_read(buffer, 0, &header, sizeof(header));
	switch (header.class) {
	case VIRTIO_NET_CTRL_RX:
		return receive_mode(net, header.cmd, buffer);
	case VIRTIO_NET_CTRL_MAC:
		return address(net, header.cmd, buffer);
	case VIRTIO_NET_CTRL_VLAN:
		return vlan(net, header.cmd, buffer);
	case VIRTIO_NET_CTRL_ANNOUNCE:
		return announce(net, header.cmd);
	case VIRTIO_NET_CTRL_MQ:
		return multiqueue(net, header.cmd, buffer);
	case VIRTIO_NET_CTRL_GUEST_OFFLOADS:
		return set_offloads(net, header.cmd, buffer);
	case VIRTIO_NET_CTRL_NOTF_COAL:
		return refdev_net_coalesce(net, header.cmd, buffer, reply);
	case STATS:
		return refdev_net_stats(net, header.cmd, buffer, reply);
	case CONTEXT:
		return refdev_net_context(net, header.cmd, buffer, reply);
	case HASH_TUNNEL:
		return set_tunnels(net, header.cmd, buffer);
	default:
		return defect("net.unknown_classes_are_claimed") ? VIRTIO_NET_OK : VIRTIO_NET_ERR;
	}
}
