// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "entropy.h"

#define BUFFER_BYTES 256

/*
 * Every buffer gets at least one random byte, and no more than it has room for; what the device claims to have written
 * it has, and two buffers don't get the same.
 *
 * Equal buffers of true random bytes come once in 2^128 runs where 16 bytes are compared; with fewer, nothing is said.
 */
AVPS_TEST(entropy, gives_random_bytes, CLAUSES("entropy-001"))
{
	struct avps_element buffers[2];
	struct avps_used used[2];

	for (int i = 0; i < 2; i++) {
		buffers[i] = (struct avps_element){ .buf = avps_dma_alloc(BUFFER_BYTES, 8), .writable = true };
		REQUIRE(avps_vq_add(&self->ex.vq, &buffers[i], 1) >= 0, "the ring is full");
		avps_vq_notify(&self->ex.vq);
		REQUIRE(!avps_vq_wait_used(&self->ex.vq, &used[i]), "the device did not use the buffer");
		CHECK("entropy-001", used[i].len >= 1 && used[i].len <= BUFFER_BYTES, "%u bytes in a buffer of %u",
		      used[i].len, BUFFER_BYTES);
	}
	if (used[0].len >= 16 && used[1].len >= 16)
		CHECK("entropy-001", memcmp(buffers[0].buf.cpu, buffers[1].buf.cpu, 16),
		      "the first 16 bytes of two buffers are the same");
}
