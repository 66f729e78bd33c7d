// SPDX-License-Identifier: GPL-2.0-or-later
/* Access to the windows through configuration space (VIRTIO 1.4, 4.1.4.9). */
#include "pci.h"
#include "suite/core/config_fields.h"

static enum avps_skip has_window(struct avps_device *dev, char *why, size_t why_size)
{
	if (avps_pci_of(dev->transport)->pci_cfg)
		return 0;
	snprintf(why, why_size, "the device has no VIRTIO_PCI_CAP_PCI_CFG capability");
	return AVPS_SKIP_ABSENT;
}

#define DATA_AT offsetof(struct virtio_pci_cfg_cap, pci_cfg_data)

/* Points the window at @width bytes, at @offset of the structure of @cap. */
static void aim(struct avps_pci *pci, const struct avps_pci_cap *cap, u32 offset, unsigned int width)
{
	struct avps_io *io = pci->base.io;
	u8 at = pci->pci_cfg->at;

	avps_io_config_write(io, at + VIRTIO_PCI_CAP_BAR, 1, cap->bar);
	avps_io_config_write(io, at + VIRTIO_PCI_CAP_OFFSET, 4, cap->offset + offset);
	avps_io_config_write(io, at + VIRTIO_PCI_CAP_LENGTH, 4, width);
}

static u32 window_read(struct avps_pci *pci, const struct avps_pci_cap *cap, u32 offset, unsigned int width)
{
	aim(pci, cap, offset, width);
	return avps_io_config_read(pci->base.io, pci->pci_cfg->at + DATA_AT, width);
}

static void window_write(struct avps_pci *pci, const struct avps_pci_cap *cap, u32 offset, unsigned int width,
			 u32 value)
{
	aim(pci, cap, offset, width);
	avps_io_config_write(pci->base.io, pci->pci_cfg->at + DATA_AT, width, value);
}

#define COMMON_BY_WINDOW(field_) window_read(self->pci, self->pci->common, COMMON_OFFSET(field_), COMMON_WIDTH(field_))
#define WRITE_COMMON_BY_WINDOW(field_, value_) \
	window_write(self->pci, self->pci->common, COMMON_OFFSET(field_), COMMON_WIDTH(field_), value_)

/*
 * Where the window points is what the driver wrote, and can be read back.
 */
AVPS_TEST(pci, window_registers_read_back, CLAUSES("pci-p06"), NO_RING, ONLY_IF(has_window))
{
	static const u8 widths[] = { 4, 2, 1 };
	u8 at = self->pci->pci_cfg->at;

	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		u32 offset = i ? COMMON_OFFSET(device_status) : COMMON_OFFSET(device_feature);

		if (widths[i] == 2)
			offset = COMMON_OFFSET(num_queues);
		aim(self->pci, self->pci->common, offset, widths[i]);
		CHECK_EQ("pci-p06", avps_io_config_read(self->io, at + VIRTIO_PCI_CAP_BAR, 1), self->pci->common->bar);
		CHECK_EQ("pci-p06", avps_io_config_read(self->io, at + VIRTIO_PCI_CAP_OFFSET, 4),
			 self->pci->common->offset + offset);
		CHECK_EQ("pci-p06", avps_io_config_read(self->io, at + VIRTIO_PCI_CAP_LENGTH, 4), widths[i]);
	}
}

/*
 * Reading through the window gives what reading the BAR gives, in each width.
 */
AVPS_TEST(pci, window_reads_the_bar, CLAUSES("pci-058"), NO_RING, ONLY_IF(has_window))
{
	for (u32 word = 0; word < 2; word++) {
		COMMON_WRITE(device_feature_select, word);
		CHECK_EQ("pci-058", COMMON_BY_WINDOW(device_feature), COMMON_READ(device_feature));
	}
	CHECK_EQ("pci-058", COMMON_BY_WINDOW(num_queues), COMMON_READ(num_queues));
	avps_device_add_status(self->dev, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	CHECK_EQ("pci-058", COMMON_BY_WINDOW(device_status), VIRTIO_CONFIG_S_ACKNOWLEDGE);
}

static enum avps_skip has_window_and_config(struct avps_device *dev, char *why, size_t why_size)
{
	return has_window(dev, why, why_size) ?: config_known(dev, why, why_size);
}

/*
 * So it is for the device's own configuration, each field in its own width.
 */
AVPS_TEST(pci, window_reads_the_device_configuration, CLAUSES("pci-058"), NO_RING, ONLY_IF(has_window_and_config))
{
	const struct avps_config_field *field = avps_device_class_of(self->dev)->config;
	u32 before[CONFIG_MOST_FIELDS], after[CONFIG_MOST_FIELDS], seen[CONFIG_MOST_FIELDS] = { 0 };

	config_read_all(self->dev, before);
	for (int i = 0; field[i].width; i++)
		if (config_exists(self->dev, &field[i]))
			seen[i] = window_read(self->pci, self->pci->device, field[i].offset, field[i].width);
	config_read_all(self->dev, after);
	for (int i = 0; field[i].width; i++)
		if (config_exists(self->dev, &field[i]) && before[i] == after[i])
			CHECK("pci-058", seen[i] == after[i],
			      "the field of %u bytes at %u reads %#x through the window and %#x in the BAR",
			      field[i].width, field[i].offset, seen[i], after[i]);
}

/*
 * Writing through the window writes the BAR, in each width and nothing beside it.
 */
AVPS_TEST(pci, window_writes_the_bar, CLAUSES("pci-057"), NO_RING, ONLY_IF(has_window))
{
	u16 smaller = self->dev->queue_max[0] / 2;

	for (u32 word = 0; word < 2; word++) {
		WRITE_COMMON_BY_WINDOW(device_feature_select, word);
		CHECK_EQ("pci-057", COMMON_READ(device_feature_select), word);
	}
	WRITE_COMMON_BY_WINDOW(device_status, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	CHECK_EQ("pci-057", COMMON_READ(device_status), VIRTIO_CONFIG_S_ACKNOWLEDGE);
	REQUIRE(!avps_device_negotiate(self->dev, exercise_features(self->dev)), "negotiation failed");
	COMMON_WRITE(queue_select, 0);
	if (smaller) {
		WRITE_COMMON_BY_WINDOW(queue_size, smaller);
		CHECK_EQ("pci-057", COMMON_READ(queue_size), smaller);
		CHECK_EQ("pci-057", COMMON_READ(queue_select), 0);
	}
}

static enum avps_skip has_window_and_exercise(struct avps_device *dev, char *why, size_t why_size)
{
	return has_window(dev, why, why_size) ?: exercise_known(dev, why, why_size);
}

/*
 * A queue can be notified through the window, too. The request before it has the device at rest: it may look at its queues
 * unasked when it starts.
 */
AVPS_TEST(pci, window_notifies, CLAUSES("pci-057"), ONLY_IF(has_window_and_exercise))
{
	struct exercise_request request;
	struct avps_used used;
	const char *wrong;
	u16 queue;

	REQUIRE(!exercise_start(&self->ex, self->on, 0), "the device could not be initialised");
	queue = self->ex.vq.index;
	REQUEST();
	REQUIRE(!exercise_add(&self->ex, &request), "the ring is full");
	COMMON_WRITE(queue_select, queue);
	window_write(self->pci, self->pci->notify,
		     COMMON_READ(queue_notify_off) * self->pci->notify->notify_off_multiplier, 2, queue);
	wrong = exercise_wrong(&self->ex, &request, avps_vq_wait_used(&self->ex.vq, &used), &used);
	CHECK_WORKS("pci-057", wrong, "the queue was notified through the window");
}
