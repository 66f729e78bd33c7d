// SPDX-License-Identifier: GPL-2.0-or-later
#include "avps/clock.h"

#include <time.h>

static unsigned int patience_ms = 4000;
static u64 (*device_clock)(void) = avps_now_us;

u64 avps_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (u64)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

avps_deadline avps_patience(void)
{
	return device_clock() + (u64)patience_ms * 1000;
}

void avps_set_device_clock(u64 (*now_us)(void))
{
	device_clock = now_us;
}

void avps_set_patience_ms(unsigned int ms)
{
	patience_ms = ms;
}

int avps_remaining_ms(avps_deadline deadline)
{
	u64 now = device_clock();

	return now >= deadline ? 0 : (deadline - now + 999) / 1000;
}
