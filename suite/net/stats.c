// SPDX-License-Identifier: GPL-2.0-or-later
/* Statistics that the device keeps (VIRTIO 1.4, 5.1.9.5.11). */
#include <endian.h>
#include <string.h>

#include "net.h"

#define STATS (FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(NET_F_DEVICE_STATS))
#define NEEDS_STATS NEEDS(VIRTIO_NET_F_CTRL_VQ, NET_F_DEVICE_STATS)
#define CHECKSUMS (FEATURE(VIRTIO_NET_F_CSUM) | FEATURE(VIRTIO_NET_F_GUEST_CSUM))

#define RX_BASIC 0
#define RX_CSUM 1
#define TX_BASIC 16
#define TX_CSUM 17
#define CVQ 32
#define NO_SUCH_TYPE 62
#define ROOM 512 /* for the replies of a command */
#define MOST_ENTRIES 4

/* The types that this driver knows: what they are of, and how long a reply is with its header. */
static const struct {
	u8 type;
	enum { RECEIVE, TRANSMIT, CONTROL } kind;
	u16 size;
	avps_features needs;
} types[] = {
	{ RX_BASIC, RECEIVE, 56, 0 },  { RX_CSUM, RECEIVE, 40, FEATURE(VIRTIO_NET_F_GUEST_CSUM) },
	{ TX_BASIC, TRANSMIT, 56, 0 }, { TX_CSUM, TRANSMIT, 24, FEATURE(VIRTIO_NET_F_CSUM) },
	{ CVQ, CONTROL, 24, 0 },
};

/* Of one queue, the types in @types. */
struct entry {
	u16 queue;
	u64 types;
};

struct reply {
	u8 type;
	u16 queue, size;
	u64 first, second; /* counters; the first ones of it */
};

/* Asks for statistics. Returns ack as net_ask(); the replies are in @command. */
static int get(struct net_card *card, const struct entry *entries, unsigned int n, size_t room,
	       struct net_command *command)
{
	struct {
		__le16 queue, reserved[3];
		__le64 types;
	} data[MOST_ENTRIES] = { 0 };

	for (unsigned int i = 0; i < n; i++) {
		data[i].queue = htole16(entries[i].queue);
		data[i].types = htole64(entries[i].types);
	}
	*command = (struct net_command){ .class = NET_CTRL_STATS,
					 .command = NET_CTRL_STATS_GET,
					 .data = data,
					 .len = n * sizeof(data[0]),
					 .result = room };
	return net_ask(card, command);
}

/* The same for one queue and one type, with room enough; only ack counts. */
static int get_one(struct net_card *card, u16 queue, unsigned int type)
{
	struct entry entry = { queue, (u64)1 << type };
	struct net_command command;

	return get(card, &entry, 1, ROOM, &command);
}

static struct reply read_reply(const u8 *at)
{
	struct reply reply = { .type = at[0], .queue = at[2] | at[3] << 8, .size = at[6] | at[7] << 8 };

	memcpy(&reply.first, at + 8, sizeof(reply.first));
	memcpy(&reply.second, at + 16, sizeof(reply.second));
	reply.first = le64toh(reply.first);
	reply.second = le64toh(reply.second);
	return reply;
}

/* The types that the device has. Returns ack as net_ask(). */
static int query(struct net_card *card, u64 *supported, u32 *used_len)
{
	struct net_command command = { .class = NET_CTRL_STATS, .command = NET_CTRL_STATS_QUERY, .result = 8 };
	int ack = net_ask(card, &command);

	memcpy(supported, command.result_at, sizeof(*supported));
	*supported = le64toh(*supported);
	*used_len = command.used_len;
	return ack;
}

static u16 queue_of(const struct net_card *card, size_t which)
{
	return types[which].kind == CONTROL ? 2 * card->most_pairs : types[which].kind == TRANSMIT;
}

/* Whether the device has a type, and its feature was agreed on. */
static bool can_have(const struct net_card *card, u64 supported, size_t which)
{
	return supported >> types[which].type & 1 && (card->features & types[which].needs) == types[which].needs;
}

/* In a test: brings the device up, and asks for its types. */
#define START_STATS(features_, supported_)                                                                       \
	do {                                                                                                     \
		u32 len_;                                                                                        \
		NET_START(STATS | (features_));                                                                  \
		REQUIRE(query(&self->card, supported_, &len_) == VIRTIO_NET_OK, "the types can't be asked for"); \
	} while (0)

/*
 * The device tells which statistics it has: eight bytes, and some of them.
 */
AVPS_TEST(net, statistics_can_be_queried, CLAUSES("net-127"), NEEDS_STATS)
{
	u64 supported;
	u32 used_len;

	NET_START(STATS);
	if (!CHECK_EQ("net-127", query(&self->card, &supported, &used_len), VIRTIO_NET_OK))
		AVPS_STOP();
	CHECK_EQ("net-127", used_len, 1 + sizeof(supported));
	CHECK("net-127", supported, "there are no types of statistics");
}

/*
 * Each statistic comes with a header that says what it is, whose, and how long.
 */
AVPS_TEST(net, statistics_say_what_they_are, CLAUSES("net-130", "net-131"), NEEDS_STATS)
{
	u64 supported;

	START_STATS(CHECKSUMS, &supported);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct entry entry = { queue_of(&self->card, i), (u64)1 << types[i].type };
		struct net_command command;
		struct reply reply;

		if (!can_have(&self->card, supported, i))
			continue;
		REQUIRE(get(&self->card, &entry, 1, ROOM, &command) == VIRTIO_NET_OK, "type %u can't be had",
			types[i].type);
		reply = read_reply(command.result_at);
		CHECK_EQ("net-130", reply.size, types[i].size);
		CHECK_EQ("net-130", command.used_len, 1 + types[i].size);
		CHECK_EQ("net-131", reply.type, types[i].type);
		CHECK_EQ("net-131", reply.queue, entry.queue);
	}
}

/*
 * What can't be is refused: a queue that there isn't, a type that there isn't, one of another kind of queue, and one
 * whose feature was not agreed on.
 */
AVPS_TEST(net, impossible_statistics_are_refused, CLAUSES("net-128"), NEEDS_STATS)
{
	u64 supported;
	u16 control;

	START_STATS(0, &supported);
	control = 2 * self->card.most_pairs;
	CHECK_EQ("net-128", get_one(&self->card, 0, NO_SUCH_TYPE), VIRTIO_NET_ERR);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		u8 type = types[i].type;

		if (!(supported >> type & 1)) {
			CHECK_EQ("net-128", get_one(&self->card, queue_of(&self->card, i), type), VIRTIO_NET_ERR);
			continue;
		}
		CHECK_EQ("net-128", get_one(&self->card, control + 1, type), VIRTIO_NET_ERR);
		CHECK_EQ("net-128", get_one(&self->card, 0xffff, type), VIRTIO_NET_ERR);
		for (u16 queue = 0; queue <= control; queue = queue == 1 ? control : queue + 1) {
			bool right = queue == queue_of(&self->card, i) && can_have(&self->card, supported, i);

			CHECK_EQ("net-128", get_one(&self->card, queue, type), right ? VIRTIO_NET_OK : VIRTIO_NET_ERR);
		}
	}
}

/*
 * One fault is enough for the whole command to be refused, wherever it is.
 */
AVPS_TEST(net, one_fault_fails_all_statistics, CLAUSES("net-129"), NEEDS_STATS)
{
	struct entry entries[3] = { { 0, (u64)1 << RX_BASIC }, { 1, (u64)1 << TX_BASIC }, { 0, (u64)1 << RX_BASIC } };
	struct net_command command;
	u64 supported;

	START_STATS(0, &supported);
	if (!(supported >> RX_BASIC & 1) || !(supported >> TX_BASIC & 1))
		SKIP_AS(AVPS_SKIP_ABSENT, "the device has no basic statistics");
	REQUIRE(get(&self->card, entries, 3, ROOM, &command) == VIRTIO_NET_OK, "basic statistics can't be had");
	for (unsigned int i = 0; i < 3; i++) {
		struct entry right = entries[i];

		entries[i].types |= (u64)1 << NO_SUCH_TYPE;
		CHECK_EQ("net-129", get(&self->card, entries, 3, ROOM, &command), VIRTIO_NET_ERR);
		entries[i] = (struct entry){ 0xffff, right.types };
		CHECK_EQ("net-129", get(&self->card, entries, 3, ROOM, &command), VIRTIO_NET_ERR);
		entries[i] = right;
	}
	CHECK_EQ("net-129", get(&self->card, entries, 3, ROOM, &command), VIRTIO_NET_OK);
}

/*
 * Where there is more room than the statistics need, the rest is left alone; where there is less, what is there is the
 * beginning of what would be there.
 */
AVPS_TEST(net, statistics_keep_to_their_room, CLAUSES("net-132"), NEEDS_STATS)
{
	const struct entry entries[] = { { 0, (u64)1 << RX_BASIC }, { 1, (u64)1 << TX_BASIC } };
	static const u8 second[] = { TX_BASIC, 0, 1, 0, 0 };
	u8 poison[ROOM];
	struct net_command command;
	struct reply reply;
	u64 supported;

	START_STATS(0, &supported);
	if (!(supported >> RX_BASIC & 1) || !(supported >> TX_BASIC & 1))
		SKIP_AS(AVPS_SKIP_ABSENT, "the device has no basic statistics");
	memset(poison, AVPS_DMA_POISON, sizeof(poison));
	CHECK_EQ("net-132", get(&self->card, entries, 2, ROOM, &command), VIRTIO_NET_OK);
	CHECK_EQ("net-132", command.used_len, 1 + 2 * 56);
	CHECK_SAME("net-132", "what follows the statistics", command.result_at + 2 * 56, poison, ROOM - 2 * 56);

	CHECK_EQ("net-132", get(&self->card, entries, 2, 56 + sizeof(second), &command), VIRTIO_NET_OK);
	CHECK("net-132", command.used_len <= 1 + 56 + sizeof(second), "%u bytes are used", command.used_len);
	reply = read_reply(command.result_at);
	CHECK("net-132", reply.type == RX_BASIC && !reply.queue && reply.size == 56,
	      "the first statistic is of type %u, queue %u, and %u bytes long", reply.type, reply.queue, reply.size);
	CHECK("net-132",
	      !memcmp(command.result_at + 56, second, sizeof(second)) ||
		      !memcmp(command.result_at + 56, poison, sizeof(second)),
	      "what follows the first statistic is not the beginning of the second");
}

/*
 * The control queue's statistics count commands, the one that asks included, and those that went well.
 */
AVPS_TEST(net, commands_are_counted, CLAUSES("net-p14"), NEEDS_STATS)
{
	struct net_command command;
	struct reply before, after;
	struct entry entry;
	u64 supported;

	START_STATS(0, &supported);
	if (!(supported >> CVQ & 1))
		SKIP_AS(AVPS_SKIP_ABSENT, "the device has no statistics of its control queue");
	entry = (struct entry){ 2 * self->card.most_pairs, (u64)1 << CVQ };
	REQUIRE(get(&self->card, &entry, 1, ROOM, &command) == VIRTIO_NET_OK, "the statistics can't be had");
	before = read_reply(command.result_at);
	for (unsigned int i = 1; i < 4; i++) {
		REQUIRE(get_one(&self->card, 0, NO_SUCH_TYPE) == VIRTIO_NET_ERR, "a wrong command is not refused");
		REQUIRE(get(&self->card, &entry, 1, ROOM, &command) == VIRTIO_NET_OK, "the statistics can't be had");
		after = read_reply(command.result_at);
		CHECK_EQ("net-p14", after.first - before.first, 2 * i);
		CHECK_EQ("net-p14", after.second - before.second, i);
	}
}
