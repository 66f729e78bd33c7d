/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A reference network device (VIRTIO 1.4, 5.1) at the end of a cable whose other end sends every frame back. */
#ifndef REFDEV_NET_H
#define REFDEV_NET_H

#include "refdev/core/device.h"

#define REFDEV_NET_PAIRS 2 /* of receive and transmit queues, with MQ */
#define REFDEV_NET_QUEUE_SIZE 64
#define REFDEV_NET_MTU 1500
#define REFDEV_NET_MOST_FRAME 4096 /* bytes on the link */
#define REFDEV_NET_MACS 16 /* in a filter table */
#define REFDEV_NET_RSS_KEY 40 /* bytes */
#define REFDEV_NET_RSS_TABLE 128 /* entries of the indirection table */

/* Feature bits that Linux's headers don't all have (5.1.3). */
#define REFDEV_NET_F_DEVICE_STATS 50
#define REFDEV_NET_F_HASH_TUNNEL 51
#define REFDEV_NET_F_VQ_NOTF_COAL 52
#define REFDEV_NET_F_NOTF_COAL 53
#define REFDEV_NET_F_RSS_CONTEXT 64

struct refdev_net_options {
	u8 mac[6];
	refdev_features without; /* what this device does not offer of what the model can do */
};

/* How frames that come in are hashed, and where the hash leads them (5.1.9.5.6.4, 5.1.9.5.7). */
struct refdev_net_hash {
	bool steering; /* the hash chooses the receive queue */
	u32 types;
	u16 mask;
	u16 unclassified;
	u16 table[REFDEV_NET_RSS_TABLE];
	u8 key[REFDEV_NET_RSS_KEY]; /* a shorter one is followed by zeroes */
};

/* Parameters of notification coalescing of a queue (5.1.9.5.10). */
struct refdev_net_coalescing {
	u32 packets, usecs;
};

struct refdev_net {
	struct refdev dev;
	u8 permanent_mac[6]; /* as it was made */
	u8 mac[6]; /* as the driver set it */
	u16 pairs; /* in use (5.1.9.5.6) */
	struct refdev_net_hash hash;
	bool link_down; /* a reset changes nothing of it */
	bool announce; /* the device wants the driver to announce itself */
	u8 promiscuous; /* receive modes (5.1.9.5.1) */
	u8 all_multicast, all_unicast;
	u8 no_multicast, no_unicast, no_broadcast;
	u8 unicast[REFDEV_NET_MACS][6]; /* filter tables (5.1.9.5.2) */
	u8 multicast[REFDEV_NET_MACS][6];
	u32 n_unicast, n_multicast;
	u8 vlans[4096 / 8]; /* filter (5.1.9.5.3) */
	struct refdev_net_coalescing coalescing[2 * REFDEV_NET_PAIRS];
	u64 offloads; /* of reception, that are on (5.1.9.5.9) */
	u32 tunnels; /* that are looked into for a hash (5.1.9.4.4) */
	u8 flows[256]; /* the pair by which the driver has sent in a flow, plus 1 */
	bool had_pairs; /* more than one was in use since the reset */
	u8 contexts; /* bit n: RSS context n exists */
	u64 commands, commands_ok; /* that came on the control queue, and that went well */
	u32 transmitted; /* frames */
	/* What only a defect puts off: the rest of a frame. */
	struct {
		u8 bytes[REFDEV_NET_MOST_FRAME + 32];
		size_t at, len;
	} rest;
	u16 mtu_grown; /* only defects do that; a reset changes nothing of it */
};

/*
 * Makes a network device with link, at rest (VIRTIO 1.4, 5.1.5).
 *
 * @ring_features: the device-independent bits to offer beside its own
 * @memory: the driver's memory; must stay valid
 */
void refdev_net_init(struct refdev_net *net, const struct refdev_net_options *options, refdev_features ring_features,
		     const struct refdev_memory *memory);

/* The device @dev if it is a network device that was made with @mac; else NULL. */
struct refdev_net *refdev_net_with_mac(struct refdev *dev, const u8 mac[6]);

/* The link goes up or down (5.1.4). */
void refdev_net_set_link(struct refdev_net *net, bool up);

/* A frame without offloads comes in by the link. One longer than REFDEV_NET_MOST_FRAME is cut off. */
void refdev_net_frame_comes(struct refdev_net *net, const u8 *frame, size_t len);

/* The link asks the driver to announce itself, where GUEST_ANNOUNCE was agreed on (5.1.9.5.4). */
void refdev_net_ask_to_announce(struct refdev_net *net);

#endif
