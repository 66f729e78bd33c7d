// SPDX-License-Identifier: GPL-2.0-or-later
/* The network device (VIRTIO 1.4, 5.1) as the core tests see it: a frame that it may send. */
#include <linux/if_ether.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>
#include <string.h>

#include "suite/core/device_class.h"

#define TRANSMIT_QUEUE 1

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

/* The link may go up or down while we look. */
static const struct avps_config_range config_volatile[] = {
	{ offsetof(struct virtio_net_config, status), sizeof(__virtio16) },
	{},
};

/*
 * A shortest frame to nobody: header and frame, both to be read by the device. Without VIRTIO_NET_F_HASH_REPORT and the
 * other bits that lengthen the header it is that of VERSION_1, with num_buffers.
 */
static unsigned int prepare(struct avps_device *dev, struct avps_element *elements)
{
	struct ethhdr *ethernet;

	(void)dev;
	elements[0] = (struct avps_element){ .buf = avps_dma_alloc(sizeof(struct virtio_net_hdr_v1), 8) };
	elements[1] = (struct avps_element){ .buf = avps_dma_alloc(ETH_ZLEN, 8) };
	memset(elements[0].buf.cpu, 0, elements[0].buf.len);
	memset(elements[1].buf.cpu, 0, elements[1].buf.len);
	ethernet = elements[1].buf.cpu;
	/* Locally administered addresses, and a type that is kept for experiments. */
	memcpy(ethernet->h_dest, "\x02\x00\x00\x00\x00\xfe", ETH_ALEN);
	memcpy(ethernet->h_source, "\x02\x00\x00\x00\x00\x01", ETH_ALEN);
	ethernet->h_proto = __builtin_bswap16(0x88b5);
	return 2;
}

static const char *verify(const struct avps_element *elements, unsigned int n, u32 used_len)
{
	(void)elements;
	(void)n;
	return used_len ? "the device claims to have written to a frame that it was to send" : NULL;
}

AVPS_DEVICE_CLASS(net) = {
	.virtio_id = VIRTIO_ID_NET,
	.defined = DEFINED,
	.dependencies = dependencies,
	.config_size = sizeof(struct virtio_net_config),
	.config_volatile = config_volatile,
	.exercise = { .queue = TRANSMIT_QUEUE, .prepare = prepare, .verify = verify },
};
