/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time for deadlines and durations; nothing in the probe sleeps. */
#ifndef AVPS_CLOCK_H
#define AVPS_CLOCK_H

#include "avps/types.h"

/* Microseconds of the monotonic clock. */
u64 avps_now_us(void);

/* A point in time after which a wait gives up, in avps_now_us() time. */
typedef u64 avps_deadline;

/* How long a wait for the device may last from now on; the length is the run's `patience_ms`. */
avps_deadline avps_patience(void);
void avps_set_patience_ms(unsigned int ms);

/* Milliseconds left until @deadline, rounded up, 0 when it has passed: the form poll(2) takes. */
int avps_remaining_ms(avps_deadline deadline);

#endif
