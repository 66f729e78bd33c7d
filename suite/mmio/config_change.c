// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the registers show of a configuration that changes (VIRTIO 1.4, 4.2.2.1): of a disk's, which the host resizes.
 */
#include "avps/mmio.h"
#include "suite/block/generation.h"

RESIZE_SUITE(mmio_resize, "mmio", .transport = "mmio")

#define USED VIRTIO_MMIO_INT_VRING
#define CHANGED VIRTIO_MMIO_INT_CONFIG

/*
 * When the driver sees another capacity than before, it sees another generation.
 */
AVPS_TEST(mmio_resize, generation_of_a_changed_configuration, CLAUSES("mmio-006"), NO_RING, HOST(RESIZE),
	  ONLY_IF(blk_writable))
{
	CHECK_GENERATION_MOVES_LIVE("mmio-006", &self->disk);
}

/*
 * So it does while the driver is still setting the device up, which is when it reads the configuration first.
 */
AVPS_TEST(mmio_resize, generation_of_a_change_before_driver_ok, CLAUSES("mmio-006"), NO_RING, HOST(RESIZE),
	  ONLY_IF(blk_writable))
{
	CHECK_GENERATION_MOVES_EARLY("mmio-006", &self->disk);
}

/* Waits for the interrupt of a change, or where none can come for its bit. False: neither comes. */
static bool await_change(struct avps_device *dev)
{
	avps_deadline deadline = avps_patience();
	const u16 line = 0;

	if (dev->io->enabled != AVPS_INTERRUPTS_NONE)
		return avps_io_interrupt_wait(dev->io, &line, 1, deadline) > 0;
	while (!(avps_mmio_read(dev->transport, VIRTIO_MMIO_INTERRUPT_STATUS) & CHANGED))
		if (!avps_remaining_ms(deadline))
			return false;
	return true;
}

/*
 * A change of the configuration sets its bit, which stays until the driver acknowledges it and not another; and no bit of
 * anything else.
 */
AVPS_TEST(mmio_resize, change_sets_its_bit_until_acknowledged, CLAUSES("mmio-003", "mmio-004"), HOST(RESIZE),
	  ONLY_IF(blk_writable))
{
	struct avps_transport *t = self->disk.dev->transport;

	RESIZE_AND_SEE(&self->disk, self->disk.sectors + RESIZE_MORE);
	if (!await_change(self->disk.dev))
		SKIP_AS(AVPS_SKIP_ABSENT, "the device sends no notification of a change of its capacity");
	CHECK_EQ("mmio-003", avps_mmio_read(t, VIRTIO_MMIO_INTERRUPT_STATUS) & CHANGED, CHANGED);
	CHECK_EQ("mmio-004", avps_mmio_read(t, VIRTIO_MMIO_INTERRUPT_STATUS) & ~CHANGED, 0);
	avps_mmio_write(t, VIRTIO_MMIO_INTERRUPT_ACK, USED);
	CHECK_EQ("mmio-003", avps_mmio_read(t, VIRTIO_MMIO_INTERRUPT_STATUS) & CHANGED, CHANGED);
	avps_mmio_write(t, VIRTIO_MMIO_INTERRUPT_ACK, CHANGED);
	CHECK_EQ("mmio-003", avps_mmio_read(t, VIRTIO_MMIO_INTERRUPT_STATUS) & CHANGED, 0);
}
