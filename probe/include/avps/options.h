/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this run was asked to do: /avps.json and the kernel command line (docs/records.md). */
#ifndef AVPS_OPTIONS_H
#define AVPS_OPTIONS_H

#include <json-c/json.h>

#include "avps/types.h"

struct avps_options {
	char nonce[80];
	char stream[32]; /* device of the record stream, without /dev/; empty: find one */
	char cmdline[1024];
	bool interactive;
	unsigned int patience_ms;
	unsigned int test_limit_s;
	struct json_object *leave_out; /* arrays of {test, device, ring}; NULL: none */
	struct json_object *only; /* NULL: everything */
	struct json_object *host_actions; /* array of their names; NULL: the host can do nothing */
};

/*
 * Reads /proc/cmdline and the options at @path into *options.
 *
 * Returns 0; a missing file is no error. -EINVAL when it is not what docs/records.md says, with the reason in @why.
 */
int avps_options_read(const char *path, struct avps_options *options, char *why, size_t why_size);

/* Whether @list (of {test, device, ring}; a missing key matches all) names this one. @ring may be NULL. */
bool avps_options_match(struct json_object *list, const char *test, const char *device, const char *ring);

#endif
