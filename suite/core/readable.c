// SPDX-License-Identifier: GPL-2.0-or-later
/* Device-readable memory is the driver's alone (VIRTIO 1.4, 2.7.5.1, 2.8.15). */
#include "core.h"
#include "snapshot.h"

static enum avps_skip has_readable_part(struct avps_device *dev, char *why, size_t why_size)
{
	struct avps_element elements[AVPS_MAX_ELEMENTS];
	enum avps_skip skip = exercise_known(dev, why, why_size);

	if (skip)
		return skip;
	avps_exercise_of(dev)->prepare(elements);
	if (!elements[0].writable)
		return 0;
	snprintf(why, why_size, "requests to this type of device have no device-readable part");
	return AVPS_SKIP_ABSENT;
}

/* Makes a request, and judges that what the driver gave to be read is as it was. */
#define CHECK_READABLE_UNTOUCHED(clause_)                                                                          \
	do {                                                                                                       \
		struct snapshot before_[AVPS_MAX_ELEMENTS];                                                        \
		struct exercise_request request_;                                                                  \
		struct avps_used used_;                                                                            \
		const char *wrong_;                                                                                \
                                                                                                                   \
		START(0);                                                                                          \
		exercise_add(&self->ex, &request_);                                                                \
		for (unsigned int i_ = 0; i_ < request_.n; i_++)                                                   \
			before_[i_] = snapshot_take(request_.elements[i_].buf.cpu, request_.elements[i_].buf.len); \
		avps_vq_notify(&self->ex.vq);                                                                      \
		wrong_ = exercise_wrong(&self->ex, &request_, avps_vq_wait_used(&self->ex.vq, &used_), &used_);    \
		REQUIRE(!wrong_, "a plain request went wrong: %s", wrong_);                                        \
		for (unsigned int i_ = 0; i_ < request_.n; i_++)                                                   \
			if (!request_.elements[i_].writable)                                                       \
				CHECK_UNTOUCHED(clause_, before_[i_], "a device-readable buffer");                 \
	} while (0)

AVPS_TEST(core, readable_buffers_are_not_written, CLAUSES("core-split-005"), SPLIT_RING, ONLY_IF(has_readable_part))
{
	CHECK_READABLE_UNTOUCHED("core-split-005");
}

AVPS_TEST(core, packed_readable_buffers_are_not_written, CLAUSES("core-packed-004"), PACKED_RING,
	  ONLY_IF(has_readable_part))
{
	CHECK_READABLE_UNTOUCHED("core-packed-004");
}
