// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is on the disk after the power went (VIRTIO 1.4, 5.2.6.2). The host has other guests write numbered records
 * (numbered_records.c), kills their VMM in the middle of it, and looks into the file behind the disk.
 */
#include "avps/host.h"
#include "avps/report.h"

#include "block.h"

#define POWER_CUTS "power-cuts"

/* Guests that are booted one after the other, on a host that may be slow. The host answers a little earlier than that. */
#define HOST_LIMIT_S 320

/* A field of @object, as a text or number; "" or 0 where it is missing. */
static const char *text_of(struct json_object *object, const char *key)
{
	struct json_object *field = NULL;

	json_object_object_get_ex(object, key, &field);
	return json_object_get_string(field) ?: "";
}

static s64 number_of(struct json_object *object, const char *key)
{
	struct json_object *field = NULL;

	json_object_object_get_ex(object, key, &field);
	return json_object_get_int64(field);
}

/* The list in a field of @object, which stays the owner; NULL where there is none. */
static struct json_object *list_of(struct json_object *object, const char *key)
{
	struct json_object *field = NULL;

	json_object_object_get_ex(object, key, &field);
	return json_object_is_type(field, json_type_array) ? field : NULL;
}

/*
 * What came of the cuts of this disk's guests with this ring, from number @first of them on: as many as fit into an answer.
 *
 * Returns as avps_host_ask().
 */
static int ask(struct blk *disk, const char *ring, s64 first, struct json_object **answer, char *why, size_t why_size)
{
	struct json_object *request = json_object_new_object();
	struct avps_element id = { .buf = avps_dma_zeroed(VIRTIO_BLK_ID_BYTES + 1, 4), .writable = true };

	id.buf.len = VIRTIO_BLK_ID_BYTES;
	blk_request(disk, VIRTIO_BLK_T_GET_ID, 0, id, NULL);
	avps_record_text(request, "what", POWER_CUTS);
	avps_record_text(request, "disk", id.buf.cpu);
	avps_record_text(request, "ring", ring);
	avps_record_number(request, "first", first);
	return avps_host_ask(request, HOST_LIMIT_S, answer, why, why_size);
}

/*
 * What a driver was told is stable is there after a power cut: records whose write completed while the cache wrote through, or
 * whose flush completed.
 */
AVPS_TEST(block, flushed_data_survives_power_cuts, CLAUSES("blk-032"), NEEDS(VIRTIO_BLK_F_FLUSH), HOST(POWER_CUTS),
	  ONLY_IF(blk_writable), LAST, LIMIT_S(HOST_LIMIT_S + 10))
{
	s64 seen = 0, total, judged = 0;
	char why[160], not_cut[160] = "";
	size_t n_lost;

	do {
		struct json_object *answer, *cuts;

		if (ask(&self->disk, avps_ring_name(self->on->ring), seen, &answer, why, sizeof(why)))
			SKIP_AS(AVPS_SKIP_HOST_CANNOT, "%s: %s", POWER_CUTS, why);
		cuts = list_of(answer, "cuts");
		total = number_of(answer, "total");
		if (!cuts || !json_object_array_length(cuts)) {
			json_object_put(answer);
			break;
		}
		for (size_t i = 0; i < json_object_array_length(cuts); i++, seen++) {
			struct json_object *cut = json_object_array_get_idx(cuts, i), *lost = list_of(cut, "lost");

			avps_report_cut(avps_judge_run(), cut);
			if (!lost) {
				snprintf(not_cut, sizeof(not_cut), "cut %lld: %s", (long long)number_of(cut, "number"),
					 text_of(cut, "why"));
				continue;
			}
			judged += number_of(cut, "judged");
			n_lost = json_object_array_length(lost);
			CHECK("blk-032", n_lost == 0,
			      "cut %lld, %s, after record %lld: %zu of %lld records are lost: %s",
			      (long long)number_of(cut, "number"), text_of(cut, "mode"),
			      (long long)number_of(cut, "last"), n_lost, (long long)number_of(cut, "judged"),
			      text_of(cut, "seen"));
		}
		json_object_put(answer);
	} while (seen < total);
	if (not_cut[0])
		SKIP_AS(AVPS_SKIP_HOST_CANNOT, "%s", not_cut);
	if (!seen)
		SKIP_AS(AVPS_SKIP_HOST_CANNOT, "no cut was made with this ring: more are, with --cuts");
	avps_report_log("info", "%lld power cuts, and %lld records that had to be there after them", (long long)seen,
			(long long)judged);
}
