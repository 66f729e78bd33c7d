// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The registers that legacy drivers use (VIRTIO 1.4, 4.1.4.10), so far as to find the device and its queues and to reset it: it
 * is not to be driven by them.
 */
#include <linux/virtio_pci.h>

#include "refdev/pci/parts.h"

#define HEADER 20 /* bytes */
#define HEADER_WITH_VECTORS 24

/* Where the device's own configuration begins: with MSI-X enabled there are two more registers before it. */
static unsigned int config_at(const struct refdev_function *f)
{
	return refdev_pci_msix_enabled(f) ? HEADER_WITH_VECTORS : HEADER;
}

u64 refdev_pci_legacy_size(const struct refdev_function *f)
{
	return HEADER_WITH_VECTORS + f->dev->type->config_len <= 64 ? 64 : 128;
}

u64 refdev_pci_legacy_read(struct refdev_function *f, u64 offset, unsigned int width)
{
	struct refdev_queue *queue = refdev_queue_of(f->dev, f->queue_select);
	struct {
		u32 device_features, driver_features, queue_address;
		u16 queue_size, queue_select, queue_notify;
		u8 status, isr;
		u16 config_vector, queue_vector;
	} now = {
		.device_features = refdev_offered(f->dev, 0),
		.driver_features = refdev_accepted(f->dev, 0),
		.queue_size = queue ? queue->size_max : 0,
		.queue_select = f->queue_select,
		.status = f->dev->status,
		.config_vector = f->config_vector,
		.queue_vector = queue ? f->queue_vectors[queue->index] : NO_VECTOR,
	};

	if (offset >= config_at(f))
		return refdev_config_read(f->dev, offset - config_at(f), width);
	if (touches(offset, width, VIRTIO_PCI_ISR, 1))
		now.isr = refdev_pci_isr_read(f);
	return bytes_of(&now, config_at(f), offset, width);
}

void refdev_pci_legacy_write(struct refdev_function *f, u64 offset, unsigned int width, u64 value)
{
	if (offset == VIRTIO_PCI_QUEUE_SEL && width == 2)
		f->queue_select = value;
	if (offset == VIRTIO_PCI_STATUS && width == 1 && !value)
		refdev_write_status(f->dev, 0);
}
