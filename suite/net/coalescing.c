// SPDX-License-Identifier: GPL-2.0-or-later
/* The parameters of notification coalescing (VIRTIO 1.4, 5.1.9.5.10), as far as they can be read back. */
#include <endian.h>
#include <string.h>

#include "peer.h"

#define COALESCING                                                                                \
	(FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(NET_F_NOTF_COAL) | FEATURE(NET_F_VQ_NOTF_COAL) | \
	 FEATURE(VIRTIO_NET_F_MQ))
#define NEEDS_COALESCING NEEDS(VIRTIO_NET_F_CTRL_VQ, NET_F_NOTF_COAL, NET_F_VQ_NOTF_COAL)
#define NEEDS_PER_QUEUE NEEDS(VIRTIO_NET_F_CTRL_VQ, NET_F_VQ_NOTF_COAL)

/* Values that any device can have, and some that few have. */
#define MODERATE ((struct coal){ 7, 50 })
#define OTHER ((struct coal){ 3, 20 })
#define EXTREME ((struct coal){ 0xfffffffe, 0xfffffffd })

struct coal {
	u32 packets, usecs;
};

/* Sets the parameters of all queues that transmit or receive. */
static int set_all(struct net_card *card, u8 command, struct coal coal)
{
	const u32 data[] = { htole32(coal.packets), htole32(coal.usecs) };

	return net_command(card, NET_CTRL_NOTF_COAL, command, data, sizeof(data));
}

/* Those of one queue, with something in the reserved field. */
static int set_one(struct net_card *card, u16 queue, u16 reserved, struct coal coal)
{
	const u32 data[] = { htole32(queue | (u32)reserved << 16), htole32(coal.packets), htole32(coal.usecs) };

	return net_command(card, NET_CTRL_NOTF_COAL, NET_CTRL_NOTF_COAL_VQ_SET, data, sizeof(data));
}

/*
 * Reads them. Of struct virtio_net_ctrl_coal_vq the device writes the last part, before ack: 5.1.9.5 has no
 * command-specific-result for this command.
 */
static int get(struct net_card *card, u16 queue, u16 reserved, struct coal *coal)
{
	const u32 data = htole32(queue | (u32)reserved << 16);
	struct net_command command = { .class = NET_CTRL_NOTF_COAL,
				       .command = NET_CTRL_NOTF_COAL_VQ_GET,
				       .data = &data,
				       .len = sizeof(data),
				       .data_back = 8 };
	int ack = net_ask(card, &command);
	u32 back[2];

	memcpy(back, command.data_back_at, sizeof(back));
	*coal = (struct coal){ le32toh(back[0]), le32toh(back[1]) };
	return ack;
}

/* Queue @queue_ has the parameters @coal_. */
#define CHECK_COAL(clause_, queue_, coal_)                                                                            \
	do {                                                                                                          \
		struct coal is_, should_ = coal_;                                                                     \
		if (CHECK_EQ(clause_, get(&self->card, queue_, 0, &is_), VIRTIO_NET_OK))                              \
			CHECK(clause_, is_.packets == should_.packets && is_.usecs == should_.usecs,                  \
			      "queue %u has %u packets and %u us, and should have %u and %u", (unsigned int)(queue_), \
			      is_.packets, is_.usecs, should_.packets, should_.usecs);                                \
	} while (0)

/*
 * The reserved field changes nothing, neither when parameters are set nor when they are read.
 */
AVPS_TEST(net, coalescing_ignores_the_reserved_field, CLAUSES("net-118"), NEEDS_PER_QUEUE)
{
	struct coal coal = { 0 };

	NET_START(COALESCING);
	for (u16 queue = 0; queue < 2; queue++) {
		REQUIRE(set_one(&self->card, queue, 0, OTHER) == VIRTIO_NET_OK, "the parameters can't be set");
		CHECK_EQ("net-118", set_one(&self->card, queue, 0xffff, MODERATE), VIRTIO_NET_OK);
		CHECK_COAL("net-118", queue, MODERATE);
		CHECK_EQ("net-118", get(&self->card, queue, 0xffff, &coal), VIRTIO_NET_OK);
		CHECK("net-118", coal.packets == 7 && coal.usecs == 50, "%u packets and %u us come back", coal.packets,
		      coal.usecs);
	}
}

/*
 * Parameters that were set are there, and those that were refused are not: for all queues of a kind.
 */
AVPS_TEST(net, coalescing_of_all_queues_is_set_or_refused, CLAUSES("net-119"), NEEDS_COALESCING)
{
	static const u8 commands[] = { NET_CTRL_NOTF_COAL_RX_SET, NET_CTRL_NOTF_COAL_TX_SET };
	const struct coal tries[] = { MODERATE, EXTREME, OTHER };

	NET_START(COALESCING);
	for (u16 queue = 0; queue < 2; queue++) {
		struct coal has = { 0, 0 };

		for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
			int ack = set_all(&self->card, commands[queue], tries[i]);

			if (!CHECK("net-119", ack == VIRTIO_NET_OK || ack == VIRTIO_NET_ERR, "ack is %d", ack))
				AVPS_STOP();
			if (ack == VIRTIO_NET_OK)
				has = tries[i];
			CHECK_COAL("net-119", queue, has);
		}
	}
}

/*
 * The same for one queue.
 */
AVPS_TEST(net, coalescing_of_a_queue_is_set_or_refused, CLAUSES("net-120"), NEEDS_PER_QUEUE)
{
	const struct coal tries[] = { MODERATE, EXTREME, OTHER };

	NET_START(COALESCING);
	for (u16 queue = 0; queue < 2; queue++) {
		struct coal has = { 0, 0 };

		for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
			int ack = set_one(&self->card, queue, 0, tries[i]);

			if (!CHECK("net-120", ack == VIRTIO_NET_OK || ack == VIRTIO_NET_ERR, "ack is %d", ack))
				AVPS_STOP();
			if (ack == VIRTIO_NET_OK)
				has = tries[i];
			CHECK_COAL("net-120", queue, has);
		}
	}
}

/*
 * What is no enabled receive or transmit queue has no parameters: the control queue, and what lies beyond it.
 */
AVPS_TEST(net, coalescing_is_for_receive_and_transmit_queues, CLAUSES("net-121"), NEEDS_PER_QUEUE)
{
	struct coal coal;
	u16 control;

	NET_START(COALESCING);
	control = 2 * self->card.most_pairs;
	for (u32 queue = control; queue <= 0xffff; queue = queue ? 4 * queue + 1 : 1) {
		CHECK_EQ("net-121", set_one(&self->card, queue, 0, MODERATE), VIRTIO_NET_ERR);
		CHECK_EQ("net-121", get(&self->card, queue, 0, &coal), VIRTIO_NET_ERR);
	}
	CHECK_EQ("net-121", set_one(&self->card, control - 1, 0, MODERATE),
		 self->card.pairs == self->card.most_pairs ? VIRTIO_NET_OK : VIRTIO_NET_ERR);
}

/*
 * After a reset no queue has parameters, also not those that were set for all.
 */
AVPS_TEST(net, reset_clears_coalescing, CLAUSES("net-126"), NEEDS_COALESCING)
{
	NET_START(COALESCING);
	REQUIRE(set_all(&self->card, NET_CTRL_NOTF_COAL_RX_SET, MODERATE) == VIRTIO_NET_OK &&
			set_all(&self->card, NET_CTRL_NOTF_COAL_TX_SET, MODERATE) == VIRTIO_NET_OK,
		"the parameters can't be set");
	for (u16 queue = 0; queue < 2 * self->card.pairs; queue++)
		REQUIRE(set_one(&self->card, queue, 0, OTHER) == VIRTIO_NET_OK, "the parameters can't be set");
	NET_START(COALESCING);
	for (u16 queue = 0; queue < 2 * self->card.pairs; queue++)
		CHECK_COAL("net-126", queue, ((struct coal){ 0, 0 }));
}

/*
 * Of all that was set for a queue the last counts, whether it was for this queue or for all of its kind; queues of the
 * other kind keep what they have.
 */
AVPS_TEST(net, last_coalescing_parameters_count, CLAUSES("net-p08"), NEEDS_COALESCING)
{
	struct net_card *card = &self->card;

	NET_START(COALESCING);
	CHECK_EQ("net-p08", set_all(card, NET_CTRL_NOTF_COAL_RX_SET, MODERATE), VIRTIO_NET_OK);
	CHECK_COAL("net-p08", 0, MODERATE);
	CHECK_COAL("net-p08", 1, ((struct coal){ 0, 0 }));
	CHECK_EQ("net-p08", set_one(card, 0, 0, OTHER), VIRTIO_NET_OK);
	CHECK_COAL("net-p08", 0, OTHER);
	CHECK_EQ("net-p08", set_one(card, 1, 0, OTHER), VIRTIO_NET_OK);
	CHECK_EQ("net-p08", set_all(card, NET_CTRL_NOTF_COAL_TX_SET, ((struct coal){ 9, 90 })), VIRTIO_NET_OK);
	CHECK_COAL("net-p08", 0, OTHER);
	for (u16 queue = 1; queue < 2 * card->pairs; queue += 2)
		CHECK_COAL("net-p08", queue, ((struct coal){ 9, 90 }));
	for (u16 queue = 2; queue < 2 * card->pairs; queue += 2)
		CHECK_COAL("net-p08", queue, MODERATE);
}

/*
 * While the driver wants no notifications none comes, though the parameters call for one after each second frame. A
 * command, whose notification must come, is the fence.
 */
AVPS_TEST(net, suppression_goes_before_coalescing, CLAUSES("net-125"),
	  NEEDS(VIRTIO_NET_F_MAC, VIRTIO_NET_F_CTRL_VQ, NET_F_NOTF_COAL), HOST(PEER_SEND))
{
	struct avps_vq *vq = &self->card.rx[0].vq;
	struct frame frames[8] = { 0 };
	static struct net_received in;

	NET_START(FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(NET_F_NOTF_COAL));
	if (vq->level || vq->vector == AVPS_NO_VECTOR || vq->vector == self->card.control.vector)
		SKIP_AS(AVPS_SKIP_LAUNCH, "the receive queue has no interrupt of its own");
	for (u32 i = 0; i < ARRAY_SIZE(frames); i++) {
		frames[i] = (struct frame){ .len = FRAME_LEAST, .number = i };
		memcpy(frames[i].to, self->card.mac, ETH_ALEN);
		memcpy(frames[i].from, self->card.mac, ETH_ALEN);
	}
	REQUIRE(set_all(&self->card, NET_CTRL_NOTF_COAL_RX_SET, (struct coal){ 2, 10 }) == VIRTIO_NET_OK,
		"the parameters can't be set");
	avps_vq_want_interrupts(vq, false);
	REQUIRE(!net_fill(&self->card, 0, NET_ENTRIES / 2, NET_BUFFER), "the receive queue has no room");
	PEER(peer_send, &self->card, frames, ARRAY_SIZE(frames));
	for (u32 came = 0; came < ARRAY_SIZE(frames);) {
		avps_deadline deadline = avps_patience();
		int err;

		while (!(err = net_poll(&self->card, 0, &in)))
			REQUIRE(avps_remaining_ms(deadline), "%u of %zu frames came", came, ARRAY_SIZE(frames));
		REQUIRE(err == 1, "what came in is no frame");
		came++;
	}
	REQUIRE(set_all(&self->card, NET_CTRL_NOTF_COAL_RX_SET, (struct coal){ 0, 0 }) == VIRTIO_NET_OK,
		"the parameters can't be set");
	CHECK_EQ("net-125", avps_vq_wait_interrupt(vq, 0), 0);
}
