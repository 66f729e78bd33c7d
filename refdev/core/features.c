// SPDX-License-Identifier: GPL-2.0-or-later
/* Feature bits (VIRTIO 1.4, 2.2, 6). */
#include "refdev/core/features.h"

#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>

#include "refdev/core/defect.h"

#define WORDS (sizeof(refdev_features) / sizeof(u32))

#define UNDEFINED_LOW 31 /* below 24 and from 50 on it depends on the device type; 24 to 31 are for all of them */
#define UNDEFINED_HIGH 127

/* What is shown of the offered features. */
static refdev_features shown(const struct refdev *dev)
{
	refdev_features features = dev->offered;

	if (defect("core.version_1_is_not_offered"))
		features &= ~FEATURE_BIT(VIRTIO_F_VERSION_1);
	if (defect("core.undefined_feature_is_offered"))
		features |= FEATURE_BIT(UNDEFINED_LOW);
	if (defect("core.legacy_feature_is_offered"))
		features |= FEATURE_BIT(VIRTIO_F_ANY_LAYOUT);
	if (defect("core.reserved_feature_is_offered"))
		features |= FEATURE_BIT(UNDEFINED_HIGH);
	if (defect("core.sr_iov_without_capability"))
		features |= FEATURE_BIT(VIRTIO_F_SR_IOV);
	if (dev->type->virtio_id != VIRTIO_ID_NET)
		return features;
	if (defect("core.feature_without_what_it_needs"))
		features &= ~FEATURE_BIT(VIRTIO_NET_F_CTRL_VQ);
	if (defect("core.feature_without_any_of_what_it_needs")) {
		features |= FEATURE_BIT(VIRTIO_NET_F_HOST_ECN);
		features &= ~(FEATURE_BIT(VIRTIO_NET_F_HOST_TSO4) | FEATURE_BIT(VIRTIO_NET_F_HOST_TSO6));
	}
	return features;
}

u32 refdev_offered(const struct refdev *dev, u32 word)
{
	return word < WORDS ? (u32)(shown(dev) >> (32 * word)) : 0;
}

u32 refdev_accepted(const struct refdev *dev, u32 word)
{
	return word < WORDS ? (u32)(dev->accepted >> (32 * word)) : 0;
}

/* Once they are agreed on, the driver may no longer change them (3.1.1). */
void refdev_accept(struct refdev *dev, u32 word, u32 bits)
{
	if (word >= WORDS || (dev->status & VIRTIO_CONFIG_S_FEATURES_OK))
		return;
	dev->accepted &= ~((refdev_features)UINT32_MAX << (32 * word));
	dev->accepted |= (refdev_features)bits << (32 * word);
}

bool refdev_has(const struct refdev *dev, unsigned int bit)
{
	return (dev->status & VIRTIO_CONFIG_S_FEATURES_OK) && bit < 8 * sizeof(refdev_features) &&
	       (dev->accepted & FEATURE_BIT(bit));
}

/* Counts how often the same features were accepted, with nothing in between but resets. */
static void count_acceptance(struct refdev *dev)
{
	if (dev->accepted != dev->wrong.accepted_last)
		dev->wrong.accepted_in_a_row = 0;
	dev->wrong.accepted_last = dev->accepted;
	dev->wrong.accepted_in_a_row++;
}

bool refdev_features_acceptable(struct refdev *dev)
{
	if (dev->accepted & ~dev->offered)
		return false;
	if (!(dev->accepted & FEATURE_BIT(VIRTIO_F_VERSION_1)))
		return false;
	if (dev->type->agrees && !dev->type->agrees(dev))
		return false;
	count_acceptance(dev);
	return dev->wrong.accepted_in_a_row <= 2 || !defect("core.features_are_refused_the_third_time");
}
