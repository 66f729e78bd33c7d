// SPDX-License-Identifier: GPL-2.0-or-later
/* Frames, out by a transmit queue and in again by a receive queue (VIRTIO 1.4, 5.1.9.2 to 5.1.9.4). */
#include <endian.h>
#include <linux/if_ether.h>
#include <linux/virtio_net.h>

#include "refdev/net/parts.h"

#define VLAN_TAG 4
#define MOST_BYTES (ETH_HLEN + VLAN_TAG + REFDEV_NET_MTU)

/* What a frame begins with; num_buffers is always there in a device that isn't a legacy one. */
typedef struct virtio_net_hdr_v1 header;

/* A device's place in the available ring, to come back to when there aren't enough buffers. */
struct place {
	u16 next;
	bool wrap;
};

static struct place place_of(const struct refdev_queue *queue)
{
	return (struct place){ .next = queue->next_available, .wrap = queue->available_wrap };
}

static void go_back(struct refdev_queue *queue, struct place place)
{
	queue->next_available = place.next;
	queue->available_wrap = place.wrap;
}

/* How many of the next buffers @len bytes take up; 0: there are too few, or they are too small. None is taken. */
static u16 buffers_for(struct refdev_net *net, struct refdev_queue *queue, size_t len)
{
	struct place begin = place_of(queue);
	struct refdev_buffer buffer;
	u64 room = 0;
	u16 n = 0;

	while (room < len && n < queue->size && refdev_queue_take(queue, &buffer)) {
		/* The header is in one buffer, the first. */
		if (!n && buffer.writable < sizeof(header))
			break;
		room += buffer.writable;
		n++;
		if (!refdev_has(&net->dev, VIRTIO_NET_F_MRG_RXBUF))
			break;
	}
	go_back(queue, begin);
	return room < len ? 0 : n;
}

/* Puts a frame, with room for a header before it, into as many buffers as it takes; drops it where there are too few. */
static void receive(struct refdev_net *net, struct refdev_queue *queue, u8 *bytes, size_t len)
{
	struct refdev_buffer buffer;
	size_t at = 0;
	u16 n;

	if (!queue)
		return;
	n = buffers_for(net, queue, len);
	*(header *)bytes = (header){ .num_buffers = htole16(n) };
	for (u16 i = 0; i < n && refdev_queue_take(queue, &buffer); i++) {
		size_t written = refdev_buffer_write(&buffer, 0, bytes + at, len - at);

		refdev_queue_use(queue, &buffer, (u32)written);
		at += written;
	}
	if (n)
		refdev_queue_signal(queue);
}

/* Whether a frame is one, and no longer than the MTU lets it be (5.1.4.1); a VLAN tag belongs to the Ethernet header. */
static bool right_length(const u8 *frame, size_t len)
{
	size_t most = ETH_HLEN + REFDEV_NET_MTU;

	if (len < ETH_HLEN)
		return false;
	if ((frame[2 * ETH_ALEN] << 8 | frame[2 * ETH_ALEN + 1]) == ETH_P_8021Q)
		most += VLAN_TAG;
	return len <= most;
}

/* The receive queue of a pair, or another in use where that one is being reset (5.1.9.5.6.2); NULL: there is none. */
static struct refdev_queue *receive_queue(struct refdev_net *net, unsigned int pair)
{
	for (unsigned int i = 0; i < net->pairs; i++) {
		struct refdev_queue *queue = refdev_queue_of(&net->dev, REFDEV_NET_RECEIVE((pair + i) % net->pairs));

		if (queue && queue->enabled)
			return queue;
	}
	return NULL;
}

void refdev_net_transmit(struct refdev_net *net, struct refdev_queue *queue)
{
	struct refdev_queue *back = receive_queue(net, queue->index / 2);
	u8 bytes[sizeof(header) + MOST_BYTES] __attribute__((aligned(8)));
	struct refdev_buffer buffer;

	while (refdev_queue_take(queue, &buffer)) {
		size_t len = refdev_buffer_read(&buffer, 0, bytes, sizeof(bytes));
		const u8 *frame = bytes + sizeof(header);

		refdev_queue_use(queue, &buffer, 0);
		if (len == buffer.readable && len >= sizeof(header) && right_length(frame, len - sizeof(header)) &&
		    refdev_net_wants(net, frame, len - sizeof(header)))
			receive(net, back, bytes, len);
	}
	refdev_queue_signal(queue);
}
