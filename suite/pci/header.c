// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What PCI itself demands of any function (VIRTIO 1.4, 4.1.1), as far as a guest can tell from configuration space: the
 * header, the base address registers, the lists of capabilities.
 */
#include "pci.h"

#define COMMAND_RESERVED 0xf800 /* bits 11 to 15 */
#define INTERRUPT_PIN_D 4
#define MOST_PORTS 256 /* bytes of an I/O BAR */
#define LEAST_MEMORY 16 /* bytes of a memory BAR */
#define RESERVED_ID 0xff
#define LIST_STEPS 48 /* more capabilities don't fit into 256 bytes */
#define EXTENDED_STEPS 1000 /* nor more extended ones into 4096 */

/*
 * The header has the layout of a device, reserved bits of the command register are 0, and the interrupt pin exists; a device
 * with one function has no other pin than A.
 */
AVPS_TEST(pci_function, header_is_that_of_a_device, CLAUSES("pci-001"), NO_RING)
{
	u32 type = avps_io_config_read(self->io, PCI_HEADER_TYPE, 1);
	u32 command = avps_io_config_read(self->io, PCI_COMMAND, 2);
	u32 pin = avps_io_config_read(self->io, PCI_INTERRUPT_PIN, 1);

	CHECK("pci-001", (type & 0x7f) == PCI_HEADER_TYPE_NORMAL, "the header is of type %#x", type & 0x7f);
	CHECK("pci-001", !(command & COMMAND_RESERVED), "the command register is %#x", command);
	CHECK("pci-001", pin <= (type & 0x80 ? INTERRUPT_PIN_D : 1), "the interrupt pin is %u, the header type %#x",
	      pin, type);
}

/*
 * Configuration space can be read in bytes, words and double words, and is the same in each. Looked at where it does not
 * change: the identity of the function, and where its capabilities are.
 */
AVPS_TEST(pci_function, header_is_the_same_in_each_width, CLAUSES("pci-001"), NO_RING)
{
	static const u8 constant[] = { PCI_VENDOR_ID, PCI_CLASS_REVISION, PCI_SUBSYSTEM_VENDOR_ID,
				       PCI_CAPABILITY_LIST };

	for (size_t i = 0; i < ARRAY_SIZE(constant); i++) {
		u32 whole = avps_io_config_read(self->io, constant[i], 4);

		for (unsigned int at = 0; at < 4; at += 2)
			CHECK_EQ("pci-001", avps_io_config_read(self->io, constant[i] + at, 2), (u16)(whole >> 8 * at));
		for (unsigned int at = 0; at < 4; at++)
			CHECK_EQ("pci-001", avps_io_config_read(self->io, constant[i] + at, 1), (u8)(whole >> 8 * at));
	}
}

/*
 * A base address register that is implemented has a type that exists, a size that is a power of two, and a base that is a
 * multiple of it; one that is not reads 0.
 */
AVPS_TEST(pci_function, base_addresses_are_well_formed, CLAUSES("pci-001"), NO_RING)
{
	for (unsigned int bar = 0; bar < PCI_STD_NUM_BARS; bar++) {
		u64 base = avps_io_config_read(self->io, PCI_BASE_ADDRESS_0 + 4 * bar, 4);
		u64 size = self->io->ops->region_size(self->io, bar);
		u32 kind = base & PCI_BASE_ADDRESS_MEM_TYPE_MASK;

		if (!size) {
			CHECK("pci-001", !base, "BAR %u is not implemented and reads %#llx", bar,
			      (unsigned long long)base);
			continue;
		}
		CHECK("pci-001", power_of_two(size), "BAR %u is %llu bytes long", bar, (unsigned long long)size);
		if (base & PCI_BASE_ADDRESS_SPACE_IO) {
			CHECK("pci-001", !(base & 2), "I/O BAR %u has its reserved bit set", bar);
			CHECK("pci-001", size <= MOST_PORTS, "I/O BAR %u is %llu bytes long", bar,
			      (unsigned long long)size);
			base &= PCI_BASE_ADDRESS_IO_MASK;
		} else {
			CHECK("pci-001", kind == PCI_BASE_ADDRESS_MEM_TYPE_32 || kind == PCI_BASE_ADDRESS_MEM_TYPE_64,
			      "memory BAR %u is of type %#x", bar, kind);
			CHECK("pci-001", size >= LEAST_MEMORY, "memory BAR %u is %llu bytes long", bar,
			      (unsigned long long)size);
			base &= PCI_BASE_ADDRESS_MEM_MASK;
			if (kind == PCI_BASE_ADDRESS_MEM_TYPE_64) {
				CHECK("pci-001", bar < PCI_STD_NUM_BARS - 1, "the last BAR is half of a 64-bit one");
				bar++;
				base |= (u64)avps_io_config_read(self->io, PCI_BASE_ADDRESS_0 + 4 * bar, 4) << 32;
			}
		}
		CHECK("pci-001", base % size == 0, "BAR %u, %llu bytes long, is at %#llx", bar,
		      (unsigned long long)size, (unsigned long long)base);
	}
}

/* Of these a function has one at most. */
static bool only_once(u8 cap_id)
{
	return cap_id == PCI_CAP_ID_PM || cap_id == PCI_CAP_ID_MSI || cap_id == PCI_CAP_ID_MSIX ||
	       cap_id == PCI_CAP_ID_EXP;
}

/* How many bytes of a capability are known to belong to it. */
static u8 least_length(struct avps_io *io, u8 at, u8 cap_id)
{
	switch (cap_id) {
	case PCI_CAP_ID_PM:
		return PCI_PM_SIZEOF;
	case PCI_CAP_ID_MSIX:
		return PCI_CAP_MSIX_SIZEOF;
	case PCI_CAP_ID_VNDR:
		return avps_io_config_read(io, at + PCI_CAP_FLAGS, 1);
	default:
		return PCI_CAP_SIZEOF;
	}
}

/*
 * The list of capabilities lies behind the header, at multiples of 4, comes to an end, and no byte belongs to two of them.
 */
AVPS_TEST(pci_function, capability_list_is_well_formed, CLAUSES("pci-001"), NO_RING)
{
	u8 at = avps_io_config_read(self->io, PCI_CAPABILITY_LIST, 1), seen[256] = { 0 };
	bool taken[256] = { false };

	for (int step = 0; at; step++) {
		u8 cap_id = avps_io_config_read(self->io, at + PCI_CAP_LIST_ID, 1);
		unsigned int end = at + least_length(self->io, at, cap_id);

		if (!CHECK("pci-001", step < LIST_STEPS, "the list does not end") ||
		    !CHECK("pci-001", at >= PCI_STD_HEADER_SIZEOF, "a capability is at %#x, in the header", at))
			break;
		CHECK("pci-001", at % 4 == 0, "a capability is at %#x", at);
		CHECK("pci-001", cap_id != RESERVED_ID, "the capability at %#x has the id %#x", at, cap_id);
		CHECK("pci-001", !only_once(cap_id) || !seen[cap_id], "a second capability with id %#x is at %#x",
		      cap_id, at);
		seen[cap_id]++;
		CHECK("pci-001", end <= 256, "the capability at %#x ends at %#x", at, end);
		for (unsigned int byte = at; byte < end && byte < 256; byte++) {
			CHECK("pci-001", !taken[byte], "%#x, in the capability at %#x, is in another, too", byte, at);
			taken[byte] = true;
		}
		at = avps_io_config_read(self->io, at + PCI_CAP_LIST_NEXT, 1);
	}
}

static enum avps_skip is_express(struct avps_device *dev, char *why, size_t why_size)
{
	if (avps_pci_find_cap(dev->io, PCI_CAP_ID_EXP, 0))
		return 0;
	snprintf(why, why_size, "the function is a conventional one, without PCI Express capability");
	return AVPS_SKIP_LAUNCH;
}

/*
 * The same of a PCI Express function's extended capabilities. An empty list is a header of zeroes.
 */
AVPS_TEST(pci_function, extended_capability_list_is_well_formed, CLAUSES("pci-001"), NO_RING, ONLY_IF(is_express))
{
	u32 at = PCI_CFG_SPACE_SIZE, header = avps_io_config_read(self->io, at, 4);

	REQUIRE(header != UINT32_MAX, "extended configuration space can't be read here");
	for (int step = 0; at && header; step++) {
		if (!CHECK("pci-001", step < EXTENDED_STEPS, "the list does not end") ||
		    !CHECK("pci-001", at >= PCI_CFG_SPACE_SIZE, "an extended capability is at %#x", at))
			break;
		CHECK("pci-001", PCI_EXT_CAP_VER(header), "the extended capability at %#x has version 0", at);
		CHECK("pci-001", (header >> 20) % 4 == 0, "the one after %#x is at %#x", at, header >> 20);
		at = PCI_EXT_CAP_NEXT(header);
		header = avps_io_config_read(self->io, at, 4);
	}
	CHECK("pci-001", !at || header, "the extended capability at %#x is all zeroes", at);
}
