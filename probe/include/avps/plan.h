/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which tests on which device, and the running of them. */
#ifndef AVPS_PLAN_H
#define AVPS_PLAN_H

#include "avps/options.h"
#include "avps/test.h"

/*
 * Makes the plan: for each device every test of its suites, on each ring layout the device offers, as far as the
 * options do not leave it out.
 *
 * Returns how many entries *plan has (to be freed by the caller), or -ENOMEM.
 */
int avps_plan_make(struct avps_device *devices, int n_devices, const struct avps_options *options,
		   struct avps_run **plan);

/* Sends the plan's records. */
void avps_plan_report(const struct avps_run *plan, int n);

/*
 * Runs those entries of the plan for which selected[index] is true (NULL: all), sending records as it goes.
 *
 * @outcome: shared memory
 */
void avps_plan_run(const struct avps_run *plan, int n, const bool *selected, const struct avps_options *options,
		   struct avps_outcome *outcome);

#endif
