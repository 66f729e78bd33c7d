// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests of the disk in other descriptors than one for each part: the layout of a request counts bytes (VIRTIO 1.4, 2.7.4.1). A
 * write's header and data are read by the device, and may share a descriptor; so may a read's data and its status.
 */
#include <string.h>

#include "block.h"

#define SCRATCH 16 /* block */
#define HEADER sizeof(struct virtio_blk_outhdr)
#define MOST_PIECES 64

/* Lengths of the pieces into which either part is cut, one after the other; the last one is taken for all that is left. */
static const struct {
	const char *name;
	size_t lengths[4];
} cuts[] = {
	{ "in one descriptor each", { 0 } },
	{ "with the first byte apart", { 1, 0 } },
	{ "cut in the middle of the header's fields", { 3, 7, 2, 0 } },
	{ "with the header apart", { HEADER, 0 } },
	{ "with a byte of data beside the header", { HEADER + 1, 0 } },
	{ "cut in the middle of a sector", { HEADER + 100, 1, 0 } },
	{ "in pieces of 31 bytes", { 31, 31, 31, 31 } },
};

/* Cuts @whole as @lengths say, where a fourth length repeats itself. */
static unsigned int cut(struct avps_element *pieces, struct avps_buf whole, const size_t *lengths, bool writable)
{
	unsigned int n = 0, at_length = 0;
	size_t at = 0;

	while (at < whole.len) {
		size_t left = whole.len - at, len = lengths[at_length];

		if (at_length < 3)
			at_length++;
		if (!len || len > left || n + 1 == MOST_PIECES)
			len = left;
		pieces[n++] = (struct avps_element){ .buf = avps_buf_slice(whole, at, len), .writable = writable };
		at += len;
	}
	return n;
}

/* Makes the request of what the device reads and what it writes. NULL, or what went wrong. */
static const char *request(struct blk *disk, struct avps_buf readable, struct avps_buf writable, const size_t *lengths)
{
	struct avps_element pieces[2 * MOST_PIECES];
	unsigned int n = cut(pieces, readable, lengths, false);
	struct avps_used used;
	int id;

	n += cut(pieces + n, writable, lengths, true);
	id = avps_vq_add(&disk->vq, pieces, n);
	if (id < 0)
		return "the queue has no room for so many descriptors";
	avps_vq_notify(&disk->vq);
	if (avps_vq_wait_used(&disk->vq, &used) || used.id != id)
		return "the device did not use the buffer";
	switch (((u8 *)writable.cpu)[writable.len - 1]) {
	case VIRTIO_BLK_S_OK:
		return NULL;
	case BLK_STATUS_POISON:
		return "the last byte that the device may write is no status";
	default:
		return "the status is not OK";
	}
}

static struct avps_buf with_header(u32 type, u64 sector, struct avps_buf data)
{
	struct avps_buf readable = avps_dma_alloc(HEADER + data.len, 8);

	*(struct virtio_blk_outhdr *)readable.cpu = (struct virtio_blk_outhdr){ .type = type, .sector = sector };
	if (data.len)
		memcpy((u8 *)readable.cpu + HEADER, data.cpu, data.len);
	return readable;
}

/* Writes and reads in each framing, against plain reads. Where the disk can't be written, reads alone. */
#define CHECK_FRAMINGS(clause_)                                                                                      \
	do {                                                                                                         \
		u64 at_ = (u64)SCRATCH * self->disk.unit;                                                            \
		struct avps_buf plain_ = avps_dma_alloc((size_t)self->disk.unit * BLK_SECTOR, BLK_SECTOR);           \
		struct avps_buf into_ = avps_dma_alloc(plain_.len + 1, 8);                                           \
                                                                                                                     \
		for (size_t i_ = 0; i_ < ARRAY_SIZE(cuts); i_++) {                                                   \
			struct avps_buf data_ = blk_pattern(at_, self->disk.unit, 120 + i_);                         \
			struct avps_buf status_ = avps_dma_alloc(1, 1);                                              \
                                                                                                                     \
			if (self->dev->queue_max[0] < 2 * MOST_PIECES && cuts[i_].lengths[3])                        \
				continue;                                                                            \
			if (!avps_has(self->dev->offered, VIRTIO_BLK_F_RO)) {                                        \
				CHECK_WORKS(clause_,                                                                 \
					    request(&self->disk, with_header(VIRTIO_BLK_T_OUT, at_, data_), status_, \
						    cuts[i_].lengths),                                               \
					    "a write %s", cuts[i_].name);                                            \
				REQUIRE(blk_read(&self->disk, at_, plain_) == VIRTIO_BLK_S_OK,                       \
					"a block can't be read");                                                    \
				CHECK_SAME(clause_, "what was written", plain_.cpu, data_.cpu, plain_.len);          \
			}                                                                                            \
			REQUIRE(blk_read(&self->disk, at_, plain_) == VIRTIO_BLK_S_OK, "a block can't be read");     \
			memset(into_.cpu, AVPS_DMA_POISON, into_.len);                                               \
			CHECK_WORKS(clause_,                                                                         \
				    request(&self->disk, with_header(VIRTIO_BLK_T_IN, at_, (struct avps_buf){ 0 }),  \
					    into_, cuts[i_].lengths),                                                \
				    "a read %s", cuts[i_].name);                                                     \
			CHECK_SAME(clause_, "what was read", into_.cpu, plain_.cpu, plain_.len);                     \
		}                                                                                                    \
	} while (0)

/*
 * A write is the same in whatever descriptors it comes, and so is a read.
 */
AVPS_TEST(block, framing_of_requests_does_not_matter, CLAUSES("core-split-003"), SPLIT_RING)
{
	CHECK_FRAMINGS("core-split-003");
}

AVPS_TEST(block, lists_of_descriptors_are_taken_in_order, CLAUSES("core-packed-007"), PACKED_RING)
{
	CHECK_FRAMINGS("core-packed-007");
}
