/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which receive queue a frame comes in on: hashes of frames, and queues that are reset (VIRTIO 1.4, 5.1.9.4.3,
 * 5.1.9.5.6, .7).
 */
#ifndef AVPS_NET_STEERING_H
#define AVPS_NET_STEERING_H

#include "peer.h"

#define STEERING_KEY 40 /* bytes, that any device takes (net-008) */
#define STEERING_TABLE 128 /* entries, likewise (net-009) */

/* The key for which there are known answers (Microsoft's RSS, "Verifying the RSS Hash Calculation"). */
extern const u8 steering_key[STEERING_KEY];

/* The Toeplitz hash of @len bytes with that key. */
u32 steering_toeplitz(const u8 *data, size_t len);

/*
 * What a device that may hash @types reports for @frame: VIRTIO_NET_HASH_REPORT_*, and the hash. NONE without one, and
 * *hash is 0.
 */
u16 steering_hash(const struct frame *frame, u32 types, u32 *hash);

/* Parameters of RSS. */
struct steering {
	u32 types;
	u16 unclassified; /* pair */
	u16 table[STEERING_TABLE]; /* pairs */
};

/* VIRTIO_NET_CTRL_MQ_RSS_CONFIG with all of the table and steering_key. Returns as net_command(). */
int steering_set(struct net_card *card, const struct steering *steering);

/* Frame @i of UDP or TCP flow @flow to the device: ports and addresses differ from flow to flow. */
struct frame steering_frame(struct net_card *card, enum frame_kind kind, unsigned int flow);

/* The same the other way: what the driver sends in that flow. */
struct frame steering_answer(struct net_card *card, enum frame_kind kind, unsigned int flow);

/*
 * Waits for the next frame of ours on whichever queue of the first @pairs. Returns 0, and *pair; -ETIMEDOUT, or as
 * net_receive().
 */
int steering_receive(struct net_card *card, unsigned int pairs, unsigned int *pair, struct net_received *in);

/* Resets receive queue @pair alone, and waits until that is over. Returns 0 or -ETIMEDOUT. */
int steering_reset_queue(struct net_card *card, unsigned int pair);

#endif
