// SPDX-License-Identifier: GPL-2.0-or-later
/* The ISR status and the interrupt line (VIRTIO 1.4, 4.1.4.5). */
#include "pci.h"

#define ISR_QUEUE 0x1

static enum avps_skip has_line(struct avps_device *dev, char *why, size_t why_size)
{
	if (!dev->io->ops->vectors(dev->io, AVPS_INTERRUPTS_INTX)) {
		snprintf(why, why_size, "the device has no interrupt line");
		return AVPS_SKIP_ABSENT;
	}
	return exercise_known(dev, why, why_size);
}

static bool line_pending(struct avps_io *io)
{
	return avps_io_config_read(io, PCI_STATUS, 2) & PCI_STATUS_INTERRUPT;
}

/*
 * Without MSI-X, a used buffer sets the queue bit of the ISR status before the line is raised; the PCI status register
 * shows that a bit is set; reading clears it.
 */
AVPS_TEST(pci, isr_status_of_a_used_buffer, CLAUSES("pci-046", "pci-047", "pci-048"), ONLY_IF(has_line))
{
	struct exercise_request request;
	struct avps_used used;
	const char *wrong;
	const u16 line = 0;
	u8 isr;

	REQUIRE(!avps_device_interrupts(self->dev, AVPS_INTERRUPTS_INTX), "the interrupt line can't be turned on here");
	REQUIRE(!exercise_start(&self->ex, self->on, 0), "the device could not be initialised");
	self->ops->interrupt_status(self->transport);
	CHECK("pci-047", !line_pending(self->io), "an interrupt is pending while the ISR status is 0");

	exercise_add(&self->ex, &request);
	avps_vq_notify(&self->ex.vq);
	REQUIRE(avps_io_interrupt_wait(self->io, &line, 1, avps_patience()) > 0, "no interrupt came by the line");
	CHECK("pci-047", line_pending(self->io), "no interrupt is pending before the ISR status is read");
	isr = self->ops->interrupt_status(self->transport);
	CHECK("pci-046", isr & ISR_QUEUE, "the ISR status is %#x", isr);
	CHECK_EQ("pci-048", self->ops->interrupt_status(self->transport), 0);
	CHECK("pci-047", !line_pending(self->io), "an interrupt is pending after the ISR status was read");
	wrong = exercise_wrong(&self->ex, &request, avps_vq_spin_used(&self->ex.vq, &used), &used);
	REQUIRE(!wrong, "a plain request went wrong: %s", wrong);
}
