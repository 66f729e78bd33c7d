// SPDX-License-Identifier: GPL-2.0-or-later
/* Deadlines, as far as they don't depend on how fast this machine is. */
#include "harness.h"

#include "avps/clock.h"

TEST(a_deadline_in_the_past_leaves_nothing)
{
	EXPECT_EQ(0, avps_remaining_ms(0));
	EXPECT_EQ(0, avps_remaining_ms(avps_now_us()));
}

/* Rounded down, a wait for the last fraction of a millisecond would be a busy one. */
TEST(what_is_left_is_rounded_up)
{
	u64 hour_us = 3600ull * 1000 * 1000;
	avps_deadline deadline = avps_now_us() + hour_us;
	int left = avps_remaining_ms(deadline);
	u64 now = avps_now_us();

	EXPECT_LE((deadline - now + 999) / 1000, (u64)left);
	EXPECT_GE(hour_us / 1000, (u64)left);
}

TEST(patience_is_four_seconds_until_it_is_set)
{
	u64 before = avps_now_us();
	avps_deadline deadline = avps_patience();

	EXPECT_LE(before + 4000000, deadline);
	EXPECT_GE(avps_now_us() + 4000000, deadline);
	avps_set_patience_ms(5000000); /* more microseconds than 32 bits hold */
	before = avps_now_us();
	deadline = avps_patience();
	EXPECT_LE(before + 5000000000, deadline);
	EXPECT_GE(avps_now_us() + 5000000000, deadline);
	avps_set_patience_ms(0);
	deadline = avps_patience();
	EXPECT_GE(avps_now_us(), deadline);
}

TEST_HARNESS_MAIN
