// SPDX-License-Identifier: GPL-2.0-or-later
/* The common configuration structure (VIRTIO 1.4, 4.1.4.3). */
#include "pci.h"
#include "suite/core/config_fields.h"

/*
 * The offered features can be read in any order, 32 at a time, and don't change by it. Words beyond those that have a
 * meaning are 0.
 */
AVPS_TEST(pci, device_features_by_select, CLAUSES("pci-021"), NO_RING)
{
	static const u32 order[] = { 3, 1, 0, 2, 1, 0 };
	static const u32 beyond[] = { 4, 5, 0x80000000, 0xffffffff };

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		CHECK_EQ("pci-021", self->ops->device_features(self->transport, order[i]),
			 (u32)(self->dev->offered >> (32 * order[i])));
	for (size_t i = 0; i < ARRAY_SIZE(beyond); i++)
		CHECK_EQ("pci-021", self->ops->device_features(self->transport, beyond[i]), 0);
}

/*
 * What the driver accepted of the offered features can be read back: what it wrote last, as it may think again until
 * FEATURES_OK.
 */
AVPS_TEST(pci, driver_features_read_back, CLAUSES("pci-022"), NO_RING)
{
	avps_features version_1 = FEATURE(VIRTIO_F_VERSION_1) & self->dev->offered;

	avps_device_add_status(self->dev, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	avps_device_add_status(self->dev, VIRTIO_CONFIG_S_DRIVER);
	for (u32 word = 0; word < 2; word++) {
		self->ops->set_driver_features(self->transport, word, version_1 >> (32 * word));
		CHECK_EQ("pci-022", self->ops->driver_features(self->transport, word), (u32)(version_1 >> (32 * word)));
		self->ops->set_driver_features(self->transport, word, self->dev->offered >> (32 * word));
		CHECK_EQ("pci-022", self->ops->driver_features(self->transport, word),
			 (u32)(self->dev->offered >> (32 * word)));
		self->ops->set_driver_features(self->transport, word, version_1 >> (32 * word));
		CHECK_EQ("pci-022", self->ops->driver_features(self->transport, word), (u32)(version_1 >> (32 * word)));
	}
}

static enum avps_skip can_be_driven(struct avps_device *dev, char *why, size_t why_size)
{
	if (dev->transport)
		return 0;
	snprintf(why, why_size, "%s", dev->problem);
	return AVPS_SKIP_ABSENT;
}

/*
 * A reset ends with status 0, whatever the status was before. No reset has to have gone well for this test to begin.
 */
AVPS_TEST(pci_function, reset_shows_status_zero, CLAUSES("pci-025"), NO_RING, ONLY_IF(can_be_driven))
{
	for (int i = 0; i < 3; i++) {
		avps_device_add_status(self->dev, VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER);
		if (!CHECK_EQ("pci-025", avps_device_reset(self->dev), 0))
			AVPS_STOP();
	}
	REQUIRE(!avps_device_negotiate(self->dev, exercise_features(self->dev)), "negotiation failed");
	CHECK_EQ("pci-025", avps_device_reset(self->dev), 0);
}

/*
 * After a reset no queue is enabled, not even one that was.
 */
AVPS_TEST(pci, reset_disables_queues, CLAUSES("pci-026"))
{
	struct avps_vq vq;

	REQUIRE(!avps_device_negotiate(self->dev, exercise_features(self->dev)), "negotiation failed");
	REQUIRE(!avps_device_queue(self->dev, &vq, self->on->ring, 0, 0), "queue 0 can't be set up");
	REQUIRE(self->ops->queue_enabled(self->transport, 0), "queue_enable of queue 0 does not read back 1");
	REQUIRE(!avps_device_reset(self->dev), "the reset does not end");
	for (u16 queue = 0; queue < self->dev->n_queues; queue++) {
		COMMON_WRITE(queue_select, queue);
		CHECK_EQ("pci-026", COMMON_READ(queue_enable), 0);
	}
}

/*
 * A queue that is not there has size 0. Queues of the administration, which are counted apart, are left out.
 */
AVPS_TEST(pci, missing_queues_have_size_zero, CLAUSES("pci-032"), NO_RING)
{
	u32 n = COMMON_READ(num_queues);
	const u32 missing[] = { n, n + 1, n + 100, 0xffff };

	if (avps_has(self->dev->offered, VIRTIO_F_ADMIN_VQ))
		SKIP_AS(AVPS_SKIP_ABSENT, "the device may have administration queues at any index");
	for (size_t i = 0; i < ARRAY_SIZE(missing); i++) {
		u16 size;

		if (missing[i] > 0xffff)
			continue;
		/* One that is there before each, so that a selection that is passed over shows. */
		self->ops->queue_max(self->transport, 0);
		size = self->ops->queue_max(self->transport, missing[i]);
		CHECK("pci-032", size == 0, "queue %u of %u has size %u", missing[i], n, size);
	}
}

/*
 * Queue sizes are powers of two, as long as the packed layout has not been agreed on.
 */
AVPS_TEST(pci, queue_sizes_are_powers_of_two, CLAUSES("pci-033"), NO_RING)
{
	u16 n = COMMON_READ(num_queues);

	for (u16 queue = 0; queue < n; queue++) {
		u16 size = self->ops->queue_max(self->transport, queue);

		CHECK("pci-033", (size & (size - 1)) == 0, "queue %u has size %u", queue, size);
	}
	REQUIRE(n, "the device has no queues");
}

/*
 * The halves of a 64-bit field are accessed one by one and in any order.
 */
AVPS_TEST(pci, halves_of_64_bit_fields, CLAUSES("pci-012"), NO_RING)
{
	static const u32 fields[] = { COMMON_OFFSET(queue_desc_lo), COMMON_OFFSET(queue_avail_lo),
				      COMMON_OFFSET(queue_used_lo) };

	REQUIRE(!avps_device_negotiate(self->dev, exercise_features(self->dev)), "negotiation failed");
	COMMON_WRITE(queue_select, 0);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		u32 low = fields[i], high = fields[i] + 4;

		avps_pci_common_write(self->pci, high, 4, 0x1 + i);
		avps_pci_common_write(self->pci, low, 4, 0x40001000 + i * 0x1000);
		CHECK_EQ("pci-012", avps_pci_common_read(self->pci, low, 4), 0x40001000 + i * 0x1000);
		CHECK_EQ("pci-012", avps_pci_common_read(self->pci, high, 4), 0x1 + i);
		avps_pci_common_write(self->pci, high, 4, 0x7);
		CHECK_EQ("pci-012", avps_pci_common_read(self->pci, low, 4), 0x40001000 + i * 0x1000);
		CHECK_EQ("pci-012", avps_pci_common_read(self->pci, high, 4), 0x7);
	}
}

/*
 * Select registers show what was written to them.
 */
AVPS_TEST(pci, selects_read_back, CLAUSES("pci-p05"), NO_RING)
{
	static const u32 words[] = { 3, 0, 2, 1 };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		COMMON_WRITE(device_feature_select, words[i]);
		COMMON_WRITE(guest_feature_select, words[ARRAY_SIZE(words) - 1 - i]);
		CHECK_EQ("pci-p05", COMMON_READ(device_feature_select), words[i]);
		CHECK_EQ("pci-p05", COMMON_READ(guest_feature_select), words[ARRAY_SIZE(words) - 1 - i]);
	}
	for (u16 queue = self->dev->n_queues; queue--;) {
		COMMON_WRITE(queue_select, queue);
		CHECK_EQ("pci-p05", COMMON_READ(queue_select), queue);
	}
}

/*
 * Each virtqueue has fields of its own: what is written for one does not show in another.
 */
AVPS_TEST(pci, queues_have_fields_of_their_own, CLAUSES("pci-p04"), NO_RING, ONLY_IF(two_queues))
{
	static const u32 fields[] = { COMMON_OFFSET(queue_desc_lo), COMMON_OFFSET(queue_avail_lo),
				      COMMON_OFFSET(queue_used_lo) };
	u16 smaller = self->dev->queue_max[0] / 2;

	REQUIRE(!avps_device_negotiate(self->dev, exercise_features(self->dev)), "negotiation failed");
	for (u16 queue = 0; queue < 2; queue++) {
		COMMON_WRITE(queue_select, queue);
		for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
			avps_pci_common_write(self->pci, fields[i], 4, 0x10000 * (queue + 1) + 0x1000 * i);
		if (!queue && smaller)
			COMMON_WRITE(queue_size, smaller);
	}
	for (u16 queue = 0; queue < 2; queue++) {
		COMMON_WRITE(queue_select, queue);
		for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
			CHECK_EQ("pci-p04", avps_pci_common_read(self->pci, fields[i], 4),
				 0x10000 * (queue + 1) + 0x1000 * i);
		CHECK_EQ("pci-p04", COMMON_READ(queue_size), !queue && smaller ? smaller : self->dev->queue_max[queue]);
	}
}

/*
 * After a reset each queue has its greatest size again, though the driver had made it smaller.
 */
AVPS_TEST(pci, reset_restores_queue_sizes, CLAUSES("pci-p03"), NO_RING)
{
	REQUIRE(self->dev->n_queues, "the device has no queues");
	REQUIRE(!avps_device_negotiate(self->dev, exercise_features(self->dev)), "negotiation failed");
	for (u16 queue = 0; queue < self->dev->n_queues; queue++) {
		u16 smaller = self->dev->queue_max[queue] / 2;

		COMMON_WRITE(queue_select, queue);
		if (smaller)
			COMMON_WRITE(queue_size, smaller);
	}
	REQUIRE(!avps_device_reset(self->dev), "the reset does not end");
	for (u16 queue = 0; queue < self->dev->n_queues; queue++)
		CHECK_EQ("pci-p03", self->ops->queue_max(self->transport, queue), self->dev->queue_max[queue]);
}

static enum avps_skip config_and_exercise_known(struct avps_device *dev, char *why, size_t why_size)
{
	return config_known(dev, why, why_size) ?: exercise_known(dev, why, why_size);
}

/*
 * As long as the configuration stays as it is, so does its generation: else a driver that wants to read a field in two parts
 * would never end. Nothing is judged of a configuration that changes meanwhile.
 */
AVPS_TEST(pci, generation_of_an_unchanged_configuration, CLAUSES("pci-p02"), NO_RING, ONLY_IF(config_known))
{
	u32 before[CONFIG_MOST_FIELDS], after[CONFIG_MOST_FIELDS], generation;

	REQUIRE(!avps_device_negotiate(self->dev, exercise_features(self->dev)), "negotiation failed");
	avps_device_go(self->dev);
	config_read_all(self->dev, before);
	generation = self->ops->config_generation(self->transport);
	for (int i = 0; i < 3; i++) {
		config_read_all(self->dev, after);
		if (memcmp(before, after, sizeof(before)))
			SKIP_AS(AVPS_SKIP_ABSENT, "the configuration changed while the test looked at it");
		CHECK_EQ("pci-p02", self->ops->config_generation(self->transport), generation);
	}
}

/*
 * Also while the device works.
 */
AVPS_TEST(pci, generation_stays_through_requests, CLAUSES("pci-p02"), ONLY_IF(config_and_exercise_known))
{
	u32 before[CONFIG_MOST_FIELDS], after[CONFIG_MOST_FIELDS], generation;

	REQUIRE(!exercise_start(&self->ex, self->on, 0), "the device could not be initialised");
	config_read_all(self->dev, before);
	generation = self->ops->config_generation(self->transport);
	for (int i = 0; i < 3; i++) {
		REQUEST();
		config_read_all(self->dev, after);
		if (memcmp(before, after, sizeof(before)))
			SKIP_AS(AVPS_SKIP_ABSENT, "the configuration changed while the test looked at it");
		CHECK_EQ("pci-p02", self->ops->config_generation(self->transport), generation);
	}
}
