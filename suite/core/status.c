// SPDX-License-Identifier: GPL-2.0-or-later
/* Device status and reset (VIRTIO 1.4, 2.1, 2.4). */
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

#include "core.h"
#include "snapshot.h"

/*
 * After a reset the status becomes 0 again, whatever it was.
 */
AVPS_TEST(core, reset_clears_status, CLAUSES("core-reset-001"), NO_RING)
{
	u8 status = avps_device_add_status(self->dev, VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER);

	REQUIRE(status == (VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER), "the status reads %#x", status);
	CHECK_EQ("core-reset-001", avps_device_reset(self->dev), 0);
}

/*
 * A buffer that is available, and notified, before DRIVER_OK is not consumed.
 *
 * First seen through a reset: what the device took up before is finished, or dropped, when the reset is over.
 */
AVPS_TEST(core, nothing_used_before_driver_ok, CLAUSES("core-status-001"), SPLIT_RING, ONLY_IF(exercise_known))
{
	struct snapshot untouched[AVPS_MAX_ELEMENTS];
	struct exercise_request request;

	REQUIRE(!exercise_prepare(&self->ex, self->on, 0), "the device could not be initialised");
	exercise_add(&self->ex, &request);
	for (unsigned int i = 0; i < request.n; i++)
		untouched[i] = snapshot_take(request.elements[i].buf.cpu, request.elements[i].buf.len);
	avps_vq_notify(&self->ex.vq);
	REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");
	CHECK_EQ("core-status-001", self->ex.vq.split.used->idx, 0);
	for (unsigned int i = 0; i < request.n; i++)
		CHECK_UNTOUCHED("core-status-001", untouched[i], "a buffer of a device that is not live");
}

/*
 * And so the driver may still put another buffer in its place before it sets DRIVER_OK, and that one is what the device
 * then uses: a device that took the first one early uses that instead.
 */
AVPS_TEST(core, buffer_may_change_before_driver_ok, CLAUSES("core-status-001"), SPLIT_RING, ONLY_IF(exercise_known))
{
	struct exercise_request early, instead;
	struct avps_split *split;
	struct avps_used used;

	REQUIRE(!exercise_prepare(&self->ex, self->on, 0), "the device could not be initialised");
	split = &self->ex.vq.split;
	exercise_add(&self->ex, &early);
	exercise_add(&self->ex, &instead);
	split->avail->ring[0] = instead.id;
	__atomic_store_n(&split->avail->idx, 1, __ATOMIC_SEQ_CST);
	avps_device_go(self->dev);
	avps_vq_notify(&self->ex.vq);
	REQUIRE(!avps_vq_spin_used(&self->ex.vq, &used), "no buffer was used after DRIVER_OK");
	CHECK("core-status-001", used.id == instead.id, "the buffer that was available before DRIVER_OK was used");
}

/*
 * Once a reset is over, the queues of before are dead: nothing is written to their rings and buffers any more, although
 * one more buffer is there. A whole life of the device after the reset is the fence.
 */
AVPS_TEST(core, reset_stops_the_queues, CLAUSES("core-reset-002"), SPLIT_RING, ONLY_IF(exercise_known))
{
	struct exercise_request requests[4];
	struct snapshot ring, buffers[4][AVPS_MAX_ELEMENTS];
	struct exercise old;

	START(0);
	for (int i = 0; i < 3; i++)
		exercise_add(&self->ex, &requests[i]);
	avps_vq_notify(&self->ex.vq);
	REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");

	old = self->ex;
	exercise_add(&old, &requests[3]);
	avps_vq_notify(&old.vq);
	ring = snapshot_take(old.vq.split.used, sizeof(struct vring_used) + 4 * sizeof(struct vring_used_elem));
	for (int i = 0; i < 4; i++)
		for (unsigned int e = 0; e < requests[i].n; e++)
			buffers[i][e] = snapshot_take(requests[i].elements[e].buf.cpu, requests[i].elements[e].buf.len);

	START(0);
	REQUEST();
	CHECK_UNTOUCHED("core-reset-002", ring, "the used ring of before the reset");
	for (int i = 0; i < 4; i++)
		for (unsigned int e = 0; e < requests[i].n; e++)
			CHECK_UNTOUCHED("core-reset-002", buffers[i][e], "a buffer of before the reset");
}
