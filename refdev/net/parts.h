/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the network device show each other. */
#ifndef REFDEV_NET_PARTS_H
#define REFDEV_NET_PARTS_H

#include "refdev/net/net.h"

#define REFDEV_NET_RECEIVE(pair_) (2 * (pair_))
#define REFDEV_NET_TRANSMIT(pair_) (2 * (pair_) + 1)

/* Takes frames from a transmit queue, and sends each back by the receive queue of the same pair (frames.c). */
void refdev_net_transmit(struct refdev_net *net, struct refdev_queue *queue);

/* Whether the receive filters let a frame in (5.1.9.5.1 to 5.1.9.5.3, filter.c). */
bool refdev_net_wants(const struct refdev_net *net, const u8 *frame, size_t len);

/* Carries a command of the control queue out (5.1.9.5, control.c). Returns VIRTIO_NET_OK or VIRTIO_NET_ERR. */
u8 refdev_net_command(struct refdev_net *net, const struct refdev_buffer *buffer);

#endif
