// SPDX-License-Identifier: GPL-2.0-or-later
/* The network device's configuration space (VIRTIO 1.4, 5.1.4). */
#include <endian.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <string.h>

#include "refdev/core/defect.h"
#include "refdev/net/parts.h"

#define SPEED_MBIT 1000
#define FULL_DUPLEX 1
#define MOST_PAIRS 0x8000 /* of the standard; this device has REFDEV_NET_PAIRS */
#define JUMBO_MTU 9000
#define TUNNELS_AT 24 /* of supported_tunnel_types, which Linux does not know */

static bool offers(const struct refdev *dev, unsigned int bit)
{
	return dev->offered & FEATURE_BIT(bit);
}

static u16 pairs(const struct refdev *dev)
{
	if (!refdev_has(dev, VIRTIO_NET_F_MQ) && defect("net.queue_pairs_come_with_mq"))
		return 0;
	if (refdev_has(dev, VIRTIO_NET_F_MQ) && defect("net.queue_pairs_go_with_mq"))
		return 0;
	if (defect("net.queue_pairs_are_zero"))
		return 0;
	if (defect("net.queue_pairs_are_one_too_many"))
		return MOST_PAIRS + 1;
	return defect("net.queue_pairs_are_all_ones") ? 0xffff : REFDEV_NET_PAIRS;
}

static u16 mtu(struct refdev *dev)
{
	bool agreed = refdev_has(dev, VIRTIO_NET_F_MTU);
	bool live = dev->status & VIRTIO_CONFIG_S_DRIVER_OK;

	if (defect("net.mtu_is_zero"))
		return 0;
	if (defect("net.mtu_is_too_small"))
		return 67;
	if (live && defect("net.live_mtu_is_zero"))
		return 0;
	if (defect("net.mtu_is_too_small_for_ipv6"))
		return 1279;
	if (agreed && defect("net.mtu_grows_with_features_ok"))
		return JUMBO_MTU;
	if (agreed && live && defect("net.mtu_grows_with_driver_ok"))
		return JUMBO_MTU;
	return REFDEV_NET_MTU + refdev_net_of(dev)->mtu_grown;
}

static u8 key_size(void)
{
	if (defect("net.hash_key_is_too_short"))
		return 39;
	return defect("net.hash_key_is_zero") ? 0 : REFDEV_NET_RSS_KEY;
}

static u16 table_length(void)
{
	if (defect("net.rss_table_is_too_short"))
		return 127;
	return defect("net.rss_table_is_zero") ? 0 : REFDEV_NET_RSS_TABLE;
}

static u32 speed(const struct refdev_net *net)
{
	if (defect("net.speed_falls_with_each_frame"))
		return SPEED_MBIT - net->transmitted % 500;
	if (defect("net.speed_is_just_too_high"))
		return 0x80000000;
	if (defect("net.speed_is_big_endian"))
		return htobe32(SPEED_MBIT);
	return defect("net.speed_is_another_unknown") ? 0xfffffffe : SPEED_MBIT;
}

static u8 duplex(const struct refdev_net *net)
{
	if (defect("net.duplex_alternates"))
		return net->transmitted % 3 == 1;
	if (defect("net.duplex_is_two"))
		return 2;
	return defect("net.duplex_is_another_unknown") ? 0xfe : FULL_DUPLEX;
}

void refdev_net_negotiated(struct refdev *dev)
{
	bool agreed = refdev_has(dev, VIRTIO_NET_F_MTU);

	/* What was agreed on is on, until a command turns it off (5.1.9.5.9). */
	if (refdev_has(dev, VIRTIO_NET_F_GUEST_CSUM))
		refdev_net_of(dev)->offloads = REFDEV_NET_OFFLOADS;
	if ((agreed && defect("net.mtu_grows_with_each_driver")) ||
	    (!agreed && defect("net.mtu_grows_when_nobody_wants_it")))
		refdev_net_of(dev)->mtu_grown++;
}

void refdev_net_config(struct refdev *dev, u8 *bytes, size_t len)
{
	const struct refdev_net *net = refdev_net_of(dev);
	u32 tunnels = htole32(REFDEV_NET_TUNNEL_TYPES);
	struct virtio_net_config config = { 0 };

	if (defect("net.config_is_empty_before_features_ok") && !(dev->status & VIRTIO_CONFIG_S_FEATURES_OK))
		return;
	if (offers(dev, VIRTIO_NET_F_MAC))
		memcpy(config.mac, net->mac, sizeof(net->mac));
	if (offers(dev, VIRTIO_NET_F_STATUS))
		config.status =
			htole16((net->link_down && !defect("net.link_is_always_up") ? 0 : VIRTIO_NET_S_LINK_UP) |
				(net->announce ? VIRTIO_NET_S_ANNOUNCE : 0));
	if (offers(dev, VIRTIO_NET_F_MQ) || offers(dev, VIRTIO_NET_F_RSS))
		config.max_virtqueue_pairs = htole16(pairs(dev));
	if (offers(dev, VIRTIO_NET_F_MTU))
		config.mtu = htole16(mtu(dev));
	if (offers(dev, VIRTIO_NET_F_SPEED_DUPLEX)) {
		config.speed = htole32(speed(net));
		config.duplex = duplex(net);
	}
	if (offers(dev, VIRTIO_NET_F_RSS) || offers(dev, VIRTIO_NET_F_HASH_REPORT)) {
		config.rss_max_key_size = key_size();
		config.supported_hash_types = htole32(REFDEV_NET_HASH_TYPES);
	}
	if (offers(dev, VIRTIO_NET_F_RSS))
		config.rss_max_indirection_table_length = htole16(table_length());
	memcpy(bytes, &config, len < sizeof(config) ? len : sizeof(config));
	if (offers(dev, REFDEV_NET_F_HASH_TUNNEL) && len >= TUNNELS_AT + sizeof(tunnels))
		memcpy(bytes + TUNNELS_AT, &tunnels, sizeof(tunnels));
}
