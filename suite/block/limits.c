// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests of the sizes that the configuration tells of (VIRTIO 1.4, 5.2.3 to 5.2.5). */
#include <string.h>

#include "block.h"

#define FIRST 0 /* sector of the requests */
#define MOST_BYTES ((u64)1 << 20)

static enum avps_skip has_segment_limits(struct avps_device *dev, char *why, size_t why_size)
{
	if (dev->offered & (FEATURE(VIRTIO_BLK_F_SEG_MAX) | FEATURE(VIRTIO_BLK_F_SIZE_MAX)))
		return 0;
	snprintf(why, why_size, "neither SEG_MAX nor SIZE_MAX is offered");
	return AVPS_SKIP_NOT_OFFERED;
}

/* How data is cut. */
struct cut {
	u64 len; /* of a segment */
	unsigned int segments;
	u64 rest; /* to be put into a last segment, so that the data is of whole blocks */
};

/* As many segments of @len bytes as there may be and have room. */
static struct cut cut_into(const struct blk *disk, u64 len, unsigned int most)
{
	u64 block = (u64)disk->unit * BLK_SECTOR, room = disk->capacity / disk->unit * block;
	struct cut cut = { .len = len, .segments = most };

	if (room > MOST_BYTES)
		room = MOST_BYTES;
	if (len * most > room)
		cut.segments = room / len;
	if (len * cut.segments % block && cut.segments == most)
		cut.segments--;
	cut.rest = (block - len * cut.segments % block) % block;
	return cut;
}

/* The data of a request in segments that lie apart in memory. Returns how many. */
static unsigned int lay_out(struct avps_element *segments, const struct cut *cut, bool writable)
{
	unsigned int n = 0;

	while (n < cut->segments)
		segments[n++] =
			(struct avps_element){ .buf = avps_dma_alloc(cut->len, BLK_SECTOR), .writable = writable };
	if (cut->rest)
		segments[n++] =
			(struct avps_element){ .buf = avps_dma_alloc(cut->rest, BLK_SECTOR), .writable = writable };
	return n;
}

static int carry_out(struct blk *disk, u32 type, const struct avps_element *segments, unsigned int n)
{
	struct blk_pending pending;
	int err = blk_add(&disk->vq, &pending, type, FIRST, segments, n) ?: blk_wait(&disk->vq, &pending, 1);

	return err ?: blk_status(&pending);
}

/* Writes, where the disk can be written, and reads. The request must work, and bring what a plain read brings. */
static const char *check_cut(struct blk *disk, const struct cut *cut)
{
	static struct avps_element from[BLK_MOST_SEGMENTS + 1], into[BLK_MOST_SEGMENTS + 1];
	unsigned int n = lay_out(into, cut, true);
	u64 block = (u64)disk->unit * BLK_SECTOR, at = 0;
	struct avps_buf plain = avps_dma_alloc(block, BLK_SECTOR);
	int status;

	if (!avps_has(disk->dev->offered, VIRTIO_BLK_F_RO)) {
		lay_out(from, cut, false);
		for (unsigned int i = 0; i < n; i++)
			for (u64 word = 0; word + 8 <= from[i].buf.len; word += 8)
				*(u64 *)((u8 *)from[i].buf.cpu + word) = (u64)i << 32 | word;
		status = carry_out(disk, VIRTIO_BLK_T_OUT, from, n);
		CHECK("blk-p14", status == VIRTIO_BLK_S_OK, "a write of %u segments of %llu bytes ends with status %d",
		      cut->segments, (unsigned long long)cut->len, status);
	}
	status = carry_out(disk, VIRTIO_BLK_T_IN, into, n);
	if (!CHECK("blk-p14", status == VIRTIO_BLK_S_OK, "a read into %u segments of %llu bytes ends with status %d",
		   cut->segments, (unsigned long long)cut->len, status))
		return NULL;
	for (unsigned int i = 0; i < n; i++) {
		if (!avps_has(disk->dev->offered, VIRTIO_BLK_F_RO))
			CHECK_SAME("blk-p14", "what was read into a segment", into[i].buf.cpu, from[i].buf.cpu,
				   into[i].buf.len);
		/* Where a segment begins with a block, that block alone. */
		if (at % block == 0 && into[i].buf.len >= block) {
			if (blk_read(disk, FIRST + at / BLK_SECTOR, plain) != VIRTIO_BLK_S_OK)
				return "a single block can't be read";
			CHECK_SAME("blk-p14", "what was read into a segment, read again alone", into[i].buf.cpu,
				   plain.cpu, block);
		}
		at += into[i].buf.len;
	}
	return NULL;
}

/*
 * A request may have as many segments as are announced, and each may be as large. What the ring has room for, and this test,
 * sets an end to it.
 */
AVPS_TEST(block, segments_up_to_their_limits, CLAUSES("blk-p14"), ONLY_IF(has_segment_limits))
{
	u64 segments = self->disk.vq.size - 2, size = 4096;
	struct cut many, large;
	const char *wrong;

	REQUIRE(self->disk.vq.size > 2, "the queue has %u entries", self->disk.vq.size);
	if (avps_has(self->disk.features, VIRTIO_BLK_F_SEG_MAX) && BLK_CONFIG(self->dev, seg_max) < segments)
		segments = BLK_CONFIG(self->dev, seg_max);
	if (segments > BLK_MOST_SEGMENTS)
		segments = BLK_MOST_SEGMENTS;
	if (avps_has(self->disk.features, VIRTIO_BLK_F_SIZE_MAX))
		size = BLK_CONFIG(self->dev, size_max);
	REQUIRE(segments && size, "the limits allow no request");
	if (size > MOST_BYTES)
		size = MOST_BYTES;
	many = cut_into(&self->disk, size < BLK_SECTOR ? size : BLK_SECTOR, segments);
	large = cut_into(&self->disk, size, segments);
	REQUIRE(many.segments && large.segments, "the disk has no room for a segment of %llu bytes",
		(unsigned long long)size);
	wrong = check_cut(&self->disk, &many) ?: check_cut(&self->disk, &large);
	REQUIRE(!wrong, "%s", wrong);
}

static enum avps_skip has_large_blocks(struct avps_device *dev, char *why, size_t why_size)
{
	if (blk_unit(dev) > 1)
		return 0;
	snprintf(why, why_size, "the disk's blocks are of 512 bytes");
	return AVPS_SKIP_LAUNCH;
}

/*
 * The size of a block is advice: sectors are of 512 bytes all the same, and each can be read and written alone.
 */
AVPS_TEST(block, sector_can_be_used_alone, CLAUSES("blk-p15"), NEEDS(VIRTIO_BLK_F_BLK_SIZE), ONLY_IF(has_large_blocks))
{
	const u64 first = (u64)8 * self->disk.unit;
	struct avps_buf whole = avps_dma_alloc((size_t)self->disk.unit * BLK_SECTOR, BLK_SECTOR);
	bool writable = !avps_has(self->dev->offered, VIRTIO_BLK_F_RO);
	struct avps_buf one = avps_dma_alloc(BLK_SECTOR, BLK_SECTOR);

	if (writable) {
		blk_fill(whole, first, 50);
		REQUIRE(blk_write(&self->disk, first, whole) == VIRTIO_BLK_S_OK, "a block can't be written");
	}
	REQUIRE(blk_read(&self->disk, first, whole) == VIRTIO_BLK_S_OK, "a block can't be read");
	for (u32 i = 0; i < self->disk.unit; i++) {
		struct avps_buf part = avps_buf_slice(whole, (size_t)i * BLK_SECTOR, BLK_SECTOR);

		if (writable) {
			blk_fill(part, first + i, 51 + i);
			CHECK_EQ("blk-p15", blk_write(&self->disk, first + i, part), VIRTIO_BLK_S_OK);
		}
		CHECK_EQ("blk-p15", blk_read(&self->disk, first + i, one), VIRTIO_BLK_S_OK);
		CHECK_SAME("blk-p15", "a sector of a block", one.cpu, part.cpu, BLK_SECTOR);
	}
}

static enum avps_skip has_shape(struct avps_device *dev, char *why, size_t why_size)
{
	if (dev->offered & (FEATURE(VIRTIO_BLK_F_TOPOLOGY) | FEATURE(VIRTIO_BLK_F_GEOMETRY)))
		return 0;
	snprintf(why, why_size, "neither TOPOLOGY nor GEOMETRY is offered");
	return AVPS_SKIP_NOT_OFFERED;
}

/*
 * What the disk says of its shape fits together.
 */
AVPS_TEST(block, shape_makes_sense, CLAUSES("blk-p16"), NO_RING, ONLY_IF(has_shape))
{
	struct avps_device *dev = self->dev;

	if (avps_has(dev->offered, VIRTIO_BLK_F_TOPOLOGY)) {
		u64 exp = BLK_CONFIG(dev, physical_block_exp), offset = BLK_CONFIG(dev, alignment_offset);
		u64 least = BLK_CONFIG(dev, min_io_size), best = BLK_CONFIG(dev, opt_io_size);

		CHECK("blk-p16", exp >= 64 || offset >> exp == 0,
		      "alignment_offset is %llu, and 2^%llu blocks make a physical one", (unsigned long long)offset,
		      (unsigned long long)exp);
		CHECK("blk-p16", !best || best >= least, "opt_io_size is %llu, min_io_size %llu",
		      (unsigned long long)best, (unsigned long long)least);
	}
	if (avps_has(dev->offered, VIRTIO_BLK_F_GEOMETRY)) {
		u64 cylinders = BLK_CONFIG(dev, geometry.cylinders), heads = BLK_CONFIG(dev, geometry.heads);
		u64 sectors = BLK_CONFIG(dev, geometry.sectors), capacity = BLK_CONFIG(dev, capacity);

		CHECK("blk-p16", cylinders && heads && sectors && cylinders * heads * sectors <= capacity,
		      "%llu cylinders, %llu heads, %llu sectors on a disk of %llu sectors",
		      (unsigned long long)cylinders, (unsigned long long)heads, (unsigned long long)sectors,
		      (unsigned long long)capacity);
	}
}
