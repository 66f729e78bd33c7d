// SPDX-License-Identifier: GPL-2.0-or-later
/* The requests beside reads and writes: flush, identity, and those that a device must refuse (VIRTIO 1.4, 5.2.6). */
#include <string.h>

#include "block.h"

#define SCRATCH 128

AVPS_TEST(block, flush_succeeds, CLAUSES("blk-p04"), NEEDS(VIRTIO_BLK_F_FLUSH))
{
	CHECK_EQ("blk-p04", blk_flush(&self->disk), VIRTIO_BLK_S_OK);
}

/*
 * GET_ID gives the same string each time, and bytes after the end of a shorter one should be NUL.
 */
AVPS_TEST(block, identity_is_padded_with_nul, CLAUSES("blk-p05"))
{
	struct avps_element id[2];
	const u8 *bytes;
	size_t length;

	for (int i = 0; i < 2; i++) {
		int status;

		id[i] = (struct avps_element){ .buf = avps_dma_alloc(VIRTIO_BLK_ID_BYTES, 4), .writable = true };
		memset(id[i].buf.cpu, 0xff * i, VIRTIO_BLK_ID_BYTES);
		status = blk_request(&self->disk, VIRTIO_BLK_T_GET_ID, 0, id[i], NULL);
		if (status == VIRTIO_BLK_S_UNSUPP)
			SKIP_AS(AVPS_SKIP_NOT_OFFERED, "the device does not support GET_ID");
		CHECK("blk-p05", status == VIRTIO_BLK_S_OK, "the request ends with status %d", status);
	}
	bytes = id[1].buf.cpu;
	length = strnlen((const char *)bytes, VIRTIO_BLK_ID_BYTES);
	CHECK_SAME("blk-p05", "the identity, read a second time", bytes, id[0].buf.cpu, length);
	CHECK_ZERO("blk-p05", "what follows the identity", bytes + length, VIRTIO_BLK_ID_BYTES - length);
}

/*
 * Where a request leaves part of its buffer alone, the used length does not cover that part.
 *
 * Made twice over memory filled differently: a byte that kept its fill both times was not written.
 */
AVPS_TEST(block, used_length_covers_only_what_was_written, CLAUSES("core-split-016"), SPLIT_RING)
{
	static const struct {
		const char *name;
		u32 type;
		size_t len;
	} kinds[] = {
		{ "GET_ID", VIRTIO_BLK_T_GET_ID, VIRTIO_BLK_ID_BYTES },
		{ "ZONE_REPORT without ZONED", BLK_T_ZONE_REPORT, 1024 },
	};

	for (size_t kind = 0; kind < ARRAY_SIZE(kinds); kind++) {
		size_t len = kinds[kind].len, kept = 0;
		struct blk_result result[2] = { 0 };
		struct avps_element data[2];
		u32 claimed;

		for (int i = 0; i < 2; i++) {
			data[i] = (struct avps_element){ .buf = avps_dma_alloc(len, 8), .writable = true };
			memset(data[i].buf.cpu, i ? 0xc3 : 0x3c, len);
			REQUIRE(blk_request(&self->disk, kinds[kind].type, 0, data[i], &result[i]) >= 0,
				"the device did not use the buffer");
		}
		claimed = result[0].used_len < result[1].used_len ? result[0].used_len : result[1].used_len;
		for (size_t at = 0; at < len && at < claimed; at++)
			kept += ((u8 *)data[0].buf.cpu)[at] == 0x3c && ((u8 *)data[1].buf.cpu)[at] == 0xc3;
		CHECK("core-split-016", !kept, "%s: of %u bytes that the device claims, %zu were not written",
		      kinds[kind].name, claimed, kept);
	}
}

/*
 * A request of a type that nobody has given a meaning is unsupported, whatever its type looks like in fewer bits.
 */
AVPS_TEST(block, unknown_request_is_unsupported, CLAUSES("blk-p06"))
{
	static const u32 types[] = { 6,	   7,	   12,	    17,	      19,	  28,	      0x10,	  0x20,
				     0x40, 0x80,   0x100,   0x101,    0x10000,	  0x10001,    0x1000000,  0x1000004,
				     4096, 0x8000, 0x20000, 0x800000, 0x10000008, 0x20000000, 0x40000001, 0x7ffffff0 };
	struct avps_element data = { .buf = avps_dma_alloc(BLK_SECTOR, 8) };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		int status;

		if (types[i] == BLK_T_ZONE_REPORT)
			continue;
		status = blk_request(&self->disk, types[i], 0, data, NULL);
		CHECK("blk-p06", status == VIRTIO_BLK_S_UNSUPP, "a request of type %#x ends with status %d", types[i],
		      status);
	}
}

/*
 * So is a SCSI command: only devices of before this standard have them, where they offer it.
 */
AVPS_TEST(block, scsi_command_is_unsupported, CLAUSES("blk-p06"))
{
	static const u32 types[] = { 2, 3 };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct avps_element data = { .buf = avps_dma_alloc(BLK_SECTOR, 8), .writable = !i };
		int status = blk_request(&self->disk, types[i], 0, data, NULL);

		CHECK("blk-p06", status == VIRTIO_BLK_S_UNSUPP, "a request of type %u ends with status %d", types[i],
		      status);
	}
}

/* struct virtio_blk_lifetime, which the kernel's header may not have yet. */
struct lifetime {
	u16 pre_eol_info, est_typ_a, est_typ_b;
};

#define MOST_PRE_EOL_INFO 3 /* URGENT */
#define MOST_ESTIMATE 11 /* exceeded */

/*
 * A disk that can tell its wear does so when asked, in values that mean something, and tells the same when asked again.
 *
 * Asked with memory filled differently: what differs afterwards was not written.
 */
AVPS_TEST(block, lifetime_has_a_meaning, CLAUSES("blk-036", "blk-p17"), NEEDS(BLK_F_LIFETIME))
{
	struct lifetime told[2];

	BLK_START(BLK_USUAL | FEATURE(BLK_F_LIFETIME));
	for (int i = 0; i < 2; i++) {
		struct avps_element data = { .buf = avps_dma_alloc(sizeof(told[i]), 8), .writable = true };
		struct blk_result result = { 0 };

		memset(data.buf.cpu, i ? 0 : 0xff, data.buf.len);
		if (!CHECK_EQ("blk-p17", blk_request(&self->disk, BLK_T_GET_LIFETIME, 0, data, &result),
			      VIRTIO_BLK_S_OK))
			AVPS_STOP();
		CHECK_EQ("blk-p17", result.used_len, sizeof(told[i]) + 1);
		told[i] = *(struct lifetime *)data.buf.cpu;
		CHECK("blk-036", told[i].pre_eol_info <= MOST_PRE_EOL_INFO, "pre_eol_info is %u", told[i].pre_eol_info);
		CHECK("blk-036", told[i].est_typ_a <= MOST_ESTIMATE, "device_lifetime_est_typ_a is %u",
		      told[i].est_typ_a);
		CHECK("blk-036", told[i].est_typ_b <= MOST_ESTIMATE, "device_lifetime_est_typ_b is %u",
		      told[i].est_typ_b);
	}
	CHECK_SAME("blk-p17", "the lifetime, read a second time", &told[1], &told[0], sizeof(told[0]));
}

/*
 * Without the zoned feature, each of the requests about zones is unsupported.
 */
AVPS_TEST(block, zone_requests_need_the_feature, CLAUSES("blk-037"))
{
	static const u32 without_data[] = { BLK_T_ZONE_OPEN, BLK_T_ZONE_CLOSE, BLK_T_ZONE_FINISH, BLK_T_ZONE_RESET,
					    BLK_T_ZONE_RESET_ALL };
	struct avps_element report = { .buf = avps_dma_alloc(4096, 8), .writable = true };
	struct avps_element append = { .buf = blk_pattern(SCRATCH, self->disk.unit, 9) };

	for (size_t i = 0; i < ARRAY_SIZE(without_data); i++)
		CHECK_EQ("blk-037", blk_request(&self->disk, without_data[i], 0, (struct avps_element){}, NULL),
			 VIRTIO_BLK_S_UNSUPP);
	CHECK_EQ("blk-037", blk_request(&self->disk, BLK_T_ZONE_REPORT, 0, report, NULL), VIRTIO_BLK_S_UNSUPP);
	CHECK_EQ("blk-037", blk_request(&self->disk, BLK_T_ZONE_APPEND, 0, append, NULL), VIRTIO_BLK_S_UNSUPP);
}
