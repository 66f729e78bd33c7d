// SPDX-License-Identifier: GPL-2.0-or-later
/* ISR status and the interrupt line (VIRTIO 1.4, 4.1.4.5). */
#include "refdev/pci/parts.h"

static void set_line(struct refdev_function *f, bool asserted)
{
	if (f->line == asserted)
		return;
	f->line = asserted;
	if (f->port.wires.line)
		f->port.wires.line(f->port.wires.machine, asserted);
}

void refdev_pci_update_line(struct refdev_function *f)
{
	bool disabled = space_get(f, PCI_COMMAND, 2) & PCI_COMMAND_INTX_DISABLE;

	set_line(f, f->isr && !refdev_pci_msix_enabled(f) && !disabled);
}

static void raise_later(struct refdev *dev, u64 bits)
{
	struct refdev_function *f = function_of(dev->port);

	f->isr |= bits;
	refdev_pci_update_line(f);
}

void refdev_pci_isr_raise(struct refdev_function *f, u8 bits)
{
	if (defect("pci.isr_set_after_the_line")) {
		set_line(f, true);
		refdev_do_later(f->dev, 32, raise_later, bits);
		return;
	}
	if (bits == ISR_QUEUE && defect("pci.isr_without_queue_bit"))
		bits = ISR_CONFIG;
	if (bits == ISR_CONFIG && defect("pci.isr_without_configuration_bit"))
		bits = ISR_QUEUE;
	if (bits == ISR_CONFIG && defect("pci.configuration_bit_comes_after_the_line")) {
		set_line(f, true);
		refdev_do_later(f->dev, 32, raise_later, bits);
		return;
	}
	f->isr |= bits;
	refdev_pci_update_line(f);
}

u8 refdev_pci_isr_read(struct refdev_function *f)
{
	u8 isr = f->isr;

	if (defect("pci.isr_not_cleared"))
		return isr;
	f->isr = 0;
	refdev_pci_update_line(f);
	return isr;
}

bool refdev_pci_isr_shown(struct refdev_function *f)
{
	if (defect("pci.interrupt_status_never_set"))
		return false;
	if (defect("pci.interrupt_status_sticks") && space_get(f, PCI_STATUS, 2) & PCI_STATUS_INTERRUPT)
		return true;
	if (defect("pci.interrupt_status_always_set"))
		return true;
	return f->isr && !refdev_pci_msix_enabled(f);
}
