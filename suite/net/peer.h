/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whoever is at the other end of the device's link, as the host plays it (host actions, docs/records.md). All of them
 * name the link by the address that the device had when it was started, `link`: "52:54:00:12:34:56". What they set up
 * ends with the test.
 */
#ifndef AVPS_NET_PEER_H
#define AVPS_NET_PEER_H

#include "avps/host.h"
#include "wire.h"

/* From now on the peer sends each frame of ours (frames.h) back as it came, and in the order in which they came. */
#define PEER_ECHO "net-echo"

/* The peer sends `frames`: a list of frames in hexadecimal digits, in this order. */
#define PEER_SEND "net-send"

/* The link goes down or, with `up` true, up. */
#define PEER_LINK "net-link"

/* The device asks the driver to announce itself. */
#define PEER_ANNOUNCE "net-announce"

/*
 * Asks for one of these. Returns as avps_host_act(), or -ENODEV if the device has no address by which the host
 * knows it.
 */
int peer_echo(struct net_card *card, char *why, size_t why_size);
int peer_link(struct net_card *card, bool up, char *why, size_t why_size);
int peer_announce(struct net_card *card, char *why, size_t why_size);
int peer_send(struct net_card *card, const struct frame *frames, unsigned int n, char *why, size_t why_size);

/*
 * In a test: @ask_ is one of these, without the place for a reason; where the host can't, the test is skipped with
 * it.
 */
#define PEER(function_, ...)                                                        \
	do {                                                                        \
		char why_[160] = "";                                                \
		if (function_(__VA_ARGS__, why_, sizeof(why_)))                     \
			SKIP_AS(AVPS_SKIP_HOST_CANNOT, "%s: %s", #function_, why_); \
	} while (0)

/* In a test: brings self->card up with @features_, fills all its receive queues, and has the peer echo. */
#define START_WITH_ECHO(features_)                                                              \
	do {                                                                                    \
		NET_START(features_);                                                           \
		for (unsigned int pair_ = 0; pair_ < self->card.pairs; pair_++)                 \
			REQUIRE(!net_fill(&self->card, pair_, NET_ENTRIES / 2, NET_BUFFER),     \
				"a receive queue has no room for %u buffers", NET_ENTRIES / 2); \
		PEER(peer_echo, &self->card);                                                   \
	} while (0)

#endif
