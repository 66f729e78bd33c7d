// SPDX-License-Identifier: GPL-2.0-or-later
/* Access to the BARs through configuration space (VIRTIO 1.4, 4.1.4.9). It needs no decoding to be on. */
#include "refdev/pci/parts.h"

/* An access, as the driver has set it up. */
struct access {
	u8 bar;
	u32 offset;
	u32 length; /* bytes: 1, 2 or 4 */
	u8 data_at; /* in configuration space */
};

/* Returns false where the driver asks for what there is not. */
static bool set_up(struct refdev_function *f, struct access *access)
{
	u8 at = f->pci_cfg_at;

	access->bar = space_get(f, at + VIRTIO_PCI_CAP_BAR, 1);
	access->offset = space_get(f, at + VIRTIO_PCI_CAP_OFFSET, 4);
	access->length = space_get(f, at + VIRTIO_PCI_CAP_LENGTH, 4);
	access->data_at = at + offsetof(struct virtio_pci_cfg_cap, pci_cfg_data);
	return access->length == 1 || access->length == 2 || access->length == 4;
}

void refdev_pci_cfg_read(struct refdev_function *f)
{
	struct access access;
	u32 value;

	if (!set_up(f, &access))
		return;
	if (defect("pci.pci_cfg_reads_whole_words"))
		access.offset &= ~3;
	value = refdev_pci_bar_read(f, access.bar, access.offset, access.length);
	if (defect("pci.pci_cfg_reads_nothing"))
		return;
	if (access.bar == f->config.bar && access.offset >= f->config.offset &&
	    access.offset < f->config.offset + f->config.length && defect("pci.pci_cfg_reads_no_device_configuration"))
		value = 0;
	space_put(f, access.data_at, access.length, value);
}

void refdev_pci_cfg_write(struct refdev_function *f)
{
	struct access access;

	if (!set_up(f, &access) || defect("pci.pci_cfg_writes_nothing"))
		return;
	if (access.bar == f->notify.bar && access.offset >= f->notify.offset &&
	    access.offset < f->notify.offset + f->notify.length && defect("pci.pci_cfg_does_not_notify"))
		return;
	if (defect("pci.pci_cfg_writes_four_bytes"))
		access.length = 4;
	refdev_pci_bar_write(f, access.bar, access.offset, access.length, space_get(f, access.data_at, access.length));
}
