/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the network device show each other. */
#ifndef REFDEV_NET_PARTS_H
#define REFDEV_NET_PARTS_H

#include "refdev/net/net.h"

#define REFDEV_NET_HASH_TYPES \
	(VIRTIO_NET_RSS_HASH_TYPE_IPv4 | VIRTIO_NET_RSS_HASH_TYPE_TCPv4 | VIRTIO_NET_RSS_HASH_TYPE_UDPv4)

#define REFDEV_NET_RECEIVE(pair_) (2 * (pair_))
#define REFDEV_NET_TRANSMIT(pair_) (2 * (pair_) + 1)

static inline struct refdev_net *refdev_net_of(struct refdev *dev)
{
	return (struct refdev_net *)((u8 *)dev - offsetof(struct refdev_net, dev));
}

/* Fills in the configuration space (5.1.4), and what becomes of it once features are agreed on (config.c). */
void refdev_net_config(struct refdev *dev, u8 *bytes, size_t len);
void refdev_net_negotiated(struct refdev *dev);

/* Takes frames from a transmit queue, and sends each back by the receive queue of the same pair (frames.c). */
void refdev_net_transmit(struct refdev_net *net, struct refdev_queue *queue);

/* Whether the receive filters let a frame in (5.1.9.5.1 to 5.1.9.5.3, filter.c). */
bool refdev_net_wants(const struct refdev_net *net, const u8 *frame, size_t len);

/* Takes the parameters of hashes out of a command (hash.c). Returns VIRTIO_NET_OK or VIRTIO_NET_ERR. */
u8 refdev_net_set_hash(struct refdev_net *net, const struct refdev_buffer *buffer, bool steering);

/* Hashes a frame of at least an Ethernet header. Returns what was hashed, VIRTIO_NET_HASH_REPORT_*; NONE: *@value is 0. */
u16 refdev_net_hash(const struct refdev_net *net, const u8 *frame, size_t len, u32 *value);

/* Carries a command of the control queue out (5.1.9.5, control.c). Returns VIRTIO_NET_OK or VIRTIO_NET_ERR. */
u8 refdev_net_command(struct refdev_net *net, const struct refdev_buffer *buffer);

#endif
