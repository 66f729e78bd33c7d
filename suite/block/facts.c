// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a disk offers, against the storage behind it, of which only the host knows (VIRTIO 1.4, 5.2.5.2, 5.2.6.2).
 */
#include "avps/host.h"
#include "avps/report.h"

#include "block.h"

#define FACTS "block-facts"
#define HOST_LIMIT_S 5

struct facts {
	bool zoned;
	bool lifetime; /* there are metrics of it */
};

static bool fact(struct json_object *answer, const char *name)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(answer, name, &value);
	return json_object_get_boolean(value);
}

/* Asks the host about the disk that GET_ID names. Returns as avps_host_ask(). */
static int ask(struct blk *disk, struct facts *facts, char *why, size_t why_size)
{
	struct avps_element id = { .buf = avps_dma_zeroed(VIRTIO_BLK_ID_BYTES + 1, 4), .writable = true };
	struct json_object *request = json_object_new_object(), *answer;
	int err;

	id.buf.len = VIRTIO_BLK_ID_BYTES;
	blk_request(disk, VIRTIO_BLK_T_GET_ID, 0, id, NULL);
	avps_record_text(request, "what", FACTS);
	avps_record_text(request, "disk", id.buf.cpu);
	err = avps_host_ask(request, HOST_LIMIT_S, &answer, why, why_size);
	if (err)
		return err;
	*facts = (struct facts){ .zoned = fact(answer, "zoned"), .lifetime = fact(answer, "lifetime") };
	json_object_put(answer);
	return 0;
}

#define ASK(facts_)                                                            \
	do {                                                                   \
		char why_[160];                                                \
                                                                               \
		if (ask(&self->disk, facts_, why_, sizeof(why_)))              \
			SKIP_AS(AVPS_SKIP_HOST_CANNOT, "%s: %s", FACTS, why_); \
	} while (0)

/*
 * Zones are offered by disks that have some.
 */
AVPS_TEST(block, only_a_zoned_disk_offers_zones, CLAUSES("blk-005"), HOST(FACTS))
{
	struct facts facts;

	ASK(&facts);
	CHECK("blk-005", facts.zoned || !avps_has(self->dev->offered, BLK_F_ZONED),
	      "the storage is not zoned, and VIRTIO_BLK_F_ZONED is offered");
}

/*
 * Lifetime metrics are offered by disks whose storage has them, and by no others.
 */
AVPS_TEST(block, lifetime_is_offered_where_it_is_known, CLAUSES("blk-034", "blk-035"), HOST(FACTS))
{
	struct facts facts;
	bool offered = avps_has(self->dev->offered, BLK_F_LIFETIME);

	ASK(&facts);
	CHECK("blk-034", offered || !facts.lifetime,
	      "the storage has metrics, and VIRTIO_BLK_F_LIFETIME is not offered");
	CHECK("blk-035", !offered || facts.lifetime,
	      "the storage has no metrics, and VIRTIO_BLK_F_LIFETIME is offered");
}
