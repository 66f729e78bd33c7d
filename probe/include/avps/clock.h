/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time for deadlines and durations; nothing in the probe sleeps. */
#ifndef AVPS_CLOCK_H
#define AVPS_CLOCK_H

#include "avps/types.h"

/* Microseconds of the monotonic clock. */
u64 avps_now_us(void);

/*
 * A point in time after which a wait for the device gives up, in microseconds of the devices' clock. That is
 * avps_now_us(), unless devices are simulated: then their time goes on with each look at it, and a wait that is in vain costs
 * nothing.
 */
typedef u64 avps_deadline;

/* Makes @now_us the devices' clock. It must never go backwards. */
void avps_set_device_clock(u64 (*now_us)(void));

/* How long a wait for the device may last from now on; the length is the run's `patience_ms`. */
avps_deadline avps_patience(void);
void avps_set_patience_ms(unsigned int ms);

/* Milliseconds left until @deadline, rounded up, 0 when it has passed: the form poll(2) takes. */
int avps_remaining_ms(avps_deadline deadline);

#endif
