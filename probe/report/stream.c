// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The record stream: framing, the memory of what was sent, and lines from the host (docs/records.md).
 */
#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>
#include <zlib.h>

#include "avps/clock.h"
#include "avps/report.h"

#define MAX_RECORDS 65536
#define MAX_BYTES ((size_t)32 << 20)
#define MAX_LINE 65536

/* What was sent, in memory that forked tests share: they send too. Pages are taken only when they are used. */
struct sent {
	u32 count;
	size_t used; /* bytes */
	struct {
		u32 offset;
		u32 length;
	} records[MAX_RECORDS];
	char bytes[MAX_BYTES];
};

/* Bytes from the host that are no whole line yet. They are shared, too, since a test may read more than its own answer. */
struct incoming {
	char bytes[MAX_LINE + 64];
	size_t have;
};

static struct sent *sent;
static struct incoming *incoming;
static int stream = -1;

static int make_raw(int fd)
{
	struct termios settings;

	if (!isatty(fd))
		return 0;
	if (tcgetattr(fd, &settings))
		return -errno;
	cfmakeraw(&settings);
	return tcsetattr(fd, TCSANOW, &settings) ? -errno : 0;
}

static void *shared_memory(size_t size)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

int avps_stream_use(int fd)
{
	int err;

	sent = shared_memory(sizeof(*sent));
	incoming = shared_memory(sizeof(*incoming));
	if (sent == MAP_FAILED || incoming == MAP_FAILED)
		return -errno;
	err = make_raw(fd);
	if (!err)
		stream = fd;
	return err;
}

int avps_stream_open(const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = avps_stream_use(fd);
	if (err)
		close(fd);
	return err;
}

static void write_all(const char *bytes, size_t len)
{
	while (len) {
		ssize_t written = write(stream, bytes, len);

		if (written < 0 && errno != EINTR)
			return; /* nobody is listening any more: the host sees the gap */
		if (written > 0) {
			bytes += written;
			len -= written;
		}
	}
}

static void write_record(u32 seq)
{
	static char line[MAX_LINE + 64];
	const char *json = sent->bytes + sent->records[seq].offset;
	u32 length = sent->records[seq].length;
	int head =
		snprintf(line, sizeof(line), "@avps %u %u %08lx ", seq, length, crc32(0, (const Bytef *)json, length));

	memcpy(line + head, json, length);
	line[head + length] = '\n';
	write_all(line, head + length + 1);
}

void avps_stream_send(struct json_object *record)
{
	const char *json =
		json_object_to_json_string_ext(record, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	size_t length = strlen(json);

	if (sent->count == MAX_RECORDS || length > MAX_LINE || sent->used + length > MAX_BYTES) {
		/* Not sent at all: the host then knows by the missing `bye` or the missing result. */
		fprintf(stderr, "avps: a record of %zu bytes finds no room (%u records, %zu bytes kept)\n", length,
			sent->count, sent->used);
		json_object_put(record);
		return;
	}
	memcpy(sent->bytes + sent->used, json, length);
	sent->records[sent->count].offset = sent->used;
	sent->records[sent->count].length = length;
	sent->used += length;
	sent->count++;
	json_object_put(record);
	write_record(sent->count - 1);
}

u32 avps_stream_next(void)
{
	return sent->count;
}

void avps_stream_drain(void)
{
	tcdrain(stream); /* what is no terminal has nothing to wait for, and says so */
}

void avps_stream_recover(void)
{
	write_all("\n", 1);
}

bool avps_stream_resend(u32 seq)
{
	if (seq >= sent->count)
		return false;
	write_record(seq);
	return true;
}

void avps_stream_bye(void)
{
	struct json_object *bye = avps_record_new("bye");
	u8 digest[SHA256_DIGEST_SIZE];
	char hex[2 * sizeof(digest) + 1];
	struct sha256_ctx sha;

	sha256_init(&sha);
	for (u32 seq = 0; seq < sent->count; seq++) {
		sha256_update(&sha, sent->records[seq].length, (const u8 *)sent->bytes + sent->records[seq].offset);
		sha256_update(&sha, 1, (const u8 *)"\n");
	}
	sha256_digest(&sha, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		sprintf(hex + 2 * i, "%02x", digest[i]);
	avps_record_number(bye, "records", sent->count);
	avps_record_text(bye, "sha256", hex);
	avps_stream_send(bye);
}

/*
 * The JSON of a record in @line, which is no longer and ends in a NUL; or NULL. A record may start within another one,
 * of which the rest was lost: so every place that could be a start is tried.
 */
static struct json_object *parse_line(const char *line)
{
	unsigned long seq, length, crc;
	struct json_object *json;

	for (; (line = strstr(line, "@avps ")); line++) {
		int head = 0;

		if (sscanf(line, "@avps %lu %lu %lx %n", &seq, &length, &crc, &head) != 3 || !head)
			continue;
		if (strlen(line + head) != length || crc32(0, (const Bytef *)line + head, length) != crc)
			continue;
		json = json_tokener_parse(line + head);
		if (json_object_is_type(json, json_type_object))
			return json;
		json_object_put(json);
	}
	return NULL;
}

/* Takes the first whole line out of `incoming`, and gives the record in it; *more says whether there was a line. */
static struct json_object *take_line(bool *more)
{
	char *end = memchr(incoming->bytes, '\n', incoming->have);
	struct json_object *json;
	size_t length;

	*more = end;
	if (!end)
		return NULL;
	length = end + 1 - incoming->bytes;
	*end = '\0';
	/* A NUL in it, noise of a serial line, must not hide what follows. */
	for (char *at = incoming->bytes; at < end; at++)
		if (!*at)
			*at = ' ';
	json = parse_line(incoming->bytes);
	incoming->have -= length;
	memmove(incoming->bytes, end + 1, incoming->have);
	return json;
}

/* Milliseconds of the host's time until @deadline, rounded up. */
static int remaining_ms(u64 deadline)
{
	u64 now = avps_now_us();

	return now >= deadline ? 0 : (deadline - now + 999) / 1000;
}

struct json_object *avps_stream_receive(unsigned int limit_ms)
{
	u64 deadline = avps_now_us() + (u64)limit_ms * 1000;
	struct pollfd pollfd = { .fd = stream, .events = POLLIN };
	struct json_object *json;
	ssize_t got;
	bool more;

	for (;;) {
		do {
			json = take_line(&more);
			if (json)
				return json;
		} while (more);
		if (incoming->have == sizeof(incoming->bytes))
			incoming->have = 0; /* no record is that long */
		if (poll(&pollfd, 1, remaining_ms(deadline)) <= 0)
			return NULL;
		got = read(stream, incoming->bytes + incoming->have, sizeof(incoming->bytes) - incoming->have);
		if (got <= 0)
			return NULL;
		incoming->have += got;
	}
}
