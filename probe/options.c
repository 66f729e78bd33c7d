// SPDX-License-Identifier: GPL-2.0-or-later
#include "avps/options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A word of the kernel command line that starts with @key ("avps.stream="), without the key, into @out. */
static void cmdline_word(const char *cmdline, const char *key, char *out, size_t size)
{
	const char *at = cmdline;
	size_t key_length = strlen(key);

	while ((at = strstr(at, key)) && at != cmdline && at[-1] != ' ')
		at += key_length;
	if (!at)
		return;
	at += key_length;
	snprintf(out, size, "%.*s", (int)strcspn(at, " "), at);
}

static void read_cmdline(struct avps_options *options)
{
	FILE *file = fopen("/proc/cmdline", "r");

	if (!file)
		return;
	if (fgets(options->cmdline, sizeof(options->cmdline), file))
		options->cmdline[strcspn(options->cmdline, "\n")] = '\0';
	fclose(file);
	cmdline_word(options->cmdline, "avps.stream=", options->stream, sizeof(options->stream));
}

static int wrong(const char *path, const char *key, const char *form, char *why, size_t why_size)
{
	snprintf(why, why_size, "%s: \"%s\" must be %s", path, key, form);
	return -EINVAL;
}

static bool is_text_or_null(struct json_object *value)
{
	return !value || json_object_is_type(value, json_type_string);
}

/* Whether @list is a list of objects with no keys but test, device and ring. */
static bool is_selection(struct json_object *list)
{
	if (!json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *entry = json_object_array_get_idx(list, i);

		if (!json_object_is_type(entry, json_type_object))
			return false;
		json_object_object_foreach(entry, key, value)
			if ((strcmp(key, "test") && strcmp(key, "device") && strcmp(key, "ring")) ||
			    !is_text_or_null(value))
				return false;
	}
	return true;
}

static bool is_list_of_texts(struct json_object *list)
{
	if (!json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (!json_object_is_type(json_object_array_get_idx(list, i), json_type_string))
			return false;
	return true;
}

static int take(const char *path, const char *key, struct json_object *value, struct avps_options *options, char *why,
		size_t why_size)
{
	if (!strcmp(key, "nonce")) {
		if (!json_object_is_type(value, json_type_string))
			return wrong(path, key, "a string", why, why_size);
		snprintf(options->nonce, sizeof(options->nonce), "%s", json_object_get_string(value));
	} else if (!strcmp(key, "interactive")) {
		if (!json_object_is_type(value, json_type_boolean))
			return wrong(path, key, "true or false", why, why_size);
		options->interactive = json_object_get_boolean(value);
	} else if (!strcmp(key, "patience_ms") || !strcmp(key, "test_limit_s")) {
		if (!json_object_is_type(value, json_type_int) || json_object_get_int(value) <= 0)
			return wrong(path, key, "a positive number", why, why_size);
		*(key[0] == 'p' ? &options->patience_ms : &options->test_limit_s) = json_object_get_int(value);
	} else if (!strcmp(key, "leave_out") || !strcmp(key, "only")) {
		if (!is_selection(value))
			return wrong(path, key, "a list of {test, device, ring}", why, why_size);
		*(key[0] == 'l' ? &options->leave_out : &options->only) = json_object_get(value);
	} else if (!strcmp(key, "host_actions")) {
		if (!is_list_of_texts(value))
			return wrong(path, key, "a list of strings", why, why_size);
		options->host_actions = json_object_get(value);
	} else {
		snprintf(why, why_size, "%s: unknown key \"%s\"", path, key);
		return -EINVAL;
	}
	return 0;
}

int avps_options_read(const char *path, struct avps_options *options, char *why, size_t why_size)
{
	struct json_object *file;
	int err = 0;

	*options = (struct avps_options){ .patience_ms = 4000, .test_limit_s = 30 };
	read_cmdline(options);
	if (access(path, F_OK))
		return 0;
	file = json_object_from_file(path);
	if (!json_object_is_type(file, json_type_object)) {
		snprintf(why, why_size, "%s is not a JSON object", path);
		json_object_put(file);
		return -EINVAL;
	}
	json_object_object_foreach(file, key, value) {
		err = take(path, key, value, options, why, why_size);
		if (err)
			break;
	}
	json_object_put(file);
	return err;
}

static bool key_matches(struct json_object *entry, const char *key, const char *text)
{
	struct json_object *value;

	if (!json_object_object_get_ex(entry, key, &value))
		return true;
	if (!value || !text)
		return !value && !text;
	return !strcmp(json_object_get_string(value), text);
}

bool avps_options_match(struct json_object *list, const char *test, const char *device, const char *ring)
{
	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *entry = json_object_array_get_idx(list, i);

		if (json_object_is_type(entry, json_type_object) && key_matches(entry, "test", test) &&
		    key_matches(entry, "device", device) && key_matches(entry, "ring", ring))
			return true;
	}
	return false;
}
