// SPDX-License-Identifier: GPL-2.0-or-later
/* The device status (VIRTIO 1.4, 2.1), reset (2.4), failure (2.1.2), suspension (3.4). */
#include <linux/virtio_config.h>
#include <string.h>

#include "refdev/core/defect.h"
#include "refdev/core/device.h"
#include "refdev/core/features.h"
#include "refdev/core/wrong.h"

bool refdev_live(const struct refdev *dev)
{
	if ((dev->status & VIRTIO_CONFIG_S_NEEDS_RESET) || dev->wrong.dead)
		return false;
	if ((dev->status & REFDEV_STATUS_SUSPEND) && defect("core.suspended_serves_notifications"))
		return true;
	if ((dev->status & VIRTIO_CONFIG_S_FEATURES_OK) && defect("core.notification_starts_the_device"))
		return true;
	return (dev->status & VIRTIO_CONFIG_S_DRIVER_OK) && !(dev->status & REFDEV_STATUS_SUSPEND);
}

void refdev_reset(struct refdev *dev)
{
	if (!refdev_wrong_outlive_device_reset(dev))
		refdev_forget_later(dev);
	if (!dev->status)
		dev->wrong.accepted_in_a_row = 0;
	memset(dev->wrong.scribbled, 0, sizeof(dev->wrong.scribbled));
	dev->wrong.resumes = 0;
	dev->wrong.dead = dev->wrong.suspend_wanted = false;
	dev->status = 0;
	dev->accepted = 0;
	dev->changed_unsaid = false;
	for (unsigned int i = 0; i < REFDEV_MAX_QUEUES; i++)
		refdev_queue_reset(&dev->queues[i]);
	if (dev->type->reset)
		dev->type->reset(dev);
	if (dev->bus && dev->bus->reset)
		dev->bus->reset(dev);
}

static void tell_changed(struct refdev *dev)
{
	if (dev->bus)
		dev->bus->changed(dev);
}

void refdev_fail(struct refdev *dev)
{
	bool live = dev->status & VIRTIO_CONFIG_S_DRIVER_OK;

	if ((dev->status & VIRTIO_CONFIG_S_NEEDS_RESET) || dev->wrong.dead)
		return;
	dev->wrong.dead = defect("core.failure_is_not_told");
	if (dev->wrong.dead)
		return;
	dev->status |= VIRTIO_CONFIG_S_NEEDS_RESET;
	if (live && !defect("core.needs_reset_without_notification"))
		tell_changed(dev);
}

/*
 * A driver can't know a generation that it has not read, so that nothing more needs to change in it: however many changes
 * there are, it does not come back to what the driver has seen (4.1.4.3.1).
 */
static void move_generation(struct refdev *dev)
{
	if (!(dev->status & VIRTIO_CONFIG_S_DRIVER_OK) && defect("core.generation_waits_for_the_driver"))
		return;
	if (dev->generation_seen || defect("core.generation_counts_every_change"))
		dev->generation++;
	dev->generation_seen = false;
}

void refdev_config_changed(struct refdev *dev)
{
	move_generation(dev);
	if (defect("core.change_is_not_told"))
		return;
	if ((dev->status & REFDEV_STATUS_SUSPEND) && !defect("core.suspended_change_is_told"))
		dev->changed_unsaid = !defect("core.suspended_change_is_forgotten");
	else if (dev->status & (VIRTIO_CONFIG_S_DRIVER_OK | REFDEV_STATUS_SUSPEND))
		tell_changed(dev);
}

/* The device works synchronously: no buffer is in process, and no notification is still to be sent. */
static void suspend(struct refdev *dev)
{
	if ((dev->status & VIRTIO_CONFIG_S_NEEDS_RESET) || defect("core.suspend_is_ignored"))
		return;
	if (!defect("core.suspend_is_not_shown"))
		dev->status |= REFDEV_STATUS_SUSPEND;
	if (!defect("core.suspend_keeps_driver_ok"))
		dev->status &= ~VIRTIO_CONFIG_S_DRIVER_OK;
	if (defect("core.suspended_writes_its_rings"))
		refdev_wrong_write_rings(dev, 0);
}

/* What waits in the queues is served at once, since the driver need not notify the device of it again. */
static void resume(struct refdev *dev)
{
	if ((dev->status & VIRTIO_CONFIG_S_NEEDS_RESET) || defect("core.resume_is_ignored"))
		return;
	dev->wrong.resumes++;
	if (!defect("core.resume_keeps_suspend"))
		dev->status &= ~REFDEV_STATUS_SUSPEND;
	dev->status |= VIRTIO_CONFIG_S_DRIVER_OK;
	if (defect("core.resume_loses_its_place"))
		for (unsigned int i = 0; i < REFDEV_MAX_QUEUES; i++)
			refdev_queue_start(&dev->queues[i]);
	if (dev->changed_unsaid)
		tell_changed(dev);
	dev->changed_unsaid = false;
	refdev_serve(dev);
}

static void go(struct refdev *dev)
{
	if (!(dev->status & VIRTIO_CONFIG_S_FEATURES_OK))
		return;
	dev->status |= VIRTIO_CONFIG_S_DRIVER_OK;
	if (dev->wrong.suspend_wanted)
		suspend(dev);
}

static void agree(struct refdev *dev)
{
	if (!refdev_features_acceptable(dev))
		return;
	dev->status |= VIRTIO_CONFIG_S_FEATURES_OK;
	if (dev->type->negotiated)
		dev->type->negotiated(dev);
}

/* What the driver does with SUSPEND means nothing before DRIVER_OK, and nothing without the feature (3.4). */
static void write_suspend(struct refdev *dev)
{
	if ((dev->status & VIRTIO_CONFIG_S_DRIVER_OK) && refdev_has(dev, REFDEV_F_SUSPEND)) {
		suspend(dev);
		return;
	}
	dev->wrong.suspend_wanted = defect("core.early_suspend_is_remembered");
	if (defect("core.early_suspend_is_shown"))
		dev->status |= REFDEV_STATUS_SUSPEND;
	if (defect("core.early_suspend_is_an_error"))
		refdev_fail(dev);
}

/* Whether a device with one of these defects takes a reset for something less. */
static bool resets_badly(struct refdev *dev)
{
	u8 left = dev->status & (VIRTIO_CONFIG_S_FAILED | VIRTIO_CONFIG_S_DRIVER_OK);

	if (!(dev->status & VIRTIO_CONFIG_S_DRIVER_OK) && defect("core.reset_drains_queues_not_live")) {
		dev->status |= VIRTIO_CONFIG_S_DRIVER_OK;
		refdev_serve(dev);
	}
	if ((left & VIRTIO_CONFIG_S_FAILED) && defect("core.reset_only_clears_failed")) {
		dev->status &= ~VIRTIO_CONFIG_S_FAILED;
		return true;
	}
	if ((left & VIRTIO_CONFIG_S_DRIVER_OK) && defect("core.reset_only_clears_driver_ok")) {
		dev->status &= ~VIRTIO_CONFIG_S_DRIVER_OK;
		return true;
	}
	return false;
}

/* Bits can't be cleared one by one: the driver must not try (2.1.1). */
void refdev_write_status(struct refdev *dev, u8 status)
{
	const u8 plain = VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER | VIRTIO_CONFIG_S_FAILED;
	u8 set = status & ~dev->status;

	if (!status) {
		if (!resets_badly(dev))
			refdev_reset(dev);
		return;
	}
	dev->status |= set & plain;
	if (set & VIRTIO_CONFIG_S_FEATURES_OK)
		agree(dev);
	if (set & REFDEV_STATUS_SUSPEND)
		write_suspend(dev);
	if (!(set & VIRTIO_CONFIG_S_DRIVER_OK))
		return;
	if (dev->status & REFDEV_STATUS_SUSPEND)
		resume(dev);
	else
		go(dev);
}
