// SPDX-License-Identifier: GPL-2.0-or-later
/* The records of a run, made and sent (docs/records.md). */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "avps/options.h"
#include "avps/report.h"
#include "avps/trace.h"
#include "avps/version.h"
#include "avps/virtio_names.h"
#include "trace_text.h"

struct json_object *avps_record_new(const char *type)
{
	struct json_object *record = json_object_new_object();

	avps_record_text(record, "type", type);
	return record;
}

static struct json_object *printable(const char *text)
{
	char copy[1024];
	size_t n;

	if (!text)
		return NULL;
	n = strnlen(text, sizeof(copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	return json_object_new_string_len(copy, n);
}

void avps_record_text(struct json_object *record, const char *key, const char *text)
{
	json_object_object_add(record, key, printable(text));
}

void avps_record_number(struct json_object *record, const char *key, s64 value)
{
	json_object_object_add(record, key, json_object_new_int64(value));
}

void avps_report_hello(const struct avps_options *options)
{
	struct json_object *record = avps_record_new("hello");
	struct utsname system;
	struct sysinfo memory;

	uname(&system);
	sysinfo(&memory);
	avps_record_text(record, "protocol", "avps-records/1");
	avps_record_text(record, "probe", AVPS_VERSION);
	avps_record_text(record, "nonce", options->nonce);
	avps_record_text(record, "arch", system.machine);
	avps_record_text(record, "kernel", system.release);
	avps_record_text(record, "cmdline", options->cmdline);
	avps_record_number(record, "memory_kib", (s64)memory.totalram * memory.mem_unit / 1024);
	json_object_object_add(record, "interactive", json_object_new_boolean(options->interactive));
	avps_stream_send(record);
}

static struct json_object *feature_list(avps_features features)
{
	struct json_object *list = json_object_new_array();

	for (int bit = 0; bit < AVPS_FEATURE_BITS; bit++)
		if (avps_has(features, bit))
			json_object_array_add(list, json_object_new_int(bit));
	return list;
}

static struct json_object *queue_list(const struct avps_device *dev)
{
	struct json_object *list = json_object_new_array();

	for (u16 index = 0; index < dev->n_queues; index++) {
		struct json_object *queue = json_object_new_object();

		avps_record_number(queue, "index", index);
		avps_record_number(queue, "size", dev->queue_max[index]);
		json_object_array_add(list, queue);
	}
	return list;
}

static struct json_object *ring_list(const struct avps_device *dev)
{
	struct json_object *list = json_object_new_array();

	for (enum avps_ring ring = AVPS_RING_SPLIT; ring <= AVPS_RING_PACKED; ring++)
		if (avps_device_has_ring(dev, ring))
			json_object_array_add(list, json_object_new_string(avps_ring_name(ring)));
	return list;
}

static const char *interrupts_name(enum avps_interrupts kind)
{
	switch (kind) {
	case AVPS_INTERRUPTS_MSIX:
		return "msix";
	case AVPS_INTERRUPTS_INTX:
		return "intx";
	default:
		return "none";
	}
}

void avps_report_device(const struct avps_device *dev)
{
	struct json_object *record = avps_record_new("device"), *bus = json_object_new_object();

	avps_record_text(record, "id", dev->id);
	avps_record_text(record, "device_type", avps_virtio_name(dev->virtio_id));
	avps_record_number(record, "virtio_id", dev->virtio_id);
	avps_record_text(record, "transport", dev->bus);
	json_object_object_add(record, "features", feature_list(dev->offered));
	json_object_object_add(record, "rings", ring_list(dev));
	json_object_object_add(record, "queues", queue_list(dev));
	avps_record_text(record, "interrupts", interrupts_name(dev->interrupts));
	avps_record_number(record, "vectors", dev->vectors);
	for (const struct avps_bus_fact *fact = dev->facts; fact->name; fact++)
		avps_record_number(bus, fact->name, fact->value);
	json_object_object_add(record, "bus", bus);
	avps_record_text(record, "problem", dev->problem[0] ? dev->problem : NULL);
	avps_stream_send(record);
}

/* A record about a run, with what names the run. */
static struct json_object *run_record(const char *type, const struct avps_run *run)
{
	struct json_object *record = avps_record_new(type);
	char name[128];

	avps_test_name(run->test, name, sizeof(name));
	avps_record_number(record, "index", run->index);
	avps_record_text(record, "test", name);
	avps_record_text(record, "device", run->on.device->id);
	avps_record_text(record, "ring", avps_ring_name(run->on.ring));
	return record;
}

void avps_report_begin(const struct avps_run *run)
{
	avps_stream_send(run_record("begin", run));
}

void avps_report_check(const struct avps_run *run, const struct avps_failure *failure)
{
	struct json_object *record = run_record("check", run);
	char where[160];

	snprintf(where, sizeof(where), "%s:%d", failure->file, failure->line);
	avps_record_text(record, "clause", failure->clause);
	avps_record_text(record, "verdict", "FAIL");
	avps_record_text(record, "expected", failure->expected);
	avps_record_text(record, "seen", failure->seen);
	avps_record_text(record, "where", where);
	avps_stream_send(record);
}

void avps_report_trace(const struct avps_run *run)
{
	static struct avps_trace_entry entries[AVPS_TRACE_ENTRIES];
	struct json_object *record = run_record("trace", run), *list = json_object_new_array();
	u64 lost;
	size_t n = avps_trace_copy(entries, &lost);
	char text[200];

	avps_record_number(record, "lost", lost);
	for (size_t i = 0; i < n; i++) {
		avps_trace_text(run->on.device, &entries[i], entries[0].at_us, text, sizeof(text));
		json_object_array_add(list, printable(text));
	}
	json_object_object_add(record, "entries", list);
	avps_stream_send(record);
}

static const char *verdict_name(enum avps_verdict verdict)
{
	static const char *const names[] = { "PASS", "FAIL", "SKIP", "ERROR", "MISS" };

	return names[verdict];
}

void avps_report_end(const struct avps_run *run, const struct avps_outcome *outcome)
{
	struct json_object *record = run_record("end", run), *clauses = json_object_new_object();

	avps_record_text(record, "verdict", verdict_name(outcome->verdict));
	avps_record_text(record, "reason", outcome->reason);
	avps_record_text(record, "message", outcome->message[0] ? outcome->message : NULL);
	avps_record_number(record, "duration_us", outcome->duration_us);
	avps_record_number(record, "checks", outcome->checks);
	for (int i = 0; run->test->clauses[i]; i++) {
		const struct avps_clause_count *count = &outcome->counts[i];
		struct json_object *entry;

		if (!count->pass && !count->fail)
			continue;
		entry = json_object_new_object();
		avps_record_number(entry, "pass", count->pass);
		avps_record_number(entry, "fail", count->fail);
		json_object_object_add(clauses, run->test->clauses[i], entry);
	}
	json_object_object_add(record, "clauses", clauses);
	avps_stream_send(record);
}

void avps_report_progress(const struct avps_run *run, const struct avps_progress *progress)
{
	struct json_object *record = run_record("progress", run);

	avps_record_number(record, "number", progress->number);
	avps_record_number(record, "sector", progress->sector);
	avps_record_number(record, "sectors", progress->sectors);
	avps_stream_send(record);
	avps_stream_drain();
}

void avps_report_cut(const struct avps_run *run, struct json_object *cut)
{
	struct json_object *record = run_record("cut", run);

	json_object_object_foreach(cut, key, value)
		json_object_object_add(record, key, json_object_get(value));
	avps_stream_send(record);
}

void avps_report_figure(const struct avps_run *run, const struct avps_figure *figure)
{
	struct json_object *record = run_record("figure", run);

	avps_record_text(record, "name", figure->name);
	avps_record_text(record, "unit", figure->unit);
	avps_record_number(record, "median", figure->median);
	avps_record_number(record, "p99", figure->p99);
	avps_record_number(record, "most", figure->most);
	avps_record_number(record, "count", figure->count);
	avps_stream_send(record);
}

void avps_report_log(const char *level, const char *format, ...)
{
	struct json_object *record = avps_record_new("log");
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	avps_record_text(record, "level", level);
	avps_record_text(record, "text", text);
	avps_stream_send(record);
}
