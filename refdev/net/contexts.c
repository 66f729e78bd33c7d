// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Contexts of receive-side scaling (VIRTIO 1.4, 5.1.9.5.8). They are kept; no frame is led by them, as nothing
 * says which would be.
 */
#include <endian.h>
#include <string.h>

#include "refdev/core/defect.h"
#include "refdev/net/parts.h"

#define MOST 4
#define CAP_GET 0
#define ADD 1
#define MOD 2
#define DEL 3
#define AT sizeof(struct virtio_net_ctrl_hdr)
#define RESERVED 6 /* bytes behind the id */

static u8 tell(struct refdev_net_reply *reply)
{
	reply->before = 2;
	reply->bytes[0] = defect("net.there_are_no_contexts") ? 0 : MOST;
	return VIRTIO_NET_OK;
}

u8 refdev_net_context(struct refdev_net *net, u8 command, const struct refdev_buffer *buffer,
		      struct refdev_net_reply *reply)
{
	struct refdev_net_hash hash;
	u16 id = 0;
	bool there;

	if (!refdev_has(&net->dev, REFDEV_NET_F_RSS_CONTEXT))
		return VIRTIO_NET_ERR;
	if (command == CAP_GET)
		return tell(reply);
	if (refdev_buffer_read(buffer, AT, &id, sizeof(id)) != sizeof(id))
		return VIRTIO_NET_ERR;
	id = le16toh(id);
	if (!id || id > MOST)
		return VIRTIO_NET_ERR;
	there = net->contexts & 1 << id;
	if (command == DEL) {
		net->contexts &= ~(1 << id);
		return there ? VIRTIO_NET_OK : VIRTIO_NET_ERR;
	}
	if ((command != ADD && command != MOD) || there != (command == MOD))
		return VIRTIO_NET_ERR;
	if (refdev_net_read_hash(buffer, AT + sizeof(id) + RESERVED, &hash) != VIRTIO_NET_OK)
		return VIRTIO_NET_ERR;
	net->contexts |= 1 << id;
	return VIRTIO_NET_OK;
}
