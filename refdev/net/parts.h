/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the network device show each other. */
#ifndef REFDEV_NET_PARTS_H
#define REFDEV_NET_PARTS_H

#include <linux/virtio_net.h>

#include "refdev/net/net.h"

#define REFDEV_NET_HASH_TYPES \
	(VIRTIO_NET_RSS_HASH_TYPE_IPv4 | VIRTIO_NET_RSS_HASH_TYPE_TCPv4 | VIRTIO_NET_RSS_HASH_TYPE_UDPv4)

/* The tunnels that can be looked into: GRE of 2890, VXLAN (5.1.9.4.4.2). */
#define REFDEV_NET_TUNNEL_TYPES 0x12

/* Offloads of reception that can be turned off (5.1.9.5.9). */
#define REFDEV_NET_OFFLOADS ((u64)1 << VIRTIO_NET_F_GUEST_CSUM)

#define REFDEV_NET_CONFIG 28 /* bytes (5.1.4); Linux knows less */

#define REFDEV_NET_RECEIVE(pair_) (2 * (pair_))
#define REFDEV_NET_TRANSMIT(pair_) (2 * (pair_) + 1)

static inline struct refdev_net *refdev_net_of(struct refdev *dev)
{
	return (struct refdev_net *)((u8 *)dev - offsetof(struct refdev_net, dev));
}

/* Fills in the configuration space (5.1.4), and what becomes of it once features are agreed on (config.c). */
void refdev_net_config(struct refdev *dev, u8 *bytes, size_t len);
void refdev_net_negotiated(struct refdev *dev);

/* Of the frame's header, what Linux's headers don't all have (5.1.9). */
#define REFDEV_NET_GSO_TUNNEL 0x60
#define REFDEV_NET_UDP_TUNNEL_CSUM 8

/* A frame on the link. */
struct refdev_net_frame {
	u8 bytes[REFDEV_NET_MOST_FRAME];
	size_t len;
	bool partial; /* the sum from csum_start to the end is still to be stored csum_offset behind it */
	u16 csum_start, csum_offset;
};

/* The place of a frame's flow among those that are known: the same in both directions. 0: it has none (steering.c). */
u8 refdev_net_flow(const struct refdev_net_frame *frame);

/*
 * The receive queue for a frame: by its hash, or by its flow, or else that of pair @pair.
 *
 * Returns NULL where the frame is dropped.
 */
struct refdev_queue *refdev_net_queue_for(struct refdev_net *net, unsigned int pair,
					  const struct refdev_net_frame *frame);

/* Completes a checksum that is partial (checksum.c). */
void refdev_net_complete(struct refdev_net_frame *frame);

/* Whether a frame has IPv4, and TCP or UDP with a right checksum, in it. */
bool refdev_net_checksum_valid(const u8 *frame, size_t len);

/* What only defects put into a frame's header. */
void refdev_net_wrong_header(const struct refdev_net *net, struct virtio_net_hdr_v1 *hdr);

/* Takes frames from a transmit queue, and sends each back by the receive queue of the same pair (frames.c). */
void refdev_net_transmit(struct refdev_net *net, struct refdev_queue *queue);

/* Whether the receive filters let a frame in (5.1.9.5.1 to 5.1.9.5.3, filter.c). */
bool refdev_net_wants(const struct refdev_net *net, const u8 *frame, size_t len);

/*
 * Reads such parameters at @at of a command; *@hash is left alone where they are wrong. Returns VIRTIO_NET_OK or
 * VIRTIO_NET_ERR.
 */
u8 refdev_net_read_hash(const struct refdev_buffer *buffer, u64 at, struct refdev_net_hash *hash);

/* Takes the parameters of hashes out of a command (hash.c). Returns VIRTIO_NET_OK or VIRTIO_NET_ERR. */
u8 refdev_net_set_hash(struct refdev_net *net, const struct refdev_buffer *buffer, bool steering);

/*
 * Hashes a frame of at least an Ethernet header. Returns what was hashed, VIRTIO_NET_HASH_REPORT_*; NONE: *@value
 * is 0.
 */
u16 refdev_net_hash(const struct refdev_net *net, const u8 *frame, size_t len, u32 *value);

/* What a command brings back: @before bytes of command-specific-data before ack, and @result bytes behind it. */
struct refdev_net_reply {
	size_t before, result;
	u8 bytes[512]; /* both, without ack */
};

/* The control queue's index: it follows the pairs that there can be, which is one without MQ and RSS (5.1.2). */
u16 refdev_net_control_queue(struct refdev_net *net);

/*
 * Carries a command of the control queue out (5.1.9.5, control.c). Returns VIRTIO_NET_OK or VIRTIO_NET_ERR.
 *
 * @reply: all zeroes
 */
u8 refdev_net_command(struct refdev_net *net, const struct refdev_buffer *buffer, struct refdev_net_reply *reply);

/* The same for class VIRTIO_NET_CTRL_NOTF_COAL (coalescing.c). */
u8 refdev_net_coalesce(struct refdev_net *net, u8 command, const struct refdev_buffer *buffer,
		       struct refdev_net_reply *reply);

/* The same for class VIRTIO_NET_CTRL_STATS (stats.c). */
u8 refdev_net_stats(struct refdev_net *net, u8 command, const struct refdev_buffer *buffer,
		    struct refdev_net_reply *reply);

/* The same for class VIRTNET_RSS_CTX_CTRL (contexts.c). */
u8 refdev_net_context(struct refdev_net *net, u8 command, const struct refdev_buffer *buffer,
		      struct refdev_net_reply *reply);

#endif
