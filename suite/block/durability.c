// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is on the disk after the power went (VIRTIO 1.4, 5.2.6.2), as far as a device can be cut off and looked at by one and the
 * same guest: in the simulated machine. Where the whole guest goes with the power, the runner does the looking.
 */
#include <string.h>

#include "avps/host.h"

#include "block.h"

#define POWER_CUT "power-cut"

/* Blocks that the records are in, one each; not next to each other, since a cache may keep neighbours together. */
#define RECORDS 12
#define RECORD_AT(disk_, i_) ((u64)(17 * (i_) + 3) * (disk_)->unit)

/* Writes record @i of a @generation. */
static int write_record(struct blk *disk, u32 i, u32 generation)
{
	return blk_write(disk, RECORD_AT(disk, i), blk_pattern(RECORD_AT(disk, i), disk->unit, generation));
}

static int write_records(struct blk *disk, u32 generation)
{
	int status = VIRTIO_BLK_S_OK;

	for (u32 i = 0; i < RECORDS && status == VIRTIO_BLK_S_OK; i++)
		status = write_record(disk, i, generation);
	return status;
}

static int cut_power(struct blk *disk, char *why, size_t why_size)
{
	struct json_object *request = json_object_new_object();
	struct avps_element id = { .buf = avps_dma_zeroed(VIRTIO_BLK_ID_BYTES + 1, 4), .writable = true };

	id.buf.len = VIRTIO_BLK_ID_BYTES;
	blk_request(disk, VIRTIO_BLK_T_GET_ID, 0, id, NULL);
	json_object_object_add(request, "what", json_object_new_string(POWER_CUT));
	json_object_object_add(request, "disk", json_object_new_string(id.buf.cpu));
	return avps_host_act(request, why, why_size);
}

/* Cuts the power, and brings the disk up again. */
#define CUT_POWER()                                                                \
	do {                                                                       \
		char why_[160];                                                    \
		if (cut_power(&self->disk, why_, sizeof(why_)))                    \
			SKIP_AS(AVPS_SKIP_HOST_CANNOT, "%s: %s", POWER_CUT, why_); \
		BLK_START(BLK_USUAL);                                              \
	} while (0)

/* Every record is there, of this @generation or a later one. */
static void check_records(struct blk *disk, const char *when, u32 generation, u32 latest)
{
	for (u32 i = 0; i < RECORDS; i++) {
		struct avps_buf back = avps_dma_alloc((size_t)disk->unit * BLK_SECTOR, BLK_SECTOR);
		bool record_is_there = false;

		if (!CHECK_EQ("blk-032", blk_read(disk, RECORD_AT(disk, i), back), VIRTIO_BLK_S_OK))
			return;
		for (u32 one = generation; one <= latest; one++) {
			struct avps_buf expected = blk_pattern(RECORD_AT(disk, i), disk->unit, one);

			record_is_there |= !memcmp(back.cpu, expected.cpu, back.len);
		}
		CHECK("blk-032", record_is_there, "%s: record %u is lost: the block begins with %#llx", when, i,
		      (unsigned long long)*(u64 *)back.cpu);
	}
}

static void set_writeback(struct avps_device *dev, u8 mode)
{
	dev->transport->ops->config_write(dev->transport, offsetof(struct virtio_blk_config, wce), 1, mode);
}

#define ONLY(features_) (FEATURE(VIRTIO_BLK_F_BLK_SIZE) | (features_))

/*
 * What was written before a flush is there, whatever was written after it; also where the driver has chosen the cache's mode.
 */
AVPS_TEST(block, flushed_writes_survive_a_power_cut, CLAUSES("blk-032"), NEEDS(VIRTIO_BLK_F_FLUSH), HOST(POWER_CUT),
	  ONLY_IF(blk_writable))
{
	for (int modes = 0; modes < 3; modes++) {
		u32 generation = 200 + 10 * modes;

		/* Without a choice; writing back; writing through. */
		if (modes && !avps_has(self->dev->offered, VIRTIO_BLK_F_CONFIG_WCE))
			break;
		BLK_START(ONLY(FEATURE(VIRTIO_BLK_F_FLUSH) | (modes ? FEATURE(VIRTIO_BLK_F_CONFIG_WCE) : 0)));
		if (modes)
			set_writeback(self->dev, modes == 1);
		REQUIRE(write_records(&self->disk, generation) == VIRTIO_BLK_S_OK, "the records can't be written");
		REQUIRE(blk_flush(&self->disk) == VIRTIO_BLK_S_OK, "the disk can't be flushed");
		for (u32 i = 0; i < RECORDS; i += 2)
			REQUIRE(write_record(&self->disk, i, generation + 1) == VIRTIO_BLK_S_OK,
				"a record can't be written");
		CUT_POWER();
		check_records(&self->disk, "flushed", generation, generation + 1);
	}
}

/*
 * A driver that could flush and does not ask to gets a disk whose completed writes are there.
 */
AVPS_TEST(block, writes_survive_without_flush_negotiated, CLAUSES("blk-032"), NEEDS(VIRTIO_BLK_F_FLUSH),
	  HOST(POWER_CUT), ONLY_IF(blk_writable))
{
	BLK_START(ONLY(0));
	REQUIRE(write_records(&self->disk, 230) == VIRTIO_BLK_S_OK, "the records can't be written");
	CUT_POWER();
	check_records(&self->disk, "completed", 230, 230);
}

/*
 * Writes that are submitted and completed while the cache writes through are there without a flush: from the moment that the
 * driver has chosen so, and until it chooses otherwise.
 */
AVPS_TEST(block, written_through_survives_a_power_cut, CLAUSES("blk-032"), NEEDS(VIRTIO_BLK_F_CONFIG_WCE),
	  HOST(POWER_CUT), ONLY_IF(blk_writable))
{
	BLK_START(ONLY(FEATURE(VIRTIO_BLK_F_FLUSH) | FEATURE(VIRTIO_BLK_F_CONFIG_WCE)));
	set_writeback(self->dev, 1);
	REQUIRE(write_records(&self->disk, 240) == VIRTIO_BLK_S_OK, "the records can't be written");
	set_writeback(self->dev, 0);
	REQUIRE(write_records(&self->disk, 241) == VIRTIO_BLK_S_OK, "the records can't be written");
	set_writeback(self->dev, 1);
	REQUIRE(write_record(&self->disk, 0, 242) == VIRTIO_BLK_S_OK, "a record can't be written");
	CUT_POWER();
	check_records(&self->disk, "written through", 241, 242);
}
