// SPDX-License-Identifier: GPL-2.0-or-later
/* The probe as a program of the host: it drives the reference devices, which are in its own process. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avps/init.h"
#include "avps/report.h"
#include "avps/session.h"
#include "avps/sim.h"
#include "avps/trace.h"
#include "avps/version.h"

#define MOST_DISKS 2

struct arguments {
	int stream;
	const char *options;
	const char *defect;
	const char *disks[MOST_DISKS]; /* SERIAL=FILE */
	unsigned int n_disks;
};

static int usage(const char *program)
{
	fprintf(stderr,
		"avps probe %s, with reference devices\n"
		"usage: %s run --stream-fd FD [--options FILE] [--defect NAME] [--disk SERIAL=FILE]…\n"
		"       %s list     prints its tests as JSON\n"
		"       %s defects  prints the places of defects in the reference devices as JSON\n",
		AVPS_VERSION, program, program, program);
	return 2;
}

static bool parse(int argc, char **argv, struct arguments *arguments)
{
	static const struct option known[] = {
		{ "stream-fd", required_argument, NULL, 's' },
		{ "options", required_argument, NULL, 'o' },
		{ "defect", required_argument, NULL, 'd' },
		{ "disk", required_argument, NULL, 'k' },
		{},
	};
	char *end = "";
	int option;

	*arguments = (struct arguments){ .stream = -1, .options = "" };
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 's')
			arguments->stream = strtol(optarg, &end, 10);
		else if (option == 'o')
			arguments->options = optarg;
		else if (option == 'd')
			arguments->defect = optarg;
		else if (option == 'k' && arguments->n_disks < MOST_DISKS && strchr(optarg, '='))
			arguments->disks[arguments->n_disks++] = optarg;
		else
			return false;
	}
	return arguments->stream >= 0 && !*end && optind == argc;
}

/* Says on stderr what failed, and gives the exit status for it. */
static int failed(const char *what, int err)
{
	fprintf(stderr, "avps: %s: %s\n", what, strerror(-err));
	return 2;
}

/* Keeps a disk as "SERIAL=FILE" says. False, after it said why, if that can't be. */
static bool keep_disk(const char *argument)
{
	const char *path = strchr(argument, '=') + 1;
	char *serial = strndup(argument, path - 1 - argument), why[300] = "no memory";
	bool kept = serial && !avps_sim_keep_disk(serial, path, why, sizeof(why));

	if (!kept)
		fprintf(stderr, "avps: --disk %s: %s\n", argument, why);
	free(serial);
	return kept;
}

static bool has_defect(const char *name)
{
	struct avps_sim_defect defect;

	for (unsigned int i = 0; avps_sim_defect(i, &defect); i++)
		if (!strcmp(defect.name, name))
			return true;
	return false;
}

static void list_defects(void)
{
	struct json_object *all = json_object_new_object(), *list = json_object_new_array();
	struct avps_sim_defect defect;

	for (unsigned int i = 0; avps_sim_defect(i, &defect); i++) {
		struct json_object *object = json_object_new_object();

		avps_record_text(object, "name", defect.name);
		avps_record_text(object, "file", defect.file);
		avps_record_number(object, "line", defect.line);
		json_object_array_add(list, object);
	}
	json_object_object_add(all, "defects", list);
	puts(json_object_to_json_string_ext(all, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(all);
}

static int run(const struct arguments *arguments)
{
	struct avps_options options;
	char why[200] = "";
	int err;

	if (arguments->defect && !has_defect(arguments->defect)) {
		fprintf(stderr, "avps: no reference device has a defect '%s' (avps list defects)\n", arguments->defect);
		return 2;
	}
	if (avps_options_read(arguments->options, &options, why, sizeof(why))) {
		fprintf(stderr, "avps: %s\n", why);
		return 2;
	}
	options.cmdline[0] = '\0'; /* this kernel's, which says nothing of the simulated machine */
	avps_set_patience_ms(options.patience_ms);
	err = avps_stream_use(arguments->stream);
	if (err)
		return failed("record stream", err);
	/* kselftest tells the story of each test on stdout; the records do that. */
	if (!freopen("/dev/null", "w", stdout))
		return failed("/dev/null", -errno);
	avps_report_hello(&options);
	err = avps_trace_init() ?: avps_sim_init() ?: avps_sim_machine(arguments->defect);
	if (err)
		return failed("memory for the simulated machine", err);
	for (unsigned int i = 0; i < arguments->n_disks; i++)
		if (!keep_disk(arguments->disks[i]))
			return 2;
	avps_session(&options, avps_discover_simulated);
	return 0;
}

int main(int argc, char **argv)
{
	struct arguments arguments;

	if (argc == 2 && !strcmp(argv[1], "list")) {
		avps_list_main();
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "defects")) {
		list_defects();
		return 0;
	}
	if (argc < 2 || strcmp(argv[1], "run") || !parse(argc - 1, argv + 1, &arguments))
		return usage(argv[0]);
	return run(&arguments);
}
