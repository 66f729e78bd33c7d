// SPDX-License-Identifier: GPL-2.0-or-later
/* Contexts of receive-side scaling (VIRTIO 1.4, 5.1.9.5.8), as far as commands show them. */
#include <endian.h>
#include <string.h>

#include "net.h"

#define F_RSS_CONTEXT 64
#define CLASS 9
#define CAP_GET 0
#define ADD 1
#define DEL 3
#define KEY 40

#define CONTEXTS \
	(FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(VIRTIO_NET_F_MQ) | FEATURE(VIRTIO_NET_F_RSS) | FEATURE(F_RSS_CONTEXT))
#define NEEDS_CONTEXTS NEEDS(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_RSS, F_RSS_CONTEXT)

/*
 * How many contexts there can be. What the device writes is command-specific-data, and so before ack. Returns as
 * net_ask().
 */
static int most_contexts(struct net_card *card, unsigned int *most)
{
	struct net_command command = { .class = CLASS, .command = CAP_GET, .data_back = 2 };
	int ack = net_ask(card, &command);

	*most = command.data_back_at[0] | command.data_back_at[1] << 8;
	return ack;
}

/* Adds context @id, by which all goes to the first queue. Returns as net_command(). */
static int add(struct net_card *card, u16 id)
{
	struct {
		__le16 id;
		u8 reserved[6];
		__le32 types;
		__le16 mask, unclassified, table, most_transmit;
		u8 key_length;
		u8 key[KEY];
	} __attribute__((packed)) data = { .id = htole16(id), .most_transmit = htole16(1), .key_length = KEY };

	memset(data.key, 0x3c, sizeof(data.key));
	return net_command(card, CLASS, ADD, &data, sizeof(data));
}

/*
 * A device with contexts has at least one.
 */
AVPS_TEST(net, there_is_a_context, CLAUSES("net-115"), NEEDS_CONTEXTS)
{
	unsigned int most;

	NET_START(CONTEXTS);
	REQUIRE(most_contexts(&self->card, &most) == VIRTIO_NET_OK, "the number of contexts can't be asked for");
	CHECK("net-115", most >= 1, "max_rss_contexts is %u", most);
}

/*
 * A reset clears the contexts: none can be deleted, and as many as the device can have can be added, as before it.
 */
AVPS_TEST(net, reset_clears_contexts, CLAUSES("net-116"), NEEDS_CONTEXTS)
{
	unsigned int most;

	NET_START(CONTEXTS);
	REQUIRE(most_contexts(&self->card, &most) == VIRTIO_NET_OK && most, "there are no contexts");
	if (most > 16)
		most = 16;
	for (unsigned int id = 1; id <= most; id++)
		REQUIRE(add(&self->card, id) == VIRTIO_NET_OK, "context %u can't be added", id);
	NET_START(CONTEXTS);
	for (unsigned int id = 1; id <= most; id++)
		CHECK_EQ("net-116", net_command_u16(&self->card, CLASS, DEL, id), VIRTIO_NET_ERR);
	for (unsigned int id = 1; id <= most; id++)
		CHECK_EQ("net-116", add(&self->card, id), VIRTIO_NET_OK);
}
