// SPDX-License-Identifier: GPL-2.0-or-later
#include "frames.h"

#include <string.h>

#define MARK "avps" /* our frames have it, then their number, in front of what fills them up */
#define MARK_BYTES 8
#define IPV4_HEADER 20
#define UDP_HEADER 8
#define TCP_HEADER 20
#define UDP 17
#define TCP 6

static u8 *put16(u8 *at, u16 value)
{
	at[0] = value >> 8;
	at[1] = value;
	return at + 2;
}

static u8 *put32(u8 *at, u32 value)
{
	return put16(put16(at, value >> 16), value);
}

static u32 get32(const u8 *at)
{
	return (u32)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

u16 frame_checksum(const u8 *at, size_t len, u32 sum)
{
	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? at[i] : (u32)at[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* The sum over the pseudo header, without its complement. */
static u32 pseudo(const u8 *ip, u8 protocol, size_t len)
{
	return (u16)~frame_checksum(ip + 12, 8, protocol + len);
}

/* The headers of IPv4 and UDP or TCP at @ip, for @len bytes behind the Ethernet header. Returns where the rest goes. */
static u8 *put_headers(u8 *ip, const struct frame *frame, size_t len)
{
	bool tcp = frame->kind == FRAME_TCP;
	u8 *l4 = ip + IPV4_HEADER;

	memset(ip, 0, IPV4_HEADER + TCP_HEADER);
	ip[0] = 0x45;
	put16(ip + 2, len);
	ip[8] = 64; /* hops left */
	ip[9] = tcp ? TCP : UDP;
	put32(ip + 12, frame->source ?: 0xc0000201);
	put32(ip + 16, frame->destination ?: 0xc0000202);
	put16(ip + 10, frame_checksum(ip, IPV4_HEADER, 0));
	put16(l4, frame->source_port ?: 4000);
	put16(l4 + 2, frame->destination_port ?: 4001);
	if (!tcp) {
		put16(l4 + 4, len - IPV4_HEADER);
		return l4 + UDP_HEADER;
	}
	put32(l4 + 4, 1 + frame->number);
	l4[12] = TCP_HEADER / 4 << 4;
	l4[13] = 0x10; /* ACK */
	put16(l4 + 14, 0x2000);
	return l4 + TCP_HEADER;
}

/* Puts the checksum in, once all the rest is there. */
static void put_checksum(u8 *ip, enum frame_kind kind, size_t len)
{
	bool tcp = kind == FRAME_TCP;
	u8 *l4 = ip + IPV4_HEADER;
	u8 *field = l4 + (tcp ? FRAME_TCP_CSUM_OFFSET : FRAME_UDP_CSUM_OFFSET);
	u32 sum = pseudo(ip, tcp ? TCP : UDP, len - IPV4_HEADER);
	u16 right = frame_checksum(l4, len - IPV4_HEADER, sum);

	if (kind == FRAME_UDP_PARTIAL)
		put16(field, sum);
	else
		put16(field, kind == FRAME_UDP_WRONG ? right ^ 0x1234 : right ?: 0xffff);
}

size_t frame_build(u8 *at, const struct frame *frame)
{
	u8 *begin = at, *ip, *end = begin + frame->len;
	bool plain = frame->kind == FRAME_PLAIN;

	memcpy(at, frame->to, ETH_ALEN);
	memcpy(at + ETH_ALEN, frame->from, ETH_ALEN);
	at += 2 * ETH_ALEN;
	if (frame->tagged)
		at = put16(put16(at, ETH_P_8021Q), frame->vlan);
	ip = put16(at, plain ? FRAME_TYPE : ETH_P_IP);
	at = plain ? ip : put_headers(ip, frame, end - ip);
	memcpy(at, MARK, 4);
	at = put32(at + 4, frame->number);
	for (u32 i = 0; at < end; i++)
		*at++ = (frame->number * 31 + i * 7) ^ (i >> 8);
	if (!plain)
		put_checksum(ip, frame->kind, end - ip);
	return frame->len;
}

bool frame_is_ours(const u8 *at, size_t len, u32 *number)
{
	const u8 *type = at + 2 * ETH_ALEN, *mark;

	if (len < ETH_HLEN + FRAME_VLAN_TAG)
		return false;
	if ((type[0] << 8 | type[1]) == ETH_P_8021Q)
		type += FRAME_VLAN_TAG;
	mark = type + 2;
	if ((type[0] << 8 | type[1]) == ETH_P_IP && len >= FRAME_LEAST)
		mark += IPV4_HEADER + (mark[9] == TCP ? TCP_HEADER : UDP_HEADER);
	if (mark + MARK_BYTES > at + len || memcmp(mark, MARK, 4))
		return false;
	*number = get32(mark + 4);
	return true;
}
