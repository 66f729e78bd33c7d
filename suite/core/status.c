// SPDX-License-Identifier: GPL-2.0-or-later
/* Device status and reset (VIRTIO 1.4, 2.1, 2.4). */
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

#include "core.h"
#include "snapshot.h"

/*
 * After a reset the status becomes 0 again, from every stage of the initialisation and from failure.
 */
AVPS_TEST(core, reset_clears_status, CLAUSES("core-reset-001"), NO_RING)
{
	static const u8 stages[] = { VIRTIO_CONFIG_S_ACKNOWLEDGE, VIRTIO_CONFIG_S_DRIVER, VIRTIO_CONFIG_S_FEATURES_OK,
				     VIRTIO_CONFIG_S_DRIVER_OK, VIRTIO_CONFIG_S_FAILED };

	for (size_t reached = 1; reached <= ARRAY_SIZE(stages); reached++) {
		for (size_t i = 0; i < reached; i++) {
			if (stages[i] == VIRTIO_CONFIG_S_FEATURES_OK)
				avps_device_accept(self->dev, exercise_features(self->dev));
			avps_device_add_status(self->dev, stages[i]);
		}
		CHECK_EQ("core-reset-001", avps_device_reset(self->dev), 0);
	}
}

/* A request that is there before the device is live, and what it must not do to it. */
struct waiting_request {
	struct exercise_request request;
	struct snapshot untouched[AVPS_MAX_ELEMENTS];
};

static void make_waiting(struct exercise *ex, struct waiting_request *waiting)
{
	struct exercise_request *request = &waiting->request;

	exercise_add(ex, request);
	for (unsigned int i = 0; i < request->n; i++)
		waiting->untouched[i] = snapshot_take(request->elements[i].buf.cpu, request->elements[i].buf.len);
}

/* Judges that the device has not consumed it. A reset must have ended: what the device had taken up is done by then. */
#define CHECK_NOT_CONSUMED(waiting_)                                                                                   \
	do {                                                                                                           \
		CHECK_EQ("core-status-001", self->ex.vq.split.used->idx, 0);                                           \
		for (unsigned int i_ = 0; i_ < (waiting_).request.n; i_++)                                             \
			CHECK_UNTOUCHED("core-status-001", (waiting_).untouched[i_], "a buffer of a device not live"); \
	} while (0)

/*
 * A buffer that is available before DRIVER_OK is not consumed.
 */
AVPS_TEST(core, nothing_used_before_driver_ok, CLAUSES("core-status-001"), ONLY_IF(exercise_known))
{
	struct waiting_request waiting;

	REQUIRE(!exercise_prepare(&self->ex, self->on, 0), "the device could not be initialised");
	make_waiting(&self->ex, &waiting);
	REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");
	CHECK_NOT_CONSUMED(waiting);
}

/*
 * Not even if the driver, which must not do so (3.1.1), notifies the device of it.
 */
AVPS_TEST(core, early_notification_starts_nothing, CLAUSES("core-status-001"), ONLY_IF(exercise_known))
{
	struct waiting_request waiting;

	REQUIRE(!exercise_prepare(&self->ex, self->on, 0), "the device could not be initialised");
	make_waiting(&self->ex, &waiting);
	avps_vq_notify(&self->ex.vq);
	REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");
	CHECK_NOT_CONSUMED(waiting);
}

/*
 * Once a reset is over, the queues of before are dead: nothing is written to their rings and buffers any more, although
 * one more buffer is there, and nothing signals for them. A whole life of the device after the reset is the fence.
 */
AVPS_TEST(core, reset_stops_the_queues, CLAUSES("core-reset-002"), ONLY_IF(exercise_known))
{
	struct exercise_request requests[4];
	struct snapshot ring, events, buffers[4][AVPS_MAX_ELEMENTS];
	struct exercise old;

	START(0);
	for (int i = 0; i < 3; i++)
		exercise_add(&self->ex, &requests[i]);
	avps_vq_notify(&self->ex.vq);
	REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");

	old = self->ex;
	exercise_add(&old, &requests[3]);
	ring = snapshot_take(old.vq.descriptor_area.cpu, old.vq.descriptor_area.len);
	events = snapshot_take(old.vq.device_area.cpu, old.vq.device_area.len);
	for (int i = 0; i < 4; i++)
		for (unsigned int e = 0; e < requests[i].n; e++)
			buffers[i][e] = snapshot_take(requests[i].elements[e].buf.cpu, requests[i].elements[e].buf.len);
	avps_vq_wait_interrupt(&old.vq, 0); /* what was sent before the end of the reset */

	/* The new queue signals with vector 0, so that the old one's would be seen apart. */
	REQUIRE(!exercise_start_with_vector(&self->ex, self->on, 0), "the device could not be initialised again");
	REQUEST();
	CHECK_UNTOUCHED("core-reset-002", ring, "the descriptor area of before the reset");
	CHECK_UNTOUCHED("core-reset-002", events, "the device area of before the reset");
	for (int i = 0; i < 4; i++)
		for (unsigned int e = 0; e < requests[i].n; e++)
			CHECK_UNTOUCHED("core-reset-002", buffers[i][e], "a buffer of before the reset");
	if (old.vq.vector != self->ex.vq.vector)
		CHECK_EQ("core-reset-002", avps_vq_wait_interrupt(&old.vq, 0), 0);
}
