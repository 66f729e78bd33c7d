// SPDX-License-Identifier: GPL-2.0-or-later
/* Frames of the MTU, and longer ones (VIRTIO 1.4, 5.1.4.1). */
#include <string.h>

#include "peer.h"

#define NEEDS_MTU NEEDS(VIRTIO_NET_F_MAC, VIRTIO_NET_F_MTU)

/* The longest frame of the MTU that this driver can have; 0: it is longer than that. */
static size_t longest(struct avps_device *dev)
{
	size_t len = NET_CONFIG(dev, mtu) + ETH_HLEN;

	return len + sizeof(struct virtio_net_hdr_v1_hash) + FRAME_VLAN_TAG < NET_BUFFER ? len : 0;
}

/* A frame to the device itself. */
static struct frame frame_of(struct net_card *card, size_t len)
{
	struct frame frame = { .len = len, .number = ++card->numbers };

	memcpy(frame.to, card->mac, ETH_ALEN);
	memcpy(frame.from, card->mac, ETH_ALEN);
	return frame;
}

/*
 * Frames of any length up to that of the MTU are sent whole.
 */
AVPS_TEST(net, frames_up_to_the_mtu_are_sent, CLAUSES("net-007"), NEEDS_MTU, HOST(PEER_ECHO))
{
	static struct net_received in;
	u8 sent[NET_MOST_FRAME];
	size_t most;

	START_WITH_ECHO(FEATURE(VIRTIO_NET_F_MTU));
	most = longest(self->dev);
	if (!most)
		SKIP_AS(AVPS_SKIP_LAUNCH, "the MTU is longer than the frames of this test");
	for (size_t i = 0; i < 6; i++) {
		struct frame frame = frame_of(&self->card, i < 4 ? most - i : i == 4 ? most / 2 : FRAME_LEAST);
		int err = net_send_frame(&self->card, 0, &frame) ?: net_receive(&self->card, 0, &in);

		if (!CHECK("net-007", !err, "a frame of %zu bytes, with an MTU of %zu, did not come back", frame.len,
			   most - ETH_HLEN))
			AVPS_STOP();
		frame_build(sent, &frame);
		CHECK_EQ("net-007", in.len, frame.len);
		CHECK_SAME("net-007", "a frame of up to the MTU", in.bytes, sent, frame.len);
	}
}

/*
 * A frame longer than the MTU does not come in, not even a part of it; the one behind it does.
 */
AVPS_TEST(net, longer_frames_do_not_come_in, CLAUSES("net-006"), NEEDS_MTU, HOST(PEER_SEND))
{
	static struct net_received in;
	size_t most;

	NET_START(FEATURE(VIRTIO_NET_F_MTU));
	most = longest(self->dev);
	if (!most)
		SKIP_AS(AVPS_SKIP_LAUNCH, "the MTU is longer than the frames of this test");
	REQUIRE(!net_fill(&self->card, 0, NET_ENTRIES / 2, NET_MOST_FRAME), "the receive queue has no room");
	for (size_t beyond = 1; beyond < 400; beyond *= 4) {
		struct frame frames[] = { frame_of(&self->card, most + beyond), frame_of(&self->card, FRAME_LEAST) };

		PEER(peer_send, &self->card, frames, 2);
		REQUIRE(!net_receive(&self->card, 0, &in), "the frame behind a long one did not come");
		if (!CHECK("net-006", in.number == frames[1].number, "a frame of %zu bytes came, with an MTU of %zu",
			   in.len, most - ETH_HLEN))
			REQUIRE(!net_receive(&self->card, 0, &in), "the frame behind a long one did not come");
	}
}
