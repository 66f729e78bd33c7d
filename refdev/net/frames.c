// SPDX-License-Identifier: GPL-2.0-or-later
/* Frames, out by a transmit queue and in again by a receive queue (VIRTIO 1.4, 5.1.9.2 to 5.1.9.4). */
#include <endian.h>
#include <linux/if_ether.h>
#include <linux/virtio_net.h>
#include <string.h>

#include "refdev/net/parts.h"

#define VLAN_TAG 4
#define MOST_BYTES (ETH_HLEN + VLAN_TAG + REFDEV_NET_MTU)

/* What a frame begins with; num_buffers is always there in a device that isn't a legacy one. */
typedef struct virtio_net_hdr_v1_hash header;

/* Without HASH_REPORT the header ends where the hash would be. */
static size_t header_len(const struct refdev_net *net)
{
	return refdev_has(&net->dev, VIRTIO_NET_F_HASH_REPORT) ? sizeof(header) : offsetof(header, hash_value);
}

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
		if (!n && buffer.writable < header_len(net))
			break;
		room += buffer.writable;
		n++;
		if (!refdev_has(&net->dev, VIRTIO_NET_F_MRG_RXBUF))
			break;
	}
	go_back(queue, begin);
	return room < len ? 0 : n;
}

static void put_header(struct refdev_net *net, u8 *bytes, size_t len, u16 n)
{
	header header = { .hdr.num_buffers = htole16(n) };
	u32 hash;

	header.hash_report = htole16(refdev_net_hash(net, bytes + header_len(net), len - header_len(net), &hash));
	header.hash_value = htole32(hash);
	memcpy(bytes, &header, header_len(net));
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
	put_header(net, bytes, len, n);
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

/* The receive queue that a frame's hash leads to (5.1.9.5.7.2); NULL: it is being reset. */
static struct refdev_queue *hashed_queue(struct refdev_net *net, const u8 *frame, size_t len)
{
	struct refdev_queue *queue;
	u32 hash;
	u16 pair = net->hash.unclassified;

	if (refdev_net_hash(net, frame, len, &hash) != VIRTIO_NET_HASH_REPORT_NONE)
		pair = net->hash.table[hash & net->hash.mask];
	queue = refdev_queue_of(&net->dev, REFDEV_NET_RECEIVE(pair));
	return queue && queue->enabled ? queue : NULL;
}

void refdev_net_transmit(struct refdev_net *net, struct refdev_queue *queue)
{
	struct refdev_queue *back = receive_queue(net, queue->index / 2);
	u8 bytes[sizeof(header) + MOST_BYTES];
	size_t before = header_len(net);
	struct refdev_buffer buffer;

	while (refdev_queue_take(queue, &buffer)) {
		size_t len = refdev_buffer_read(&buffer, 0, bytes, sizeof(bytes));
		const u8 *frame = bytes + before;

		refdev_queue_use(queue, &buffer, 0);
		if (len == buffer.readable && len >= before && right_length(frame, len - before) &&
		    refdev_net_wants(net, frame, len - before))
			receive(net, net->hash.steering ? hashed_queue(net, frame, len - before) : back, bytes, len);
	}
	refdev_queue_signal(queue);
}
