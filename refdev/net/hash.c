// SPDX-License-Identifier: GPL-2.0-or-later
/* Hashes of frames, and the receive queues they lead to (VIRTIO 1.4, 5.1.9.4.3, 5.1.9.5.6.4, 5.1.9.5.7). */
#include <endian.h>
#include <linux/if_ether.h>
#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <string.h>

#include "refdev/core/defect.h"
#include "refdev/net/parts.h"

#define VLAN_TAG 4
#define IPV4_HEADER 20 /* without options */
#define IPV4_OFFSET 0x1fff /* of a fragment, in the 16 bits at 6 */
#define ADDRESSES 8 /* source and destination */
#define PORTS 4 /* source and destination, at the start of TCP's header and of UDP's */

/*
 * What both commands begin with; the indirection table, of at least one entry, follows, then struct end, then the
 * key.
 */
struct begin {
	__le32 types;
	__le16 mask;
	__le16 unclassified;
} __attribute__((packed));

struct end {
	__le16 max_tx_vq;
	u8 key_length;
} __attribute__((packed));

static bool take(const struct refdev_buffer *buffer, u64 *at, void *data, size_t len)
{
	bool whole = refdev_buffer_read(buffer, *at, data, len) == len;

	*at += len;
	return whole;
}

u8 refdev_net_read_hash(const struct refdev_buffer *buffer, u64 at, struct refdev_net_hash *read)
{
	struct refdev_net_hash hash = { 0 };
	struct begin begin;
	struct end end;

	if (!take(buffer, &at, &begin, sizeof(begin)))
		return VIRTIO_NET_ERR;
	hash.types = le32toh(begin.types);
	hash.mask = le16toh(begin.mask);
	hash.unclassified = le16toh(begin.unclassified);
	if (hash.types & ~REFDEV_NET_HASH_TYPES || hash.mask >= REFDEV_NET_RSS_TABLE || hash.mask & (hash.mask + 1) ||
	    hash.unclassified >= REFDEV_NET_PAIRS)
		return VIRTIO_NET_ERR;
	for (u32 i = 0; i <= hash.mask; i++) {
		if (!take(buffer, &at, &hash.table[i], sizeof(hash.table[i])))
			return VIRTIO_NET_ERR;
		hash.table[i] = le16toh(hash.table[i]);
		if (hash.table[i] >= REFDEV_NET_PAIRS)
			return VIRTIO_NET_ERR;
	}
	if (!take(buffer, &at, &end, sizeof(end)) || le16toh(end.max_tx_vq) > REFDEV_NET_PAIRS ||
	    end.key_length > REFDEV_NET_RSS_KEY || !take(buffer, &at, hash.key, end.key_length) ||
	    at != buffer->readable)
		return VIRTIO_NET_ERR;
	*read = hash;
	return VIRTIO_NET_OK;
}

u8 refdev_net_set_hash(struct refdev_net *net, const struct refdev_buffer *buffer, bool steering)
{
	u8 ack = refdev_net_read_hash(buffer, sizeof(struct virtio_net_ctrl_hdr), &net->hash);

	if (ack == VIRTIO_NET_OK)
		net->hash.steering = steering;
	return ack;
}

/*
 * For each bit of the data that is set, from the highest of the first byte on, the 32 bits of the key that begin
 * there.
 */
static u32 toeplitz(const u8 *key, const u8 *data, size_t len)
{
	u32 window = defect("net.hash_begins_at_the_second_byte_of_the_key")
			     ? (u32)key[1] << 24 | key[2] << 16 | key[3] << 8 | key[4]
			     : (u32)key[0] << 24 | key[1] << 16 | key[2] << 8 | key[3];
	u32 hash = 0;

	for (size_t bit = 0; bit < 8 * len; bit++) {
		if (data[bit / 8] & 0x80 >> bit % 8)
			hash ^= window;
		window = window << 1 | (key[bit / 8 + 4] >> (7 - bit % 8) & 1);
	}
	return hash;
}

/* The type of the ports of an IPv4 packet that are to be hashed, 0 without them. */
static u32 port_type(const struct refdev_net *net, u8 protocol)
{
	if (protocol == IPPROTO_TCP)
		return net->hash.types & VIRTIO_NET_RSS_HASH_TYPE_TCPv4;
	return protocol == IPPROTO_UDP ? net->hash.types & VIRTIO_NET_RSS_HASH_TYPE_UDPv4 : 0;
}

u16 refdev_net_hash(const struct refdev_net *net, const u8 *frame, size_t len, u32 *value)
{
	const u8 *type = frame + 2 * ETH_ALEN, *ip;
	u8 data[ADDRESSES + PORTS];
	size_t header;

	*value = 0;
	if (len >= ETH_HLEN + VLAN_TAG && (type[0] << 8 | type[1]) == ETH_P_8021Q)
		type += VLAN_TAG;
	ip = type + 2;
	len -= ip - frame;
	if ((type[0] << 8 | type[1]) != ETH_P_IP || len < IPV4_HEADER || ip[0] >> 4 != 4)
		return VIRTIO_NET_HASH_REPORT_NONE;
	memcpy(data, ip + 12, ADDRESSES);
	header = 4 * (ip[0] & 0xf);
	if (port_type(net, ip[9]) && !((ip[6] << 8 | ip[7]) & IPV4_OFFSET) && header >= IPV4_HEADER &&
	    len >= header + PORTS) {
		memcpy(data + ADDRESSES, ip + header, PORTS);
		*value = toeplitz(net->hash.key, data, ADDRESSES + PORTS);
		if (defect("net.ports_are_not_reported"))
			return VIRTIO_NET_HASH_REPORT_IPv4;
		return ip[9] == IPPROTO_TCP ? VIRTIO_NET_HASH_REPORT_TCPv4 : VIRTIO_NET_HASH_REPORT_UDPv4;
	}
	if (!(net->hash.types & VIRTIO_NET_RSS_HASH_TYPE_IPv4))
		return VIRTIO_NET_HASH_REPORT_NONE;
	*value = toeplitz(net->hash.key, data, ADDRESSES);
	return VIRTIO_NET_HASH_REPORT_IPv4;
}
