/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The probe's side of the record stream; docs/records.md has the format.
 */
#ifndef AVPS_REPORT_H
#define AVPS_REPORT_H

#include <json-c/json.h>

#include "avps/device.h"
#include "avps/test.h"
#include "avps/types.h"

/*
 * Opens the stream and the memory that keeps what was sent.
 *
 * @path: a terminal (set to pass bytes as they are) or a file
 *
 * Returns 0 or a negative errno.
 */
int avps_stream_open(const char *path);

/* The same with @fd, a file that is open for reading and writing already. */
int avps_stream_use(int fd);

/*
 * Sends a record and keeps it. Takes over the reference. Works in a forked test too, as long as only one process sends
 * at a time.
 */
void avps_stream_send(struct json_object *record);

/* Waits until all that was sent has left this machine. */
void avps_stream_drain(void);

/* After a sender may have died in the middle of a line: starts a new one. */
void avps_stream_recover(void);

/* Sends `bye`: the count and the digest of all that was sent before. */
void avps_stream_bye(void);

/* Number of the record that is sent next. */
u32 avps_stream_next(void);

/* Sends record @seq once more, as it was. False if there is none. */
bool avps_stream_resend(u32 seq);

/*
 * Waits up to @limit_ms milliseconds for a line from the host.
 *
 * Returns its JSON (the caller's to put back with json_object_put()), or NULL when none came. Anything that is not an
 * intact record is passed over. Works in a forked test too: what it read too much of is there for its parent.
 */
struct json_object *avps_stream_receive(unsigned int limit_ms);

/* A new record of that type, to be filled and sent. */
struct json_object *avps_record_new(const char *type);

/* Adds a field; text that is not printable ASCII is made so. NULL text gives null. */
void avps_record_text(struct json_object *record, const char *key, const char *text);
void avps_record_number(struct json_object *record, const char *key, s64 value);

struct avps_options;

/* One failed check. */
struct avps_failure {
	const char *clause;
	const char *expected;
	const char *seen;
	const char *file;
	int line;
};

/* The records of a run, each sent at once. */
void avps_report_hello(const struct avps_options *options);
void avps_report_device(const struct avps_device *dev);
void avps_report_begin(const struct avps_run *run);
void avps_report_check(const struct avps_run *run, const struct avps_failure *failure);
void avps_report_trace(const struct avps_run *run);
void avps_report_end(const struct avps_run *run, const struct avps_outcome *outcome);

/* That something a test goes on with has been done so far; @number counts from 1. */
struct avps_progress {
	u64 number;
	u64 sector; /* the first of the record's */
	u32 sectors;
};

/* Sent and gone when it returns: whoever cuts the power may count on it. */
void avps_report_progress(const struct avps_run *run, const struct avps_progress *progress);

/* What came of a power cut, in the host's words: an object, which stays the caller's. */
void avps_report_cut(const struct avps_run *run, struct json_object *cut);

/* Something that was measured: for the report, and not for any verdict. */
struct avps_figure {
	const char *name; /* "read latency" */
	const char *unit; /* "us" */
	u64 median, p99, most; /* of the measurements: the 50th and the 99th percentile, and the greatest */
	u32 count; /* how many there were */
};

/* Sent at once; works in a forked test. */
void avps_report_figure(const struct avps_run *run, const struct avps_figure *figure);

void avps_report_log(const char *level, const char *format, ...) AVPS_PRINTF(2, 3);

#endif
