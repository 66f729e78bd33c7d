// SPDX-License-Identifier: GPL-2.0-or-later
/* Access to the windows through configuration space (VIRTIO 1.4, 4.1.4.9). */
#include "pci.h"

static enum avps_skip has_window(struct avps_device *dev, char *why, size_t why_size)
{
	if (avps_pci_of(dev->transport)->pci_cfg)
		return 0;
	snprintf(why, why_size, "the device has no VIRTIO_PCI_CAP_PCI_CFG capability");
	return AVPS_SKIP_ABSENT;
}

/* Points the window at @width bytes of the common configuration. */
static void aim(struct avps_pci *pci, u32 offset, unsigned int width)
{
	struct avps_io *io = pci->base.io;
	u8 at = pci->pci_cfg->at;

	avps_io_config_write(io, at + VIRTIO_PCI_CAP_BAR, 1, pci->common->bar);
	avps_io_config_write(io, at + VIRTIO_PCI_CAP_OFFSET, 4, pci->common->offset + offset);
	avps_io_config_write(io, at + VIRTIO_PCI_CAP_LENGTH, 4, width);
}

static u32 window_read(struct avps_pci *pci, u32 offset, unsigned int width)
{
	aim(pci, offset, width);
	return avps_io_config_read(pci->base.io, pci->pci_cfg->at + offsetof(struct virtio_pci_cfg_cap, pci_cfg_data),
				   width);
}

static void window_write(struct avps_pci *pci, u32 offset, unsigned int width, u32 value)
{
	aim(pci, offset, width);
	avps_io_config_write(pci->base.io, pci->pci_cfg->at + offsetof(struct virtio_pci_cfg_cap, pci_cfg_data), width,
			     value);
}

/*
 * Reading through the window gives what reading the BAR gives, in each width.
 */
AVPS_TEST(pci, window_reads_the_bar, CLAUSES("pci-058"), NO_RING, ONLY_IF(has_window))
{
	for (u32 word = 0; word < 2; word++) {
		COMMON_WRITE(device_feature_select, word);
		CHECK_EQ("pci-058", window_read(self->pci, COMMON_OFFSET(device_feature), 4),
			 COMMON_READ(device_feature));
	}
	CHECK_EQ("pci-058", window_read(self->pci, COMMON_OFFSET(num_queues), 2), COMMON_READ(num_queues));
	avps_device_add_status(self->dev, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	CHECK_EQ("pci-058", window_read(self->pci, COMMON_OFFSET(device_status), 1), VIRTIO_CONFIG_S_ACKNOWLEDGE);
}

/*
 * Writing through the window writes the BAR, in each width and nothing beside it.
 */
AVPS_TEST(pci, window_writes_the_bar, CLAUSES("pci-057"), NO_RING, ONLY_IF(has_window))
{
	u16 smaller = self->dev->queue_max[0] / 2;

	for (u32 word = 0; word < 2; word++) {
		window_write(self->pci, COMMON_OFFSET(device_feature_select), 4, word);
		CHECK_EQ("pci-057", COMMON_READ(device_feature_select), word);
	}
	window_write(self->pci, COMMON_OFFSET(device_status), 1, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	CHECK_EQ("pci-057", COMMON_READ(device_status), VIRTIO_CONFIG_S_ACKNOWLEDGE);
	REQUIRE(!avps_device_negotiate(self->dev, exercise_features(self->dev)), "negotiation failed");
	COMMON_WRITE(queue_select, 0);
	if (smaller) {
		window_write(self->pci, COMMON_OFFSET(queue_size), 2, smaller);
		CHECK_EQ("pci-057", COMMON_READ(queue_size), smaller);
		CHECK_EQ("pci-057", COMMON_READ(queue_select), 0);
	}
}
