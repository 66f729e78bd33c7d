// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes numbered records until the power goes. It judges nothing: the host does, by what it finds on the disk, and tells
 * block.flushed_data_survives_power_cuts in another guest.
 */
#include "numbered_records.h"

#include <string.h>
#include <zlib.h>

#include "avps/host.h"
#include "avps/report.h"

/* Of a sector, little-endian as the machines are that this runs on. */
struct numbered_sector {
	char magic[8];
	u64 sector;
	u64 number;
	u64 lap; /* how often the place has been used before */
	u64 fill[59]; /* of no meaning, and different in each */
	u32 zero;
	u32 crc; /* CRC-32 of all before it */
};

_Static_assert(sizeof(struct numbered_sector) == BLK_SECTOR, "a sector is a sector");

/* Not next to each other, since a cache may keep neighbours together. */
#define STRIDE 5
#define FIRST 2

/* The host has cut the power long before. */
#define MOST_RECORDS 20000

const char *numbered_mode_name(enum numbered_mode mode)
{
	static const char *const names[] = {
		[NUMBERED_WRITTEN_BACK] = "written-back",
		[NUMBERED_WRITTEN_THROUGH] = "written-through",
		[NUMBERED_FLUSHED] = "flushed",
		[NUMBERED_UNFLUSHED] = "unflushed",
	};

	return names[mode];
}

avps_features numbered_mode_features(enum numbered_mode mode)
{
	switch (mode) {
	case NUMBERED_WRITTEN_BACK:
	case NUMBERED_WRITTEN_THROUGH:
		return FEATURE(VIRTIO_BLK_F_BLK_SIZE) | FEATURE(VIRTIO_BLK_F_FLUSH) | FEATURE(VIRTIO_BLK_F_CONFIG_WCE);
	case NUMBERED_FLUSHED:
		return FEATURE(VIRTIO_BLK_F_BLK_SIZE) | FEATURE(VIRTIO_BLK_F_FLUSH);
	default:
		return FEATURE(VIRTIO_BLK_F_BLK_SIZE);
	}
}

bool numbered_mode_fits(enum numbered_mode mode, avps_features offered)
{
	avps_features needed = numbered_mode_features(mode) & ~FEATURE(VIRTIO_BLK_F_BLK_SIZE);

	/* Without FLUSH offered, no write need ever be stable (5.2.6.2). */
	return avps_has(offered, VIRTIO_BLK_F_FLUSH) && (offered & needed) == needed;
}

u64 numbered_sector(const struct blk *disk, u64 number)
{
	return (FIRST + STRIDE * ((number - 1) % NUMBERED_PLACES)) * disk->unit;
}

void numbered_fill(struct avps_buf buf, u64 sector, u64 number)
{
	struct numbered_sector *at = buf.cpu;

	for (size_t i = 0; i < buf.len / BLK_SECTOR; i++, at++) {
		*at = (struct numbered_sector){
			.magic = "avps-rec",
			.sector = sector + i,
			.number = number,
			.lap = (number - 1) / NUMBERED_PLACES,
		};
		for (size_t word = 0; word < ARRAY_SIZE(at->fill); word++)
			at->fill[word] = (number << 32 | (sector + i) << 8 | word) * 0x9e3779b97f4a7c15u;
		at->crc = crc32(0, (const Bytef *)at, offsetof(struct numbered_sector, crc));
	}
}

int numbered_write(struct blk *disk, enum numbered_mode mode, u64 number, struct avps_buf buf)
{
	u64 sector = numbered_sector(disk, number);
	int status;

	numbered_fill(buf, sector, number);
	status = blk_write(disk, sector, buf);
	if (status == VIRTIO_BLK_S_OK && (mode == NUMBERED_WRITTEN_BACK || mode == NUMBERED_FLUSHED))
		status = blk_flush(disk);
	return status;
}

static bool room_for_them(const struct blk *disk)
{
	return numbered_sector(disk, NUMBERED_PLACES) + disk->unit <= disk->capacity;
}

static enum numbered_mode mode_named(const char *name)
{
	enum numbered_mode mode = 0;

	while (mode < NUMBERED_MODES && strcmp(numbered_mode_name(mode), name))
		mode++;
	return mode;
}

/*
 * Asks the host whether this disk is the one, and how it is to be driven.
 *
 * Returns a mode, or NUMBERED_MODES with why not.
 */
static enum numbered_mode ask_mode(struct blk *disk, char *why, size_t why_size)
{
	struct json_object *request = json_object_new_object(), *modes = json_object_new_array(), *answer,
			   *chosen = NULL;
	struct avps_element id = { .buf = avps_dma_zeroed(VIRTIO_BLK_ID_BYTES + 1, 4), .writable = true };
	enum numbered_mode mode;

	id.buf.len = VIRTIO_BLK_ID_BYTES;
	blk_request(disk, VIRTIO_BLK_T_GET_ID, 0, id, NULL);
	avps_record_text(request, "what", "write-records");
	avps_record_text(request, "disk", id.buf.cpu);
	for (mode = 0; mode < NUMBERED_MODES; mode++)
		if (numbered_mode_fits(mode, disk->dev->offered))
			json_object_array_add(modes, json_object_new_string(numbered_mode_name(mode)));
	json_object_object_add(request, "modes", modes);
	if (avps_host_ask(request, 5, &answer, why, why_size))
		return NUMBERED_MODES;
	json_object_object_get_ex(answer, "mode", &chosen);
	mode = mode_named(json_object_get_string(chosen) ?: "");
	if (mode == NUMBERED_MODES)
		snprintf(why, why_size, "the host wants a mode that is not known");
	json_object_put(answer);
	return mode;
}

/*
 * Each record is reported only after it is stable; so what was reported is there, whenever the power goes.
 */
AVPS_TEST(block, writes_numbered_records, CLAUSES("blk-032"), NEEDS(VIRTIO_BLK_F_FLUSH), HOST("write-records"),
	  ONLY_IF(blk_writable), ON_DEMAND, LIMIT_S(600))
{
	struct avps_transport *t = self->dev->transport;
	enum numbered_mode mode;
	struct avps_buf buf;
	char why[160];

	mode = ask_mode(&self->disk, why, sizeof(why));
	if (mode == NUMBERED_MODES)
		SKIP_AS(AVPS_SKIP_HOST_CANNOT, "%s", why);
	BLK_START(numbered_mode_features(mode));
	REQUIRE(room_for_them(&self->disk), "the disk has no room for %d records", NUMBERED_PLACES);
	if (mode == NUMBERED_WRITTEN_BACK || mode == NUMBERED_WRITTEN_THROUGH) {
		u8 wanted = mode == NUMBERED_WRITTEN_BACK;

		t->ops->config_write(t, offsetof(struct virtio_blk_config, wce), 1, wanted);
		REQUIRE(BLK_CONFIG(self->dev, wce) == wanted, "writeback does not become %u", wanted);
	}
	buf = avps_dma_alloc((size_t)self->disk.unit * BLK_SECTOR, BLK_SECTOR);
	for (u64 number = 1; number <= MOST_RECORDS; number++) {
		struct avps_progress progress = { number, numbered_sector(&self->disk, number), self->disk.unit };
		int status = numbered_write(&self->disk, mode, number, buf);

		REQUIRE(status == VIRTIO_BLK_S_OK, "record %llu can't be written, or flushed: %d",
			(unsigned long long)number, status);
		avps_report_progress(avps_judge_run(), &progress);
	}
	SKIP_AS(AVPS_SKIP_HOST_CANNOT, "nobody cut the power after %d records", MOST_RECORDS);
}
