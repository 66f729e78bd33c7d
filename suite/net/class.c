// SPDX-License-Identifier: GPL-2.0-or-later
/* The network device (VIRTIO 1.4, 5.1) as the core tests see it: a command on its control queue. */
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>

#include "suite/core/device_class.h"

#define CONTROL_QUEUE 2 /* as long as there is one pair of receive and transmit queues (5.1.2) */

/* Bits of 5.1.3 that the kernel's header may not have yet. */
enum {
	F_DEVICE_STATS = 50,
	F_HASH_TUNNEL = 51,
	F_VQ_NOTF_COAL = 52,
	F_NOTF_COAL = 53,
	F_GUEST_USO4 = 54,
	F_GUEST_USO6 = 55,
	F_HOST_USO = 56,
	F_RSS_CONTEXT = 64,
	F_GUEST_UDP_TUNNEL_GSO = 65,
	F_GUEST_UDP_TUNNEL_GSO_CSUM = 66,
	F_HOST_UDP_TUNNEL_GSO = 67,
	F_HOST_UDP_TUNNEL_GSO_CSUM = 68,
	F_OUT_NET_HEADER = 69,
	F_IPSEC = 70,
};

/* All bits from @first to @last. */
#define BITS(first, last) ((FEATURE((last) + 1) - 1) & ~(FEATURE(first) - 1))

/* 5.1.3: 0 to 23 without 4 and 6, 50 to 57, 59 to 70. */
#define DEFINED ((BITS(0, 23) & ~FEATURE(4) & ~FEATURE(6)) | BITS(50, 57) | BITS(59, 70))

#define CTRL_VQ FEATURE(VIRTIO_NET_F_CTRL_VQ)

/* 5.1.3.1 */
static const struct avps_dependency dependencies[] = {
	{ VIRTIO_NET_F_GUEST_TSO4, FEATURE(VIRTIO_NET_F_GUEST_CSUM) },
	{ VIRTIO_NET_F_GUEST_TSO6, FEATURE(VIRTIO_NET_F_GUEST_CSUM) },
	{ VIRTIO_NET_F_GUEST_ECN, FEATURE(VIRTIO_NET_F_GUEST_TSO4) | FEATURE(VIRTIO_NET_F_GUEST_TSO6) },
	{ VIRTIO_NET_F_GUEST_UFO, FEATURE(VIRTIO_NET_F_GUEST_CSUM) },
	{ F_GUEST_USO4, FEATURE(VIRTIO_NET_F_GUEST_CSUM) },
	{ F_GUEST_USO6, FEATURE(VIRTIO_NET_F_GUEST_CSUM) },
	{ F_GUEST_UDP_TUNNEL_GSO, FEATURE(VIRTIO_NET_F_GUEST_TSO4) },
	{ F_GUEST_UDP_TUNNEL_GSO, FEATURE(VIRTIO_NET_F_GUEST_TSO6) },
	{ F_GUEST_UDP_TUNNEL_GSO, FEATURE(F_GUEST_USO4) },
	{ F_GUEST_UDP_TUNNEL_GSO, FEATURE(F_GUEST_USO6) },
	{ F_GUEST_UDP_TUNNEL_GSO_CSUM, FEATURE(F_GUEST_UDP_TUNNEL_GSO) },
	{ VIRTIO_NET_F_HOST_TSO4, FEATURE(VIRTIO_NET_F_CSUM) },
	{ VIRTIO_NET_F_HOST_TSO6, FEATURE(VIRTIO_NET_F_CSUM) },
	{ VIRTIO_NET_F_HOST_ECN, FEATURE(VIRTIO_NET_F_HOST_TSO4) | FEATURE(VIRTIO_NET_F_HOST_TSO6) },
	{ VIRTIO_NET_F_HOST_UFO, FEATURE(VIRTIO_NET_F_CSUM) },
	{ F_HOST_USO, FEATURE(VIRTIO_NET_F_CSUM) },
	{ F_HOST_UDP_TUNNEL_GSO, FEATURE(VIRTIO_NET_F_HOST_TSO4) },
	{ F_HOST_UDP_TUNNEL_GSO, FEATURE(VIRTIO_NET_F_HOST_TSO6) },
	{ F_HOST_UDP_TUNNEL_GSO, FEATURE(F_HOST_USO) },
	{ F_HOST_UDP_TUNNEL_GSO_CSUM, FEATURE(F_HOST_UDP_TUNNEL_GSO) },
	{ VIRTIO_NET_F_CTRL_RX, CTRL_VQ },
	{ VIRTIO_NET_F_CTRL_VLAN, CTRL_VQ },
	{ VIRTIO_NET_F_GUEST_ANNOUNCE, CTRL_VQ },
	{ VIRTIO_NET_F_MQ, CTRL_VQ },
	{ VIRTIO_NET_F_CTRL_MAC_ADDR, CTRL_VQ },
	{ F_NOTF_COAL, CTRL_VQ },
	{ VIRTIO_NET_F_RSC_EXT, FEATURE(VIRTIO_NET_F_HOST_TSO4) | FEATURE(VIRTIO_NET_F_HOST_TSO6) },
	{ VIRTIO_NET_F_RSS, CTRL_VQ },
	{ F_VQ_NOTF_COAL, CTRL_VQ },
	{ F_HASH_TUNNEL, CTRL_VQ },
	{ F_HASH_TUNNEL, FEATURE(VIRTIO_NET_F_RSS) | FEATURE(VIRTIO_NET_F_HASH_REPORT) },
	{ F_RSS_CONTEXT, CTRL_VQ },
	{ F_RSS_CONTEXT, FEATURE(VIRTIO_NET_F_RSS) },
	{},
};

#define FIELD(name_) .offset = offsetof(struct virtio_net_config, name_)

static const struct avps_config_field config[] = {
	{ FIELD(mac[0]), .width = 1, .any_of = FEATURE(VIRTIO_NET_F_MAC) },
	{ FIELD(mac[1]), .width = 1, .any_of = FEATURE(VIRTIO_NET_F_MAC) },
	{ FIELD(mac[2]), .width = 1, .any_of = FEATURE(VIRTIO_NET_F_MAC) },
	{ FIELD(mac[3]), .width = 1, .any_of = FEATURE(VIRTIO_NET_F_MAC) },
	{ FIELD(mac[4]), .width = 1, .any_of = FEATURE(VIRTIO_NET_F_MAC) },
	{ FIELD(mac[5]), .width = 1, .any_of = FEATURE(VIRTIO_NET_F_MAC) },
	{ FIELD(status), .width = 2, .any_of = FEATURE(VIRTIO_NET_F_STATUS), .changes = true },
	{ FIELD(max_virtqueue_pairs), .width = 2, .any_of = FEATURE(VIRTIO_NET_F_MQ) | FEATURE(VIRTIO_NET_F_RSS) },
	{ FIELD(mtu), .width = 2, .any_of = FEATURE(VIRTIO_NET_F_MTU) },
	{ FIELD(speed), .width = 4, .any_of = FEATURE(VIRTIO_NET_F_SPEED_DUPLEX) },
	{ FIELD(duplex), .width = 1, .any_of = FEATURE(VIRTIO_NET_F_SPEED_DUPLEX) },
	{ FIELD(rss_max_key_size), .width = 1,
	  .any_of = FEATURE(VIRTIO_NET_F_RSS) | FEATURE(VIRTIO_NET_F_HASH_REPORT) },
	{ FIELD(rss_max_indirection_table_length), .width = 2, .any_of = FEATURE(VIRTIO_NET_F_RSS) },
	{ FIELD(supported_hash_types), .width = 4,
	  .any_of = FEATURE(VIRTIO_NET_F_RSS) | FEATURE(VIRTIO_NET_F_HASH_REPORT) },
	{ .offset = 24, .width = 4, .any_of = FEATURE(F_HASH_TUNNEL) }, /* supported_tunnel_types */
	{},
};

#define NO_ACK 0xa5 /* neither VIRTIO_NET_OK nor VIRTIO_NET_ERR */

/* Turns promiscuous reception on: class and command, one byte of data, and the answer (5.1.9.5). */
static unsigned int prepare(struct avps_element *elements)
{
	elements[0] = (struct avps_element){ .buf = avps_dma_alloc(sizeof(struct virtio_net_ctrl_hdr), 2) };
	elements[1] = (struct avps_element){ .buf = avps_dma_alloc(1, 1) };
	elements[2] = (struct avps_element){ .buf = avps_dma_alloc(1, 1), .writable = true };
	*(struct virtio_net_ctrl_hdr *)elements[0].buf.cpu =
		(struct virtio_net_ctrl_hdr){ .class = VIRTIO_NET_CTRL_RX, .cmd = VIRTIO_NET_CTRL_RX_PROMISC };
	*(u8 *)elements[1].buf.cpu = 1;
	*(u8 *)elements[2].buf.cpu = NO_ACK;
	return 3;
}

static const char *verify(const struct avps_element *elements, unsigned int n, u32 used_len)
{
	u8 ack = *(const u8 *)elements[n - 1].buf.cpu;

	if (ack == NO_ACK)
		return "the control command was not answered";
	if (ack != VIRTIO_NET_OK)
		return "the control command was refused";
	return used_len > 1 ? "the device claims more bytes than the answer has" : NULL;
}

AVPS_DEVICE_CLASS(net) = {
	.virtio_id = VIRTIO_ID_NET,
	.defined = DEFINED,
	.dependencies = dependencies,
	.config = config,
	.exercise = { .queue = CONTROL_QUEUE,
		      .needs = CTRL_VQ | FEATURE(VIRTIO_NET_F_CTRL_RX),
		      .avoid = FEATURE(VIRTIO_NET_F_MQ) | FEATURE(VIRTIO_NET_F_RSS) | FEATURE(F_RSS_CONTEXT),
		      .prepare = prepare,
		      .verify = verify },
};
