/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Catches the record stream in memory, and reads it with a reader of its own (docs/records.md). */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <json-c/json.h>

#include "avps/types.h"

/* Opens the library's record stream on a file that nobody else sees. The process ends if that fails. */
void capture_open(void);

/* All that was written so far, ended by a NUL. Valid until the next call. */
const char *capture_text(void);

/*
 * Record @n (0 is the first) of what was written; NULL when there are not so many. A line that is not an intact record in
 * its place ends the process. To be put back with json_object_put().
 */
struct json_object *capture_record(unsigned int n);

/* A field of a record as text: a string's characters, otherwise its JSON. "(missing)" if it is not there. */
const char *capture_field(struct json_object *record, const char *key);

/* How many records there are. */
unsigned int capture_count(void);

#endif
