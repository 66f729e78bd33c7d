// SPDX-License-Identifier: GPL-2.0-or-later
/* Checksums that the device completes, or judges (VIRTIO 1.4, 5.1.9.2.2, 5.1.9.4.1). */
#include <string.h>

#include "peer.h"

#define UNKNOWN_FLAG 0x80

/* Lengths that are even and odd, of the least and the most there is. */
static const size_t lengths[] = { 60, 61, 200, 1513, 1514 };

/* What a frame's UDP checksum is left to the device with. */
static const struct virtio_net_hdr_v1 needs_csum = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
						     .csum_start = FRAME_CSUM_START,
						     .csum_offset = FRAME_UDP_CSUM_OFFSET };

/* The bytes of a frame from the device to itself. */
static struct frame to_itself(struct net_card *card, enum frame_kind kind, size_t len)
{
	struct frame frame = { .kind = kind, .len = len, .number = ++card->numbers };

	memcpy(frame.to, card->mac, ETH_ALEN);
	memcpy(frame.from, card->mac, ETH_ALEN);
	return frame;
}

/* Sends a frame with @header, and waits for it. Returns as net_send() and net_receive(); -EPROTO if another came. */
static int exchange(struct net_card *card, const struct virtio_net_hdr_v1 *header, const struct frame *frame,
		    struct net_received *in)
{
	u8 bytes[NET_MOST_FRAME];
	int err = net_send(card, 0, header, bytes, frame_build(bytes, frame)) ?: net_receive(card, 0, in);

	return err ?: in->number == frame->number ? 0 : -EPROTO;
}

/*
 * A checksum that is left to the device is right by the time the frame is on the wire.
 */
AVPS_TEST(net, checksums_are_completed, CLAUSES("net-p10"), NEEDS(VIRTIO_NET_F_MAC, VIRTIO_NET_F_CSUM), HOST(PEER_ECHO))
{
	static struct net_received in;
	u8 right[NET_MOST_FRAME];

	START_WITH_ECHO(FEATURE(VIRTIO_NET_F_CSUM));
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct frame frame = to_itself(&self->card, FRAME_UDP_PARTIAL, lengths[i]);

		if (!CHECK_EQ("net-p10", exchange(&self->card, &needs_csum, &frame, &in), 0))
			AVPS_STOP();
		frame.kind = FRAME_UDP;
		frame_build(right, &frame);
		CHECK_SAME("net-p10", "a frame whose checksum was left to the device", in.bytes, right, frame.len);
	}
}

/*
 * Without NEEDS_CSUM no byte of a frame changes, whatever csum_start and csum_offset say.
 */
AVPS_TEST(net, places_of_checksums_mean_nothing_alone, CLAUSES("net-020"), NEEDS(VIRTIO_NET_F_MAC), HOST(PEER_ECHO))
{
	static const struct virtio_net_hdr_v1 headers[] = {
		{ .csum_start = FRAME_CSUM_START, .csum_offset = FRAME_UDP_CSUM_OFFSET },
		{ .csum_start = 14, .csum_offset = 20 },
		{ .csum_start = 0xffff, .csum_offset = 0xffff },
	};
	static struct net_received in;
	u8 sent[NET_MOST_FRAME];

	START_WITH_ECHO(FEATURE(VIRTIO_NET_F_CSUM));
	for (size_t i = 0; i < 2 * ARRAY_SIZE(headers); i++) {
		struct frame frame = to_itself(&self->card, i % 2 ? FRAME_UDP_WRONG : FRAME_PLAIN, 200);

		if (!CHECK_EQ("net-020", exchange(&self->card, &headers[i / 2], &frame, &in), 0))
			AVPS_STOP();
		frame_build(sent, &frame);
		CHECK_SAME("net-020", "a frame without NEEDS_CSUM", in.bytes, sent, frame.len);
	}
}

/*
 * A flag that has no meaning has no effect, with a checksum to complete and without.
 */
AVPS_TEST(net, unknown_flags_are_ignored, CLAUSES("net-019"), NEEDS(VIRTIO_NET_F_MAC, VIRTIO_NET_F_CSUM),
	  HOST(PEER_ECHO))
{
	struct virtio_net_hdr_v1 headers[] = { { .flags = UNKNOWN_FLAG }, needs_csum };
	static struct net_received in;
	u8 right[NET_MOST_FRAME];

	headers[1].flags |= UNKNOWN_FLAG;
	START_WITH_ECHO(FEATURE(VIRTIO_NET_F_CSUM));
	for (int i = 0; i < 2; i++) {
		struct frame frame = to_itself(&self->card, i ? FRAME_UDP_PARTIAL : FRAME_UDP, 200);
		int err = exchange(&self->card, &headers[i], &frame, &in);

		if (!CHECK("net-019", !err, "a frame with flags %#x did not come back", headers[i].flags))
			AVPS_STOP();
		frame.kind = FRAME_UDP;
		frame_build(right, &frame);
		CHECK_SAME("net-019", "a frame with an unknown flag", in.bytes, right, frame.len);
	}
}

/*
 * A frame whose checksum is wrong is sent as it is.
 */
AVPS_TEST(net, wrong_checksums_pass, CLAUSES("net-030"), NEEDS(VIRTIO_NET_F_MAC), HOST(PEER_ECHO))
{
	static struct net_received in;
	u8 sent[NET_MOST_FRAME];

	START_WITH_ECHO(FEATURE(VIRTIO_NET_F_CSUM));
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct frame frame = to_itself(&self->card, FRAME_UDP_WRONG, lengths[i]);
		int err = exchange(&self->card, NULL, &frame, &in);

		if (!CHECK("net-030", !err, "a frame with a wrong checksum did not come back"))
			AVPS_STOP();
		frame_build(sent, &frame);
		CHECK_SAME("net-030", "a frame with a wrong checksum", in.bytes, sent, frame.len);
	}
}

/*
 * With GUEST_CSUM a frame is called valid only if its checksum is right; nor is a wrong one left to the driver, for
 * whom it would then be right.
 */
AVPS_TEST(net, valid_data_is_valid, CLAUSES("net-062", "net-052"), NEEDS(VIRTIO_NET_F_MAC, VIRTIO_NET_F_GUEST_CSUM),
	  HOST(PEER_ECHO))
{
	static struct net_received in;

	START_WITH_ECHO(FEATURE(VIRTIO_NET_F_CSUM) | FEATURE(VIRTIO_NET_F_GUEST_CSUM));
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		static const enum frame_kind kinds[] = { FRAME_UDP, FRAME_UDP_WRONG };

		for (int kind = 0; kind < 2; kind++) {
			struct frame frame = to_itself(&self->card, kinds[kind], lengths[i]);

			REQUIRE(!exchange(&self->card, NULL, &frame, &in), "a frame did not come back");
			CHECK("net-052", !kind || !(in.header.hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM),
			      "flags is %#x for a wrong checksum, as if it had been found right", in.header.hdr.flags);
			CHECK("net-062", !kind || !(in.header.hdr.flags & VIRTIO_NET_HDR_F_DATA_VALID),
			      "flags is %#x for a wrong checksum", in.header.hdr.flags);
		}
	}
}

/*
 * With GUEST_CSUM a checksum may be left to the driver: then it holds that of the pseudo header, and the sum from
 * csum_start on, stored where csum_offset says, makes the frame right. One that is not left to it is right.
 */
AVPS_TEST(net, checksums_left_to_the_driver_can_be_completed, CLAUSES("net-053", "net-054"),
	  NEEDS(VIRTIO_NET_F_MAC, VIRTIO_NET_F_CSUM, VIRTIO_NET_F_GUEST_CSUM), HOST(PEER_ECHO))
{
	static struct net_received in;
	u8 right[NET_MOST_FRAME], partial[NET_MOST_FRAME];

	START_WITH_ECHO(FEATURE(VIRTIO_NET_F_CSUM) | FEATURE(VIRTIO_NET_F_GUEST_CSUM));
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct frame frame = to_itself(&self->card, FRAME_UDP_PARTIAL, lengths[i]);
		const struct virtio_net_hdr_v1 *hdr = &in.header.hdr;

		REQUIRE(!exchange(&self->card, &needs_csum, &frame, &in), "a frame did not come back");
		frame_build(partial, &frame);
		frame.kind = FRAME_UDP;
		frame_build(right, &frame);
		if (hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
			size_t at = hdr->csum_start + hdr->csum_offset;
			u16 sum;

			CHECK_SAME("net-053", "a frame whose checksum is left to the driver", in.bytes, partial,
				   frame.len);
			if (!CHECK("net-054", at + 2 <= in.len, "csum_start is %u, csum_offset %u", hdr->csum_start,
				   hdr->csum_offset))
				AVPS_STOP();
			sum = frame_checksum(in.bytes + hdr->csum_start, in.len - hdr->csum_start, 0) ?: 0xffff;
			in.bytes[at] = sum >> 8;
			in.bytes[at + 1] = sum;
			CHECK_SAME("net-054", "the frame with its checksum completed", in.bytes, right, frame.len);
		} else {
			CHECK_SAME("net-053", "a frame whose checksum is not left to the driver", in.bytes, right,
				   frame.len);
			CHECK("net-054", true, " ");
		}
	}
}

/*
 * A frame whose header asks for what can't be is not sent: two tunnels at once, a tunnel without segmentation, a
 * tunnel's checksum without a tunnel.
 */
AVPS_TEST(net, impossible_tunnels_are_not_sent, CLAUSES("net-026", "net-028", "net-029"), NEEDS(VIRTIO_NET_F_MAC),
	  HOST(PEER_ECHO))
{
	static const u8 tunnels[] = { NET_HDR_GSO_TUNNEL_IPV4, NET_HDR_GSO_TUNNEL_IPV6 };
	struct virtio_net_hdr_v1 header = { .gso_type = NET_HDR_GSO_TUNNEL_IPV4 | NET_HDR_GSO_TUNNEL_IPV6 };
	static struct net_received in;
	u8 bytes[NET_MOST_FRAME];
	struct frame frame;

	START_WITH_ECHO(FEATURE(VIRTIO_NET_F_CSUM));
	frame = to_itself(&self->card, FRAME_UDP, 200);
	frame_build(bytes, &frame);
	REQUIRE(!net_send(&self->card, 0, &header, bytes, frame.len), "the buffer of a frame is not used");
	frame = to_itself(&self->card, FRAME_PLAIN, FRAME_LEAST);
	REQUIRE(!net_send_frame(&self->card, 0, &frame) && !net_receive(&self->card, 0, &in), "no frame comes back");
	CHECK_EQ("net-026", in.number, frame.number);

	for (size_t i = 0; i < ARRAY_SIZE(tunnels); i++) {
		if (in.number != frame.number)
			break; /* said already; those that are in between would be taken for later ones */
		header = (struct virtio_net_hdr_v1){ .gso_type = tunnels[i] };
		frame = to_itself(&self->card, FRAME_UDP, 200);
		frame_build(bytes, &frame);
		REQUIRE(!net_send(&self->card, 0, &header, bytes, frame.len), "the buffer of a frame is not used");
		frame = to_itself(&self->card, FRAME_PLAIN, FRAME_LEAST);
		REQUIRE(!net_send_frame(&self->card, 0, &frame) && !net_receive(&self->card, 0, &in),
			"no frame comes back");
		CHECK_EQ("net-028", in.number, frame.number);
	}
	if (in.number != frame.number)
		AVPS_STOP();
	header = (struct virtio_net_hdr_v1){ .flags = NET_HDR_F_UDP_TUNNEL_CSUM };
	frame = to_itself(&self->card, FRAME_UDP, 200);
	frame_build(bytes, &frame);
	REQUIRE(!net_send(&self->card, 0, &header, bytes, frame.len), "the buffer of a frame is not used");
	frame = to_itself(&self->card, FRAME_PLAIN, FRAME_LEAST);
	REQUIRE(!net_send_frame(&self->card, 0, &frame) && !net_receive(&self->card, 0, &in), "no frame comes back");
	CHECK_EQ("net-029", in.number, frame.number);
}
