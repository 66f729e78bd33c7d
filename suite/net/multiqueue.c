// SPDX-License-Identifier: GPL-2.0-or-later
/* Which receive queue frames come in on, of several pairs (VIRTIO 1.4, 5.1.9.5.6). */
#include <string.h>

#include "steering.h"

#define FLOWS 8
#define EACH 3 /* frames of a flow */
#define PAIRS (FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(VIRTIO_NET_F_MQ))
#define NEEDS_PAIRS NEEDS(VIRTIO_NET_F_MAC, VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_MQ)
#define NEEDS_RESET NEEDS(VIRTIO_NET_F_MAC, VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_MQ, VIRTIO_F_RING_RESET)

/* Brings the device up with buffers in all its receive queues, or skips where there is only one. */
#define START_PAIRS(features_)                                                                                      \
	do {                                                                                                        \
		NET_START(PAIRS | (features_));                                                                     \
		if (self->card.pairs < 2)                                                                           \
			SKIP_AS(AVPS_SKIP_LAUNCH, "the device has one pair of queues");                             \
		for (unsigned int pair_ = 0; pair_ < self->card.pairs; pair_++)                                     \
			REQUIRE(!net_fill(&self->card, pair_, NET_ENTRIES / 2, NET_BUFFER), "a queue has no room"); \
	} while (0)

#define SET_PAIRS(pairs_)                                                                                    \
	REQUIRE(net_command_u16(&self->card, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, pairs_) == \
			VIRTIO_NET_OK,                                                                       \
		"%u pairs can't be enabled", (unsigned int)(pairs_))

/* The peer sends a frame of each of the flows. */
#define PEER_SENDS_FLOWS(frames_)                                                       \
	do {                                                                            \
		for (unsigned int flow_ = 0; flow_ < FLOWS; flow_++)                    \
			frames_[flow_] = steering_frame(&self->card, FRAME_UDP, flow_); \
		PEER(peer_send, &self->card, frames_, FLOWS);                           \
	} while (0)

/*
 * Until several pairs are enabled all frames come in on the first queue, whatever their flow; and so they do after a
 * reset.
 */
AVPS_TEST(net, first_queue_gets_all_at_first, CLAUSES("net-107"), NEEDS_PAIRS, HOST(PEER_SEND))
{
	static struct net_received in;
	struct frame frames[FLOWS];
	unsigned int pair;

	for (int life = 0; life < 2; life++) {
		START_PAIRS(0);
		PEER_SENDS_FLOWS(frames);
		for (int i = 0; i < FLOWS; i++) {
			REQUIRE(!steering_receive(&self->card, self->card.pairs, &pair, &in), "a frame did not come");
			CHECK_EQ("net-107", pair, 0);
		}
		SET_PAIRS(self->card.pairs);
	}
}

/*
 * Frames of a flow come in on one queue, and better on that of the pair by which the driver has sent in it.
 */
AVPS_TEST(net, flows_keep_to_their_queue, CLAUSES("net-104", "net-105"), NEEDS_PAIRS, HOST(PEER_SEND))
{
	static struct net_received in;
	struct frame frames[FLOWS];
	unsigned int came_on[FLOWS];

	START_PAIRS(0);
	SET_PAIRS(self->card.pairs);
	for (unsigned int flow = 0; flow < FLOWS; flow++) {
		struct frame out = steering_answer(&self->card, FRAME_UDP, flow);

		REQUIRE(!net_send_frame(&self->card, flow % self->card.pairs, &out), "a frame can't be sent");
		/* Whether the peer sends it back is nothing to this test. */
	}
	for (int round = 0; round < EACH; round++) {
		PEER_SENDS_FLOWS(frames);
		for (int i = 0; i < FLOWS;) {
			unsigned int pair, flow;

			REQUIRE(!steering_receive(&self->card, self->card.pairs, &pair, &in), "a frame did not come");
			flow = in.number - frames[0].number;
			if (flow >= FLOWS)
				continue;
			if (round)
				CHECK_EQ("net-104", pair, came_on[flow]);
			CHECK_EQ("net-105", pair, flow % self->card.pairs);
			came_on[flow] = pair;
			i++;
		}
	}
}

/*
 * Once a smaller number of pairs is enabled nothing comes in on the others, also not of flows that came in there
 * before.
 */
AVPS_TEST(net, disabled_queues_get_nothing, CLAUSES("net-108"), NEEDS_PAIRS, HOST(PEER_SEND))
{
	static struct net_received in;
	struct frame frames[FLOWS];
	unsigned int pair;

	START_PAIRS(0);
	SET_PAIRS(self->card.pairs);
	for (unsigned int flow = 0; flow < FLOWS; flow++) {
		struct frame out = steering_answer(&self->card, FRAME_UDP, flow);

		REQUIRE(!net_send_frame(&self->card, flow % self->card.pairs, &out), "a frame can't be sent");
	}
	SET_PAIRS(1);
	PEER_SENDS_FLOWS(frames);
	for (int i = 0; i < FLOWS;) {
		REQUIRE(!steering_receive(&self->card, self->card.pairs, &pair, &in), "a frame did not come");
		if (in.number - frames[0].number >= FLOWS)
			continue; /* came before the number was changed */
		CHECK_EQ("net-108", pair, 0);
		i++;
	}
}

/*
 * While a receive queue is reset, what would come in there comes in on another.
 */
AVPS_TEST(net, frames_of_a_reset_queue_go_to_another, CLAUSES("net-109"), NEEDS_RESET, HOST(PEER_SEND))
{
	static struct net_received in;
	struct frame frames[FLOWS];

	START_PAIRS(FEATURE(VIRTIO_F_RING_RESET));
	SET_PAIRS(2);
	for (unsigned int flow = 0; flow < FLOWS; flow++) {
		struct frame out = steering_answer(&self->card, FRAME_UDP, flow);

		REQUIRE(!net_send_frame(&self->card, 1, &out), "a frame can't be sent");
	}
	REQUIRE(!steering_reset_queue(&self->card, 1), "the reset of a queue does not end");
	PEER_SENDS_FLOWS(frames);
	for (unsigned int flow = 0; flow < FLOWS;) {
		int err = net_receive(&self->card, 0, &in);

		if (!CHECK("net-109", !err, "no frame of flow %u comes in while its queue is reset", flow))
			AVPS_STOP();
		flow += in.number - frames[0].number < FLOWS;
	}
}

/*
 * While the only receive queue is reset, frames are dropped: none of them comes in once the queue is there again.
 */
AVPS_TEST(net, frames_are_dropped_while_all_queues_are_reset, CLAUSES("net-110"),
	  NEEDS(VIRTIO_NET_F_MAC, VIRTIO_F_RING_RESET), HOST(PEER_SEND))
{
	static struct net_received in;
	struct frame lost, kept;

	NET_START(FEATURE(VIRTIO_F_RING_RESET));
	REQUIRE(!net_fill(&self->card, 0, NET_ENTRIES / 2, NET_BUFFER), "the receive queue has no room");
	for (int i = 0; i < 3; i++) {
		lost = steering_frame(&self->card, FRAME_UDP, 1);
		kept = steering_frame(&self->card, FRAME_UDP, 1);
		REQUIRE(!steering_reset_queue(&self->card, 0), "the reset of a queue does not end");
		PEER(peer_send, &self->card, &lost, 1);
		REQUIRE(!avps_device_queue(self->dev, &self->card.rx[0].vq, self->on->ring, 0, NET_ENTRIES) &&
				!net_fill(&self->card, 0, NET_ENTRIES / 2, NET_BUFFER),
			"the queue can't be set up again");
		PEER(peer_send, &self->card, &kept, 1);
		REQUIRE(!net_receive(&self->card, 0, &in), "no frame comes in on the queue in its second life");
		if (!CHECK_EQ("net-110", in.number, kept.number))
			AVPS_STOP();
	}
}
