// SPDX-License-Identifier: GPL-2.0-or-later
/* Interrupt vectors (VIRTIO 1.4, 4.1.5.1.2, 4.1.5.3). */
#include "pci.h"

static enum avps_skip has_msix(struct avps_device *dev, char *why, size_t why_size)
{
	if (dev->io->ops->vectors(dev->io, AVPS_INTERRUPTS_MSIX))
		return 0;
	snprintf(why, why_size, "the device has no MSI-X capability");
	return AVPS_SKIP_ABSENT;
}

static enum avps_skip has_msix_and_exercise(struct avps_device *dev, char *why, size_t why_size)
{
	return has_msix(dev, why, why_size) ?: exercise_known(dev, why, why_size);
}

/* The number of vectors by the device's own word: Table Size of the capability, plus one. */
static unsigned int table_size(struct avps_io *io)
{
	u8 at = avps_pci_find_cap(io, PCI_CAP_ID_MSIX, 0);

	return (avps_io_config_read(io, at + PCI_MSIX_FLAGS, 2) & PCI_MSIX_FLAGS_QSIZE) + 1;
}

/* Queue fields are written between FEATURES_OK and DRIVER_OK. */
#define NEGOTIATE_WITH_MSIX()                                                                                       \
	do {                                                                                                        \
		REQUIRE(!avps_device_interrupts(self->dev, AVPS_INTERRUPTS_MSIX), "MSI-X can't be turned on here"); \
		REQUIRE(!avps_device_negotiate(self->dev, exercise_features(self->dev)), "negotiation failed");     \
	} while (0)

AVPS_TEST(pci, msix_table_size, CLAUSES("pci-065"), NO_RING, ONLY_IF(has_msix))
{
	unsigned int size = table_size(self->io);

	CHECK("pci-065", size >= 2 && size <= 0x800, "the table has %u entries", size);
}

/* A structure of the MSI-X capability: which BAR, where in it, how long. */
struct msix_part {
	u32 bar;
	u64 offset;
	u64 length;
};

static struct msix_part msix_part(struct avps_io *io, unsigned int register_at, u64 length)
{
	u32 where = avps_io_config_read(io, avps_pci_find_cap(io, PCI_CAP_ID_MSIX, 0) + register_at, 4);

	return (struct msix_part){ .bar = where & PCI_MSIX_TABLE_BIR,
				   .offset = where & PCI_MSIX_TABLE_OFFSET,
				   .length = length };
}

/*
 * The vector table and the pending bits lie in BARs that the device has, and apart from each other.
 */
AVPS_TEST(pci, msix_structures_lie_in_their_bars, CLAUSES("pci-001"), NO_RING, ONLY_IF(has_msix))
{
	unsigned int size = table_size(self->io);
	struct msix_part table = msix_part(self->io, PCI_MSIX_TABLE, size * PCI_MSIX_ENTRY_SIZE);
	struct msix_part pending = msix_part(self->io, PCI_MSIX_PBA, (size + 63) / 64 * sizeof(u64));
	const struct msix_part *parts[] = { &table, &pending };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		CHECK("pci-001",
		      parts[i]->bar < PCI_STD_NUM_BARS && parts[i]->offset + parts[i]->length <=
								  self->io->ops->region_size(self->io, parts[i]->bar),
		      "the %s takes %llu bytes at %#llx of BAR %u", i ? "array of pending bits" : "table",
		      (unsigned long long)parts[i]->length, (unsigned long long)parts[i]->offset, parts[i]->bar);
	CHECK("pci-001",
	      table.bar != pending.bar || table.offset + table.length <= pending.offset ||
		      pending.offset + pending.length <= table.offset,
	      "the table of %llu bytes at %#llx and the pending bits at %#llx overlap",
	      (unsigned long long)table.length, (unsigned long long)table.offset, (unsigned long long)pending.offset);
}

/*
 * Each event can be given each vector of the table, reads back as given, and can be taken off again.
 */
AVPS_TEST(pci, any_event_takes_any_vector, CLAUSES("pci-068", "pci-069", "pci-070", "pci-072"), NO_RING,
	  ONLY_IF(has_msix))
{
	unsigned int size = table_size(self->io);

	NEGOTIATE_WITH_MSIX();
	for (unsigned int vector = 0; vector < size; vector++) {
		u16 seen = self->ops->set_config_vector(self->transport, vector);

		CHECK_EQ("pci-068", seen, vector);
		CHECK_EQ("pci-069", self->ops->set_config_vector(self->transport, AVPS_NO_VECTOR), AVPS_NO_VECTOR);
		for (u16 queue = 0; queue < self->dev->n_queues; queue++) {
			seen = self->ops->set_queue_vector(self->transport, queue, vector);
			CHECK_EQ("pci-068", seen, vector);
			CHECK("pci-072", seen == vector, "vector %u is refused for queue %u", vector, queue);
			COMMON_WRITE(queue_select, queue);
			CHECK_EQ("pci-070", COMMON_READ(queue_msix_vector), vector);
			CHECK_EQ("pci-069", self->ops->set_queue_vector(self->transport, queue, AVPS_NO_VECTOR),
				 AVPS_NO_VECTOR);
		}
	}
}

/*
 * The table is as long as it says: its last vector interrupts.
 */
AVPS_TEST(pci, last_vector_interrupts, CLAUSES("pci-066"), SPLIT_RING, ONLY_IF(has_msix_and_exercise))
{
	unsigned int last = table_size(self->io) - 1;
	const char *wrong;

	REQUIRE(!avps_io_interrupts_enable(self->io, AVPS_INTERRUPTS_MSIX, last + 1), "MSI-X can't be turned on here");
	REQUIRE(!exercise_start_with_vector(&self->ex, self->on, last), "the last vector is refused");
	for (int i = 0; i < 2; i++) {
		struct exercise_request request;
		struct avps_used used = { 0 };

		exercise_add(&self->ex, &request);
		avps_vq_notify(&self->ex.vq);
		wrong = exercise_wrong(&self->ex, &request, avps_vq_wait_used(&self->ex.vq, &used), &used);
		REQUIRE(!wrong, "a plain request went wrong: %s", wrong);
		CHECK("pci-066", used.interrupted, "no interrupt came by vector %u, the last one", last);
	}
}

/*
 * A vector that the table does not have is refused, and the refusal shows as NO_VECTOR, whether the event had a vector before
 * or not.
 */
AVPS_TEST(pci, vector_beyond_the_table_is_refused, CLAUSES("pci-073"), NO_RING, ONLY_IF(has_msix))
{
	unsigned int size = table_size(self->io);
	const unsigned int beyond[] = { size, size + 1, 0x7ff, 0xfffe };

	NEGOTIATE_WITH_MSIX();
	for (size_t i = 0; i < ARRAY_SIZE(beyond); i++) {
		if (beyond[i] < size)
			continue;
		for (int mapped = 0; mapped < 2; mapped++) {
			u16 before = mapped ? 0 : AVPS_NO_VECTOR;

			self->ops->set_config_vector(self->transport, before);
			CHECK_EQ("pci-073", self->ops->set_config_vector(self->transport, beyond[i]), AVPS_NO_VECTOR);
			self->ops->set_queue_vector(self->transport, 0, before);
			CHECK_EQ("pci-073", self->ops->set_queue_vector(self->transport, 0, beyond[i]), AVPS_NO_VECTOR);
		}
	}
}

AVPS_TEST(pci, reset_takes_vectors_off, CLAUSES("pci-071"), NO_RING, ONLY_IF(has_msix))
{
	NEGOTIATE_WITH_MSIX();
	REQUIRE(self->ops->set_config_vector(self->transport, 0) == 0, "vector 0 is refused");
	for (u16 queue = 0; queue < self->dev->n_queues; queue++)
		REQUIRE(self->ops->set_queue_vector(self->transport, queue, 0) == 0, "vector 0 is refused");
	REQUIRE(!avps_device_reset(self->dev), "the reset does not end");
	CHECK_EQ("pci-071", COMMON_READ(msix_config), AVPS_NO_VECTOR);
	for (u16 queue = 0; queue < self->dev->n_queues; queue++) {
		COMMON_WRITE(queue_select, queue);
		CHECK_EQ("pci-071", COMMON_READ(queue_msix_vector), AVPS_NO_VECTOR);
	}
}

/* Looks at all vectors that are on. Returns how many interrupts have come. */
static int interrupts_so_far(struct avps_io *io)
{
	int n = 0;

	for (unsigned int vector = 0; vector < io->enabled_vectors; vector++)
		n += avps_io_interrupt_take(io, vector);
	return n;
}

/*
 * A queue without a vector interrupts nobody. Another life of the device, with a vector, is the fence.
 */
AVPS_TEST(pci, queue_without_vector_is_silent, CLAUSES("pci-074"), ONLY_IF(has_msix_and_exercise))
{
	struct exercise_request request;
	struct avps_used used;
	const char *wrong;
	int early;

	REQUIRE(!avps_device_interrupts(self->dev, AVPS_INTERRUPTS_MSIX), "MSI-X can't be turned on here");
	REQUIRE(!exercise_start_without_vector(&self->ex, self->on), "the device could not be initialised");
	exercise_add(&self->ex, &request);
	avps_vq_notify(&self->ex.vq);
	wrong = exercise_wrong(&self->ex, &request, avps_vq_spin_used(&self->ex.vq, &used), &used);
	REQUIRE(!wrong, "without a vector: %s", wrong);
	REQUIRE(!avps_device_reset(self->dev), "the reset does not end");
	early = interrupts_so_far(self->io);
	REQUIRE(!exercise_start(&self->ex, self->on, 0), "the device could not be initialised again");
	wrong = exercise_once(&self->ex);
	REQUIRE(!wrong, "with a vector: %s", wrong);
	CHECK("pci-074", early == 0, "%d interrupts came for a queue without a vector", early);
}
