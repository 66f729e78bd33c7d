// SPDX-License-Identifier: GPL-2.0-or-later
/* Indirect descriptors of a packed virtqueue (VIRTIO 1.4, 2.8.7). */
#include <linux/virtio_ring.h>

#include "core.h"
#include "snapshot.h"

#define JUNK_ID 0x5a5a

/* Puts @n elements into a table. In it only the write flag counts, and the order is that of the table; the id means nothing. */
static struct avps_buf packed_table(const struct avps_element *elements, unsigned int n)
{
	struct avps_buf table = avps_dma_zeroed(n * sizeof(struct vring_packed_desc), 16);
	struct vring_packed_desc *desc = table.cpu;

	for (unsigned int i = 0; i < n; i++)
		desc[i] = (struct vring_packed_desc){ .addr = elements[i].buf.bus,
						      .len = elements[i].buf.len,
						      .id = JUNK_ID,
						      .flags = elements[i].writable ? VRING_DESC_F_WRITE : 0 };
	return table;
}

/*
 * A request in a table is carried out, again and again around the ring, and the table is not written to. The write flag of
 * the descriptor that names the table means nothing.
 */
AVPS_TEST(core, packed_request_in_a_table, CLAUSES("core-packed-p05"), PACKED_RING, NEEDS(VIRTIO_RING_F_INDIRECT_DESC),
	  ONLY_IF(exercise_known))
{
	REQUIRE(!exercise_start_with(&self->ex, self->on, FEATURE(VIRTIO_RING_F_INDIRECT_DESC), 4),
		"the device could not be initialised");
	for (int i = 0; i < 10; i++) {
		struct exercise_request request;
		struct avps_element table = { .indirect = true, .writable = i % 2 };
		struct snapshot before;
		struct avps_used used;
		const char *wrong;

		request.n = self->ex.kind->prepare(request.elements);
		table.buf = packed_table(request.elements, request.n);
		before = snapshot_take(table.buf.cpu, table.buf.len);
		request.id = avps_vq_add(&self->ex.vq, &table, 1);
		avps_vq_notify(&self->ex.vq);
		wrong = exercise_wrong(&self->ex, &request, avps_vq_wait_used(&self->ex.vq, &used), &used);
		if (!CHECK_WORKS("core-packed-p05", wrong, "request %d in a table", i))
			AVPS_STOP();
		CHECK_UNTOUCHED("core-packed-p05", before, "the table");
	}
}
