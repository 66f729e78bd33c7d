// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What PCI shows of a configuration that changes (VIRTIO 1.4, 4.1.4.3.1, 4.1.4.5.1, 4.1.5.4): of a disk's, which the host
 * resizes.
 */
#include "suite/block/generation.h"

RESIZE_SUITE(pci_resize, "pci", .transport = "pci")

#define ISR_CONFIG 0x2

/* As many changes as there are values of config_generation. */
#define ROUND 256

static enum avps_skip has_line(struct avps_device *dev, char *why, size_t why_size)
{
	if (dev->io->ops->vectors(dev->io, AVPS_INTERRUPTS_INTX))
		return blk_writable(dev, why, why_size);
	snprintf(why, why_size, "the device has no interrupt line");
	return AVPS_SKIP_ABSENT;
}

static enum avps_skip has_msix(struct avps_device *dev, char *why, size_t why_size)
{
	if (dev->io->ops->vectors(dev->io, AVPS_INTERRUPTS_MSIX))
		return blk_writable(dev, why, why_size);
	snprintf(why, why_size, "the device has no MSI-X");
	return AVPS_SKIP_ABSENT;
}

/*
 * When the driver sees another capacity than before, it sees another generation.
 */
AVPS_TEST(pci_resize, generation_of_a_changed_configuration, CLAUSES("pci-024"), NO_RING, HOST(RESIZE),
	  ONLY_IF(blk_writable))
{
	CHECK_GENERATION_MOVES_LIVE("pci-024", &self->disk);
}

/*
 * So it does while the driver is still setting the device up, which is when it reads the configuration first.
 */
AVPS_TEST(pci_resize, generation_of_a_change_before_driver_ok, CLAUSES("pci-024"), NO_RING, HOST(RESIZE),
	  ONLY_IF(blk_writable))
{
	CHECK_GENERATION_MOVES_EARLY("pci-024", &self->disk);
}

/*
 * However many changes there were since the driver looked last, the generation is not what it was then: a byte that counts
 * them would be, after 256.
 */
AVPS_TEST(pci_resize, generation_after_many_changes, CLAUSES("pci-024"), NO_RING, HOST(RESIZE), ONLY_IF(blk_writable))
{
	u64 last = self->disk.sectors + RESIZE_MORE;
	u32 generation = resizable_generation(&self->disk);
	u64 sizes[ROUND];
	char why[160];

	REQUIRE(resizable_capacity(&self->disk) == self->disk.sectors, "the capacity changes by itself");
	for (unsigned int i = 0; i < ROUND; i++)
		sizes[i] = i % 2 ? last : last - RESIZE_MORE / 2;
	if (resizable_resize_often(&self->disk, sizes, ROUND, why, sizeof(why)))
		SKIP_AS(AVPS_SKIP_HOST_CANNOT, "%s: %s", RESIZE, why);
	REQUIRE(resizable_capacity(&self->disk) == last, "the capacity is %llu after resizes to %llu",
		(unsigned long long)resizable_capacity(&self->disk), (unsigned long long)last);
	CHECK("pci-024", resizable_generation(&self->disk) != generation,
	      "the generation is %#x again after %d changes", generation, ROUND);
}

/*
 * Without MSI-X the ISR status says that it was a change of the configuration, by the time that the line is raised.
 */
AVPS_TEST(pci_resize, isr_status_of_a_configuration_change, CLAUSES("pci-045"), HOST(RESIZE), ONLY_IF(has_line))
{
	struct avps_transport *transport = self->disk.dev->transport;
	struct avps_io *io = self->disk.dev->io;
	const u16 line = 0;
	u8 isr;

	REQUIRE(!resizable_restart(&self->disk, AVPS_INTERRUPTS_INTX), "the disk can't be had on its interrupt line");
	RESIZE_AND_SEE(&self->disk, self->disk.sectors + RESIZE_MORE);
	if (avps_io_interrupt_wait(io, &line, 1, avps_patience()) <= 0)
		SKIP_AS(AVPS_SKIP_ABSENT, "the device sends no notification of a change of its capacity");
	isr = transport->ops->interrupt_status(transport);
	CHECK("pci-045", isr & ISR_CONFIG, "the ISR status is %#x", isr);
}

/* How many interrupts have come by now, by whichever vector. */
static unsigned int interrupts_so_far(struct avps_io *io)
{
	unsigned int n = 0;

	for (unsigned int vector = 0; vector < io->enabled_vectors; vector++)
		n += avps_io_interrupt_take(io, vector);
	return n;
}

/*
 * Where configuration changes have no vector, none interrupts. The end of a reset is the fence; and it is shown that the
 * device does interrupt where they have one.
 */
AVPS_TEST(pci_resize, change_without_vector_is_silent, CLAUSES("pci-076"), HOST(RESIZE), ONLY_IF(has_msix))
{
	struct avps_transport *transport = self->disk.dev->transport;
	struct avps_io *io = self->disk.dev->io;
	unsigned int n;

	REQUIRE(!resizable_restart(&self->disk, AVPS_INTERRUPTS_MSIX), "the disk can't be had with MSI-X");
	transport->config_vector = transport->ops->set_config_vector(transport, AVPS_NO_VECTOR);
	REQUIRE(transport->config_vector == AVPS_NO_VECTOR, "the vector can't be taken off");
	interrupts_so_far(io);
	RESIZE_AND_SEE(&self->disk, self->disk.sectors + RESIZE_MORE);
	REQUIRE(!avps_device_reset(self->disk.dev), "the device status did not become 0 after a reset");
	n = interrupts_so_far(io);

	REQUIRE(!resizable_restart(&self->disk, AVPS_INTERRUPTS_MSIX), "the disk could not be initialised again");
	RESIZE_AND_SEE(&self->disk, self->disk.sectors);
	if (!resizable_told(&self->disk, avps_patience()))
		SKIP_AS(AVPS_SKIP_ABSENT, "the device sends no notification of a change of its capacity");
	CHECK("pci-076", n == 0, "%u interrupts came for a change without a vector", n);
}
