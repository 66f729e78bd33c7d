/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VIRTIO over PCI: the capabilities of a modern device (VIRTIO 1.4, 4.1.4) and the transport made of them. */
#ifndef AVPS_PCI_H
#define AVPS_PCI_H

#include "avps/transport.h"

#define AVPS_PCI_MAX_CAPS 32
#define AVPS_PCI_CONFIG_SIZE 256

/* One VIRTIO capability (vendor-specific, id 0x09) as found in configuration space. */
struct avps_pci_cap {
	u8 at; /* where it starts in configuration space */
	u8 cap_len;
	u8 cfg_type; /* VIRTIO_PCI_CAP_* */
	u8 bar;
	u8 id;
	u64 offset; /* in the BAR; 64 bits for shared memory regions */
	u64 length;
	u32 notify_off_multiplier; /* of a notification capability */
};

struct avps_pci {
	struct avps_transport base;
	struct avps_pci_cap caps[AVPS_PCI_MAX_CAPS];
	unsigned int n_caps;
	/* The first usable capability of each kind: NULL where the device has none. */
	const struct avps_pci_cap *common;
	const struct avps_pci_cap *notify;
	const struct avps_pci_cap *isr;
	const struct avps_pci_cap *device;
	const struct avps_pci_cap *pci_cfg;
};

/* Whether PCI ids are those of a VIRTIO device (4.1.2), and of which type; *virtio_id is 0 where that is not known. */
bool avps_pci_is_virtio(u32 vendor, u32 device, u32 *virtio_id);

/* The PCI transport of a device whose transport is known to be PCI. */
struct avps_pci *avps_pci_of(struct avps_transport *t);

/*
 * Where the next capability with PCI id @cap_id (PCI_CAP_ID_*) is in configuration space.
 *
 * @after: where the previous one was, or 0 for the first. Returns 0 when there is none. A list that loops ends.
 */
u8 avps_pci_find_cap(struct avps_io *io, u8 cap_id, u8 after);

/*
 * Reads the capabilities of the function behind @io into *pci, which is no transport yet: those that a driver needs may be
 * missing.
 */
void avps_pci_look(struct avps_io *io, struct avps_pci *pci);

/*
 * Reads the capabilities of the device behind @io and makes its transport.
 *
 * Returns 0 and *out; -ENODEV without the capabilities a modern driver needs, -ENOMEM; then @why has a sentence.
 */
int avps_pci_open(struct avps_io *io, struct avps_transport **out, char *why, size_t why_size);

/* One access of @width bytes to a field of the common configuration, by offset in struct virtio_pci_common_cfg. */
u64 avps_pci_common_read(struct avps_pci *pci, u32 offset, unsigned int width);
void avps_pci_common_write(struct avps_pci *pci, u32 offset, unsigned int width, u64 value);

#endif
