// SPDX-License-Identifier: GPL-2.0-or-later
/* How many pairs of queues are in use (VIRTIO 1.4, 5.1.9.5.6). */
#include "net.h"

#define MOST_PAIRS 0x8000 /* that the standard allows */

/*
 * As many pairs as the device has can be enabled, and any number below: all of them one after the other, as far as the
 * driver has queues for them.
 */
AVPS_TEST(net, each_number_of_pairs_can_be_set, CLAUSES("net-p06"), NEEDS(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_MQ))
{
	NET_START(FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(VIRTIO_NET_F_MQ));
	for (unsigned int pairs = self->card.pairs; pairs; pairs--)
		CHECK_EQ("net-p06",
			 net_command_u16(&self->card, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, pairs),
			 VIRTIO_NET_OK);
	CHECK_EQ("net-p06",
		 net_command_u16(&self->card, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, self->card.pairs),
		 VIRTIO_NET_OK);
}

/*
 * A device does not say that it has enabled no pair, or more than it has.
 */
AVPS_TEST(net, impossible_numbers_of_pairs_are_refused, CLAUSES("net-p07"),
	  NEEDS(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_MQ))
{
	unsigned int numbers[] = { 0, 0, MOST_PAIRS + 1, 0xffff };

	NET_START(FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(VIRTIO_NET_F_MQ));
	numbers[1] = self->card.most_pairs + 1;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		CHECK_EQ("net-p07",
			 net_command_u16(&self->card, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, numbers[i]),
			 VIRTIO_NET_ERR);
	CHECK_EQ("net-p07", net_command_u16(&self->card, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, 1),
		 VIRTIO_NET_OK);
}
