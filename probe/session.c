// SPDX-License-Identifier: GPL-2.0-or-later
/* One run, once there is a stream to tell it on: the devices, the plan, the tests, and what the host wants of it. */
#include "avps/session.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "avps/host.h"
#include "avps/plan.h"
#include "avps/report.h"

#define HOST_PATIENCE_MS 2000 /* how long a host that never answers may cost */

static struct avps_device devices[AVPS_MAX_DEVICES];
static int n_devices;

/*
 * Asks the host which entries of the plan to run.
 *
 * Returns an array of @n flags, or NULL for all of them: also when the host does not answer.
 */
static bool *ask_selection(int n)
{
	struct json_object *ask = avps_record_new("ask"), *answer, *run;
	bool *selected;

	avps_record_number(ask, "id", 1);
	avps_record_text(ask, "what", "select");
	avps_stream_send(ask);
	answer = avps_stream_receive(HOST_PATIENCE_MS);
	if (!json_object_object_get_ex(answer, "run", &run) || !json_object_is_type(run, json_type_array)) {
		json_object_put(answer);
		return NULL;
	}
	selected = calloc(n + 1, sizeof(*selected));
	for (size_t i = 0; selected && i < json_object_array_length(run); i++) {
		int index = json_object_get_int(json_object_array_get_idx(run, i));

		if (index >= 0 && index < n)
			selected[index] = true;
	}
	json_object_put(answer);
	return selected;
}

static void run_plan(const struct avps_options *options)
{
	struct avps_outcome *outcome =
		mmap(NULL, sizeof(*outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct avps_run *plan;
	bool *selected;
	int n;

	if (outcome == MAP_FAILED) {
		avps_report_log("error", "no memory for results");
		return;
	}
	n = avps_plan_make(devices, n_devices, options, &plan);
	if (n < 0) {
		avps_report_log("error", "no memory for the plan");
		return;
	}
	avps_plan_report(plan, n);
	selected = options->interactive ? ask_selection(n) : NULL;
	avps_plan_run(plan, n, selected, options, outcome);
	free(selected);
	free(plan);
}

/* After `bye`: repeats what the host missed, until it is content or says nothing more. */
static void serve_resends(void)
{
	struct json_object *line, *type, *seqs;

	while ((line = avps_stream_receive(HOST_PATIENCE_MS))) {
		bool done = json_object_object_get_ex(line, "type", &type) &&
			    !strcmp(json_object_get_string(type) ?: "", "done");

		if (json_object_object_get_ex(line, "seqs", &seqs) && json_object_is_type(seqs, json_type_array))
			for (size_t i = 0; i < json_object_array_length(seqs); i++)
				avps_stream_resend(json_object_get_int(json_object_array_get_idx(seqs, i)));
		json_object_put(line);
		if (done)
			return;
	}
}

static void discover(avps_discovery discovery)
{
	n_devices = discovery(devices);
	if (n_devices < 0) {
		avps_report_log("error", "looking for devices: %s", strerror(-n_devices));
		n_devices = 0;
	}
	for (int i = 0; i < n_devices; i++)
		avps_report_device(&devices[i]);
}

void avps_session(const struct avps_options *options, avps_discovery discovery)
{
	discover(discovery);
	/* A host that answers no questions can't be asked to act either. */
	if (avps_host_allow(options->interactive ? options->host_actions : NULL))
		avps_report_log("error", "no memory to ask the host for anything");
	run_plan(options);
	avps_session_end();
}

void avps_session_end(void)
{
	avps_stream_bye();
	serve_resends();
}
