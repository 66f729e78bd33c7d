/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run, from the search for devices to the host's farewell; docs/records.md. */
#ifndef AVPS_SESSION_H
#define AVPS_SESSION_H

#include "avps/discover.h"
#include "avps/options.h"

/* Finds the devices: avps_discover(), or what takes its place. */
typedef int (*avps_discovery)(struct avps_device *devices);

/* The whole of it, after `hello`. */
void avps_session(const struct avps_options *options, avps_discovery discovery);

/* Only its end, where there can be no run: `bye`, and what the host missed. */
void avps_session_end(void);

#endif
