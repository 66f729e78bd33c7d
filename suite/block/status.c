// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The status byte of each request (VIRTIO 1.4, 5.2.6): there in the end whatever was asked for, one byte wide, written once; and
 * nothing around it or around the data is touched.
 */
#include <string.h>

#include "block.h"

#define SCRATCH 32 /* block */
#define GUARD 64 /* bytes */

/* A request, and memory around all that the device may write. */
struct guarded {
	struct avps_buf status, data; /* each with a guard on either side */
};

/* A kind of request. */
struct kind {
	const char *name;
	u32 type;
	u64 block;
	size_t len; /* bytes of data */
	bool writable; /* by the device */
};

static const struct kind kinds[] = {
	{ "read", VIRTIO_BLK_T_IN, 0, 4096, true },
	{ "flush", VIRTIO_BLK_T_FLUSH, 0, 0, false },
	{ "identity", VIRTIO_BLK_T_GET_ID, 0, VIRTIO_BLK_ID_BYTES, true },
	{ "lifetime", BLK_T_GET_LIFETIME, 0, 6, true },
	{ "unknown request with memory for its answer", 0x7ffffff0, 0, 256, true },
	{ "unknown request with data", 0x7ffffff0, 0, 256, false },
	{ "zone report", BLK_T_ZONE_REPORT, 0, 512, true },
	{ "read of nothing", VIRTIO_BLK_T_IN, 1, 0, true },
	{ "write of nothing", VIRTIO_BLK_T_OUT, SCRATCH, 0, false },
	{ "read behind the end", VIRTIO_BLK_T_IN, (u64)1 << 40, 4096, true },
};

/* What a driver must not ask for; a device may say that it gives up. */
static const struct kind wrong_kinds[] = {
	{ "read of a byte", VIRTIO_BLK_T_IN, 1, 1, true },
	{ "read of 511 bytes", VIRTIO_BLK_T_IN, 1, 511, true },
	{ "read of 513 bytes", VIRTIO_BLK_T_IN, 1, 513, true },
	{ "write of a byte", VIRTIO_BLK_T_OUT, SCRATCH + 1, 1, false },
	{ "write of 511 bytes", VIRTIO_BLK_T_OUT, SCRATCH + 1, 511, false },
	{ "write of 513 bytes", VIRTIO_BLK_T_OUT, SCRATCH + 1, 513, false },
	{ "identity of 19 bytes", VIRTIO_BLK_T_GET_ID, 0, 19, true },
	{ "identity of 21 bytes", VIRTIO_BLK_T_GET_ID, 0, 21, true },
};

static struct avps_buf middle(struct avps_buf guarded)
{
	return avps_buf_slice(guarded, GUARD, guarded.len - 2 * GUARD);
}

/* Makes the request; as blk_request(). */
static int request(struct blk *disk, const struct kind *kind, struct guarded *g)
{
	struct virtio_blk_outhdr header = { .type = kind->type, .sector = kind->block * disk->unit };
	struct avps_buf out = avps_dma_alloc(sizeof(header), 8);
	struct avps_element elements[3] = { { .buf = out } };
	struct avps_used used;
	unsigned int n = 1;
	int id, err;

	memcpy(out.cpu, &header, sizeof(header));
	g->data = avps_dma_alloc(kind->len + 2 * GUARD, GUARD);
	g->status = avps_dma_alloc(1 + 2 * GUARD, GUARD);
	if (kind->len)
		elements[n++] = (struct avps_element){ .buf = middle(g->data), .writable = kind->writable };
	elements[n++] = (struct avps_element){ .buf = middle(g->status), .writable = true };
	id = avps_vq_add(&disk->vq, elements, n);
	if (id < 0)
		return id;
	avps_vq_notify(&disk->vq);
	err = avps_vq_wait_used(&disk->vq, &used);
	if (err)
		return err;
	return used.id == id ? *(volatile u8 *)middle(g->status).cpu : -EPROTO;
}

/* Whether all @len bytes at @data still are what fresh memory is filled with. */
static bool fresh(const u8 *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (data[i] != AVPS_DMA_POISON)
			return false;
	return true;
}

static void check_guards(const struct kind *kind, const struct guarded *g)
{
	const u8 *status = g->status.cpu, *data = g->data.cpu;
	size_t whole = kind->writable ? 0 : kind->len;

	CHECK("blk-p08", fresh(status, GUARD), "%s: memory before the status byte was written to", kind->name);
	CHECK("blk-p08", fresh(status + GUARD + 1, GUARD), "%s: memory behind the status byte was written to",
	      kind->name);
	CHECK("blk-p08", fresh(data, GUARD + whole), "%s: memory before the data was written to", kind->name);
	CHECK("blk-p08", fresh(data + GUARD + kind->len, GUARD), "%s: memory behind the data was written to",
	      kind->name);
}

/* From now on the device has no business with the request; what it still writes shows. */
static void take_back(struct guarded *g)
{
	memset(g->status.cpu, AVPS_DMA_POISON, g->status.len);
	memset(g->data.cpu, AVPS_DMA_POISON, g->data.len);
}

static void check_taken_back(const char *name, const struct guarded *g)
{
	CHECK("blk-p08", fresh(g->status.cpu, g->status.len), "%s: a status was written after the request was done",
	      name);
	CHECK("blk-p08", fresh(g->data.cpu, g->data.len), "%s: data was written after the request was done", name);
}

/*
 * Every request ends with one of the three statuses, in one byte, written once.
 */
AVPS_TEST(block, status_is_one_byte_written_once, CLAUSES("blk-p08"))
{
	struct guarded done[ARRAY_SIZE(kinds)];

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		int status = request(&self->disk, &kinds[i], &done[i]);

		if (!CHECK("blk-p08", blk_status_known(status), "%s: ends with status %d", kinds[i].name, status) &&
		    status < 0)
			AVPS_STOP();
		check_guards(&kinds[i], &done[i]);
		take_back(&done[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		check_taken_back(kinds[i].name, &done[i]);
}

/*
 * Requests that no driver should make do no harm: neither to memory, nor to sectors that they don't name.
 *
 * The device may give up on such a driver and say so; then it is started anew.
 */
AVPS_TEST(block, malformed_requests_do_no_harm, CLAUSES("blk-p08", "blk-p01"), ONLY_IF(blk_writable))
{
	const size_t block = (size_t)self->disk.unit * BLK_SECTOR;
	/* One that nobody names, two that the requests name, one more: their lengths are of sectors. */
	struct avps_buf before = blk_pattern((u64)SCRATCH * self->disk.unit, 4 * self->disk.unit, 14);
	struct avps_buf after = avps_dma_alloc(before.len, BLK_SECTOR);

	REQUIRE(blk_write(&self->disk, (u64)SCRATCH * self->disk.unit, before) == VIRTIO_BLK_S_OK,
		"the blocks can't be written");
	for (size_t i = 0; i < ARRAY_SIZE(wrong_kinds); i++) {
		const struct kind *kind = &wrong_kinds[i];
		struct guarded g;
		int status = request(&self->disk, kind, &g);

		CHECK("blk-p08", status == -EIO || blk_status_known(status), "%s: ends with status %d", kind->name,
		      status);
		check_guards(kind, &g);
		if (status < 0)
			BLK_START(BLK_USUAL);
		REQUIRE(blk_read(&self->disk, (u64)SCRATCH * self->disk.unit, after) == VIRTIO_BLK_S_OK,
			"the blocks can't be read after: %s", kind->name);
		CHECK_SAME("blk-p01", "the block before those that a malformed request names", after.cpu, before.cpu,
			   block);
		CHECK_SAME("blk-p01", "the block behind those that a malformed request names",
			   (u8 *)after.cpu + 3 * block, (u8 *)before.cpu + 3 * block, block);
	}
}

/*
 * Nor do ranges without a sector.
 */
AVPS_TEST(block, empty_ranges_do_no_harm, CLAUSES("blk-p08", "blk-p01"), NEEDS(VIRTIO_BLK_F_WRITE_ZEROES),
	  ONLY_IF(blk_writable))
{
	static const u32 types[] = { VIRTIO_BLK_T_WRITE_ZEROES, VIRTIO_BLK_T_DISCARD };
	const u64 first = (u64)SCRATCH * self->disk.unit;
	struct avps_buf before = blk_pattern(first, 2 * self->disk.unit, 15);
	struct avps_buf after = avps_dma_alloc(before.len, BLK_SECTOR);

	REQUIRE(blk_write(&self->disk, first, before) == VIRTIO_BLK_S_OK, "the blocks can't be written");
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		int status = blk_range(&self->disk, types[i], first, 0, 0);

		CHECK("blk-p08", blk_status_known(status), "a range of no sectors, in a request of type %u: status %d",
		      types[i], status);
		REQUIRE(blk_read(&self->disk, first, after) == VIRTIO_BLK_S_OK, "the blocks can't be read");
		CHECK_SAME("blk-p01", "the disk after a range of no sectors", after.cpu, before.cpu, before.len);
	}
}
