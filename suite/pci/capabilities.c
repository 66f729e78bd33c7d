// SPDX-License-Identifier: GPL-2.0-or-later
/* The VIRTIO capabilities and the windows that they describe (VIRTIO 1.4, 4.1.4). */
#include "pci.h"

#define CAP_VENDOR_CFG 9 /* VIRTIO_PCI_CAP_VENDOR_CFG, which the kernel's header does not have yet */

static unsigned int count(struct avps_pci *pci, u8 type)
{
	unsigned int n = 0;

	FOR_EACH_CAP(cap, pci, type)
	n++;
	return n;
}

static bool power_of_two(u32 value)
{
	return value && !(value & (value - 1));
}

/* The smallest honest cap_len of each capability type, by its structure. */
static u8 structure_size(u8 cfg_type)
{
	switch (cfg_type) {
	case VIRTIO_PCI_CAP_NOTIFY_CFG:
		return sizeof(struct virtio_pci_notify_cap);
	case VIRTIO_PCI_CAP_PCI_CFG:
		return sizeof(struct virtio_pci_cfg_cap);
	case VIRTIO_PCI_CAP_SHARED_MEMORY_CFG:
		return sizeof(struct virtio_pci_cap64);
	case CAP_VENDOR_CFG:
		return 8;
	default:
		return sizeof(struct virtio_pci_cap);
	}
}

/*
 * cap_len spans the whole structure, extra fields included, and ends inside configuration space.
 */
AVPS_TEST(pci, cap_len_spans_the_structure, CLAUSES("pci-016"), NO_RING)
{
	for (unsigned int i = 0; i < self->pci->n_caps; i++) {
		const struct avps_pci_cap *cap = &self->pci->caps[i];

		CHECK("pci-016", cap->cap_len >= structure_size(cap->cfg_type) && cap->at + cap->cap_len <= 256,
		      "the capability of type %u at %#x has cap_len %u", cap->cfg_type, cap->at, cap->cap_len);
	}
}

AVPS_TEST(pci, common_configuration_is_there, CLAUSES("pci-020", "pci-019"), NO_RING)
{
	CHECK("pci-020", count(self->pci, VIRTIO_PCI_CAP_COMMON_CFG) >= 1, "there is none");
	FOR_EACH_CAP(cap, self->pci, VIRTIO_PCI_CAP_COMMON_CFG)
	CHECK("pci-019", cap->offset % 4 == 0, "the one at %#x has offset %#llx", cap->at,
	      (unsigned long long)cap->offset);
}

AVPS_TEST(pci, isr_status_is_there, CLAUSES("pci-044"), NO_RING)
{
	CHECK("pci-044", count(self->pci, VIRTIO_PCI_CAP_ISR_CFG) >= 1, "there is none");
}

AVPS_TEST(pci, window_through_config_space_is_there, CLAUSES("pci-056"), NO_RING)
{
	CHECK("pci-056", count(self->pci, VIRTIO_PCI_CAP_PCI_CFG) >= 1, "there is none");
}

static enum avps_skip has_own_config(struct avps_device *dev, char *why, size_t why_size)
{
	const struct avps_device_class *class = avps_device_class_of(dev);

	if (class && class->config)
		return 0;
	snprintf(why, why_size, "this type of device has no configuration of its own, or none that is described yet");
	return AVPS_SKIP_ABSENT;
}

AVPS_TEST(pci, device_configuration_is_there, CLAUSES("pci-049", "pci-050"), NO_RING, ONLY_IF(has_own_config))
{
	CHECK("pci-049", count(self->pci, VIRTIO_PCI_CAP_DEVICE_CFG) >= 1, "there is none");
	FOR_EACH_CAP(cap, self->pci, VIRTIO_PCI_CAP_DEVICE_CFG)
	CHECK("pci-050", cap->offset % 4 == 0, "the one at %#x has offset %#llx", cap->at,
	      (unsigned long long)cap->offset);
}

/* Notification capabilities have stricter rules where the driver may write 32 bits to them. */

static enum avps_skip narrow_notifications(struct avps_device *dev, char *why, size_t why_size)
{
	if (!avps_has(dev->offered, 38))
		return 0;
	snprintf(why, why_size, "the device offers NOTIFICATION_DATA, and other rules hold");
	return AVPS_SKIP_ABSENT;
}

AVPS_TEST(pci, notification_capability, CLAUSES("pci-035", "pci-036", "pci-037"), NO_RING,
	  ONLY_IF(narrow_notifications))
{
	CHECK("pci-035", count(self->pci, VIRTIO_PCI_CAP_NOTIFY_CFG) >= 1, "there is none");
	FOR_EACH_CAP(cap, self->pci, VIRTIO_PCI_CAP_NOTIFY_CFG)
	{
		u32 multiplier = cap->notify_off_multiplier;

		CHECK("pci-036", cap->offset % 2 == 0, "its offset is %#llx", (unsigned long long)cap->offset);
		CHECK("pci-037", !multiplier || (power_of_two(multiplier) && multiplier % 2 == 0),
		      "notify_off_multiplier is %u", multiplier);
	}
}

AVPS_TEST(pci, notification_capability_has_room, CLAUSES("pci-038", "pci-039"), NO_RING, ONLY_IF(narrow_notifications))
{
	FOR_EACH_CAP(cap, self->pci, VIRTIO_PCI_CAP_NOTIFY_CFG)
	{
		CHECK("pci-038", cap->length >= 2, "its length is %llu", (unsigned long long)cap->length);
		for (u16 queue = 0; queue < COMMON_READ(num_queues); queue++) {
			u64 offset;

			COMMON_WRITE(queue_select, queue);
			offset = COMMON_READ(queue_notify_off) * cap->notify_off_multiplier;
			CHECK("pci-039", cap->length >= offset + 2, "queue %u is notified at %llu, the length is %llu",
			      queue, (unsigned long long)offset, (unsigned long long)cap->length);
		}
	}
}

/*
 * SR-IOV is offered only by a function that has the PCI capability of it.
 */
AVPS_TEST(pci, sr_iov_needs_its_capability, CLAUSES("core-reserved-009"), NO_RING)
{
	bool capability = false;
	u32 at = PCI_CFG_SPACE_SIZE;

	/* A list of at most 1 000 entries: more don't fit, so the list loops. */
	for (int step = 0; at >= PCI_CFG_SPACE_SIZE && step < 1000; step++) {
		u32 header = avps_io_config_read(self->io, at, 4);

		if (!header || header == UINT32_MAX)
			break;
		capability |= PCI_EXT_CAP_ID(header) == PCI_EXT_CAP_ID_SRIOV;
		at = PCI_EXT_CAP_NEXT(header);
	}
	CHECK("core-reserved-009", capability || !avps_has(self->dev->offered, VIRTIO_F_SR_IOV),
	      "the feature is offered, and there is no PCI capability");
}
