/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of used buffer notifications share, whatever the ring. */
#ifndef AVPS_INTERRUPTS_H
#define AVPS_INTERRUPTS_H

#include <errno.h>

#include "core.h"

/*
 * Makes a request and watches the ring, not the interrupt, until it is used. Then reads a register: what the device
 * does along with using the buffer is done when it answers.
 */
#define REQUEST_SPINNING()                                                                                      \
	do {                                                                                                    \
		struct exercise_request request_;                                                               \
		struct avps_used used_;                                                                         \
		const char *wrong_;                                                                             \
                                                                                                                \
		exercise_add(&self->ex, &request_);                                                             \
		avps_vq_notify(&self->ex.vq);                                                                   \
		wrong_ = exercise_wrong(&self->ex, &request_, avps_vq_spin_used(&self->ex.vq, &used_), &used_); \
		REQUIRE(!wrong_, "a plain request went wrong: %s", wrong_);                                     \
		self->ops->get_status(self->transport);                                                         \
	} while (0)

/*
 * Makes a request and looks at the ring only when an interrupt has come: one that comes before the buffer is used tells
 * nothing of it, and another one has to follow.
 *
 * @wrong: NULL, or what was wrong with the request
 *
 * Returns whether an interrupt came by which the buffer was used.
 */
static inline bool request_by_interrupts_alone(struct exercise *ex, const char **wrong)
{
	avps_deadline deadline = avps_patience();
	struct exercise_request request;
	struct avps_used used;
	bool told = false;
	int got = 0;

	*wrong = exercise_add(ex, &request) ? "the ring is full" : NULL;
	if (*wrong)
		return false;
	avps_vq_notify(&ex->vq);
	do {
		told = avps_vq_wait_interrupt(&ex->vq, deadline) > 0;
		got = avps_vq_poll_used(&ex->vq, &used);
	} while (!got && avps_remaining_ms(deadline));
	*wrong = exercise_wrong(ex, &request, got ? (got < 0 ? got : 0) : -ETIMEDOUT, &used);
	return told;
}

/*
 * Judges that a used buffer is signalled when the driver has not said otherwise: after it was used, to a driver that watches
 * the ring as to one that does not.
 */
#define CHECK_SIGNALLED(clause_)                                                                         \
	do {                                                                                             \
		START(0);                                                                                \
		for (int i_ = 0; i_ < 3; i_++) {                                                         \
			REQUEST_SPINNING();                                                              \
			CHECK(clause_, avps_vq_wait_interrupt(&self->ex.vq, avps_patience()) > 0,        \
			      "buffer %d was used, and no interrupt came", i_);                          \
		}                                                                                        \
		for (int i_ = 3; i_ < 6; i_++) {                                                         \
			const char *wrong_;                                                              \
			bool told_ = request_by_interrupts_alone(&self->ex, &wrong_);                    \
                                                                                                         \
			REQUIRE(!wrong_, "a plain request went wrong: %s", wrong_);                      \
			CHECK(clause_, told_, "buffer %d was used, and no interrupt came after it", i_); \
		}                                                                                        \
	} while (0)

/* Judges that there is none when the driver wants none. The interrupt of the next buffer, which it wants, is the fence. */
#define CHECK_SILENT_WHEN_NOT_WANTED(clause_)                                                              \
	do {                                                                                               \
		int early_, fence_;                                                                        \
                                                                                                           \
		START(0);                                                                                  \
		avps_vq_want_interrupts(&self->ex.vq, false);                                              \
		REQUEST_SPINNING();                                                                        \
		early_ = avps_vq_wait_interrupt(&self->ex.vq, 0);                                          \
		avps_vq_want_interrupts(&self->ex.vq, true);                                               \
		REQUEST_SPINNING();                                                                        \
		fence_ = avps_vq_wait_interrupt(&self->ex.vq, avps_patience());                            \
		REQUIRE(fence_, "no interrupt came for a buffer that wanted one");                         \
		CHECK(clause_, early_ + fence_ == 1, "%d interrupts for 2 buffers, of which 1 wanted one", \
		      early_ + fence_);                                                                    \
	} while (0)

#endif
