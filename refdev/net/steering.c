// SPDX-License-Identifier: GPL-2.0-or-later
/* Which receive queue a frame comes in by (VIRTIO 1.4, 5.1.9.5.6, 5.1.9.5.7). */
#include <linux/if_ether.h>
#include <linux/virtio_net.h>

#include "refdev/core/defect.h"
#include "refdev/net/parts.h"

/* The receive queue of a pair, or another in use where that one is being reset (5.1.9.5.6.2); NULL: there is none. */
static struct refdev_queue *receive_queue(struct refdev_net *net, unsigned int pair)
{
	struct refdev_queue *own = refdev_queue_of(&net->dev, REFDEV_NET_RECEIVE(pair));

	if (own && !own->enabled && net->pairs > 1 && defect("net.frames_of_a_reset_queue_are_dropped"))
		return NULL;
	for (unsigned int i = 0; i < net->pairs; i++) {
		struct refdev_queue *queue = refdev_queue_of(&net->dev, REFDEV_NET_RECEIVE((pair + i) % net->pairs));

		if (queue && queue->enabled)
			return queue;
	}
	return NULL;
}

/* The receive queue that a frame's hash leads to (5.1.9.5.7.2); NULL: it is being reset. */
static struct refdev_queue *hashed_queue(struct refdev_net *net, const u8 *frame, size_t len)
{
	struct refdev_queue *queue;
	u32 hash;
	u16 pair = net->hash.unclassified;

	if (refdev_net_hash(net, frame, len, &hash) != VIRTIO_NET_HASH_REPORT_NONE)
		pair = net->hash.table[(hash + defect("net.rss_table_is_one_off")) & net->hash.mask];
	else if (defect("net.frames_without_a_hash_go_to_the_first_queue"))
		pair = 0;
	queue = refdev_queue_of(&net->dev, REFDEV_NET_RECEIVE(pair));
	if (queue && !queue->enabled && defect("net.rss_chooses_another_queue"))
		queue = refdev_queue_of(&net->dev, REFDEV_NET_RECEIVE(!pair));
	return queue && queue->enabled ? queue : NULL;
}

u8 refdev_net_flow(const struct refdev_net_frame *frame)
{
	const u8 *ip = frame->bytes + ETH_HLEN;
	u8 place = 0;

	if (frame->len < ETH_HLEN + 24 || frame->bytes[2 * ETH_ALEN] != 0x08 || frame->bytes[2 * ETH_ALEN + 1])
		return 0;
	for (unsigned int i = 12; i < 24; i++) /* addresses and ports: exchanging them changes nothing */
		place += ip[i] * (i < 20 ? 1 : 3);
	return place;
}

/* The pair that a frame comes in by: that of its flow, as long as it is in use (5.1.9.5.6). */
static unsigned int pair_of(struct refdev_net *net, unsigned int pair, const struct refdev_net_frame *frame)
{
	u8 flow = refdev_net_flow(frame);

	if (flow && net->flows[flow])
		pair = net->flows[flow] - 1;
	if (net->pairs > 1 && defect("net.flows_come_in_on_the_other_queue"))
		return !pair;
	if (net->pairs > 1 && defect("net.flows_change_their_queue"))
		return net->transmitted++ % 3 == 0;
	return pair;
}

struct refdev_queue *refdev_net_queue_for(struct refdev_net *net, unsigned int pair,
					  const struct refdev_net_frame *frame)
{
	if (net->hash.steering)
		return hashed_queue(net, frame->bytes, frame->len);
	pair = pair_of(net, pair, frame);
	if (pair == 1 && net->pairs == 1 && net->had_pairs && defect("net.flows_stay_on_disabled_queues"))
		return refdev_queue_of(&net->dev, REFDEV_NET_RECEIVE(1));
	if (net->pairs == 1 && !net->had_pairs && refdev_net_flow(frame) % 2 && defect("net.flows_are_spread_at_first"))
		return refdev_queue_of(&net->dev, REFDEV_NET_RECEIVE(1));
	if (net->pairs == 1 && net->had_pairs && refdev_net_flow(frame) % 2 &&
	    defect("net.flows_are_spread_after_a_reset"))
		return refdev_queue_of(&net->dev, REFDEV_NET_RECEIVE(1));
	return receive_queue(net, pair < net->pairs ? pair : 0);
}
