/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bringing a device up and using it in a test whose suite has `struct exercise ex` and `on` in `self`. */
#ifndef AVPS_REQUESTS_H
#define AVPS_REQUESTS_H

#include "exercise.h"
#include "suite/harness.h"

/* Starts self->ex with @more features, or ends the test. */
#define START(more_) REQUIRE(!exercise_start(&self->ex, self->on, more_), "the device could not be initialised")

/* Makes one request that must succeed for the test to go on. */
#define REQUEST()                                                           \
	do {                                                                \
		const char *wrong_ = exercise_once(&self->ex);              \
		REQUIRE(!wrong_, "a plain request went wrong: %s", wrong_); \
	} while (0)

#endif
