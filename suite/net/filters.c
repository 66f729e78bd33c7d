// SPDX-License-Identifier: GPL-2.0-or-later
/* Which frames are let in, as what comes back from a peer shows (VIRTIO 1.4, 5.1.9.5.1, 5.1.9.5.2). */
#include <string.h>

#include "peer.h"

#define NEEDS_FILTER NEEDS(VIRTIO_NET_F_MAC, VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_RX)
#define NEEDS_EXTRA NEEDS(VIRTIO_NET_F_MAC, VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_RX_EXTRA)
#define FILTER (FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(VIRTIO_NET_F_CTRL_RX) | FEATURE(VIRTIO_NET_F_CTRL_RX_EXTRA))

static const u8 broadcast[ETH_ALEN] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static const u8 strangers[ETH_ALEN] = { 0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0x01 };
static const u8 listed[ETH_ALEN] = { 0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0x02 };
static const u8 group[ETH_ALEN] = { 0x03, 0x00, 0x5e, 0x01, 0x02, 0x03 };
static const u8 listed_group[ETH_ALEN] = { 0x03, 0x00, 0x5e, 0x01, 0x02, 0x04 };

/* The frames of a trial: one to each kind of address. */
enum kind { OWN, STRANGERS, LISTED, GROUP, LISTED_GROUP, BROADCAST, KINDS };

/* What came of them. */
struct trials {
	struct net_trial of[KINDS];
};

/* Sends one frame to each kind of address, and a fence to @fence. Returns as net_try(). */
static int try_all(struct net_card *card, struct trials *trials, const u8 *own, const u8 *fence)
{
	const u8 *const to[KINDS] = { own, strangers, listed, group, listed_group, broadcast };

	memset(trials, 0, sizeof(*trials));
	for (int kind = 0; kind < KINDS; kind++)
		memcpy(trials->of[kind].frame.to, to[kind], ETH_ALEN);
	return net_try(card, 0, trials->of, KINDS, fence);
}

/* The filter's tables, of an address each, or empty. Returns as net_command(). */
static int set_tables(struct net_card *card, const u8 *unicast, const u8 *multicast)
{
	u8 data[2 * (4 + ETH_ALEN)] = { 0 }, *at = data;
	const u8 *const tables[] = { unicast, multicast };

	for (int i = 0; i < 2; i++) {
		at[0] = !!tables[i];
		at += 4;
		if (tables[i]) {
			memcpy(at, tables[i], ETH_ALEN);
			at += ETH_ALEN;
		}
	}
	return net_command(card, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, data, at - data);
}

/* Turns a mode on or off, which must work. */
#define MODE(mode_, on_) REQUIRE(net_mode(&self->card, mode_, on_) == VIRTIO_NET_OK, #mode_ " can't be turned " #on_)

/* Sends the frames of a trial; the fence goes to @fence_. */
#define TRY(trials_, fence_)                                               \
	REQUIRE(!try_all(&self->card, &(trials_), self->card.mac, fence_), \
		"the frame behind those of the trial, which nothing keeps out, did not come back")

/* The same where the clause says that the fence comes, too. */
#define CHECK_TRY(clause_, trials_, fence_)                                                          \
	do {                                                                                         \
		if (!CHECK_EQ(clause_, try_all(&self->card, &(trials_), self->card.mac, fence_), 0)) \
			AVPS_STOP();                                                                 \
	} while (0)

/* Whether a frame of kind @kind_ came, once. */
#define CHECK_CAME(clause_, trials_, kind_, times_)                                                            \
	CHECK(clause_, (trials_).of[kind_].came == (times_), "the frame for %s came %u times, not %u", #kind_, \
	      (trials_).of[kind_].came, (unsigned int)(times_))

/*
 * Whoever sets up no more than the filter gets what is for his own address, and for everybody; not what is for others.
 */
AVPS_TEST(net, frames_for_others_are_dropped, CLAUSES("net-095"), NEEDS_FILTER, HOST(PEER_ECHO))
{
	struct trials trials;

	START_WITH_ECHO(FILTER);
	TRY(trials, self->card.mac);
	CHECK_CAME("net-095", trials, OWN, 1);
	CHECK_CAME("net-095", trials, STRANGERS, 0);
	CHECK_CAME("net-095", trials, GROUP, 0);
}

/*
 * A new address is the one that counts: what is for it comes, and what is for the old one does not.
 */
AVPS_TEST(net, filter_goes_by_the_new_address, CLAUSES("net-095"),
	  NEEDS(VIRTIO_NET_F_MAC, VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_MAC_ADDR),
	  HOST(PEER_ECHO))
{
	struct trials trials;

	START_WITH_ECHO(FILTER | FEATURE(VIRTIO_NET_F_CTRL_MAC_ADDR));
	REQUIRE(net_command(&self->card, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET, listed, ETH_ALEN) ==
			VIRTIO_NET_OK,
		"the address can't be changed");
	CHECK_TRY("net-095", trials, listed);
	CHECK_CAME("net-095", trials, LISTED, 1);
	CHECK_CAME("net-095", trials, OWN, 0);
	CHECK_CAME("net-095", trials, STRANGERS, 0);
}

/*
 * The table is in force by the time its command is done, and a new one takes its place.
 */
AVPS_TEST(net, table_is_in_force_at_once, CLAUSES("net-093"), NEEDS_FILTER, HOST(PEER_ECHO))
{
	struct trials trials;

	START_WITH_ECHO(FILTER);
	REQUIRE(set_tables(&self->card, listed, listed_group) == VIRTIO_NET_OK, "the tables can't be set");
	TRY(trials, self->card.mac);
	CHECK_CAME("net-093", trials, OWN, 1);
	CHECK_CAME("net-093", trials, LISTED, 1);
	CHECK_CAME("net-093", trials, LISTED_GROUP, 1);
	CHECK_CAME("net-093", trials, STRANGERS, 0);
	CHECK_CAME("net-093", trials, GROUP, 0);
	REQUIRE(set_tables(&self->card, strangers, group) == VIRTIO_NET_OK, "the tables can't be set");
	TRY(trials, self->card.mac);
	CHECK_CAME("net-093", trials, LISTED, 0);
	CHECK_CAME("net-093", trials, LISTED_GROUP, 0);
	CHECK_CAME("net-093", trials, STRANGERS, 1);
	CHECK_CAME("net-093", trials, GROUP, 1);
}

/*
 * A reset empties the table.
 */
AVPS_TEST(net, reset_empties_the_table, CLAUSES("net-092"), NEEDS_FILTER, HOST(PEER_ECHO))
{
	struct trials trials;

	NET_START(FILTER);
	REQUIRE(set_tables(&self->card, listed, listed_group) == VIRTIO_NET_OK, "the tables can't be set");
	START_WITH_ECHO(FILTER);
	TRY(trials, self->card.mac);
	CHECK_CAME("net-092", trials, LISTED, 0);
	CHECK_CAME("net-092", trials, LISTED_GROUP, 0);
}

/*
 * In promiscuous mode everything comes in, and no longer once that is off.
 */
AVPS_TEST(net, promiscuous_lets_everything_in, CLAUSES("net-080"), NEEDS_FILTER, HOST(PEER_ECHO))
{
	struct trials trials;

	START_WITH_ECHO(FILTER);
	MODE(VIRTIO_NET_CTRL_RX_PROMISC, true);
	TRY(trials, self->card.mac);
	for (int kind = 0; kind < KINDS; kind++)
		CHECK("net-080", trials.of[kind].came == 1, "the frame for address %d came %u times", kind,
		      trials.of[kind].came);
	MODE(VIRTIO_NET_CTRL_RX_PROMISC, false);
	TRY(trials, self->card.mac);
	CHECK_CAME("net-080", trials, STRANGERS, 0);
}

/*
 * It does so whatever other mode is on.
 */
AVPS_TEST(net, promiscuous_goes_before_other_modes, CLAUSES("net-081"), NEEDS_EXTRA, HOST(PEER_ECHO))
{
	static const u8 modes[] = { VIRTIO_NET_CTRL_RX_ALLMULTI, VIRTIO_NET_CTRL_RX_ALLUNI, VIRTIO_NET_CTRL_RX_NOMULTI,
				    VIRTIO_NET_CTRL_RX_NOUNI, VIRTIO_NET_CTRL_RX_NOBCAST };
	struct trials trials;

	START_WITH_ECHO(FILTER);
	for (size_t i = 0; i < sizeof(modes); i++)
		MODE(modes[i], true);
	MODE(VIRTIO_NET_CTRL_RX_PROMISC, true);
	CHECK_TRY("net-081", trials, self->card.mac);
	for (int kind = 0; kind < KINDS; kind++)
		CHECK("net-081", trials.of[kind].came == 1, "the frame for address %d came %u times", kind,
		      trials.of[kind].came);
}

/*
 * With all-multicast reception all groups come in, and no other unicast frames.
 */
AVPS_TEST(net, all_multicast_lets_groups_in, CLAUSES("net-082"), NEEDS_FILTER, HOST(PEER_ECHO))
{
	struct trials trials;

	START_WITH_ECHO(FILTER);
	MODE(VIRTIO_NET_CTRL_RX_ALLMULTI, true);
	TRY(trials, self->card.mac);
	CHECK_CAME("net-082", trials, GROUP, 1);
	CHECK_CAME("net-082", trials, LISTED_GROUP, 1);
	MODE(VIRTIO_NET_CTRL_RX_ALLMULTI, false);
	TRY(trials, self->card.mac);
	CHECK_CAME("net-082", trials, GROUP, 0);
}

/*
 * With all-unicast reception frames for any station come in.
 */
AVPS_TEST(net, all_unicast_lets_strangers_frames_in, CLAUSES("net-084"), NEEDS_EXTRA, HOST(PEER_ECHO))
{
	struct trials trials;

	START_WITH_ECHO(FILTER);
	MODE(VIRTIO_NET_CTRL_RX_ALLUNI, true);
	TRY(trials, self->card.mac);
	CHECK_CAME("net-084", trials, OWN, 1);
	CHECK_CAME("net-084", trials, STRANGERS, 1);
	CHECK_CAME("net-084", trials, LISTED, 1);
}

/*
 * NOMULTI keeps groups out, also those of the table, and under ALLMULTI; broadcasts it lets pass.
 */
AVPS_TEST(net, no_multicast_keeps_groups_out, CLAUSES("net-085", "net-086", "net-087"), NEEDS_EXTRA, HOST(PEER_ECHO))
{
	struct trials trials;

	START_WITH_ECHO(FILTER);
	REQUIRE(set_tables(&self->card, NULL, listed_group) == VIRTIO_NET_OK, "the tables can't be set");
	MODE(VIRTIO_NET_CTRL_RX_NOMULTI, true);
	TRY(trials, self->card.mac);
	CHECK_CAME("net-085", trials, GROUP, 0);
	CHECK_CAME("net-085", trials, LISTED_GROUP, 0);
	CHECK_CAME("net-087", trials, BROADCAST, 1);
	MODE(VIRTIO_NET_CTRL_RX_ALLMULTI, true);
	TRY(trials, self->card.mac);
	CHECK_CAME("net-086", trials, GROUP, 0);
	CHECK_CAME("net-086", trials, LISTED_GROUP, 0);
	CHECK_CAME("net-087", trials, BROADCAST, 1);
}

/*
 * NOUNI keeps unicast frames out, and under ALLUNI, too.
 */
AVPS_TEST(net, no_unicast_keeps_stations_out, CLAUSES("net-088", "net-089"), NEEDS_EXTRA, HOST(PEER_ECHO))
{
	struct trials trials;

	START_WITH_ECHO(FILTER);
	MODE(VIRTIO_NET_CTRL_RX_NOUNI, true);
	TRY(trials, broadcast);
	CHECK_CAME("net-088", trials, OWN, 0);
	CHECK_CAME("net-088", trials, STRANGERS, 0);
	MODE(VIRTIO_NET_CTRL_RX_ALLUNI, true);
	TRY(trials, broadcast);
	CHECK_CAME("net-089", trials, OWN, 0);
	CHECK_CAME("net-089", trials, STRANGERS, 0);
	MODE(VIRTIO_NET_CTRL_RX_NOUNI, false);
	TRY(trials, broadcast);
	CHECK_CAME("net-088", trials, OWN, 1);
}

/*
 * NOBCAST keeps broadcasts out, and under ALLMULTI, too.
 */
AVPS_TEST(net, no_broadcast_keeps_broadcasts_out, CLAUSES("net-090", "net-091"), NEEDS_EXTRA, HOST(PEER_ECHO))
{
	struct trials trials;

	START_WITH_ECHO(FILTER);
	MODE(VIRTIO_NET_CTRL_RX_NOBCAST, true);
	TRY(trials, self->card.mac);
	CHECK_CAME("net-090", trials, BROADCAST, 0);
	MODE(VIRTIO_NET_CTRL_RX_ALLMULTI, true);
	TRY(trials, self->card.mac);
	CHECK_CAME("net-091", trials, BROADCAST, 0);
	MODE(VIRTIO_NET_CTRL_RX_NOBCAST, false);
	TRY(trials, self->card.mac);
	CHECK_CAME("net-090", trials, BROADCAST, 1);
}
