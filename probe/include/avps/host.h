/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Host actions: what a test asks of the host while the guest looks on; docs/records.md has them.
 *
 * A test that needs one says so by HOST("name") (suite/harness.h), and is skipped where the host can't do it.
 */
#ifndef AVPS_HOST_H
#define AVPS_HOST_H

#include <json-c/json.h>

#include "avps/types.h"

/* Whoever acts. */
struct avps_host {
	/* Whether it can do the action of that name. */
	bool (*can)(const char *what);
	/* As avps_host_act(), but leaves @request to the caller. */
	int (*act)(struct json_object *request, char *why, size_t why_size);
	/* As avps_host_ask(), but leaves @request to the caller; NULL where there is nothing to be told. */
	int (*ask)(struct json_object *request, unsigned int limit_s, struct json_object **answer, char *why,
		   size_t why_size);
};

/* The host at the other end of the record stream. */
extern const struct avps_host avps_host_by_stream;

/* Has @host act from now on, which must stay valid; NULL: the host at the other end of the record stream, as at first. */
void avps_host_use(const struct avps_host *host);

/*
 * Says what the host at the other end of the record stream can do. To be called before tests run, since they share what is
 * known of the host.
 *
 * @actions: array of names, which stays the caller's and must stay valid; NULL: nothing
 *
 * Returns 0 or -ENOMEM.
 */
int avps_host_allow(struct json_object *actions);

/* Whether the host can do the action of that name ("block-resize"). */
bool avps_host_can(const char *what);

/*
 * Has the host act, and waits until it is done. Works in a forked test, too, as avps_stream_send() does.
 *
 * @request: object with `what` and the arguments of that action; its reference is taken over
 * @why: a sentence on what went wrong
 *
 * Returns 0 when it is done; -EOPNOTSUPP if the host can't do such a thing, -EIO if it failed, -ETIMEDOUT if the host did not
 * answer: then it is not asked again in this run.
 */
int avps_host_act(struct json_object *request, char *why, size_t why_size);

/*
 * The same for an action that has something to tell, or takes its time.
 *
 * @limit_s: how long it may take, in seconds
 * @answer: what the host says, to be put back with json_object_put(); NULL if it is not done
 */
int avps_host_ask(struct json_object *request, unsigned int limit_s, struct json_object **answer, char *why,
		  size_t why_size);

#endif
