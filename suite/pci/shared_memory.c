// SPDX-License-Identifier: GPL-2.0-or-later
/* Shared memory regions (VIRTIO 1.4, 4.1.4.7). */
#include "pci.h"

static enum avps_skip has_shared_memory(struct avps_device *dev, char *why, size_t why_size)
{
	FOR_EACH_CAP(cap, avps_pci_of(dev->transport), VIRTIO_PCI_CAP_SHARED_MEMORY_CFG)
	return 0;
	snprintf(why, why_size, "the device has no shared memory region");
	return AVPS_SKIP_ABSENT;
}

/*
 * A region lies wholly in the BAR that its capability names.
 */
AVPS_TEST(pci, shared_memory_lies_in_its_bar, CLAUSES("pci-051"), NO_RING, ONLY_IF(has_shared_memory))
{
	FOR_EACH_CAP(cap, self->pci, VIRTIO_PCI_CAP_SHARED_MEMORY_CFG)
	CHECK("pci-051", cap->length && pci_room(cap, self->io) == cap->length,
	      "region %u, %#llx bytes long at %#llx, has %#llx bytes in BAR %u", cap->id,
	      (unsigned long long)cap->length, (unsigned long long)cap->offset,
	      (unsigned long long)pci_room(cap, self->io), cap->bar);
}

AVPS_TEST(pci, shared_memory_ids_are_unique, CLAUSES("pci-052"), NO_RING, ONLY_IF(has_shared_memory))
{
	bool seen[256] = { false };

	FOR_EACH_CAP(cap, self->pci, VIRTIO_PCI_CAP_SHARED_MEMORY_CFG)
	{
		CHECK("pci-052", !seen[cap->id], "a second region has the id %u", cap->id);
		seen[cap->id] = true;
	}
}
