/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AVPS_VERSION_H
#define AVPS_VERSION_H

/* Of the probe and its records; the catalogue of clauses has a digest of its own. */
#define AVPS_VERSION "0.1.0"

#endif
