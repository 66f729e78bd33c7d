// SPDX-License-Identifier: GPL-2.0-or-later
/* Feature bits and their negotiation (VIRTIO 1.4, 2.2, 6). */
#include <errno.h>
#include <string.h>

#include "avps/features.h"
#include "core.h"

/* What this driver does not speak, or speaks only in tests about it. */
#define NOT_SPOKEN (FEATURE(VIRTIO_F_RING_PACKED) | FEATURE(VIRTIO_F_ADMIN_VQ) | FEATURE(VIRTIO_F_SR_IOV))

static enum avps_skip class_known(struct avps_device *dev, char *why, size_t why_size)
{
	if (avps_device_class_of(dev))
		return 0;
	snprintf(why, why_size, "the features of this type of device are not described yet");
	return AVPS_SKIP_ABSENT;
}

/*
 * Any device of the standard says that it keeps it.
 */
AVPS_TEST(core, version_1_is_offered, CLAUSES("core-reserved-001"), NO_RING)
{
	CHECK("core-reserved-001", avps_has(avps_device_features(self->dev), VIRTIO_F_VERSION_1),
	      "bits 32 to 63 of the offered features are %#x", (u32)(avps_device_features(self->dev) >> 32));
}

/*
 * No feature is offered without those that it is built on.
 */
AVPS_TEST(core, offered_features_have_what_they_need, CLAUSES("core-features-001"), NO_RING, ONLY_IF(class_known))
{
	avps_features offered = avps_device_features(self->dev);
	const struct avps_dependency *rule = avps_device_class_of(self->dev)->dependencies;
	int judged = 0;

	for (; rule && rule->any_of; rule++) {
		if (!avps_has(offered, rule->feature))
			continue;
		judged++;
		CHECK("core-features-001", offered & rule->any_of,
		      "bit %d is offered without any of the bits that it is built on", rule->feature);
	}
	if (!judged)
		SKIP_AS(AVPS_SKIP_NOT_OFFERED, "no offered feature is built on another");
}

#define TRANSITIONAL_FIRST 0x1000
#define TRANSITIONAL_LAST 0x103f

/* Whether a device serves legacy drivers, too. Behind MMIO there is no such thing: a register layout is one or the other. */
static bool transitional(const struct avps_device *dev)
{
	for (const struct avps_bus_fact *fact = dev->facts; !strcmp(dev->bus, "pci") && fact->name; fact++)
		if (!strcmp(fact->name, "device"))
			return fact->value >= TRANSITIONAL_FIRST && fact->value <= TRANSITIONAL_LAST;
	return false;
}

/*
 * Only bits to which the standard gives a meaning for this device type are offered; the legacy ones by transitional devices only.
 */
AVPS_TEST(core, only_defined_features_are_offered, CLAUSES("core-features-003"), NO_RING, ONLY_IF(class_known))
{
	avps_features defined = AVPS_FEATURES_FOR_ALL | avps_device_class_of(self->dev)->defined;
	avps_features offered = avps_device_features(self->dev);

	if (transitional(self->dev))
		defined |= AVPS_FEATURES_TRANSITIONAL;
	for (int bit = 0; bit < AVPS_FEATURE_BITS; bit++)
		CHECK("core-features-003", !avps_has(offered & ~defined, bit), "bit %d is offered", bit);
}

static avps_features lowest(avps_features set)
{
	return set & -set;
}

/* @subset with what its bits are built on, as far as the device offers that. */
static avps_features with_needs(const struct avps_device *dev, avps_features subset)
{
	const struct avps_dependency *rules = avps_device_class_of(dev)->dependencies;
	avps_features before;

	do {
		before = subset;
		for (const struct avps_dependency *rule = rules; rule && rule->any_of; rule++)
			if (avps_has(subset, rule->feature) && !(subset & rule->any_of))
				subset |= lowest(rule->any_of & dev->offered);
	} while (subset != before);
	return subset;
}

/* All features that the device offers and this driver may accept. */
static avps_features acceptable(const struct avps_device *dev)
{
	const struct avps_device_class *class = avps_device_class_of(dev);
	avps_features known = AVPS_FEATURES_FOR_ALL | (class ? class->defined & ~avps_exercise_of(dev)->avoid : 0);

	return dev->offered & known & ~NOT_SPOKEN;
}

/*
 * The device either agrees to a part of its features, and then works with it, or refuses FEATURES_OK. Tried with each
 * offered bit and what it is built on, and with none of them.
 */
AVPS_TEST(core, feature_subsets_work_or_are_refused, CLAUSES("core-features-002"), ONLY_IF(exercise_known))
{
	avps_features acceptable_bits = acceptable(self->dev);
	int accepted = 0;

	for (int bit = -1; bit < AVPS_FEATURE_BITS; bit++) {
		avps_features subset = bit < 0 ? 0 : with_needs(self->dev, FEATURE(bit));
		const char *wrong;
		int err;

		if (subset & ~acceptable_bits)
			continue;
		avps_dma_rewind();
		err = exercise_start(&self->ex, self->on, subset);
		if (err == -ENOTSUP)
			continue;
		REQUIRE(!err, "the device could not be initialised with bit %d", bit);
		accepted++;
		wrong = exercise_once(&self->ex);
		CHECK_WORKS("core-features-002", wrong, "after bit %d was accepted", bit);
	}
	REQUIRE(accepted, "the device accepted no part of its features");
}

/*
 * What was negotiated once is negotiated again after a reset: as much as the device lets the driver have.
 */
AVPS_TEST(core, same_features_are_accepted_again, CLAUSES("core-features-004"), NO_RING)
{
	avps_features features = acceptable(self->dev);

	if (avps_device_negotiate(self->dev, features))
		features = exercise_features(self->dev);
	REQUIRE(!avps_device_negotiate(self->dev, features), "the device refuses even VERSION_1 alone");
	for (int i = 0; i < 3; i++)
		CHECK_EQ("core-features-004", avps_device_negotiate(self->dev, features), 0);
}
