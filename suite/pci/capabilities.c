// SPDX-License-Identifier: GPL-2.0-or-later
/* The VIRTIO capabilities and the windows that they describe (VIRTIO 1.4, 4.1.4). */
#include "pci.h"
#include "suite/core/config_fields.h"

static unsigned int count(struct avps_pci *pci, u8 type)
{
	unsigned int n = 0;

	FOR_EACH_CAP(cap, pci, type)
	n++;
	return n;
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
AVPS_TEST(pci_function, cap_len_spans_the_structure, CLAUSES("pci-016"), NO_RING)
{
	for (unsigned int i = 0; i < self->pci->n_caps; i++) {
		const struct avps_pci_cap *cap = &self->pci->caps[i];

		CHECK("pci-016", cap->cap_len >= structure_size(cap->cfg_type) && cap->at + cap->cap_len <= 256,
		      "the capability of type %u at %#x has cap_len %u", cap->cfg_type, cap->at, cap->cap_len);
	}
}

AVPS_TEST(pci_function, common_configuration_is_there, CLAUSES("pci-020", "pci-019"), NO_RING)
{
	CHECK("pci-020", count(self->pci, VIRTIO_PCI_CAP_COMMON_CFG) >= 1, "there is none");
	FOR_EACH_CAP(cap, self->pci, VIRTIO_PCI_CAP_COMMON_CFG)
	CHECK("pci-019", cap->offset % 4 == 0, "the one at %#x has offset %#llx", cap->at,
	      (unsigned long long)cap->offset);
}

AVPS_TEST(pci_function, isr_status_is_there, CLAUSES("pci-044"), NO_RING)
{
	CHECK("pci-044", count(self->pci, VIRTIO_PCI_CAP_ISR_CFG) >= 1, "there is none");
}

AVPS_TEST(pci_function, window_through_config_space_is_there, CLAUSES("pci-056"), NO_RING)
{
	CHECK("pci-056", count(self->pci, VIRTIO_PCI_CAP_PCI_CFG) >= 1, "there is none");
}

static enum avps_skip has_own_config(struct avps_device *dev, char *why, size_t why_size)
{
	if (config_end(dev))
		return 0;
	snprintf(why, why_size, "this type of device has no configuration of its own, or none that is described yet");
	return AVPS_SKIP_ABSENT;
}

AVPS_TEST(pci_function, device_configuration_is_there, CLAUSES("pci-049", "pci-050"), NO_RING, ONLY_IF(has_own_config))
{
	CHECK("pci-049", count(self->pci, VIRTIO_PCI_CAP_DEVICE_CFG) >= 1, "there is none");
	FOR_EACH_CAP(cap, self->pci, VIRTIO_PCI_CAP_DEVICE_CFG)
	CHECK("pci-050", cap->offset % 4 == 0, "the one at %#x has offset %#llx", cap->at,
	      (unsigned long long)cap->offset);
}

/* How long the structure of a type is on @dev, counting the fields of all features that it offers; 0: it has no window. */
static u64 structure_length(struct avps_device *dev, u8 cfg_type)
{
	switch (cfg_type) {
	case VIRTIO_PCI_CAP_COMMON_CFG:
		if (avps_has(dev->offered, VIRTIO_F_ADMIN_VQ))
			return COMMON_ADMIN_QUEUE_NUM + 2;
		if (avps_has(dev->offered, VIRTIO_F_RING_RESET))
			return COMMON_QUEUE_RESET + 2;
		if (avps_has(dev->offered, VIRTIO_F_NOTIF_CONFIG_DATA))
			return COMMON_QUEUE_RESET;
		return sizeof(struct virtio_pci_common_cfg);
	case VIRTIO_PCI_CAP_NOTIFY_CFG:
		return 2;
	case VIRTIO_PCI_CAP_ISR_CFG:
		return 1;
	case VIRTIO_PCI_CAP_DEVICE_CFG:
		return config_end(dev) ?: 1;
	default:
		return 0;
	}
}

/*
 * Every window is long enough for its structure, and lies in a BAR that the device has.
 */
AVPS_TEST(pci_function, windows_hold_their_structures, CLAUSES("pci-p01"), NO_RING)
{
	for (unsigned int i = 0; i < self->pci->n_caps; i++) {
		const struct avps_pci_cap *cap = &self->pci->caps[i];
		u64 least = structure_length(self->dev, cap->cfg_type);

		if (!least)
			continue;
		CHECK("pci-p01", cap->length >= least, "the window of type %u is %llu bytes long, its structure %llu",
		      cap->cfg_type, (unsigned long long)cap->length, (unsigned long long)least);
		CHECK("pci-p01", pci_room(cap, self->io) == cap->length,
		      "the window of type %u, %llu bytes long at %#llx, has %llu bytes in BAR %u", cap->cfg_type,
		      (unsigned long long)cap->length, (unsigned long long)cap->offset,
		      (unsigned long long)pci_room(cap, self->io), cap->bar);
	}
}

/*
 * SR-IOV is offered only by a function that has the PCI capability of it.
 */
AVPS_TEST(pci_function, sr_iov_needs_its_capability, CLAUSES("core-reserved-009"), NO_RING)
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
