// SPDX-License-Identifier: GPL-2.0-or-later
#include "steering.h"

#include <endian.h>
#include <string.h>

const u8 steering_key[STEERING_KEY] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

/* Bit @n of the key, from the highest of its first byte on. */
static u32 key_bit(size_t n)
{
	return steering_key[n / 8] >> (7 - n % 8) & 1;
}

u32 steering_toeplitz(const u8 *data, size_t len)
{
	u32 hash = 0;

	for (size_t bit = 0; bit < 8 * len; bit++) {
		u32 window = 0;

		if (!(data[bit / 8] >> (7 - bit % 8) & 1))
			continue;
		for (size_t i = 0; i < 32; i++)
			window = window << 1 | key_bit(bit + i);
		hash ^= window;
	}
	return hash;
}

u16 steering_hash(const struct frame *frame, u32 types, u32 *hash)
{
	const u32 words[] = { htobe32(frame->source), htobe32(frame->destination) };
	const u16 ports[] = { htobe16(frame->source_port), htobe16(frame->destination_port) };
	bool tcp = frame->kind == FRAME_TCP;
	u8 data[sizeof(words) + sizeof(ports)];

	*hash = 0;
	if (frame->kind == FRAME_PLAIN)
		return VIRTIO_NET_HASH_REPORT_NONE;
	memcpy(data, words, sizeof(words));
	memcpy(data + sizeof(words), ports, sizeof(ports));
	if (types & (tcp ? VIRTIO_NET_RSS_HASH_TYPE_TCPv4 : VIRTIO_NET_RSS_HASH_TYPE_UDPv4)) {
		*hash = steering_toeplitz(data, sizeof(data));
		return tcp ? VIRTIO_NET_HASH_REPORT_TCPv4 : VIRTIO_NET_HASH_REPORT_UDPv4;
	}
	if (!(types & VIRTIO_NET_RSS_HASH_TYPE_IPv4))
		return VIRTIO_NET_HASH_REPORT_NONE;
	*hash = steering_toeplitz(data, sizeof(words));
	return VIRTIO_NET_HASH_REPORT_IPv4;
}

int steering_set(struct net_card *card, const struct steering *steering)
{
	struct {
		__le32 types;
		__le16 mask, unclassified, table[STEERING_TABLE], most_transmit;
		u8 key_length;
		u8 key[STEERING_KEY];
	} __attribute__((packed)) data = { .types = htole32(steering->types),
					   .mask = htole16(STEERING_TABLE - 1),
					   .unclassified = htole16(steering->unclassified),
					   .most_transmit = htole16(card->pairs),
					   .key_length = STEERING_KEY };

	for (unsigned int i = 0; i < STEERING_TABLE; i++)
		data.table[i] = htole16(steering->table[i]);
	memcpy(data.key, steering_key, STEERING_KEY);
	return net_command(card, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_RSS_CONFIG, &data, sizeof(data));
}

struct frame steering_frame(struct net_card *card, enum frame_kind kind, unsigned int flow)
{
	struct frame frame = { .kind = kind,
			       .len = 100 + flow % 7,
			       .number = ++card->numbers,
			       .source = 0xc6336401 + flow / 3,
			       .destination = 0xc0000202,
			       .source_port = 1024 + 257 * flow,
			       .destination_port = 9 };

	memcpy(frame.to, card->mac, ETH_ALEN);
	memcpy(frame.from, (const u8[ETH_ALEN]){ 0x02, 0xaa, 0, 0, 0, 1 }, ETH_ALEN);
	return frame;
}

struct frame steering_answer(struct net_card *card, enum frame_kind kind, unsigned int flow)
{
	struct frame in = steering_frame(card, kind, flow), out = in;

	memcpy(out.to, in.from, ETH_ALEN);
	memcpy(out.from, in.to, ETH_ALEN);
	out.source = in.destination;
	out.destination = in.source;
	out.source_port = in.destination_port;
	out.destination_port = in.source_port;
	return out;
}

int steering_receive(struct net_card *card, unsigned int pairs, unsigned int *pair, struct net_received *in)
{
	avps_deadline deadline = avps_patience();

	do {
		for (*pair = 0; *pair < pairs; ++*pair) {
			int err = net_poll(card, *pair, in);

			if (err)
				return err < 0 ? err : 0;
		}
	} while (avps_remaining_ms(deadline));
	return -ETIMEDOUT;
}

int steering_reset_queue(struct net_card *card, unsigned int pair)
{
	struct avps_transport *t = card->dev->transport;
	avps_deadline deadline = avps_patience();

	t->ops->queue_reset(t, 2 * pair);
	while (t->ops->queue_resetting(t, 2 * pair))
		if (!avps_remaining_ms(deadline))
			return -ETIMEDOUT;
	return 0;
}
