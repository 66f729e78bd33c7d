// SPDX-License-Identifier: GPL-2.0-or-later
/* Checksums of frames (VIRTIO 1.4, 5.1.9.2.2, 5.1.9.4.1). */
#include <linux/if_ether.h>
#include <netinet/in.h>

#include "refdev/core/defect.h"
#include "refdev/net/parts.h"

#define IPV4_HEADER 20 /* without options, which nobody uses */
#define ADDRESSES 12 /* where they are in it, 8 bytes of them */
#define TUNNEL_IPV4 0x20
#define SECURITY 16
#define SECURITY_ERR 32

/* The ones' complement sum of 16-bit words, the last one filled up with a zero; @sum is added. */
static u16 ones_sum(const u8 *data, size_t len, u32 sum)
{
	for (; len > 1; data += 2, len -= 2)
		sum += data[0] << 8 | data[1];
	if (len)
		sum += data[0] << 8;
	while (sum > 0xffff)
		sum = (sum >> 16) + (sum & 0xffff);
	return (u16)sum;
}

void refdev_net_complete(struct refdev_net_frame *frame)
{
	u8 *at = frame->bytes + frame->csum_start + frame->csum_offset;
	u16 sum = ~ones_sum(frame->bytes + frame->csum_start, frame->len - frame->csum_start, 0);

	if (defect("net.checksums_miss_the_last_byte"))
		sum = ~ones_sum(frame->bytes + frame->csum_start, frame->len - frame->csum_start - 1, 0);
	at[0] = sum >> 8;
	at[1] = sum & 0xff;
	frame->partial = false;
}

bool refdev_net_checksum_valid(const u8 *frame, size_t len)
{
	const u8 *ip = frame + ETH_HLEN;
	size_t total;
	u32 pseudo;

	if (len < ETH_HLEN + IPV4_HEADER + 8 || frame[12] != 0x08 || frame[13] != 0x00 || ip[0] != 0x45)
		return false;
	total = ip[2] << 8 | ip[3];
	if (total > len - ETH_HLEN || total < IPV4_HEADER || (ip[9] != IPPROTO_UDP && ip[9] != IPPROTO_TCP))
		return false;
	pseudo = ones_sum(ip + ADDRESSES, 8, ip[9] + (u32)total - IPV4_HEADER);
	return ones_sum(ip + IPV4_HEADER, total - IPV4_HEADER, pseudo) == 0xffff;
}

void refdev_net_wrong_header(const struct refdev_net *net, struct virtio_net_hdr_v1 *hdr)
{
	(void)net;
	if (defect("net.data_valid_without_guest_csum"))
		hdr->flags |= VIRTIO_NET_HDR_F_DATA_VALID;
	if (defect("net.tso4_comes_unasked"))
		hdr->gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	if (defect("net.ufo_comes_unasked"))
		hdr->gso_type = VIRTIO_NET_HDR_GSO_UDP;
	if (defect("net.tso6_comes_unasked"))
		hdr->gso_type = VIRTIO_NET_HDR_GSO_TCPV6;
	if (defect("net.uso_comes_unasked"))
		hdr->gso_type = 5;
	if (defect("net.ecn_comes_unasked"))
		hdr->gso_type = VIRTIO_NET_HDR_GSO_ECN;
	if (defect("net.tunnels_come_unasked"))
		hdr->gso_type |= TUNNEL_IPV4;
	if (defect("net.tunnel_checksums_come_unasked"))
		hdr->flags |= REFDEV_NET_UDP_TUNNEL_CSUM;
	if (defect("net.coalesced_segments_come_unasked"))
		hdr->flags |= VIRTIO_NET_HDR_F_RSC_INFO;
	if (defect("net.every_frame_went_through_ipsec"))
		hdr->flags |= SECURITY;
	if (defect("net.every_frame_failed_in_ipsec"))
		hdr->flags |= SECURITY_ERR;
}
