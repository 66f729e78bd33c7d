// SPDX-License-Identifier: GPL-2.0-or-later
/* DeviceFeatures and its selection (VIRTIO 1.4, 4.2.2). */
#include "mmio.h"

/*
 * Each selection shows its 32 bits, in any order and again. There are 128 feature bits (2.2): behind them is nothing.
 */
AVPS_TEST(mmio, device_features_by_select, CLAUSES("mmio-p02"), NO_RING)
{
	static const u32 order[] = { 3, 1, 0, 2, 1, 0 };
	static const u32 beyond[] = { 4, 5, 0x80000000, 0xffffffff };

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		CHECK_EQ("mmio-p02", self->ops->device_features(self->transport, order[i]),
			 (u32)(self->dev->offered >> (32 * order[i])));
	for (size_t i = 0; i < ARRAY_SIZE(beyond); i++) {
		u32 seen = self->ops->device_features(self->transport, beyond[i]);

		CHECK("mmio-p02", seen == 0, "DeviceFeatures is %#x with DeviceFeaturesSel %#x", seen, beyond[i]);
	}
}
