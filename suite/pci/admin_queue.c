// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the administration virtqueues are (VIRTIO 1.4, 4.1.4.3). */
#include "admin_queue.h"

/*
 * Administration virtqueues lie behind all others, and the last of them has a number of 16 bits.
 */
AVPS_TEST(pci, admin_queues_follow_the_others, CLAUSES("pci-034"), NO_RING, NEEDS(VIRTIO_F_ADMIN_VQ))
{
	u32 first, n;

	REQUIRE_FIELD(COMMON_ADMIN_QUEUE_NUM);
	NEGOTIATE_ADMIN_QUEUES();
	first = avps_pci_common_read(self->pci, COMMON_ADMIN_QUEUE_INDEX, 2);
	n = avps_pci_common_read(self->pci, COMMON_ADMIN_QUEUE_NUM, 2);
	CHECK("pci-034", first >= COMMON_READ(num_queues), "the first is queue %u, and there are %llu others", first,
	      (unsigned long long)COMMON_READ(num_queues));
	CHECK("pci-034", first + n <= 0x10000, "there are %u from queue %u on", n, first);
}
