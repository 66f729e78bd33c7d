// SPDX-License-Identifier: GPL-2.0-or-later
/* Offloads of reception that the driver turns on and off (VIRTIO 1.4, 5.1.9.5.9). */
#include "net.h"

#include <endian.h>

#define RECEIVE_OFFLOADS \
	(FEATURE(VIRTIO_NET_F_GUEST_CSUM) | FEATURE(VIRTIO_NET_F_GUEST_TSO4) | FEATURE(VIRTIO_NET_F_GUEST_TSO6))

static int set_offloads(struct net_card *card, avps_features offloads)
{
	u64 data = htole64((u64)offloads);

	return net_command(card, VIRTIO_NET_CTRL_GUEST_OFFLOADS, VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET, &data,
			   sizeof(data));
}

/*
 * What was agreed on can be turned off, and on again.
 */
AVPS_TEST(net, offloads_can_be_set, CLAUSES("net-p09"), NEEDS(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS))
{
	avps_features all = avps_has(self->dev->offered, VIRTIO_NET_F_GUEST_CSUM) ? RECEIVE_OFFLOADS : 0;

	NET_START(FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(VIRTIO_NET_F_CTRL_GUEST_OFFLOADS) | all);
	all = self->card.features & RECEIVE_OFFLOADS;
	CHECK_EQ("net-p09", set_offloads(&self->card, all), VIRTIO_NET_OK);
	CHECK_EQ("net-p09", set_offloads(&self->card, 0), VIRTIO_NET_OK);
	CHECK_EQ("net-p09", set_offloads(&self->card, all), VIRTIO_NET_OK);
	CHECK_EQ("net-p09", set_offloads(&self->card, all & FEATURE(VIRTIO_NET_F_GUEST_CSUM)), VIRTIO_NET_OK);
}
