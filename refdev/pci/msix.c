// SPDX-License-Identifier: GPL-2.0-or-later
/* MSI-X: the vector table, the pending bits, and the messages. */
#include "refdev/pci/parts.h"

#define ADDRESS_LOW (PCI_MSIX_ENTRY_LOWER_ADDR / 4)
#define ADDRESS_HIGH (PCI_MSIX_ENTRY_UPPER_ADDR / 4)
#define DATA (PCI_MSIX_ENTRY_DATA / 4)
#define CONTROL (PCI_MSIX_ENTRY_VECTOR_CTRL / 4)

static u16 flags(const struct refdev_function *f)
{
	return f->msix_at ? space_get(f, f->msix_at + PCI_MSIX_FLAGS, 2) : 0;
}

bool refdev_pci_msix_enabled(const struct refdev_function *f)
{
	return flags(f) & PCI_MSIX_FLAGS_ENABLE;
}

u16 refdev_pci_msix_size(const struct refdev_function *f)
{
	return f->vectors + (defect("pci.msix_table_size_not_minus_one") ? 1 : 0);
}

static bool masked(const struct refdev_function *f, u16 vector)
{
	return flags(f) & PCI_MSIX_FLAGS_MASKALL || f->table[vector][CONTROL] & PCI_MSIX_ENTRY_CTRL_MASKBIT;
}

/* A message is a write, which the function may do only as a master of the bus. */
static void send(struct refdev_function *f, u16 vector)
{
	const u32 *entry = f->table[vector];

	if (f->port.wires.message && refdev_pci_may(f, PCI_COMMAND_MASTER))
		f->port.wires.message(f->port.wires.machine, (u64)entry[ADDRESS_HIGH] << 32 | entry[ADDRESS_LOW],
				      entry[DATA]);
}

void refdev_pci_msix_signal(struct refdev_function *f, u16 vector)
{
	if (vector == NO_VECTOR && defect("pci.no_vector_interrupts"))
		vector = 0;
	if (vector >= f->vectors)
		return;
	f->pending |= (u64)1 << vector;
	refdev_pci_msix_deliver(f);
}

void refdev_pci_msix_deliver(struct refdev_function *f)
{
	if (!refdev_pci_msix_enabled(f))
		return;
	for (u16 vector = 0; vector < f->vectors; vector++) {
		u64 bit = (u64)1 << vector;

		if (f->pending & bit && !masked(f, vector)) {
			f->pending &= ~bit;
			send(f, vector);
		}
	}
}

u64 refdev_pci_msix_read(struct refdev_function *f, u64 offset, unsigned int width)
{
	if (offset >= PENDING_BITS_AT)
		return bytes_of(&f->pending, sizeof(f->pending), offset - PENDING_BITS_AT, width);
	return bytes_of(f->table, f->vectors * PCI_MSIX_ENTRY_SIZE, offset, width);
}

/* The driver writes whole double words; pending bits are not for it to write. */
void refdev_pci_msix_write(struct refdev_function *f, u64 offset, unsigned int width, u64 value)
{
	if (width < 4 || offset % width || offset + width > f->vectors * PCI_MSIX_ENTRY_SIZE)
		return;
	memcpy((u8 *)f->table + offset, &value, width);
	refdev_pci_msix_deliver(f);
}
