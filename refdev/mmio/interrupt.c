// SPDX-License-Identifier: GPL-2.0-or-later
/* InterruptStatus, InterruptACK and the line (VIRTIO 1.4, 4.2.2, 4.2.3.4). */
#include "refdev/core/defect.h"
#include "refdev/mmio/parts.h"

#define ALL_EVENTS (VIRTIO_MMIO_INT_VRING | VIRTIO_MMIO_INT_CONFIG)
#define UNDEFINED_EVENT (1u << 2)

/* Longer than a driver that was interrupted takes to look; and shorter. */
#define LATE 8
#define EARLY 3

static void set_line(struct refdev_registers *registers, bool asserted)
{
	const struct refdev_wires *wires = &registers->port.wires;

	if (asserted == registers->line)
		return;
	registers->line = asserted;
	if (wires->line && !defect("mmio.another_line_is_asserted"))
		wires->line(wires->machine, asserted);
}

/* The line is asserted as long as a bit is set. */
static void set_status(struct refdev_registers *registers, u32 status)
{
	registers->interrupt_status = status;
	set_line(registers, status != 0);
}

/* For defects: what happens to a bit later than it should, or without the driver. */
static void set_bits_later(struct refdev *dev, u64 bits)
{
	struct refdev_registers *registers = refdev_registers_of(dev);

	set_status(registers, registers->interrupt_status | bits);
}

static void clear_bits_later(struct refdev *dev, u64 bits)
{
	struct refdev_registers *registers = refdev_registers_of(dev);

	set_status(registers, registers->interrupt_status & ~bits);
}

/* What InterruptStatus shows of an event. */
static u32 bits_of(u32 event)
{
	if (defect("mmio.interrupt_bits_are_swapped"))
		return event ^ ALL_EVENTS;
	if (defect("mmio.interrupt_status_has_an_undefined_bit"))
		return event | UNDEFINED_EVENT;
	if (event == VIRTIO_MMIO_INT_CONFIG && defect("mmio.configuration_change_claims_a_used_buffer"))
		return ALL_EVENTS;
	return event;
}

void refdev_registers_event(struct refdev_registers *registers, u32 event)
{
	u32 bits = bits_of(event);

	if (event == VIRTIO_MMIO_INT_CONFIG && defect("mmio.configuration_change_sets_no_bit"))
		return;
	if (defect("mmio.interrupt_bit_comes_after_the_interrupt")) {
		set_line(registers, true);
		refdev_do_later(registers->dev, LATE, set_bits_later, bits);
		return;
	}
	if (defect("mmio.interrupt_bit_passes_by_itself"))
		refdev_do_later(registers->dev, EARLY, clear_bits_later, bits);
	set_status(registers, registers->interrupt_status | bits);
}

u32 refdev_registers_interrupt_status(struct refdev_registers *registers)
{
	u32 status = registers->interrupt_status;

	if (defect("mmio.reading_interrupt_status_clears_it"))
		set_status(registers, 0);
	return status;
}

void refdev_registers_acknowledge(struct refdev_registers *registers, u32 bits)
{
	if (defect("mmio.acknowledgement_is_lost"))
		return;
	if (defect("mmio.acknowledgement_is_of_all_events"))
		bits = ALL_EVENTS;
	if (defect("mmio.acknowledgement_is_of_the_other_events"))
		bits ^= ALL_EVENTS;
	set_status(registers, registers->interrupt_status & ~bits);
}

void refdev_registers_clear_interrupts(struct refdev_registers *registers)
{
	if (!defect("mmio.reset_leaves_interrupt_status"))
		set_status(registers, 0);
}
