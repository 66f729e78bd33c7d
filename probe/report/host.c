// SPDX-License-Identifier: GPL-2.0-or-later
/* Asking the host to act: over the record stream (docs/records.md), or whoever takes the host's place. */
#include "avps/host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "avps/clock.h"
#include "avps/report.h"

/* Longer than the host gives itself, so that its own reason comes first. */
#define PATIENCE_S 5

static const struct avps_host *host;
static struct json_object *allowed;

/* In memory that forked tests share: the host has left a question without an answer. */
static bool *silent;

static const char *what_of(struct json_object *request)
{
	struct json_object *what = NULL;

	json_object_object_get_ex(request, "what", &what);
	return json_object_get_string(what) ?: "";
}

static bool can_by_stream(const char *what)
{
	if (!silent || *silent)
		return false;
	for (size_t i = 0; allowed && i < json_object_array_length(allowed); i++)
		if (!strcmp(json_object_get_string(json_object_array_get_idx(allowed, i)) ?: "", what))
			return true;
	return false;
}

/* Sends the question. Returns its id: the number of its record, which no other has. */
static s64 ask(struct json_object *request)
{
	struct json_object *record = avps_record_new("ask");
	s64 id = avps_stream_next();

	avps_record_number(record, "id", id);
	json_object_object_foreach(request, key, value)
		json_object_object_add(record, key, json_object_get(value));
	avps_stream_send(record);
	return id;
}

/* An answer that comes too late is of another question: it is passed over. */
static bool answers(struct json_object *line, s64 id)
{
	struct json_object *type = NULL, *of = NULL;

	json_object_object_get_ex(line, "type", &type);
	json_object_object_get_ex(line, "id", &of);
	return !strcmp(json_object_get_string(type) ?: "", "answer") && json_object_is_type(of, json_type_int) &&
	       json_object_get_int64(of) == id;
}

/* The answer to question @id, to be put back; NULL when none came in time. */
static struct json_object *answer_to(s64 id, unsigned int limit_s)
{
	u64 deadline = avps_now_us() + (u64)limit_s * 1000000;
	struct json_object *line;
	u64 now;

	while ((now = avps_now_us()) < deadline) {
		line = avps_stream_receive((deadline - now + 999) / 1000);
		if (!line || answers(line, id))
			return line;
		json_object_put(line);
	}
	return NULL;
}

static int ask_by_stream(struct json_object *request, unsigned int limit_s, struct json_object **answer, char *why,
			 size_t why_size)
{
	struct json_object *came = answer_to(ask(request), limit_s), *field = NULL;
	const char *said;

	if (!came) {
		*silent = true;
		snprintf(why, why_size, "the host did not answer within %u s", limit_s);
		return -ETIMEDOUT;
	}
	if (json_object_object_get_ex(came, "done", &field) && json_object_get_boolean(field)) {
		why[0] = '\0';
		*answer = came;
		return 0;
	}
	field = NULL;
	json_object_object_get_ex(came, "why", &field);
	said = json_object_get_string(field);
	snprintf(why, why_size, "%s", said ?: "the host does not say why");
	json_object_put(came);
	return -EIO;
}

static int act_by_stream(struct json_object *request, char *why, size_t why_size)
{
	struct json_object *answer = NULL;
	int err = ask_by_stream(request, PATIENCE_S, &answer, why, why_size);

	json_object_put(answer);
	return err;
}

const struct avps_host avps_host_by_stream = { .can = can_by_stream, .act = act_by_stream, .ask = ask_by_stream };

static const struct avps_host *whoever_acts(void)
{
	return host ?: &avps_host_by_stream;
}

void avps_host_use(const struct avps_host *another)
{
	host = another;
}

int avps_host_allow(struct json_object *actions)
{
	if (!silent)
		silent = mmap(NULL, sizeof(*silent), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (silent == MAP_FAILED) {
		silent = NULL;
		return -ENOMEM;
	}
	*silent = false;
	allowed = actions;
	return 0;
}

bool avps_host_can(const char *what)
{
	return whoever_acts()->can(what);
}

int avps_host_act(struct json_object *request, char *why, size_t why_size)
{
	int err = -EOPNOTSUPP;

	if (avps_host_can(what_of(request)))
		err = whoever_acts()->act(request, why, why_size);
	else
		snprintf(why, why_size, "the host can't do %s", what_of(request));
	json_object_put(request);
	return err;
}

int avps_host_ask(struct json_object *request, unsigned int limit_s, struct json_object **answer, char *why,
		  size_t why_size)
{
	int err = -EOPNOTSUPP;

	*answer = NULL;
	if (avps_host_can(what_of(request)) && whoever_acts()->ask)
		err = whoever_acts()->ask(request, limit_s, answer, why, why_size);
	else
		snprintf(why, why_size, "the host can't do %s", what_of(request));
	json_object_put(request);
	return err;
}
