// SPDX-License-Identifier: GPL-2.0-or-later
#include "refdev/net/net.h"

#include <endian.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>
#include <string.h>

#include "refdev/core/defect.h"
#include "refdev/net/parts.h"

#define CONTROL_FEATURES                                                                                               \
	(FEATURE_BIT(VIRTIO_NET_F_CTRL_VQ) | FEATURE_BIT(VIRTIO_NET_F_CTRL_RX) | FEATURE_BIT(VIRTIO_NET_F_CTRL_VLAN) | \
	 FEATURE_BIT(VIRTIO_NET_F_CTRL_MAC_ADDR) | FEATURE_BIT(VIRTIO_NET_F_GUEST_ANNOUNCE) |                          \
	 FEATURE_BIT(VIRTIO_NET_F_MQ))

#define FEATURES                                                                               \
	(CONTROL_FEATURES | FEATURE_BIT(VIRTIO_NET_F_MAC) | FEATURE_BIT(VIRTIO_NET_F_STATUS) | \
	 FEATURE_BIT(VIRTIO_NET_F_MTU) | FEATURE_BIT(VIRTIO_NET_F_MRG_RXBUF) | FEATURE_BIT(VIRTIO_NET_F_SPEED_DUPLEX))

#define SPEED_MBIT 1000
#define FULL_DUPLEX 1

static struct refdev_net *net_of(struct refdev *dev)
{
	return (struct refdev_net *)((u8 *)dev - offsetof(struct refdev_net, dev));
}

static void reset(struct refdev *dev)
{
	struct refdev_net *net = net_of(dev);

	memcpy(net->mac, net->permanent_mac, sizeof(net->mac));
	net->pairs = 1;
	net->announce = false;
	net->promiscuous = net->all_multicast = 0;
	net->n_unicast = net->n_multicast = 0;
	memset(net->vlans, 0, sizeof(net->vlans));
}

/* The control queue follows the pairs that there can be, which is one without MQ (5.1.2). */
static u16 control_queue(const struct refdev *dev)
{
	return 2 * (refdev_has(dev, VIRTIO_NET_F_MQ) ? REFDEV_NET_PAIRS : 1);
}

static void control(struct refdev_net *net, struct refdev_queue *queue)
{
	struct refdev_buffer buffer;

	while (refdev_queue_take(queue, &buffer)) {
		u8 ack;

		if (buffer.readable < sizeof(struct virtio_net_ctrl_hdr) || !buffer.writable) {
			refdev_fail(&net->dev);
			return;
		}
		ack = refdev_net_command(net, &buffer);
		refdev_buffer_write(&buffer, 0, &ack, sizeof(ack));
		refdev_queue_use(queue, &buffer, sizeof(ack));
	}
	refdev_queue_signal(queue);
}

static void process(struct refdev *dev, struct refdev_queue *queue)
{
	u16 end_of_pairs = control_queue(dev);

	if (queue->index == end_of_pairs && refdev_has(dev, VIRTIO_NET_F_CTRL_VQ))
		control(net_of(dev), queue);
	else if (queue->index < end_of_pairs && queue->index % 2)
		refdev_net_transmit(net_of(dev), queue);
	/* Receive buffers wait for a frame. */
}

static void config(struct refdev *dev, u8 *bytes, size_t len)
{
	const struct refdev_net *net = net_of(dev);
	struct virtio_net_config config = { 0 };

	if (defect("net.config_is_empty_before_features_ok") && !(dev->status & VIRTIO_CONFIG_S_FEATURES_OK))
		return;
	if (dev->offered & FEATURE_BIT(VIRTIO_NET_F_MAC))
		memcpy(config.mac, net->mac, sizeof(net->mac));
	if (dev->offered & FEATURE_BIT(VIRTIO_NET_F_STATUS))
		config.status = htole16(VIRTIO_NET_S_LINK_UP | (net->announce ? VIRTIO_NET_S_ANNOUNCE : 0));
	if (dev->offered & FEATURE_BIT(VIRTIO_NET_F_MQ))
		config.max_virtqueue_pairs = htole16(REFDEV_NET_PAIRS);
	if (dev->offered & FEATURE_BIT(VIRTIO_NET_F_MTU))
		config.mtu = htole16(REFDEV_NET_MTU);
	if (dev->offered & FEATURE_BIT(VIRTIO_NET_F_SPEED_DUPLEX)) {
		config.speed = htole32(SPEED_MBIT);
		config.duplex = FULL_DUPLEX;
	}
	memcpy(bytes, &config, len < sizeof(config) ? len : sizeof(config));
}

static const struct refdev_type type = {
	.virtio_id = VIRTIO_ID_NET,
	.reset = reset,
	.process = process,
	.config = config,
	.config_len = offsetof(struct virtio_net_config, rss_max_key_size),
};

static refdev_features own_features(const struct refdev_net_options *options)
{
	refdev_features features = FEATURES & ~options->without;

	if (defect("net.control_features_without_a_control_queue"))
		features &= ~FEATURE_BIT(VIRTIO_NET_F_CTRL_VQ);
	if (defect("net.guest_tso4_without_guest_csum"))
		features |= FEATURE_BIT(VIRTIO_NET_F_GUEST_TSO4);
	if (defect("net.host_ecn_without_host_tso"))
		features |= FEATURE_BIT(VIRTIO_NET_F_HOST_ECN);
	if (defect("net.undefined_feature_is_offered"))
		features |= FEATURE_BIT(58);
	if (defect("net.legacy_feature_is_offered"))
		features |= FEATURE_BIT(VIRTIO_NET_F_GSO);
	return features;
}

void refdev_net_init(struct refdev_net *net, const struct refdev_net_options *options, refdev_features ring_features,
		     const struct refdev_memory *memory)
{
	refdev_init(&net->dev, &type, ring_features | own_features(options), memory);
	memcpy(net->permanent_mac, options->mac, sizeof(net->permanent_mac));
	net->dev.n_queues = net->dev.offered & FEATURE_BIT(VIRTIO_NET_F_MQ) ? 2 * REFDEV_NET_PAIRS + 1 : 3;
	for (unsigned int i = 0; i < net->dev.n_queues; i++)
		net->dev.queues[i].size_max = REFDEV_NET_QUEUE_SIZE;
	refdev_reset(&net->dev);
}

void refdev_net_ask_to_announce(struct refdev_net *net)
{
	if (!refdev_has(&net->dev, VIRTIO_NET_F_GUEST_ANNOUNCE))
		return;
	net->announce = true;
	refdev_config_changed(&net->dev);
}
