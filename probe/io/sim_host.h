/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host of the simulated machine. Private to probe/io. */
#ifndef AVPS_SIM_HOST_H
#define AVPS_SIM_HOST_H

/* From now on avps_host_act() and the like are for that host. @machine: see refdev/machine.h. */
void sim_host_use(void *machine);

#endif
