/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the generation of the configuration does when the host resizes a disk: for the tests of pci and mmio alike. */
#ifndef AVPS_BLOCK_GENERATION_H
#define AVPS_BLOCK_GENERATION_H

#include "resize.h"

/*
 * Resizes the disk once, and judges that a driver that reads the configuration before and after it sees another generation
 * than before.
 */
#define CHECK_GENERATION_MOVES(clause_, r_, sectors_, when_)                                        \
	do {                                                                                        \
		u32 before_ = resizable_generation(r_);                                             \
                                                                                                    \
		REQUIRE(resizable_capacity(r_) != (sectors_), "the disk has that size already");    \
		RESIZE_AND_SEE(r_, sectors_);                                                       \
		CHECK(clause_, resizable_generation(r_) != before_,                                 \
		      "the generation is still %#x after the capacity changed %s", before_, when_); \
	} while (0)

/* The same on a live disk, larger and smaller. */
#define CHECK_GENERATION_MOVES_LIVE(clause_, r_)                                                     \
	do {                                                                                         \
		u64 sectors_now_ = (r_)->sectors;                                                    \
                                                                                                     \
		CHECK_GENERATION_MOVES(clause_, r_, sectors_now_ + RESIZE_MORE, "on a live device"); \
		CHECK_GENERATION_MOVES(clause_, r_, sectors_now_, "on a live device");               \
	} while (0)

/* The same at each step before DRIVER_OK: the driver may read the configuration from DRIVER on (3.1.1, 2.5.1). */
#define CHECK_GENERATION_MOVES_EARLY(clause_, r_)                                                      \
	do {                                                                                           \
		struct avps_device *dev_ = (r_)->dev;                                                  \
		u64 sectors_now_ = (r_)->sectors;                                                      \
                                                                                                       \
		REQUIRE(!avps_device_reset(dev_), "the device status did not become 0 after a reset"); \
		avps_device_add_status(dev_, VIRTIO_CONFIG_S_ACKNOWLEDGE);                             \
		avps_device_add_status(dev_, VIRTIO_CONFIG_S_DRIVER);                                  \
		CHECK_GENERATION_MOVES(clause_, r_, sectors_now_ + RESIZE_MORE, "before FEATURES_OK"); \
		REQUIRE(!avps_device_negotiate(dev_, (r_)->disk.features), "negotiation failed");      \
		CHECK_GENERATION_MOVES(clause_, r_, sectors_now_, "before DRIVER_OK");                 \
	} while (0)

#endif
