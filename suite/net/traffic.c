// SPDX-License-Identifier: GPL-2.0-or-later
/* Many frames of many lengths: all of them arrive, once, in order, and with every byte. */
#include <string.h>

#include "peer.h"

#define FRAMES 200
#define AT_A_TIME 20
#define SHORTEST FRAME_LEAST
#define LONGEST 1514

/* Lengths from the shortest to the longest, in no order, the two included. */
static size_t length_of(u32 i)
{
	return i == 3 ? LONGEST : i == 7 ? SHORTEST : SHORTEST + i * 977 % (LONGEST - SHORTEST + 1);
}

static struct frame frame_of(struct net_card *card, u32 number)
{
	struct frame frame = { .number = number,
			       .len = length_of(number),
			       .kind = number % 3 ? FRAME_PLAIN : FRAME_UDP };

	memcpy(frame.to, card->mac, ETH_ALEN);
	memcpy(frame.from, card->mac, ETH_ALEN);
	return frame;
}

/* Checks that the next frame to come in is @number_, and all of it. */
#define CHECK_NEXT(clause_, number_)                                                                               \
	do {                                                                                                       \
		static struct net_received in_;                                                                    \
		struct frame expected_ = frame_of(&self->card, number_);                                           \
		u8 bytes_[NET_MOST_FRAME];                                                                         \
		int err_ = net_receive(&self->card, 0, &in_);                                                      \
		if (!CHECK(clause_, !err_ && in_.number == (number_), "frame %u comes where %u should (error %d)", \
			   in_.number, (u32)(number_), err_))                                                      \
			AVPS_STOP();                                                                               \
		frame_build(bytes_, &expected_);                                                                   \
		CHECK_EQ(clause_, in_.len, expected_.len);                                                         \
		CHECK_SAME(clause_, "a frame", in_.bytes, bytes_, expected_.len);                                  \
	} while (0)

#define EXCHANGE(features_, frames_)                                                                             \
	do {                                                                                                     \
		START_WITH_ECHO(features_);                                                                      \
		for (u32 number_ = 0; number_ < (frames_); number_ += AT_A_TIME) {                               \
			for (u32 i_ = number_; i_ < number_ + AT_A_TIME; i_++) {                                 \
				struct frame frame_ = frame_of(&self->card, i_);                                 \
				REQUIRE(!net_send_frame(&self->card, 0, &frame_), "frame %u can't be sent", i_); \
			}                                                                                        \
			for (u32 i_ = number_; i_ < number_ + AT_A_TIME; i_++)                                   \
				CHECK_NEXT("net-p12", i_);                                                       \
		}                                                                                                \
	} while (0)

/*
 * Frames come back from a peer that echoes, each once, in the order in which they were sent, and as they were.
 */
AVPS_TEST(net, frames_come_back_as_they_were_sent, CLAUSES("net-p12"), NEEDS(VIRTIO_NET_F_MAC), HOST(PEER_ECHO))
{
	EXCHANGE(0, FRAMES);
}

/*
 * The same with buffers that are merged, and with offloads agreed on that no frame makes use of.
 */
AVPS_TEST(net, frames_come_back_with_features, CLAUSES("net-p12"), NEEDS(VIRTIO_NET_F_MAC), HOST(PEER_ECHO))
{
	EXCHANGE(FEATURE(VIRTIO_NET_F_MRG_RXBUF) | FEATURE(VIRTIO_NET_F_CSUM) | FEATURE(VIRTIO_NET_F_MTU) |
			 FEATURE(VIRTIO_NET_F_STATUS),
		 FRAMES / 4);
}

/*
 * Frames that the peer sends come in, each once, in its order, and as they were.
 */
AVPS_TEST(net, frames_of_the_peer_come_in, CLAUSES("net-p12"), NEEDS(VIRTIO_NET_F_MAC), HOST(PEER_SEND))
{
	struct frame frames[AT_A_TIME];

	NET_START(0);
	REQUIRE(!net_fill(&self->card, 0, NET_ENTRIES / 2, NET_BUFFER), "the receive queue has no room");
	for (u32 number = 0; number < FRAMES / 2; number += AT_A_TIME) {
		for (u32 i = 0; i < AT_A_TIME; i++)
			frames[i] = frame_of(&self->card, number + i);
		PEER(peer_send, &self->card, frames, AT_A_TIME);
		for (u32 i = 0; i < AT_A_TIME; i++)
			CHECK_NEXT("net-p12", number + i);
	}
}
