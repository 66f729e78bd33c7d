// SPDX-License-Identifier: GPL-2.0-or-later
/* Accesses to configuration space: what is kept there, and the few registers that do something. */
#include "refdev/pci/parts.h"

/* Interrupt Status is not kept: it is there while ISR status is (4.1.4.5.1). */
static void show_interrupt_status(struct refdev_function *f)
{
	u16 status = space_get(f, PCI_STATUS, 2) & ~PCI_STATUS_INTERRUPT;

	if (refdev_pci_isr_shown(f))
		status |= PCI_STATUS_INTERRUPT;
	space_put(f, PCI_STATUS, 2, status);
}

static bool at_pci_cfg_data(const struct refdev_function *f, unsigned int offset, unsigned int width)
{
	return f->pci_cfg_at &&
	       touches(offset, width, f->pci_cfg_at + offsetof(struct virtio_pci_cfg_cap, pci_cfg_data), 4);
}

/* Defects: vendor data whose reading does something. */
static void break_vendor_data(struct refdev_function *f, unsigned int offset, unsigned int width)
{
	if (!f->vendor_at || !touches(offset, width, f->vendor_at, 16))
		return;
	if (defect("pci.vendor_data_counts_reads"))
		f->space[f->vendor_at + 12]++;
	if (defect("pci.vendor_data_read_moves_generation"))
		f->dev->generation++;
	if (defect("pci.vendor_data_read_selects_a_queue"))
		f->queue_select = 1;
}

/* Conventional functions have 256 bytes; behind them nobody answers. */
static unsigned int size_of(const struct refdev_function *f)
{
	return f->options.express ? PCI_CFG_SPACE_EXP_SIZE : PCI_CFG_SPACE_SIZE;
}

u32 refdev_pci_config_read(struct refdev_port *port, unsigned int offset, unsigned int width)
{
	struct refdev_function *f = function_of(port);

	if (width > 4 || offset >= size_of(f) || width > size_of(f) - offset)
		return UINT32_MAX;
	if (at_pci_cfg_data(f, offset, width))
		refdev_pci_cfg_read(f);
	show_interrupt_status(f);
	break_vendor_data(f, offset, width);
	if (offset < PCI_STD_HEADER_SIZEOF && offset % 4 == 3 && defect("pci.header_last_byte_reads_zero"))
		return 0;
	if (offset == PCI_SUBSYSTEM_ID && width == 2 && defect("pci.subsystem_words_swapped"))
		return space_get(f, PCI_SUBSYSTEM_VENDOR_ID, 2);
	return space_get(f, offset, width);
}

void refdev_pci_config_write(struct refdev_port *port, unsigned int offset, unsigned int width, u32 value)
{
	struct refdev_function *f = function_of(port);

	if (width > 4 || offset >= size_of(f) || width > size_of(f) - offset)
		return;
	for (unsigned int i = 0; i < width; i++) {
		u8 *byte = &f->space[offset + i], writable = f->writable[offset + i];

		*byte = (*byte & ~writable) | (value >> (8 * i) & writable);
	}
	if (at_pci_cfg_data(f, offset, width))
		refdev_pci_cfg_write(f);
	refdev_pci_msix_deliver(f);
	refdev_pci_update_line(f);
}
