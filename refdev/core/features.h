/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What status.c asks about features. */
#ifndef REFDEV_FEATURES_H
#define REFDEV_FEATURES_H

#include "refdev/core/device.h"

/* Whether the device agrees to what the driver has accepted (2.2.2): only what is offered, and VERSION_1. */
bool refdev_features_acceptable(struct refdev *dev);

#endif
