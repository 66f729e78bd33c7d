// SPDX-License-Identifier: GPL-2.0-or-later
#include "refdev/net/net.h"

#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>
#include <string.h>

#include "refdev/core/defect.h"
#include "refdev/net/parts.h"

#define CONTROL_FEATURES                                                                                        \
	(FEATURE_BIT(VIRTIO_NET_F_CTRL_VQ) | FEATURE_BIT(VIRTIO_NET_F_CTRL_RX) |                                \
	 FEATURE_BIT(VIRTIO_NET_F_CTRL_RX_EXTRA) | FEATURE_BIT(VIRTIO_NET_F_CTRL_VLAN) |                        \
	 FEATURE_BIT(VIRTIO_NET_F_CTRL_MAC_ADDR) | FEATURE_BIT(VIRTIO_NET_F_GUEST_ANNOUNCE) |                   \
	 FEATURE_BIT(VIRTIO_NET_F_MQ) | FEATURE_BIT(VIRTIO_NET_F_RSS) | FEATURE_BIT(VIRTIO_NET_F_HASH_REPORT) | \
	 FEATURE_BIT(VIRTIO_NET_F_CTRL_GUEST_OFFLOADS) | FEATURE_BIT(REFDEV_NET_F_NOTF_COAL) |                  \
	 FEATURE_BIT(REFDEV_NET_F_VQ_NOTF_COAL) | FEATURE_BIT(REFDEV_NET_F_HASH_TUNNEL) |                       \
	 FEATURE_BIT(REFDEV_NET_F_DEVICE_STATS) | FEATURE_BIT(REFDEV_NET_F_RSS_CONTEXT))

#define FEATURES                                                                               \
	(CONTROL_FEATURES | FEATURE_BIT(VIRTIO_NET_F_MAC) | FEATURE_BIT(VIRTIO_NET_F_STATUS) | \
	 FEATURE_BIT(VIRTIO_NET_F_MTU) | FEATURE_BIT(VIRTIO_NET_F_MRG_RXBUF) |                 \
	 FEATURE_BIT(VIRTIO_NET_F_SPEED_DUPLEX) | FEATURE_BIT(VIRTIO_NET_F_CSUM) |             \
	 FEATURE_BIT(VIRTIO_NET_F_GUEST_CSUM))

/* What lets there be more than one pair. */
#define PAIRS (FEATURE_BIT(VIRTIO_NET_F_MQ) | FEATURE_BIT(VIRTIO_NET_F_RSS))

static void reset(struct refdev *dev)
{
	struct refdev_net *net = refdev_net_of(dev);

	memcpy(net->mac, net->permanent_mac, sizeof(net->mac));
	net->pairs = 1;
	net->hash = (struct refdev_net_hash){ 0 };
	net->announce = false;
	net->promiscuous = net->all_multicast = net->all_unicast = 0;
	net->no_multicast = net->no_unicast = net->no_broadcast = 0;
	if (!defect("net.table_outlives_a_reset"))
		net->n_unicast = net->n_multicast = 0;
	memset(net->vlans, defect("net.vlan_filter_starts_full") ? 0xff : 0, sizeof(net->vlans));
	if (!defect("net.coalescing_outlives_a_reset"))
		memset(net->coalescing, 0, sizeof(net->coalescing));
	if (defect("net.coalescing_is_on_after_a_reset"))
		for (unsigned int i = 0; i < 2 * REFDEV_NET_PAIRS; i++)
			net->coalescing[i] = (struct refdev_net_coalescing){ 1, 0 };
	net->tunnels = 0;
	if (!defect("net.contexts_outlive_a_reset"))
		net->contexts = 0;
	memset(net->flows, 0, sizeof(net->flows));
	if (!defect("net.flows_are_spread_after_a_reset"))
		net->had_pairs = false;
	net->offloads = 0;
}

u16 refdev_net_control_queue(struct refdev_net *net)
{
	const struct refdev *dev = &net->dev;
	bool several = refdev_has(dev, VIRTIO_NET_F_MQ) || refdev_has(dev, VIRTIO_NET_F_RSS);

	return 2 * (several ? REFDEV_NET_PAIRS : 1);
}

/* Writes what a command brings back, as far as there is room. Returns how many bytes it wrote. */
static u32 answer(const struct refdev_buffer *buffer, u8 ack, const struct refdev_net_reply *reply)
{
	const u8 *result = reply->bytes + reply->before;
	size_t at = reply->before;
	u32 written = refdev_buffer_write(buffer, 0, reply->bytes, at);

	if (ack == VIRTIO_NET_ERR && defect("net.refusals_have_another_number"))
		ack = 2;

	if (!defect("net.commands_are_not_answered"))
		written += refdev_buffer_write(buffer, at, &ack, sizeof(ack));
	written += refdev_buffer_write(buffer, at + sizeof(ack), result, reply->result);
	return written;
}

static void control(struct refdev_net *net, struct refdev_queue *queue)
{
	struct refdev_buffer buffer;

	while (refdev_queue_take(queue, &buffer)) {
		struct refdev_net_reply reply = { 0 };
		u8 ack;

		if (buffer.readable < sizeof(struct virtio_net_ctrl_hdr) || !buffer.writable) {
			refdev_fail(&net->dev);
			return;
		}
		ack = refdev_net_command(net, &buffer, &reply);
		if (ack == VIRTIO_NET_OK || !defect("net.failed_commands_are_not_counted"))
			net->commands++;
		net->commands_ok += ack == VIRTIO_NET_OK || defect("net.failed_commands_count_as_good_ones");
		refdev_queue_use(queue, &buffer, answer(&buffer, ack, &reply));
	}
	refdev_queue_signal(queue);
}

static void process(struct refdev *dev, struct refdev_queue *queue)
{
	u16 end_of_pairs = refdev_net_control_queue(refdev_net_of(dev));

	if (queue->index == end_of_pairs && refdev_has(dev, VIRTIO_NET_F_CTRL_VQ))
		control(refdev_net_of(dev), queue);
	else if (queue->index < end_of_pairs && queue->index % 2)
		refdev_net_transmit(refdev_net_of(dev), queue);
	/* Receive buffers wait for a frame. */
}

static const struct refdev_type type = {
	.virtio_id = VIRTIO_ID_NET,
	.reset = reset,
	.process = process,
	.negotiated = refdev_net_negotiated,
	.config = refdev_net_config,
	.config_len = REFDEV_NET_CONFIG,
};

static refdev_features own_features(const struct refdev_net_options *options)
{
	refdev_features features = FEATURES & ~options->without;

	if (defect("net.control_features_without_a_control_queue"))
		features &= ~FEATURE_BIT(VIRTIO_NET_F_CTRL_VQ);
	if (defect("net.extra_receive_modes_without_a_control_queue"))
		features &= ~CONTROL_FEATURES | FEATURE_BIT(VIRTIO_NET_F_CTRL_RX_EXTRA);
	if (defect("net.hash_reports_without_a_control_queue"))
		features &= ~CONTROL_FEATURES | FEATURE_BIT(VIRTIO_NET_F_HASH_REPORT);
	if (defect("net.guest_tso4_without_guest_csum"))
		features = (features | FEATURE_BIT(VIRTIO_NET_F_GUEST_TSO4)) & ~FEATURE_BIT(VIRTIO_NET_F_GUEST_CSUM);
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
	net->dev.n_queues = net->dev.offered & PAIRS ? 2 * REFDEV_NET_PAIRS + 1 : 3;
	for (unsigned int i = 0; i < net->dev.n_queues; i++)
		net->dev.queues[i].size_max = REFDEV_NET_QUEUE_SIZE;
	refdev_reset(&net->dev);
}

struct refdev_net *refdev_net_with_mac(struct refdev *dev, const u8 mac[6])
{
	struct refdev_net *net = refdev_net_of(dev);

	return dev->type == &type && !memcmp(net->permanent_mac, mac, sizeof(net->permanent_mac)) ? net : NULL;
}

void refdev_net_set_link(struct refdev_net *net, bool up)
{
	bool changed = net->link_down == up;

	net->link_down = !up;
	if (!changed || !refdev_has(&net->dev, VIRTIO_NET_F_STATUS))
		return;
	refdev_config_changed(&net->dev);
}

void refdev_net_ask_to_announce(struct refdev_net *net)
{
	if (!refdev_has(&net->dev, VIRTIO_NET_F_GUEST_ANNOUNCE))
		return;
	net->announce = true;
	refdev_config_changed(&net->dev);
}
