/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sending and receiving frames (VIRTIO 1.4, 5.1.9.2 to 5.1.9.4). */
#ifndef AVPS_NET_WIRE_H
#define AVPS_NET_WIRE_H

#include "frames.h"
#include "net.h"

#define NET_MOST_FRAME 4096 /* bytes, with the header before it */
#define NET_MOST_BUFFERS 16 /* that the tests let a frame be spread over */
#define NET_BUFFER 2048 /* bytes of a usual receive buffer */

/* Bits of flags and gso_type that the kernel's header may not have yet (5.1.9). */
#define NET_HDR_F_UDP_TUNNEL_CSUM 8
#define NET_HDR_F_SECURITY 16
#define NET_HDR_F_SECURITY_ERR 32
#define NET_HDR_GSO_UDP_L4 5
#define NET_HDR_GSO_TUNNEL_IPV4 0x20
#define NET_HDR_GSO_TUNNEL_IPV6 0x40

/* A frame that came in. */
struct net_received {
	struct virtio_net_hdr_v1_hash header; /* in CPU order; hash only with HASH_REPORT */
	unsigned int buffers; /* that it took up */
	bool together; /* all of them had become used when the first was seen */
	u32 used[NET_MOST_BUFFERS]; /* bytes in each, as the used ring says */
	size_t room[NET_MOST_BUFFERS]; /* bytes that each has */
	u8 bytes[NET_MOST_FRAME];
	size_t len;
	u32 number; /* of ours */
};

/* Makes @n buffers of @size bytes available to receive queue @pair, and notifies. Returns 0 or -ENOSPC. */
int net_fill(struct net_card *card, unsigned int pair, unsigned int n, size_t size);

/*
 * Transmits a frame and waits until its buffer is used.
 *
 * @header: what goes before it, in CPU order; NULL for zeroes
 *
 * Returns 0 or a negative errno of avps_vq_add() or avps_vq_wait_used().
 */
int net_send(struct net_card *card, unsigned int pair, const struct virtio_net_hdr_v1 *header, const void *frame,
	     size_t len);

/* Builds @frame and transmits it without offloads. */
int net_send_frame(struct net_card *card, unsigned int pair, const struct frame *frame);

/*
 * Waits for the next frame of ours at receive queue @pair. Its buffers are made available again. Other frames are
 * passed over.
 *
 * Returns 0, a negative errno of avps_vq_wait_used(), or -EPROTO for what can't be a frame: a used length that is less
 * than a header, or more than a buffer has; more buffers than NET_MOST_BUFFERS; num_buffers of 0 counts as 1.
 */
int net_receive(struct net_card *card, unsigned int pair, struct net_received *frame);

/* The same without waiting: 1 with a frame of ours, 0 if there is none yet. */
int net_poll(struct net_card *card, unsigned int pair, struct net_received *frame);

/* A frame that may come back or not. */
struct net_trial {
	struct frame frame;
	unsigned int came; /* how often it came */
};

/*
 * Transmits trials, then a fence: a frame to @fence that nothing keeps out. By the time the fence comes back from a
 * peer that echoes, each trial has come, or won't.
 *
 * Frames are sent by transmit queue @pair, and expected at receive queue @pair. Their numbers, senders and lengths are
 * filled in.
 *
 * Returns 0, -ETIMEDOUT if the fence did not come, or as net_send() and net_receive().
 */
int net_try(struct net_card *card, unsigned int pair, struct net_trial *trials, unsigned int n,
	    const u8 fence[ETH_ALEN]);

#endif
