// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands that say what is hashed (VIRTIO 1.4, 5.1.9.4.3, 5.1.9.5.6.4, 5.1.9.5.7). */
#include "net.h"

#include <endian.h>
#include <string.h>

#define KEY 40 /* bytes that any device takes (net-008) */

/* Where supported_tunnel_types is; the kernel's struct may end before it (5.1.4). */
#define TUNNEL_TYPES_AT 24

/*
 * What both commands are for a single queue: types, reserved or a table of one entry, a key (5.1.9.5.6.4,
 * 5.1.9.5.7.1).
 */
static int set_hash(struct net_card *card, u8 command, u32 types)
{
	struct {
		__le32 types;
		__le16 mask, unclassified, table, most_transmit;
		u8 key_length;
		u8 key[KEY];
	} __attribute__((packed)) data = { .types = htole32(types), .key_length = KEY };

	if (command == VIRTIO_NET_CTRL_MQ_RSS_CONFIG)
		data.most_transmit = htole16(1);
	for (unsigned int i = 0; i < KEY; i++)
		data.key[i] = 7 * i + 1;
	return net_command(card, VIRTIO_NET_CTRL_MQ, command, &data, sizeof(data));
}

/* Sets no type, all that are supported, and each alone; all of it has to work. */
#define CHECK_HASH_COMMAND(clause_, command_)                                                              \
	do {                                                                                               \
		u32 types_ = NET_CONFIG(self->dev, supported_hash_types);                                  \
		CHECK_EQ(clause_, set_hash(&self->card, command_, 0), VIRTIO_NET_OK);                      \
		CHECK_EQ(clause_, set_hash(&self->card, command_, types_), VIRTIO_NET_OK);                 \
		for (u32 left_ = types_; left_; left_ &= left_ - 1)                                        \
			CHECK_EQ(clause_, set_hash(&self->card, command_, left_ & -left_), VIRTIO_NET_OK); \
	} while (0)

/*
 * A device with one pair of queues in use takes the parameters of hashes that it reports: by the command for RSS where
 * it offers that.
 */
AVPS_TEST(net, reported_hashes_can_be_set_up_for_one_pair, CLAUSES("net-073"),
	  NEEDS(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_HASH_REPORT))
{
	u8 command = avps_has(self->dev->offered, VIRTIO_NET_F_RSS) ? VIRTIO_NET_CTRL_MQ_RSS_CONFIG
								    : VIRTIO_NET_CTRL_MQ_HASH_CONFIG;

	REQUIRE_FIELD(self->dev, supported_hash_types);
	NET_START(FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(VIRTIO_NET_F_HASH_REPORT) | FEATURE(VIRTIO_NET_F_RSS));
	CHECK_HASH_COMMAND("net-073", command);
}

/*
 * A device that reports hashes and steers by them takes the parameters of both in one command.
 */
AVPS_TEST(net, rss_command_sets_up_reports, CLAUSES("net-074"),
	  NEEDS(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_HASH_REPORT, VIRTIO_NET_F_RSS))
{
	REQUIRE_FIELD(self->dev, supported_hash_types);
	NET_START(FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(VIRTIO_NET_F_HASH_REPORT) | FEATURE(VIRTIO_NET_F_RSS) |
		  FEATURE(VIRTIO_NET_F_MQ));
	CHECK_HASH_COMMAND("net-074", VIRTIO_NET_CTRL_MQ_RSS_CONFIG);
}

/*
 * A device that steers automatically takes the parameters of the hashes that it reports.
 */
AVPS_TEST(net, hash_command_goes_with_automatic_steering, CLAUSES("net-112"),
	  NEEDS(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_HASH_REPORT, VIRTIO_NET_F_MQ))
{
	REQUIRE_FIELD(self->dev, supported_hash_types);
	NET_START(FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(VIRTIO_NET_F_HASH_REPORT) | FEATURE(VIRTIO_NET_F_MQ));
	CHECK_HASH_COMMAND("net-112", VIRTIO_NET_CTRL_MQ_HASH_CONFIG);
}

static int set_tunnels(struct net_card *card, u32 types)
{
	u32 data = htole32(types);

	return net_command(card, NET_CTRL_HASH_TUNNEL, NET_CTRL_HASH_TUNNEL_SET, &data, sizeof(data));
}

/*
 * Tunnels that the device can look into can be named, all of them and each alone; with any other among them the command
 * is refused.
 */
AVPS_TEST(net, unsupported_tunnels_are_refused, CLAUSES("net-077"),
	  NEEDS(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_HASH_REPORT, NET_F_HASH_TUNNEL))
{
	u32 supported;

	REQUIRE(self->dev->transport->ops->config_length(self->dev->transport) >= TUNNEL_TYPES_AT + 4,
		"the configuration ends before supported_tunnel_types");
	NET_START(FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(VIRTIO_NET_F_HASH_REPORT) | FEATURE(NET_F_HASH_TUNNEL));
	supported = self->dev->transport->ops->config_read(self->dev->transport, TUNNEL_TYPES_AT, 4);
	REQUIRE(set_tunnels(&self->card, supported) == VIRTIO_NET_OK, "the device refuses all tunnels that it names");
	for (unsigned int bit = 0; bit < 32; bit++) {
		u32 type = (u32)1 << bit;

		CHECK_EQ("net-077", set_tunnels(&self->card, type), supported & type ? VIRTIO_NET_OK : VIRTIO_NET_ERR);
		if (!(supported & type))
			CHECK_EQ("net-077", set_tunnels(&self->card, supported | type), VIRTIO_NET_ERR);
	}
}
