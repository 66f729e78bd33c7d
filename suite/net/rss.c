// SPDX-License-Identifier: GPL-2.0-or-later
/* Receive-side scaling, and reports of hashes (VIRTIO 1.4, 5.1.9.4.3 to 5.1.9.4.5, 5.1.9.5.7). */
#include <string.h>

#include "steering.h"

#define FLOWS 24
#define RSS (FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(VIRTIO_NET_F_MQ) | FEATURE(VIRTIO_NET_F_RSS))
#define NEEDS_RSS NEEDS(VIRTIO_NET_F_MAC, VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_RSS)

/* Brings the device up with buffers in all its receive queues, or skips where there is only one. */
#define START_RSS(features_)                                                                                        \
	do {                                                                                                        \
		NET_START(RSS | (features_));                                                                       \
		if (self->card.pairs < 2)                                                                           \
			SKIP_AS(AVPS_SKIP_LAUNCH, "the device has one pair of queues");                             \
		for (unsigned int pair_ = 0; pair_ < self->card.pairs; pair_++)                                     \
			REQUIRE(!net_fill(&self->card, pair_, NET_ENTRIES / 2, NET_BUFFER), "a queue has no room"); \
	} while (0)

/* The known answers, for 66.9.149.187:2794 to 161.142.100.80:1766, without the ports and with them. */
static bool hash_is_known(void)
{
	static const struct frame known = { .kind = FRAME_TCP,
					    .source = 0x420995bb,
					    .destination = 0xa18e6450,
					    .source_port = 2794,
					    .destination_port = 1766 };
	u32 with, without;

	return steering_hash(&known, VIRTIO_NET_RSS_HASH_TYPE_TCPv4, &with) == VIRTIO_NET_HASH_REPORT_TCPv4 &&
	       steering_hash(&known, VIRTIO_NET_RSS_HASH_TYPE_IPv4, &without) == VIRTIO_NET_HASH_REPORT_IPv4 &&
	       with == 0x51ccc178 && without == 0x323e8fc2;
}

/* Kinds of frames, by turns. */
static enum frame_kind kind_of(unsigned int flow)
{
	static const enum frame_kind kinds[] = { FRAME_UDP, FRAME_TCP, FRAME_UDP, FRAME_PLAIN };

	return kinds[flow % ARRAY_SIZE(kinds)];
}

/* Parameters by which neighbours in the table differ in no pattern that a shift would keep. */
static struct steering parameters(struct net_card *card, u32 types)
{
	struct steering steering = { .types = types, .unclassified = 1 };

	for (u32 i = 0; i < STEERING_TABLE; i++)
		steering.table[i] = (i * i + i / 5) % card->pairs;
	return steering;
}

/* The pair that a frame is to come in on. */
static unsigned int pair_of(const struct steering *steering, const struct frame *frame)
{
	u32 hash;

	if (steering_hash(frame, steering->types, &hash) == VIRTIO_NET_HASH_REPORT_NONE)
		return steering->unclassified;
	return steering->table[hash % STEERING_TABLE];
}

/*
 * The hash of a frame leads to its entry of the table, and that to its queue; what has no hash goes to
 * unclassified_queue. For all types of hashes that the device has, for one that leaves ports out, and for none.
 */
AVPS_TEST(net, hashes_lead_to_queues, CLAUSES("net-113"), NEEDS_RSS, HOST(PEER_SEND))
{
	static struct net_received in;
	u32 types[] = { 0, VIRTIO_NET_RSS_HASH_TYPE_IPv4, 0 };

	REQUIRE(hash_is_known(), "this driver's hash is wrong");
	START_RSS(0);
	types[0] = NET_CONFIG(self->dev, supported_hash_types);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct steering steering = parameters(&self->card, types[i] & types[0]);

		REQUIRE(steering_set(&self->card, &steering) == VIRTIO_NET_OK, "the parameters can't be set");
		for (unsigned int flow = 0; flow < FLOWS; flow++) {
			struct frame frame = steering_frame(&self->card, kind_of(flow), flow);
			unsigned int pair;

			PEER(peer_send, &self->card, &frame, 1);
			REQUIRE(!steering_receive(&self->card, self->card.pairs, &pair, &in), "a frame did not come");
			CHECK_EQ("net-113", pair, pair_of(&steering, &frame));
		}
	}
}

/*
 * What the table leads to a queue that is reset is dropped; what it leads elsewhere comes.
 */
AVPS_TEST(net, rss_drops_frames_of_a_reset_queue, CLAUSES("net-114"),
	  NEEDS(VIRTIO_NET_F_MAC, VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_RSS, VIRTIO_F_RING_RESET), HOST(PEER_SEND))
{
	static struct net_received in;
	struct steering steering;
	unsigned int due = 0;

	REQUIRE(hash_is_known(), "this driver's hash is wrong");
	START_RSS(FEATURE(VIRTIO_F_RING_RESET));
	steering = parameters(&self->card, NET_CONFIG(self->dev, supported_hash_types));
	REQUIRE(steering_set(&self->card, &steering) == VIRTIO_NET_OK, "the parameters can't be set");
	REQUIRE(!steering_reset_queue(&self->card, 1), "the reset of a queue does not end");
	for (unsigned int flow = 0; flow < FLOWS; flow++) {
		struct frame frame = steering_frame(&self->card, kind_of(flow), flow);
		unsigned int to = pair_of(&steering, &frame), pair;

		PEER(peer_send, &self->card, &frame, 1);
		if (to == 1)
			continue; /* the next one for another queue is the fence */
		REQUIRE(!steering_receive(&self->card, 1, &pair, &in), "a frame for a queue in use did not come");
		if (!CHECK_EQ("net-114", in.number, frame.number))
			AVPS_STOP();
		due++;
	}
	REQUIRE(due && due < FLOWS, "all frames go one way: the test is of no use");
}

/*
 * Reports say what was hashed and what the hash is; without a type that fits they say so.
 */
AVPS_TEST(net, reported_hashes_are_right, CLAUSES("net-p13"),
	  NEEDS(VIRTIO_NET_F_MAC, VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_RSS, VIRTIO_NET_F_HASH_REPORT), HOST(PEER_SEND))
{
	static struct net_received in;
	u32 types[] = { 0, VIRTIO_NET_RSS_HASH_TYPE_IPv4, 0 };

	REQUIRE(hash_is_known(), "this driver's hash is wrong");
	START_RSS(FEATURE(VIRTIO_NET_F_HASH_REPORT));
	types[0] = NET_CONFIG(self->dev, supported_hash_types);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct steering steering = parameters(&self->card, types[i] & types[0]);

		REQUIRE(steering_set(&self->card, &steering) == VIRTIO_NET_OK, "the parameters can't be set");
		for (unsigned int flow = 0; flow < FLOWS; flow++) {
			struct frame frame = steering_frame(&self->card, kind_of(flow), flow);
			unsigned int pair;
			u32 hash;
			u16 report = steering_hash(&frame, steering.types, &hash);

			PEER(peer_send, &self->card, &frame, 1);
			REQUIRE(!steering_receive(&self->card, self->card.pairs, &pair, &in), "a frame did not come");
			CHECK_EQ("net-p13", in.header.hash_report, report);
			if (report)
				CHECK_EQ("net-p13", in.header.hash_value, hash);
		}
	}
}
