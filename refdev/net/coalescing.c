// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parameters of notification coalescing (VIRTIO 1.4, 5.1.9.5.10). They are kept; notifications are sent at once,
 * as they may be.
 */
#include <endian.h>
#include <linux/virtio_net.h>
#include <string.h>

#include "refdev/core/defect.h"
#include "refdev/net/parts.h"

#define TX_SET 0
#define RX_SET 1
#define VQ_SET 2
#define VQ_GET 3
#define MOST_USECS 1000000 /* that this device can wait */
#define AT sizeof(struct virtio_net_ctrl_hdr)

static bool possible(struct refdev_net_coalescing coalescing)
{
	return coalescing.usecs <= MOST_USECS;
}

static bool read_parameters(const struct refdev_buffer *buffer, u64 at, struct refdev_net_coalescing *coalescing)
{
	u32 words[2];

	if (buffer->readable != at + sizeof(words) ||
	    refdev_buffer_read(buffer, at, words, sizeof(words)) != sizeof(words))
		return false;
	*coalescing = (struct refdev_net_coalescing){ le32toh(words[0]), le32toh(words[1]) };
	return true;
}

static u8 set_all(struct refdev_net *net, const struct refdev_buffer *buffer, unsigned int first)
{
	struct refdev_net_coalescing wanted;

	if (!read_parameters(buffer, AT, &wanted))
		return VIRTIO_NET_ERR;
	if (!possible(wanted)) {
		if (defect("net.refused_coalescing_takes_effect"))
			net->coalescing[first] = wanted;
		return defect("net.impossible_coalescing_is_claimed") ? VIRTIO_NET_OK : VIRTIO_NET_ERR;
	}
	if (first && defect("net.transmit_coalescing_is_forgotten"))
		return VIRTIO_NET_OK;
	for (unsigned int i = first; i < 2 * REFDEV_NET_PAIRS; i += 2)
		net->coalescing[i] = wanted;
	if (defect("net.coalescing_of_all_is_for_either_kind"))
		net->coalescing[1 - first] = wanted;
	return VIRTIO_NET_OK;
}

/* Whether queue @index is one that receives or transmits, and enabled. */
static bool enabled(struct refdev_net *net, u16 index)
{
	struct refdev_queue *queue = refdev_queue_of(&net->dev, index);

	if (index == refdev_net_control_queue(net) && defect("net.control_queue_has_coalescing"))
		return true;
	return queue && index < refdev_net_control_queue(net) && queue->enabled;
}

static u8 one(struct refdev_net *net, u8 command, const struct refdev_buffer *buffer, struct refdev_net_reply *reply)
{
	struct refdev_net_coalescing wanted;
	u16 head[2], index, last = 2 * REFDEV_NET_PAIRS - 1;

	if (command == VQ_GET)
		reply->before = sizeof(struct refdev_net_coalescing);
	if (refdev_buffer_read(buffer, AT, head, sizeof(head)) != sizeof(head))
		return VIRTIO_NET_ERR;
	index = le16toh(head[0]);
	if (head[1] && defect("net.coalescing_wants_reserved_zero"))
		return VIRTIO_NET_ERR;
	if (index > last && command == VQ_SET && defect("net.coalescing_of_no_queue_is_claimed"))
		return VIRTIO_NET_OK;
	if (index > last && command == VQ_GET && defect("net.coalescing_of_no_queue_is_told"))
		return VIRTIO_NET_OK;
	if (!enabled(net, index))
		return VIRTIO_NET_ERR;
	if (index > last)
		index = last;
	if (command == VQ_GET) {
		u32 words[] = { htole32(net->coalescing[index].packets), htole32(net->coalescing[index].usecs) };

		memcpy(reply->bytes, words, sizeof(words));
		return VIRTIO_NET_OK;
	}
	if (!read_parameters(buffer, AT + sizeof(head), &wanted))
		return VIRTIO_NET_ERR;
	if (!possible(wanted) && !defect("net.impossible_coalescing_of_a_queue_is_kept_back"))
		return VIRTIO_NET_ERR;
	if (possible(wanted))
		net->coalescing[index] = wanted;
	if (head[1] && defect("net.reserved_adds_to_coalescing"))
		net->coalescing[index].packets++;
	return VIRTIO_NET_OK;
}

u8 refdev_net_coalesce(struct refdev_net *net, u8 command, const struct refdev_buffer *buffer,
		       struct refdev_net_reply *reply)
{
	if (refdev_has(&net->dev, REFDEV_NET_F_NOTF_COAL) && command <= RX_SET)
		return set_all(net, buffer, command == TX_SET);
	if (refdev_has(&net->dev, REFDEV_NET_F_VQ_NOTF_COAL) && (command == VQ_SET || command == VQ_GET))
		return one(net, command, buffer, reply);
	return VIRTIO_NET_ERR;
}
