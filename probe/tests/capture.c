// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "avps/report.h"

static int file = -1;

static void __attribute__((noreturn)) give_up(const char *what)
{
	fprintf(stderr, "# capture: %s\n", what);
	exit(EXIT_FAILURE);
}

void capture_open(void)
{
	char path[40];

	file = memfd_create("records", 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	if (file < 0 || avps_stream_open(path))
		give_up("the stream can't be opened");
}

const char *capture_text(void)
{
	static char *text;
	struct stat status;

	free(text);
	text = fstat(file, &status) ? NULL : malloc(status.st_size + 1);
	if (!text || pread(file, text, status.st_size, 0) != status.st_size)
		give_up("the stream can't be read");
	text[status.st_size] = '\0';
	return text;
}

unsigned int capture_count(void)
{
	unsigned int n = 0;

	for (const char *at = capture_text(); (at = strchr(at, '\n')); at++)
		n++;
	return n;
}

/* The JSON of the line at @at, which must be record @n. */
static struct json_object *parse(const char *at, unsigned int n)
{
	char head[64];
	const char *json = at, *end = strchr(at, '\n');

	for (int word = 0; word < 4 && json; word++) {
		json = strchr(json, ' ');
		json = json ? json + 1 : NULL;
	}
	if (!json || !end || json > end)
		give_up("a line has no end or no JSON");
	snprintf(head, sizeof(head), "@avps %u %zu %08lx ", n, (size_t)(end - json),
		 crc32(0, (const Bytef *)json, end - json));
	if (strncmp(at, head, strlen(head)))
		give_up("a line's head is not that of its record");
	return json_tokener_parse(json);
}

struct json_object *capture_record(unsigned int n)
{
	const char *at = capture_text();

	for (unsigned int i = 0; i < n && at; i++) {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	return at && *at ? parse(at, n) : NULL;
}

const char *capture_field(struct json_object *record, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(record, key, &value))
		return "(missing)";
	if (json_object_is_type(value, json_type_string))
		return json_object_get_string(value);
	return json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);
}
