// SPDX-License-Identifier: GPL-2.0-or-later
/* A disk that can only be read (VIRTIO 1.4, 5.2.3, 5.2.6.2): the feature need not be accepted for it. */
#include <string.h>

#include "block.h"

/* Blocks that are to stay as they are. */
#define SCRATCH 8
#define SCRATCH_BLOCKS 3

#define BLOCK ((size_t)self->disk.unit * BLK_SECTOR)
#define AT(block_) ((u64)(block_)*self->disk.unit)

/* Memory with the opposite of what @before holds. */
static struct avps_buf opposite(struct avps_buf before)
{
	struct avps_buf other = avps_dma_alloc(before.len, BLK_SECTOR);

	for (size_t i = 0; i < before.len; i++)
		((u8 *)other.cpu)[i] = ~((u8 *)before.cpu)[i];
	return other;
}

/* The usual features but RO, and those whose requests a test makes. */
#define WITHOUT_RO ((BLK_USUAL | FEATURE(VIRTIO_BLK_F_SECURE_ERASE)) & ~FEATURE(VIRTIO_BLK_F_RO))

/*
 * A read-only disk refuses to be written with IOERR, and keeps what it has.
 */
AVPS_TEST(block, read_only_disk_refuses_writes, CLAUSES("blk-024"), NEEDS(VIRTIO_BLK_F_RO))
{
	struct avps_buf before = avps_dma_alloc(BLOCK, BLK_SECTOR);
	struct avps_buf after = avps_dma_alloc(BLOCK, BLK_SECTOR);
	struct avps_buf other;

	REQUIRE(blk_read(&self->disk, AT(SCRATCH), before) == VIRTIO_BLK_S_OK, "the block can't be read");
	other = opposite(before);
	for (int life = 0; life < 2; life++) {
		if (life)
			BLK_START(WITHOUT_RO);
		CHECK_EQ("blk-024", blk_write(&self->disk, AT(SCRATCH), other), VIRTIO_BLK_S_IOERR);
		REQUIRE(blk_read(&self->disk, AT(SCRATCH), after) == VIRTIO_BLK_S_OK,
			"the block can't be read afterwards");
		CHECK_SAME("blk-024", "the block after a refused write", after.cpu, before.cpu, BLOCK);
	}
}

/*
 * No other request changes what it has, either: not even one that frees storage or fills it with zeroes.
 */
AVPS_TEST(block, read_only_disk_keeps_what_it_has, CLAUSES("blk-p18"), NEEDS(VIRTIO_BLK_F_RO))
{
	static const u32 types[] = { VIRTIO_BLK_T_WRITE_ZEROES, VIRTIO_BLK_T_DISCARD, VIRTIO_BLK_T_SECURE_ERASE };
	struct avps_buf before = avps_dma_alloc(SCRATCH_BLOCKS * BLOCK, BLK_SECTOR);
	struct avps_buf after = avps_dma_alloc(before.len, BLK_SECTOR);

	REQUIRE(blk_read(&self->disk, AT(SCRATCH), before) == VIRTIO_BLK_S_OK, "the blocks can't be read");
	for (int life = 0; life < 2; life++) {
		BLK_START(life ? WITHOUT_RO : WITHOUT_RO | FEATURE(VIRTIO_BLK_F_RO));
		for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
			int status = blk_range(&self->disk, types[i], AT(SCRATCH + 1), AT(1), 0);

			REQUIRE(status >= 0, "the device did not complete a request of type %u", types[i]);
			REQUIRE(blk_read(&self->disk, AT(SCRATCH), after) == VIRTIO_BLK_S_OK,
				"the blocks can't be read afterwards");
			CHECK_SAME("blk-p18", "the medium after discard, write zeroes or secure erase", after.cpu,
				   before.cpu, before.len);
		}
	}
}
