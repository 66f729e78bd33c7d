// SPDX-License-Identifier: GPL-2.0-or-later
/* Suspending a device and waking it up again (VIRTIO 1.4, 3.4). */
#include "avps/features.h"
#include "config_fields.h"
#include "core.h"
#include "snapshot.h"

#define STATUS_SUSPEND 0x10 /* 2.1; the kernel's header does not have it yet */

/* Waits until the bits SUSPEND and DRIVER_OK of the status are as in @wanted, or the device gives up. Returns the status. */
static u8 wait_status(struct avps_device *dev, u8 wanted)
{
	const u8 both = STATUS_SUSPEND | VIRTIO_CONFIG_S_DRIVER_OK;
	avps_deadline deadline = avps_patience();
	u8 status;

	do
		status = dev->transport->ops->get_status(dev->transport);
	while ((status & both) != wanted && !(status & VIRTIO_CONFIG_S_NEEDS_RESET) && avps_remaining_ms(deadline));
	return status;
}

static u8 suspend(struct avps_device *dev)
{
	avps_device_add_status(dev, STATUS_SUSPEND);
	return wait_status(dev, STATUS_SUSPEND);
}

static u8 resume(struct avps_device *dev)
{
	avps_device_add_status(dev, VIRTIO_CONFIG_S_DRIVER_OK);
	return wait_status(dev, VIRTIO_CONFIG_S_DRIVER_OK);
}

static bool suspended(u8 status)
{
	return (status & STATUS_SUSPEND) && !(status & VIRTIO_CONFIG_S_DRIVER_OK);
}

static bool running(u8 status)
{
	return !(status & STATUS_SUSPEND) && (status & VIRTIO_CONFIG_S_DRIVER_OK);
}

/* The device may say that it can't; then there is nothing more to see. */
#define NOT_IF_GIVEN_UP(status_)                                                                                      \
	do {                                                                                                          \
		if ((status_)&VIRTIO_CONFIG_S_NEEDS_RESET)                                                            \
			SKIP_AS(AVPS_SKIP_ABSENT, "the device can't do it, and says so: its status is %#x", status_); \
	} while (0)

/* Suspends the device, or ends the test. */
#define SUSPEND()                                                                                       \
	do {                                                                                            \
		u8 status_ = suspend(self->dev);                                                        \
		NOT_IF_GIVEN_UP(status_);                                                               \
		REQUIRE(suspended(status_), "the device is not suspended: its status is %#x", status_); \
	} while (0)

/* Tries to suspend a device that is not live yet, which the driver should not do (3.4.1). */
static void judge_ignored(struct avps_device *dev)
{
	u8 before = dev->transport->ops->get_status(dev->transport);

	dev->transport->ops->set_status(dev->transport, before | STATUS_SUSPEND);
	CHECK_EQ("core-init-003", dev->transport->ops->get_status(dev->transport), before);
}

/*
 * Before DRIVER_OK the device takes no notice of SUSPEND, at whichever step of the initialisation; then it is live as usual.
 */
AVPS_TEST(core, suspend_is_ignored_before_driver_ok, CLAUSES("core-init-003"), NEEDS(VIRTIO_F_SUSPEND),
	  ONLY_IF(exercise_known))
{
	avps_device_add_status(self->dev, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	judge_ignored(self->dev);
	avps_device_add_status(self->dev, VIRTIO_CONFIG_S_DRIVER);
	judge_ignored(self->dev);
	avps_device_accept(self->dev, exercise_features(self->dev) | FEATURE(VIRTIO_F_SUSPEND));
	judge_ignored(self->dev);

	REQUIRE(!exercise_prepare(&self->ex, self->on, FEATURE(VIRTIO_F_SUSPEND)),
		"the device could not be initialised");
	judge_ignored(self->dev);
	avps_device_go(self->dev);
	CHECK("core-init-003", running(self->ops->get_status(self->transport)), "the status is %#x after DRIVER_OK",
	      self->ops->get_status(self->transport));
	CHECK_WORKS("core-init-003", exercise_once(&self->ex), "after attempts to suspend the device too early");
}

/*
 * Asked to, the device suspends itself, or says that it needs a reset.
 */
AVPS_TEST(core, device_suspends, CLAUSES("core-init-008"), NEEDS(VIRTIO_F_SUSPEND), ONLY_IF(exercise_known))
{
	u8 status;

	START(FEATURE(VIRTIO_F_SUSPEND));
	REQUEST();
	status = suspend(self->dev);
	CHECK("core-init-008", suspended(status) || (status & VIRTIO_CONFIG_S_NEEDS_RESET), "the status is %#x",
	      status);
}

/* Makes one whole request, which is to interrupt where the device can. NULL, or what went wrong. */
static const char *once_with_interrupt(struct exercise *ex)
{
	struct exercise_request request;
	struct avps_used used = { 0 };
	const char *wrong;

	if (exercise_add(ex, &request))
		return "the ring is full";
	avps_vq_notify(&ex->vq);
	wrong = exercise_wrong(ex, &request, avps_vq_wait_used(&ex->vq, &used), &used);
	if (wrong || used.interrupted || ex->dev->interrupts == AVPS_INTERRUPTS_NONE)
		return wrong;
	return "no interrupt came for it";
}

/*
 * Woken up, the device goes on where it was, or says that it needs a reset. Twice, as the first time may have left something
 * behind.
 */
AVPS_TEST(core, device_resumes, CLAUSES("core-init-009"), NEEDS(VIRTIO_F_SUSPEND), ONLY_IF(exercise_known))
{
	struct avps_used used;

	START(FEATURE(VIRTIO_F_SUSPEND));
	REQUEST();
	for (int i = 0; i < 2; i++) {
		u8 status;

		SUSPEND();
		status = resume(self->dev);
		CHECK("core-init-009", running(status) || (status & VIRTIO_CONFIG_S_NEEDS_RESET), "the status is %#x",
		      status);
		if (!running(status) || (status & VIRTIO_CONFIG_S_NEEDS_RESET))
			return;
		for (int request = 0; request < 2; request++)
			CHECK_WORKS("core-init-009", once_with_interrupt(&self->ex),
				    "request %d after the device resumed", request);
		CHECK_EQ("core-init-009", avps_vq_poll_used(&self->ex.vq, &used), 0);
	}
}

#define IN_FLIGHT 4

/* A request, and its buffers as they were before the device saw them. */
struct watched {
	struct exercise_request request;
	struct snapshot before[AVPS_MAX_ELEMENTS];
	bool used;
};

static bool add_watched(struct exercise *ex, struct watched *watched)
{
	watched->used = false;
	if (exercise_add(ex, &watched->request))
		return false;
	for (unsigned int i = 0; i < watched->request.n; i++)
		watched->before[i] =
			snapshot_take(watched->request.elements[i].buf.cpu, watched->request.elements[i].buf.len);
	return true;
}

/* Which of @n requests a used buffer is; NULL: none that was still out. */
static struct watched *find(struct watched *watched, unsigned int n, u16 id)
{
	for (unsigned int i = 0; i < n; i++)
		if (!watched[i].used && watched[i].request.id == id)
			return &watched[i];
	return NULL;
}

#define CHECK_REQUEST_UNTOUCHED(clause_, watched_)                                            \
	do {                                                                                  \
		for (unsigned int e_ = 0; e_ < (watched_).request.n; e_++)                    \
			CHECK_UNTOUCHED(clause_, (watched_).before[e_], "a buffer not used"); \
	} while (0)

/*
 * When the status shows that the device is suspended, every request is either done, with its notification sent, or not begun;
 * and so it stays. A reset is the fence: what the device was at is over by its end.
 */
AVPS_TEST(core, suspension_leaves_no_request_half_done, CLAUSES("core-init-005", "core-init-010"),
	  NEEDS(VIRTIO_F_SUSPEND), ONLY_IF(exercise_known))
{
	u32 config[CONFIG_MOST_FIELDS], config_after[CONFIG_MOST_FIELDS];
	struct snapshot areas[2];
	struct watched watched[IN_FLIGHT];
	unsigned int n = 0, done = 0;
	struct avps_used used;
	int err;

	START(FEATURE(VIRTIO_F_SUSPEND));
	while (n < IN_FLIGHT && add_watched(&self->ex, &watched[n]))
		n++;
	avps_vq_notify(&self->ex.vq);
	SUSPEND();
	config_read_all(self->dev, config);
	areas[0] = snapshot_take(self->ex.vq.descriptor_area.cpu, self->ex.vq.descriptor_area.len);
	areas[1] = snapshot_take(self->ex.vq.device_area.cpu, self->ex.vq.device_area.len);
	while ((err = avps_vq_poll_used(&self->ex.vq, &used)) > 0) {
		struct watched *which = find(watched, n, used.id);

		REQUIRE(which, "the device used a buffer twice");
		which->used = true;
		done++;
		CHECK_WORKS("core-init-010", exercise_wrong(&self->ex, &which->request, 0, &used),
			    "a request that was used before the device was suspended");
	}
	REQUIRE(!err, "the device used a buffer that was not available");
	if (done && self->dev->interrupts != AVPS_INTERRUPTS_NONE)
		CHECK("core-init-010", avps_vq_wait_interrupt(&self->ex.vq, avps_patience()),
		      "no notification came of %u buffers that were used before the device was suspended", done);
	for (unsigned int i = 0; i < n; i++)
		if (!watched[i].used)
			CHECK_REQUEST_UNTOUCHED("core-init-010", watched[i]);

	config_read_all(self->dev, config_after);
	CHECK_SAME("core-init-005", "the configuration of a suspended device", config_after, config, sizeof(config));
	REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");
	CHECK_EQ("core-init-005", avps_vq_poll_used(&self->ex.vq, &used), 0);
	CHECK_UNTOUCHED("core-init-005", areas[0], "the descriptor area of a suspended device");
	CHECK_UNTOUCHED("core-init-005", areas[1], "the device area of a suspended device");
	for (unsigned int i = 0; i < n; i++)
		if (!watched[i].used)
			CHECK_REQUEST_UNTOUCHED("core-init-005", watched[i]);
}

/*
 * A suspended device leaves its queues alone even if the driver, which must not do so (3.4.1), notifies it of a buffer that
 * has been there since before; and nothing signals for them. A reset and another life of the device, with another vector
 * where there is one, are the fence.
 */
AVPS_TEST(core, notification_of_a_suspended_device_starts_nothing, CLAUSES("core-init-005"), NEEDS(VIRTIO_F_SUSPEND),
	  ONLY_IF(exercise_known))
{
	struct watched watched;
	struct avps_used used;
	struct exercise old;

	START(FEATURE(VIRTIO_F_SUSPEND));
	REQUEST(); /* all its interrupts have come */
	REQUIRE(add_watched(&self->ex, &watched), "the ring is full after one request");
	SUSPEND();
	if (avps_vq_poll_used(&self->ex.vq, &used))
		SKIP_AS(AVPS_SKIP_ABSENT, "the device took the buffer before, without a notification");
	avps_vq_notify(&self->ex.vq);
	REQUIRE(!avps_device_reset(self->dev), "the device status did not become 0 after a reset");
	CHECK_EQ("core-init-005", avps_vq_poll_used(&self->ex.vq, &used), 0);
	CHECK_REQUEST_UNTOUCHED("core-init-005", watched);

	old = self->ex;
	REQUIRE(!exercise_start_with_vector(&self->ex, self->on, 0), "the device could not be initialised again");
	REQUEST();
	if (old.vq.vector != self->ex.vq.vector)
		CHECK_EQ("core-init-005", avps_vq_wait_interrupt(&old.vq, 0), 0);
}

static enum avps_skip config_and_exercise_known(struct avps_device *dev, char *why, size_t why_size)
{
	return exercise_known(dev, why, why_size) ?: config_known(dev, why, why_size);
}

/*
 * What the driver, which must not do so (3.4.1), writes to the configuration of a suspended device has no effect, then or when
 * it has resumed.
 */
AVPS_TEST(core, configuration_of_a_suspended_device_is_not_written, CLAUSES("core-init-004"), NEEDS(VIRTIO_F_SUSPEND),
	  ONLY_IF(config_and_exercise_known))
{
	u32 before[CONFIG_MOST_FIELDS], after[CONFIG_MOST_FIELDS];
	u8 status;

	START(FEATURE(VIRTIO_F_SUSPEND));
	SUSPEND();
	config_read_all(self->dev, before);
	config_write_complement(self->dev, before);
	config_read_all(self->dev, after);
	CHECK_SAME("core-init-004", "the configuration after writes to it", after, before, sizeof(before));
	status = resume(self->dev);
	if (status & VIRTIO_CONFIG_S_NEEDS_RESET)
		return;
	REQUIRE(running(status), "the device does not resume: its status is %#x", status);
	config_read_all(self->dev, after);
	CHECK_SAME("core-init-004", "the configuration after the device resumed", after, before, sizeof(before));
	REQUEST();
}
