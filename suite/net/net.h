/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The suite for the network device (VIRTIO 1.4, 5.1), and the driver that its tests drive it with. */
#ifndef AVPS_NET_H
#define AVPS_NET_H

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>

#include "suite/harness.h"

/* One field of the configuration, in CPU order. */
#define NET_CONFIG(dev_, field_)                                                                            \
	((dev_)->transport->ops->config_read((dev_)->transport, offsetof(struct virtio_net_config, field_), \
					     sizeof(((struct virtio_net_config *)0)->field_)))

/* That a field of an offered feature is there at all is for the tests of suite/pci and suite/mmio. */
#define REQUIRE_FIELD(dev_, field_)                                                                                   \
	REQUIRE((dev_)->transport->ops->config_length((dev_)->transport) >=                                           \
			offsetof(struct virtio_net_config, field_) + sizeof(((struct virtio_net_config *)0)->field_), \
		"the configuration ends before " #field_)

/* Bits and commands that the kernel's header may not have yet (VIRTIO 1.4, 5.1.3, 5.1.9.5). */
#define NET_F_DEVICE_STATS 50
#define NET_F_HASH_TUNNEL 51
#define NET_F_VQ_NOTF_COAL 52
#define NET_F_NOTF_COAL 53
#define NET_CTRL_NOTF_COAL 6
#define NET_CTRL_NOTF_COAL_TX_SET 0
#define NET_CTRL_NOTF_COAL_RX_SET 1
#define NET_CTRL_NOTF_COAL_VQ_SET 2
#define NET_CTRL_NOTF_COAL_VQ_GET 3
#define NET_CTRL_HASH_TUNNEL 7
#define NET_CTRL_HASH_TUNNEL_SET 0
#define NET_CTRL_STATS 8
#define NET_CTRL_STATS_QUERY 0
#define NET_CTRL_STATS_GET 1

/* What the driver's queues hold: it makes no more entries than this, so that all of a queue can be filled. */
#define NET_ENTRIES 64

/* The most pairs of queues that the driver sets up. */
#define NET_PAIRS 4

/* What ack holds before a command: neither VIRTIO_NET_OK nor VIRTIO_NET_ERR. */
#define NET_NO_ACK 0xa5

/* A receive queue, and the buffers in it by their id. */
struct net_receiveq {
	struct avps_vq vq;
	struct avps_buf posted[NET_ENTRIES];
};

/* A live device. */
struct net_card {
	struct avps_device *dev;
	avps_features features; /* negotiated */
	unsigned int most_pairs; /* of queues, that the device can have with these features */
	unsigned int pairs; /* that are set up, at most NET_PAIRS */
	u8 mac[ETH_ALEN]; /* as it was when the device was started; all 0 without MAC */
	u32 numbers; /* of frames, that were given out */
	size_t header; /* bytes of struct virtio_net_hdr before each frame, with these features (5.1.9) */
	struct net_receiveq rx[NET_PAIRS];
	struct avps_vq tx[NET_PAIRS];
	struct avps_vq control; /* with CTRL_VQ */
};

/*
 * Brings the device up with @features as far as they are offered, with all pairs of queues that it can have then, but
 * no more than NET_PAIRS, and with its control queue if CTRL_VQ is among them.
 *
 * Returns 0, a negative errno of avps_device_negotiate() or avps_device_queue(), or -EPROTO if it has no pair at all.
 */
int net_start(struct net_card *card, const struct avps_instance *on, avps_features features);

/* A command of the control queue (5.1.9.5). */
struct net_command {
	u8 class, command;
	const void *data; /* device-readable */
	size_t len;
	size_t data_back; /* bytes of command-specific-data that the device writes, before ack */
	size_t result; /* bytes of command-specific-result, behind ack */
	/* Filled in: */
	const u8 *data_back_at;
	const u8 *result_at;
	u32 used_len;
};

/*
 * Carries a command out.
 *
 * Returns ack, which is NET_NO_ACK if the device wrote none, or a negative errno of avps_vq_add() or
 * avps_vq_wait_used().
 */
int net_ask(struct net_card *card, struct net_command *command);

/* The same for a command that brings nothing back but ack. */
int net_command(struct net_card *card, u8 class, u8 command, const void *data, size_t len);

/* One with a byte of data: a receive mode, on or off. */
int net_mode(struct net_card *card, u8 mode, bool on);

/* One with 16 bits of data, which are sent little-endian. */
int net_command_u16(struct net_card *card, u8 class, u8 command, u16 value);

/* The device's address as the configuration has it. */
void net_mac(struct avps_device *dev, u8 mac[ETH_ALEN]);

AVPS_SUITE(net, .virtio_id = VIRTIO_ID_NET)
{
	struct avps_device *dev; /* reset */
	const struct avps_instance *on;
	struct net_card card; /* for NET_START() */
};

/* In a test: brings self->card up with @features_. */
#define NET_START(features_) \
	REQUIRE(!net_start(&self->card, self->on, features_), "the device could not be initialised")

AVPS_SETUP(net)
{
	self->dev = variant->on.device;
	self->on = &variant->on;
	REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");
}

AVPS_TEARDOWN(net)
{
	avps_device_reset(self->dev);
	avps_device_interrupts(self->dev, AVPS_INTERRUPTS_NONE);
}

#endif
