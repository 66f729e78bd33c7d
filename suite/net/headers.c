// SPDX-License-Identifier: GPL-2.0-or-later
/* What stands before a received frame, and over how many buffers it is spread (VIRTIO 1.4, 5.1.9.3.2, 5.1.9.4.1). */
#include <string.h>

#include "peer.h"

#define GSO_KIND 0x1f /* the bits of gso_type that say what kind it is */

/* Frames of all kinds and some lengths. */
static const struct frame frames[] = {
	{ .kind = FRAME_PLAIN, .len = 60 }, { .kind = FRAME_PLAIN, .len = 61 }, { .kind = FRAME_UDP, .len = 73 },
	{ .kind = FRAME_TCP, .len = 200 },  { .kind = FRAME_UDP, .len = 1000 }, { .kind = FRAME_PLAIN, .len = 1514 },
	{ .kind = FRAME_TCP, .len = 1514 },
};

/* Sends @frame to itself, as number *number. Returns as net_send(). */
static int send_one(struct net_card *card, struct frame frame, u32 *number)
{
	memcpy(frame.to, card->mac, ETH_ALEN);
	memcpy(frame.from, card->mac, ETH_ALEN);
	*number = frame.number = ++card->numbers;
	return net_send_frame(card, 0, &frame);
}

/* Sends @frame to itself, and waits for it. Returns as net_send() and net_receive(), -EPROTO if another came. */
static int there_and_back(struct net_card *card, struct frame frame, struct net_received *in, u8 *bytes)
{
	int err;

	memcpy(frame.to, card->mac, ETH_ALEN);
	memcpy(frame.from, card->mac, ETH_ALEN);
	frame.number = ++card->numbers;
	frame_build(bytes, &frame);
	err = net_send(card, 0, NULL, bytes, frame.len) ?: net_receive(card, 0, in);
	return err ?: in->number == frame.number ? 0 : -EPROTO;
}

#define THERE_AND_BACK(frame_, in_, bytes_)                                                                  \
	REQUIRE(!there_and_back(&self->card, frame_, in_, bytes_), "a frame of %zu bytes did not come back", \
		(frame_).len)

/*
 * A driver that agreed on no offload gets headers that say nothing of any, and frames with complete checksums.
 */
AVPS_TEST(net, nothing_of_offloads_comes_unasked,
	  CLAUSES("net-041", "net-042", "net-043", "net-044", "net-045", "net-046", "net-047", "net-057", "net-060",
		  "net-067", "net-070"),
	  NEEDS(VIRTIO_NET_F_MAC), HOST(PEER_ECHO))
{
	static struct net_received in;
	u8 bytes[NET_MOST_FRAME];

	START_WITH_ECHO(0);
	for (size_t i = 0; i < ARRAY_SIZE(frames); i++) {
		u8 flags, gso;

		THERE_AND_BACK(frames[i], &in, bytes);
		flags = in.header.hdr.flags;
		gso = in.header.hdr.gso_type;
		CHECK_EQ("net-041", flags, 0);
		CHECK_SAME("net-041", "a frame with its checksums", in.bytes, bytes, frames[i].len);
		CHECK("net-042", (gso & GSO_KIND) != VIRTIO_NET_HDR_GSO_TCPV4, "gso_type is %#x", gso);
		CHECK("net-043", (gso & GSO_KIND) != VIRTIO_NET_HDR_GSO_UDP, "gso_type is %#x", gso);
		CHECK("net-044", (gso & GSO_KIND) != VIRTIO_NET_HDR_GSO_TCPV6, "gso_type is %#x", gso);
		CHECK("net-045", (gso & GSO_KIND) != NET_HDR_GSO_UDP_L4, "gso_type is %#x", gso);
		CHECK("net-046", !(gso & (NET_HDR_GSO_TUNNEL_IPV4 | NET_HDR_GSO_TUNNEL_IPV6)), "gso_type is %#x", gso);
		CHECK("net-047", !(flags & NET_HDR_F_UDP_TUNNEL_CSUM), "flags is %#x", flags);
		CHECK_EQ("net-057", gso, VIRTIO_NET_HDR_GSO_NONE);
		CHECK("net-060", !(flags & VIRTIO_NET_HDR_F_RSC_INFO), "flags is %#x", flags);
		CHECK("net-067", !(flags & NET_HDR_F_SECURITY), "flags is %#x", flags);
		CHECK("net-070", !(flags & NET_HDR_F_SECURITY_ERR), "flags is %#x", flags);
	}
}

/*
 * Without merging, a frame is in one buffer, and num_buffers says so; a frame that the buffer has no room for does not
 * come in by two.
 */
AVPS_TEST(net, one_buffer_without_merging, CLAUSES("net-033", "net-037"), NEEDS(VIRTIO_NET_F_MAC), HOST(PEER_ECHO))
{
	static struct net_received in;
	struct frame large = { .len = 1514 };
	u32 number, last;
	u8 bytes[NET_MOST_FRAME];

	START_WITH_ECHO(0);
	for (size_t i = 0; i < ARRAY_SIZE(frames); i++) {
		THERE_AND_BACK(frames[i], &in, bytes);
		CHECK_EQ("net-037", in.header.hdr.num_buffers, 1);
		CHECK_EQ("net-033", in.used[0], self->card.header + frames[i].len);
	}
	NET_START(0);
	REQUIRE(!net_fill(&self->card, 0, NET_ENTRIES / 2, 512), "the receive queue has no room");
	PEER(peer_echo, &self->card);
	REQUIRE(!send_one(&self->card, large, &number) && !send_one(&self->card, frames[0], &last),
		"a frame can't be sent");
	CHECK("net-033", !net_receive(&self->card, 0, &in) && in.number == last && in.buffers == 1,
	      "frame %u, which does not fit into a buffer, comes in by %u of them", number, in.buffers);
}

/*
 * With merging, num_buffers is the number of buffers that the frame takes up with its header, all of which but the last
 * are full, and all of which become used together: for frames that fill buffers to the last byte, and those that don't.
 */
AVPS_TEST(net, merged_buffers_are_filled, CLAUSES("net-032", "net-038", "net-039", "net-040"),
	  NEEDS(VIRTIO_NET_F_MAC, VIRTIO_NET_F_MRG_RXBUF), HOST(PEER_ECHO))
{
	static const size_t sizes[] = { 128, 200, 512, 1514, NET_BUFFER };
	static struct net_received in;
	u8 bytes[NET_MOST_FRAME];

	for (size_t size = 0; size < ARRAY_SIZE(sizes); size++) {
		NET_START(FEATURE(VIRTIO_NET_F_MRG_RXBUF));
		REQUIRE(!net_fill(&self->card, 0, NET_ENTRIES / 2, sizes[size]), "the receive queue has no room");
		PEER(peer_echo, &self->card);
		for (size_t i = 0; i < 3 * ARRAY_SIZE(frames); i++) {
			struct frame frame = frames[i / 3];
			size_t whole = self->card.header + frame.len, right;

			/* As it is, and so that it just fills a number of buffers, or needs one byte more. */
			if (i % 3 && whole > sizes[size])
				frame.len = whole / sizes[size] * sizes[size] - self->card.header + i % 3 - 1;
			whole = self->card.header + frame.len;
			right = (whole + sizes[size] - 1) / sizes[size];
			THERE_AND_BACK(frame, &in, bytes);
			CHECK_EQ("net-038", in.header.hdr.num_buffers, right);
			CHECK_EQ("net-032", in.buffers, right);
			CHECK("net-040", in.together, "the later buffers of %u became used later", in.buffers);
			for (unsigned int n = 0; n + 1 < in.buffers; n++)
				CHECK_EQ("net-039", in.used[n], in.room[n]);
			CHECK_SAME("net-039", "the frame in its buffers", in.bytes, bytes, frame.len);
		}
	}
}
