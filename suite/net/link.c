// SPDX-License-Identifier: GPL-2.0-or-later
/* The state of the link, and what the device asks for by it (VIRTIO 1.4, 5.1.4, 5.1.9.5.4). */
#include <string.h>

#include "peer.h"

AVPS_SUITE_PART(net_link, "net", .virtio_id = VIRTIO_ID_NET)
{
	struct avps_device *dev; /* reset */
	const struct avps_instance *on;
	struct net_card card;
};

AVPS_SETUP(net_link)
{
	self->dev = variant->on.device;
	self->on = &variant->on;
	REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");
}

/* The link is up again for whoever comes next. */
AVPS_TEARDOWN(net_link)
{
	char why[160];

	peer_link(&self->card, true, why, sizeof(why));
	avps_device_reset(self->dev);
	avps_device_interrupts(self->dev, AVPS_INTERRUPTS_NONE);
}

static bool link_is_up(struct avps_device *dev)
{
	return NET_CONFIG(dev, status) & VIRTIO_NET_S_LINK_UP;
}

/*
 * status says whether the link is up: at once when that changes, and after a reset as before it.
 */
AVPS_TEST(net_link, status_tells_of_the_link, CLAUSES("net-p11"), NEEDS(VIRTIO_NET_F_MAC, VIRTIO_NET_F_STATUS),
	  HOST(PEER_LINK))
{
	NET_START(FEATURE(VIRTIO_NET_F_STATUS));
	for (int i = 0; i < 2; i++) {
		PEER(peer_link, &self->card, true);
		CHECK("net-p11", link_is_up(self->dev), "the link is said to be down while it is up");
		PEER(peer_link, &self->card, false);
		CHECK("net-p11", !link_is_up(self->dev), "the link is said to be up while it is down");
	}
	NET_START(FEATURE(VIRTIO_NET_F_STATUS));
	CHECK("net-p11", !link_is_up(self->dev), "after a reset the link is said to be up, though it is down");
	PEER(peer_link, &self->card, true);
	CHECK("net-p11", link_is_up(self->dev), "the link is said to be down while it is up");
}

/*
 * The device changes speed and duplex at most while the link is down: not with what goes over it.
 */
AVPS_TEST(net_link, speed_stays_while_the_link_is_up, CLAUSES("net-013"),
	  NEEDS(VIRTIO_NET_F_MAC, VIRTIO_NET_F_STATUS, VIRTIO_NET_F_SPEED_DUPLEX), HOST(PEER_ECHO))
{
	u32 speed;
	u8 duplex;

	START_WITH_ECHO(FEATURE(VIRTIO_NET_F_STATUS) | FEATURE(VIRTIO_NET_F_SPEED_DUPLEX));
	REQUIRE(link_is_up(self->dev), "the link is down");
	speed = NET_CONFIG(self->dev, speed);
	duplex = NET_CONFIG(self->dev, duplex);
	for (int i = 0; i < 20; i++) {
		struct net_trial trial = { .frame.len = 60 + 70 * i };

		memcpy(trial.frame.to, self->card.mac, ETH_ALEN);
		REQUIRE(!net_try(&self->card, 0, &trial, 1, self->card.mac), "a frame did not come back");
		CHECK_EQ("net-013", NET_CONFIG(self->dev, speed), speed);
		CHECK_EQ("net-013", NET_CONFIG(self->dev, duplex), duplex);
	}
	REQUIRE(link_is_up(self->dev), "the link is down");
}

/*
 * When the device wants to be announced, status says so until the driver acknowledges it: by the time that command is
 * done it no longer does. As often as it wants it.
 */
AVPS_TEST(net_link, acknowledged_announcement_is_over, CLAUSES("net-101"),
	  NEEDS(VIRTIO_NET_F_MAC, VIRTIO_NET_F_STATUS, VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_GUEST_ANNOUNCE),
	  HOST(PEER_ANNOUNCE))
{
	NET_START(FEATURE(VIRTIO_NET_F_STATUS) | FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(VIRTIO_NET_F_GUEST_ANNOUNCE));
	for (int i = 0; i < 3; i++) {
		PEER(peer_announce, &self->card);
		REQUIRE(NET_CONFIG(self->dev, status) & VIRTIO_NET_S_ANNOUNCE,
			"status does not say that an announcement is wanted");
		CHECK_EQ("net-101",
			 net_command(&self->card, VIRTIO_NET_CTRL_ANNOUNCE, VIRTIO_NET_CTRL_ANNOUNCE_ACK, NULL, 0),
			 VIRTIO_NET_OK);
		CHECK("net-101", !(NET_CONFIG(self->dev, status) & VIRTIO_NET_S_ANNOUNCE),
		      "an announcement is still wanted after it was acknowledged");
		CHECK("net-101", link_is_up(self->dev), "the link is down after an announcement");
	}
}
