// SPDX-License-Identifier: GPL-2.0-or-later
/* What the network device offers, and what its configuration says of it (VIRTIO 1.4, 5.1.4). */
#include "net.h"

#define MOST_PAIRS 0x8000
#define LEAST_MTU 68
#define LEAST_IPV6_MTU 1280
#define MOST_SPEED 0x7fffffff /* the sentence has a digit too many: net-011 in clauses.json */
#define UNKNOWN_SPEED 0xffffffff
#define UNKNOWN_DUPLEX 0xff
#define LEAST_HASH_KEY 40
#define LEAST_TABLE 128

/* Step 4 of 3.1.1, before anything is agreed on: the driver may read the fields of all that is offered (2.5). */
static void come_to_step_4(struct avps_device *dev)
{
	avps_device_add_status(dev, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	avps_device_add_status(dev, VIRTIO_CONFIG_S_DRIVER);
}

/* Agrees on @features and on what any driver accepts. Returns as avps_device_negotiate(). */
static int agree(struct avps_device *dev, avps_features features)
{
	avps_features always = FEATURE(VIRTIO_F_VERSION_1) | FEATURE(VIRTIO_F_ACCESS_PLATFORM);

	return avps_device_negotiate(dev, features | (always & dev->offered));
}

static void check_pairs(struct avps_device *dev, const char *when)
{
	unsigned int pairs = NET_CONFIG(dev, max_virtqueue_pairs);

	CHECK("net-002", pairs >= 1 && pairs <= MOST_PAIRS, "max_virtqueue_pairs is %#x %s", pairs, when);
}

/*
 * A device with several queue pairs has at least one, and no more than there are queue numbers for: when the driver looks
 * what is there, and when it uses them.
 */
AVPS_TEST(net, queue_pairs_are_within_limits, CLAUSES("net-002"), NO_RING, NEEDS(VIRTIO_NET_F_MQ))
{
	REQUIRE_FIELD(self->dev, max_virtqueue_pairs);
	come_to_step_4(self->dev);
	check_pairs(self->dev, "before FEATURES_OK");
	if (!avps_has(self->dev->offered, VIRTIO_NET_F_CTRL_VQ))
		return; /* no driver can accept MQ then (5.1.3.1) */
	REQUIRE(!agree(self->dev, FEATURE(VIRTIO_NET_F_MQ) | FEATURE(VIRTIO_NET_F_CTRL_VQ)),
		"the device refuses MQ with CTRL_VQ");
	avps_device_go(self->dev);
	check_pairs(self->dev, "on a live device");
}

static void check_mtu(struct avps_device *dev, const char *when)
{
	unsigned int mtu = NET_CONFIG(dev, mtu);

	/* 65535, the most that it may be, is the most that the field can say. */
	CHECK("net-003", mtu >= LEAST_MTU, "mtu is %u %s", mtu, when);
	CHECK("net-004", mtu >= LEAST_IPV6_MTU, "mtu is %u %s", mtu, when);
}

/*
 * The MTU is one that IPv4 can live with, and better one that IPv6 can.
 */
AVPS_TEST(net, mtu_is_within_limits, CLAUSES("net-003", "net-004"), NO_RING, NEEDS(VIRTIO_NET_F_MTU))
{
	REQUIRE_FIELD(self->dev, mtu);
	come_to_step_4(self->dev);
	check_mtu(self->dev, "before FEATURES_OK");
	REQUIRE(!agree(self->dev, FEATURE(VIRTIO_NET_F_MTU)), "the device refuses MTU");
	avps_device_go(self->dev);
	check_mtu(self->dev, "on a live device");
}

/* 0 is no MTU (net-003): until another value is read, none has been set. */
static void check_same_mtu(struct avps_device *dev, unsigned int *first)
{
	unsigned int mtu = NET_CONFIG(dev, mtu);

	if (*first)
		CHECK_EQ("net-005", mtu, *first);
	else
		*first = mtu;
}

/*
 * The MTU is the same whenever a driver looks, whether the driver before it wanted to know it or not.
 *
 * Once features are agreed on without MTU the field need not be there: then nothing is read. A device that refuses such a
 * driver has done nothing to it either.
 */
AVPS_TEST(net, mtu_stays, CLAUSES("net-005"), NO_RING, NEEDS(VIRTIO_NET_F_MTU))
{
	static const bool wanted[] = { true, false, true };
	unsigned int first = 0;

	REQUIRE_FIELD(self->dev, mtu);
	come_to_step_4(self->dev);
	check_same_mtu(self->dev, &first);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (agree(self->dev, wanted[i] ? FEATURE(VIRTIO_NET_F_MTU) : 0)) {
			REQUIRE(!wanted[i], "the device refuses MTU");
		} else {
			if (wanted[i])
				check_same_mtu(self->dev, &first);
			avps_device_go(self->dev);
			if (wanted[i])
				check_same_mtu(self->dev, &first);
		}
		REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");
		come_to_step_4(self->dev);
		check_same_mtu(self->dev, &first);
	}
	REQUIRE(first, "mtu is never set");
}

/*
 * Speed and duplex are among the values that mean something.
 *
 * Whether they are true only the link's other end knows. Which of 0 and 1 is full duplex the standard says both ways.
 */
AVPS_TEST(net, speed_and_duplex_have_a_meaning, CLAUSES("net-011", "net-012"), NO_RING,
	  NEEDS(VIRTIO_NET_F_SPEED_DUPLEX))
{
	u32 speed;
	u8 duplex;

	REQUIRE_FIELD(self->dev, duplex); /* follows speed */
	REQUIRE(!agree(self->dev, FEATURE(VIRTIO_NET_F_SPEED_DUPLEX)), "the device refuses SPEED_DUPLEX");
	avps_device_go(self->dev);
	speed = NET_CONFIG(self->dev, speed);
	duplex = NET_CONFIG(self->dev, duplex);
	CHECK("net-011", speed <= MOST_SPEED || speed == UNKNOWN_SPEED, "speed is %#x", speed);
	CHECK("net-012", duplex <= 1 || duplex == UNKNOWN_DUPLEX, "duplex is %#x", duplex);
}

/*
 * The commands for more receive modes come with the queue that takes them.
 */
AVPS_TEST(net, extra_receive_modes_come_with_a_control_queue, CLAUSES("net-015"), NO_RING,
	  NEEDS(VIRTIO_NET_F_CTRL_RX_EXTRA))
{
	CHECK("net-015", avps_has(self->dev->offered, VIRTIO_NET_F_CTRL_VQ), "CTRL_VQ is not offered");
}

static enum avps_skip hashes(struct avps_device *dev, char *why, size_t why_size)
{
	if (dev->offered & (FEATURE(VIRTIO_NET_F_RSS) | FEATURE(VIRTIO_NET_F_HASH_REPORT)))
		return 0;
	snprintf(why, why_size, "the device offers neither RSS nor HASH_REPORT");
	return AVPS_SKIP_NOT_OFFERED;
}

/*
 * A device that hashes takes a key that is long enough for two IPv6 addresses with ports.
 */
AVPS_TEST(net, hash_key_is_long_enough, CLAUSES("net-008"), NO_RING, ONLY_IF(hashes))
{
	REQUIRE_FIELD(self->dev, rss_max_key_size);
	come_to_step_4(self->dev);
	CHECK("net-008", NET_CONFIG(self->dev, rss_max_key_size) >= LEAST_HASH_KEY, "rss_max_key_size is %u",
	      (unsigned int)NET_CONFIG(self->dev, rss_max_key_size));
}

/*
 * A device that steers by hashes takes a table of a useful length.
 */
AVPS_TEST(net, indirection_table_is_long_enough, CLAUSES("net-009"), NO_RING, NEEDS(VIRTIO_NET_F_RSS))
{
	REQUIRE_FIELD(self->dev, rss_max_indirection_table_length);
	come_to_step_4(self->dev);
	CHECK("net-009", NET_CONFIG(self->dev, rss_max_indirection_table_length) >= LEAST_TABLE,
	      "rss_max_indirection_table_length is %u",
	      (unsigned int)NET_CONFIG(self->dev, rss_max_indirection_table_length));
}

/*
 * Reports of hashes come with the queue by which the driver says what to hash.
 */
AVPS_TEST(net, hash_reports_come_with_a_control_queue, CLAUSES("net-014"), NO_RING, NEEDS(VIRTIO_NET_F_HASH_REPORT))
{
	CHECK("net-014", avps_has(self->dev->offered, VIRTIO_NET_F_CTRL_VQ), "CTRL_VQ is not offered");
}
