// SPDX-License-Identifier: GPL-2.0-or-later
/* Available buffer notifications (VIRTIO 1.4, 4.1.4.4, 4.1.5.2). */
#include "refdev/pci/parts.h"

/* Neither the address nor the value is the queue's index, so that a driver that mixes them up is of no use. */

u16 refdev_pci_notify_off(const struct refdev_queue *queue)
{
	return queue->index + 1;
}

u16 refdev_pci_notify_config_data(const struct refdev_queue *queue)
{
	return 0x100 + 2 * queue->index;
}

/* What the driver has to call the queue. */
static u16 name_of(const struct refdev_queue *queue)
{
	return refdev_has(queue->dev, REFDEV_F_NOTIF_CONFIG_DATA) ? refdev_pci_notify_config_data(queue) : queue->index;
}

/* The value, its width and the address all have to be right; where the next buffer is (2.9), the ring tells, too. */
void refdev_pci_notify(struct refdev_function *f, u32 offset, unsigned int width, u64 value)
{
	struct refdev *dev = f->dev;

	if (width == 4 && defect("pci.notification_of_32_bits_is_lost"))
		return;
	if (width == 4 && defect("pci.notification_data_is_taken_for_the_index") && value > UINT16_MAX)
		return;
	if (width != (refdev_has(dev, REFDEV_F_NOTIFICATION_DATA) ? 4 : 2))
		return;
	for (unsigned int i = 0; i < REFDEV_MAX_QUEUES; i++) {
		struct refdev_queue *queue = refdev_queue_of(dev, i);

		if (!queue || !queue->size_max)
			continue;
		if (offset == refdev_pci_notify_off(queue) * f->notify_multiplier && (u16)value == name_of(queue)) {
			refdev_notify(dev, i);
			return;
		}
	}
}
