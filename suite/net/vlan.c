// SPDX-License-Identifier: GPL-2.0-or-later
/* Which frames with a VLAN tag are let in, as what comes back from a peer shows (VIRTIO 1.4, 5.1.9.5.3). */
#include <string.h>

#include "peer.h"

/* What is accepted beside the filter; its receive modes stay as they are at first. */
#define CONTROL (FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(VIRTIO_NET_F_CTRL_RX))

static const u16 vlans[] = { 1, 5, 0x105, 4094 };

/* Sends a frame of each VLAN, with a priority in front of the number. Returns as net_try(). */
static int try_vlans(struct net_card *card, struct net_trial *trials)
{
	memset(trials, 0, sizeof(*trials) * ARRAY_SIZE(vlans));
	for (size_t i = 0; i < ARRAY_SIZE(vlans); i++) {
		memcpy(trials[i].frame.to, card->mac, ETH_ALEN);
		trials[i].frame.tagged = true;
		trials[i].frame.vlan = vlans[i] | i << 13;
		trials[i].frame.len = FRAME_LEAST + FRAME_VLAN_TAG;
	}
	return net_try(card, 0, trials, ARRAY_SIZE(vlans), card->mac);
}

#define TRY_VLANS(trials_)                        \
	REQUIRE(!try_vlans(&self->card, trials_), \
		"the frame behind those of the trial, which has no tag, did not come back")

/*
 * A driver that knows nothing of the filter gets tagged frames, whatever their VLAN.
 */
AVPS_TEST(net, tagged_frames_come_without_a_filter, CLAUSES("net-098"), NEEDS(VIRTIO_NET_F_MAC), HOST(PEER_ECHO))
{
	struct net_trial trials[ARRAY_SIZE(vlans)];

	START_WITH_ECHO(CONTROL);
	TRY_VLANS(trials);
	for (size_t i = 0; i < ARRAY_SIZE(vlans); i++)
		CHECK("net-098", trials[i].came == 1, "the frame of VLAN %u came %u times", vlans[i], trials[i].came);
}

/*
 * The filter lets those VLANs in that are in its table, which is empty at first.
 */
AVPS_TEST(net, vlan_filter_lets_its_table_in, CLAUSES("net-099"),
	  NEEDS(VIRTIO_NET_F_MAC, VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_VLAN), HOST(PEER_ECHO))
{
	struct net_trial trials[ARRAY_SIZE(vlans)];

	START_WITH_ECHO(CONTROL | FEATURE(VIRTIO_NET_F_CTRL_VLAN));
	/* Step n: the first n VLANs are in the table; and then without the first of them. */
	for (size_t n = 0; n <= ARRAY_SIZE(vlans) + 1; n++) {
		bool last = n > ARRAY_SIZE(vlans);

		TRY_VLANS(trials);
		for (size_t i = 0; i < ARRAY_SIZE(vlans); i++)
			CHECK("net-099", trials[i].came == (i < n && !(last && !i)),
			      "the frame of VLAN %u came %u times", vlans[i], trials[i].came);
		if (!last)
			REQUIRE(net_command_u16(&self->card, VIRTIO_NET_CTRL_VLAN,
						n < ARRAY_SIZE(vlans) ? VIRTIO_NET_CTRL_VLAN_ADD
								      : VIRTIO_NET_CTRL_VLAN_DEL,
						vlans[n % ARRAY_SIZE(vlans)]) == VIRTIO_NET_OK,
				"the filter can't be set");
	}
}
