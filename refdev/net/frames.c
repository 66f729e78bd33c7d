// SPDX-License-Identifier: GPL-2.0-or-later
/* Frames, out by a transmit queue and in again by a receive queue (VIRTIO 1.4, 5.1.9.2 to 5.1.9.4). */
#include <endian.h>
#include <linux/if_ether.h>
#include <linux/virtio_net.h>
#include <string.h>

#include "refdev/core/defect.h"
#include "refdev/net/parts.h"

#define VLAN_TAG 4
#define REST_TICKS 100

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
		if (!refdev_has(&net->dev, VIRTIO_NET_F_MRG_RXBUF) && !defect("net.frames_are_split_without_merging"))
			break;
	}
	go_back(queue, begin);
	return room < len ? 0 : n;
}

/* What header a frame comes with that is still to have its checksum completed, or has it checked (5.1.9.4.1). */
static void put_offloads(struct refdev_net *net, struct virtio_net_hdr_v1 *hdr, const struct refdev_net_frame *frame)
{
	bool offload = net->offloads & (u64)1 << VIRTIO_NET_F_GUEST_CSUM;

	if (!offload) {
		refdev_net_wrong_header(net, hdr);
		return;
	}
	if (defect("net.every_checksum_is_called_valid")) {
		hdr->flags = VIRTIO_NET_HDR_F_DATA_VALID;
	} else if (frame->partial) {
		hdr->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		hdr->csum_start =
			htole16(frame->csum_start - (defect("net.csum_start_is_from_the_ip_header") ? 14 : 0));
		hdr->csum_offset = htole16(frame->csum_offset);
	} else if (frame->bytes[2 * ETH_ALEN] == 0x08 && !refdev_net_checksum_valid(frame->bytes, frame->len) &&
		   defect("net.wrong_checksums_are_left_to_the_driver")) {
		hdr->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		hdr->csum_start = htole16(34);
		hdr->csum_offset = htole16(6);
	} else if (refdev_net_checksum_valid(frame->bytes, frame->len)) {
		hdr->flags = VIRTIO_NET_HDR_F_DATA_VALID;
	}
}

static void put_header(struct refdev_net *net, u8 *bytes, const struct refdev_net_frame *frame, u16 n)
{
	header header = { .hdr.num_buffers = htole16(n) };
	u32 hash;

	if (!refdev_has(&net->dev, VIRTIO_NET_F_MRG_RXBUF)) {
		if (defect("net.num_buffers_is_zero_without_merging"))
			header.hdr.num_buffers = 0;
	} else {
		if (defect("net.num_buffers_counts_one_less") && n > 1)
			header.hdr.num_buffers = htole16(n - 1);
		if (defect("net.num_buffers_is_always_one"))
			header.hdr.num_buffers = htole16(1);
		if (defect("net.num_buffers_is_zero_for_one") && n == 1)
			header.hdr.num_buffers = 0;
	}
	put_offloads(net, &header.hdr, frame);
	header.hash_report = htole16(refdev_net_hash(net, frame->bytes, frame->len, &hash));
	header.hash_value = htole32(hash);
	memcpy(bytes, &header, header_len(net));
}

/* The rest of a frame goes into the buffers that come next, as nobody else takes any. */
static void put_rest(struct refdev *dev, u64 argument)
{
	struct refdev_net *net = refdev_net_of(dev);
	struct refdev_queue *queue = refdev_queue_of(dev, argument);
	struct refdev_buffer buffer;

	while (queue && net->rest.at < net->rest.len && refdev_queue_take(queue, &buffer)) {
		size_t written =
			refdev_buffer_write(&buffer, 0, net->rest.bytes + net->rest.at, net->rest.len - net->rest.at);

		refdev_queue_use(queue, &buffer, (u32)written);
		net->rest.at += written;
	}
	if (queue)
		refdev_queue_signal(queue);
}

static void put_rest_off(struct refdev_net *net, struct refdev_queue *queue, const u8 *bytes, size_t len)
{
	memcpy(net->rest.bytes, bytes, len);
	net->rest.at = 0;
	net->rest.len = len;
	refdev_do_later(&net->dev, REST_TICKS, put_rest, queue->index);
}

/* Puts a frame into as many buffers as it takes; drops it where there are too few. */
static void receive(struct refdev_net *net, struct refdev_queue *queue, struct refdev_net_frame *frame)
{
	u8 bytes[sizeof(header) + REFDEV_NET_MOST_FRAME];
	struct refdev_buffer buffer;
	size_t at = 0, before = header_len(net), len = before + frame->len;
	u16 n;

	if (!queue || !queue->enabled)
		return;
	n = buffers_for(net, queue, len);
	if (frame->partial && !(net->offloads & (u64)1 << VIRTIO_NET_F_GUEST_CSUM) &&
	    !defect("net.checksums_are_left_out_without_guest_csum"))
		refdev_net_complete(frame);
	put_header(net, bytes, frame, n);
	memcpy(bytes + before, frame->bytes, frame->len);
	if (frame->partial && defect("net.checksums_left_to_the_driver_are_empty"))
		memset(bytes + before + frame->csum_start + frame->csum_offset, 0, 2);
	if (defect("net.a_byte_is_lost_in_long_frames") && frame->len > 1000)
		bytes[before + 1000] = 0;
	for (u16 i = 0; i < n && refdev_queue_take(queue, &buffer); i++) {
		size_t room = i + 1 < n && defect("net.buffers_are_left_half_empty") ? buffer.writable - 8 : len - at;
		size_t written = refdev_buffer_write(&buffer, 0, bytes + at, room < len - at ? room : len - at);

		refdev_queue_use(queue, &buffer, (u32)written);
		at += written;
		if (i + 1 < n && defect("net.merged_buffers_come_one_by_one")) {
			put_rest_off(net, queue, bytes + at, len - at);
			break;
		}
	}
	if (n && net->coalescing[queue->index].packets && defect("net.coalescing_goes_before_suppression"))
		net->dev.bus->used(&net->dev, queue->index);
	else if (n)
		refdev_queue_signal(queue);
}

/*
 * Whether a frame is one, and no longer than the MTU lets it be (5.1.4.1); a VLAN tag belongs to the Ethernet
 * header.
 */
static bool right_length(const struct refdev_net *net, const u8 *frame, size_t len)
{
	size_t most = ETH_HLEN + REFDEV_NET_MTU;

	if (len < ETH_HLEN)
		return false;
	if (!refdev_has(&net->dev, VIRTIO_NET_F_MTU) || defect("net.longer_frames_than_the_mtu_come_in"))
		return true;
	if (defect("net.frames_of_the_mtu_are_dropped"))
		most -= 1;
	if ((frame[2 * ETH_ALEN] << 8 | frame[2 * ETH_ALEN + 1]) == ETH_P_8021Q)
		most += VLAN_TAG;
	return len <= most;
}

/* Frames that no queue can take are lost; only a defect keeps them. */
static void keep(struct refdev_net *net, const struct refdev_net_frame *frame)
{
	memcpy(net->rest.bytes, frame->bytes, frame->len);
	net->rest.len = frame->len;
}

static void receive_kept(struct refdev_net *net, struct refdev_queue *queue)
{
	struct refdev_net_frame kept = { .len = net->rest.len };

	memcpy(kept.bytes, net->rest.bytes, kept.len);
	net->rest.len = 0;
	receive(net, queue, &kept);
}

/* A frame arrives by the link; where its flow is not known it comes in by pair @pair. */
static void arrive(struct refdev_net *net, unsigned int pair, struct refdev_net_frame *frame)
{
	struct refdev_queue *queue;

	if (!refdev_live(&net->dev) || !right_length(net, frame->bytes, frame->len) || net->link_down ||
	    !refdev_net_wants(net, frame->bytes, frame->len))
		return;
	queue = refdev_net_queue_for(net, pair, frame);
	if (defect("net.frames_wait_for_a_reset_queue")) {
		if (!queue)
			keep(net, frame);
		else if (net->rest.len)
			receive_kept(net, queue);
	}
	receive(net, queue, frame);
}

void refdev_net_frame_comes(struct refdev_net *net, const u8 *bytes, size_t len)
{
	struct refdev_net_frame frame = { .len = len < REFDEV_NET_MOST_FRAME ? len : REFDEV_NET_MOST_FRAME };

	memcpy(frame.bytes, bytes, frame.len);
	arrive(net, 0, &frame);
}

/* Whether the driver's header makes sense; what it asks for is noted in @frame (5.1.9.2.2). */
static bool read_header(struct refdev_net *net, const header *header, struct refdev_net_frame *frame)
{
	const struct virtio_net_hdr_v1 *hdr = &header->hdr;
	u8 tunnel = hdr->gso_type & REFDEV_NET_GSO_TUNNEL;
	bool wants = hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM;

	if (tunnel == REFDEV_NET_GSO_TUNNEL && !defect("net.both_tunnels_at_once_are_taken"))
		return false;
	if (tunnel && tunnel != REFDEV_NET_GSO_TUNNEL && !defect("net.tunnels_without_segmentation_are_taken"))
		return false;
	if (hdr->flags & REFDEV_NET_UDP_TUNNEL_CSUM && !tunnel &&
	    !defect("net.tunnel_checksums_without_a_tunnel_are_taken"))
		return false;
	if (hdr->flags & 0x80 && defect("net.unknown_flags_stop_a_frame"))
		return false;
	if (!refdev_has(&net->dev, VIRTIO_NET_F_CSUM))
		return true;
	if (!wants && defect("net.checksum_places_are_always_used"))
		wants = hdr->csum_start;
	frame->partial = wants;
	frame->csum_start = le16toh(hdr->csum_start);
	frame->csum_offset = le16toh(hdr->csum_offset);
	if (!wants)
		return !defect("net.wrong_checksums_are_dropped") ||
		       refdev_net_checksum_valid(frame->bytes, frame->len) || frame->bytes[2 * ETH_ALEN] != 0x08;
	return frame->csum_start + frame->csum_offset + 2u <= frame->len;
}

void refdev_net_transmit(struct refdev_net *net, struct refdev_queue *queue)
{
	size_t before = header_len(net);
	struct refdev_buffer buffer;

	while (refdev_queue_take(queue, &buffer)) {
		struct refdev_net_frame frame = { 0 };
		header header = { 0 };
		bool fits = buffer.readable >= before && buffer.readable - before <= sizeof(frame.bytes);

		refdev_buffer_read(&buffer, 0, &header, before);
		if (fits)
			frame.len = refdev_buffer_read(&buffer, before, frame.bytes, buffer.readable - before);
		refdev_queue_use(queue, &buffer, 0);
		net->transmitted++;
		if (!fits || net->link_down || !right_length(net, frame.bytes, frame.len) ||
		    !read_header(net, &header, &frame))
			continue;
		if (defect("net.every_hundredth_frame_is_lost") && net->transmitted % 100 == 0)
			continue;
		if (refdev_net_flow(&frame))
			net->flows[refdev_net_flow(&frame)] = queue->index / 2 + 1;
		arrive(net, queue->index / 2, &frame);
		if (defect("net.every_hundredth_frame_comes_twice") && net->transmitted % 100 == 0)
			arrive(net, queue->index / 2, &frame);
	}
	refdev_queue_signal(queue);
}
