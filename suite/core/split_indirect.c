// SPDX-License-Identifier: GPL-2.0-or-later
/* Indirect descriptors of a split virtqueue (VIRTIO 1.4, 2.7.5.3). */
#include <linux/virtio_ring.h>

#include "core.h"

/* Puts @n elements into an indirect table. */
static struct avps_buf indirect_table(const struct avps_element *elements, unsigned int n)
{
	struct avps_buf table = avps_dma_alloc(n * sizeof(struct vring_desc), 16);
	struct vring_desc *desc = table.cpu;

	for (unsigned int i = 0; i < n; i++)
		desc[i] = (struct vring_desc){ .addr = elements[i].buf.bus,
					       .len = elements[i].buf.len,
					       .flags = (elements[i].writable ? VRING_DESC_F_WRITE : 0) |
							(i + 1 < n ? VRING_DESC_F_NEXT : 0),
					       .next = i + 1 < n ? i + 1 : 0 };
	return table;
}

/*
 * Makes a request of which the first @direct elements are plain descriptors and the rest is in an indirect table.
 *
 * @writable: whether the descriptor of the table says that the device may write to it
 *
 * Returns NULL, or what went wrong.
 */
static const char *request_with_table(struct exercise *ex, unsigned int direct, bool writable)
{
	struct avps_element ring[AVPS_MAX_ELEMENTS];
	struct exercise_request request;
	struct avps_used used;

	request.n = ex->kind->prepare(request.elements);
	for (unsigned int i = 0; i < direct; i++)
		ring[i] = request.elements[i];
	ring[direct] = (struct avps_element){ .buf = indirect_table(request.elements + direct, request.n - direct),
					      .indirect = true,
					      .writable = writable };
	request.id = avps_vq_add(&ex->vq, ring, direct + 1);
	avps_vq_notify(&ex->vq);
	return exercise_wrong(ex, &request, avps_vq_wait_used(&ex->vq, &used), &used);
}

/*
 * VIRTQ_DESC_F_WRITE means nothing in the descriptor of a table.
 */
AVPS_TEST(core, write_flag_of_a_table_is_ignored, CLAUSES("core-split-007"), SPLIT_RING,
	  NEEDS(VIRTIO_RING_F_INDIRECT_DESC), ONLY_IF(exercise_known))
{
	const char *wrong;

	START(FEATURE(VIRTIO_RING_F_INDIRECT_DESC));
	wrong = request_with_table(&self->ex, 0, false);
	REQUIRE(!wrong, "a request in a table went wrong: %s", wrong);
	wrong = request_with_table(&self->ex, 0, true);
	CHECK_WORKS("core-split-007", wrong, "with the flag set");
}

/*
 * A table may come after none, some or all but one of the plain descriptors of its buffer.
 */
AVPS_TEST(core, table_after_plain_descriptors, CLAUSES("core-split-008"), SPLIT_RING,
	  NEEDS(VIRTIO_RING_F_INDIRECT_DESC), ONLY_IF(exercise_known))
{
	struct avps_element elements[AVPS_MAX_ELEMENTS];
	unsigned int n = avps_exercise_of(self->dev)->prepare(elements);

	START(FEATURE(VIRTIO_RING_F_INDIRECT_DESC));
	for (unsigned int direct = 0; direct < n; direct++) {
		const char *wrong = request_with_table(&self->ex, direct, false);

		if (!CHECK_WORKS("core-split-008", wrong, "with %u descriptors before the table", direct))
			AVPS_STOP();
	}
}
