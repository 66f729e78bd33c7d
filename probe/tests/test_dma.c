// SPDX-License-Identifier: GPL-2.0-or-later
/* The arena of memory that a device can reach. */
#include "harness.h"

#include "fake_ring.h"

TEST(pieces_are_aligned_apart_and_in_the_arena)
{
	u8 *memory = fake_dma_init(), *end = memory;

	for (size_t align = 1; align <= 4096; align *= 2) {
		struct avps_buf buf = avps_dma_alloc(align + 1, align);

		EXPECT_EQ(0, (uintptr_t)buf.cpu % align);
		EXPECT_EQ(0, buf.bus % align);
		EXPECT_EQ(align + 1, buf.len);
		EXPECT_LE((uintptr_t)end, (uintptr_t)buf.cpu);
		/* No more is skipped than the alignment asks for. */
		EXPECT_GT(align, (size_t)((u8 *)buf.cpu - end));
		EXPECT_EQ(buf.cpu, fake_dma_at(buf.bus));
		end = (u8 *)buf.cpu + buf.len;
	}
}

/* A piece is contiguous for the device, too: pages are not. */
TEST(no_piece_crosses_a_page)
{
	u8 *memory = fake_dma_init();
	struct avps_buf first = avps_dma_alloc(FAKE_PAGE_SIZE - 100, 1);
	struct avps_buf fits = avps_dma_alloc(100, 1);
	struct avps_buf next = avps_dma_alloc(1, 1);
	struct avps_buf last = avps_dma_alloc(FAKE_PAGE_SIZE, 16);

	EXPECT_EQ(fake_bus[0], first.bus);
	EXPECT_EQ(fake_bus[0] + FAKE_PAGE_SIZE - 100, fits.bus);
	EXPECT_EQ(fake_bus[1], next.bus);
	EXPECT_EQ(memory + FAKE_PAGE_SIZE, (u8 *)next.cpu);
	EXPECT_EQ(fake_bus[2], last.bus);
	EXPECT_EQ(memory + 2 * FAKE_PAGE_SIZE, (u8 *)last.cpu);
}

TEST(fresh_memory_is_poisoned_and_nothing_else)
{
	u8 *memory = fake_dma_init();
	struct avps_buf buf;

	memset(memory, 0, FAKE_PAGE_SIZE);
	buf = avps_dma_alloc(1000, 8);
	for (size_t i = 0; i < 1000; i++)
		ASSERT_EQ(AVPS_DMA_POISON, ((u8 *)buf.cpu)[i]);
	EXPECT_EQ(0, memory[1000]);
}

TEST(rewind_gives_the_arena_back_and_poisons_anew)
{
	struct avps_buf first, again;

	fake_dma_init();
	first = avps_dma_alloc(FAKE_PAGE_SIZE, 1);
	memset(first.cpu, 0, first.len);
	avps_dma_rewind();
	EXPECT_EQ(0, *(u8 *)first.cpu); /* not before somebody asks */
	again = avps_dma_alloc(FAKE_PAGE_SIZE, 1);
	EXPECT_EQ(first.bus, again.bus);
	EXPECT_EQ(AVPS_DMA_POISON, *(u8 *)again.cpu);
}

static void take_all(void)
{
	avps_dma_rewind();
	for (int page = 0; page < FAKE_PAGES; page++)
		avps_dma_alloc(FAKE_PAGE_SIZE, 1);
}

static void one_byte_too_many(void)
{
	take_all();
	avps_dma_alloc(1, 1);
}

static void larger_than_a_page(void)
{
	avps_dma_rewind();
	avps_dma_alloc(FAKE_PAGE_SIZE + 1, 1);
}

static void larger_than_all(void)
{
	avps_dma_rewind();
	avps_dma_alloc(SIZE_MAX, 1);
}

TEST(exhaustion_ends_the_process)
{
	fake_dma_init();
	EXPECT_FALSE(aborts(take_all));
	EXPECT_TRUE(aborts(one_byte_too_many));
	EXPECT_TRUE(aborts(larger_than_a_page));
	EXPECT_TRUE(aborts(larger_than_all));
}

static void nothing_of_nothing(void)
{
	take_all();
	avps_dma_alloc(0, 1);
}

/* There is no page behind the last one whose address could be given. */
TEST(an_empty_piece_of_a_full_arena_ends_the_process)
{
	fake_dma_init();
	EXPECT_TRUE(aborts(nothing_of_nothing));
}

TEST(a_slice_is_a_part_of_its_buffer)
{
	struct avps_buf buf, slice;

	fake_dma_init();
	buf = avps_dma_alloc(100, 1);
	slice = avps_buf_slice(buf, 40, 60);
	EXPECT_EQ((u8 *)buf.cpu + 40, (u8 *)slice.cpu);
	EXPECT_EQ(buf.bus + 40, slice.bus);
	EXPECT_EQ(60, slice.len);
	EXPECT_EQ(0, avps_buf_slice(buf, 100, 0).len);
}

static struct avps_buf hundred(void)
{
	return (struct avps_buf){ .cpu = NULL, .bus = 0x1000, .len = 100 };
}

static void slice_past_the_end(void)
{
	avps_buf_slice(hundred(), 40, 61);
}

static void slice_from_behind_the_end(void)
{
	avps_buf_slice(hundred(), 101, 0);
}

static void slice_that_wraps_around(void)
{
	avps_buf_slice(hundred(), 40, SIZE_MAX - 20);
}

TEST(a_slice_outside_its_buffer_ends_the_process)
{
	EXPECT_TRUE(aborts(slice_past_the_end));
	EXPECT_TRUE(aborts(slice_from_behind_the_end));
	EXPECT_TRUE(aborts(slice_that_wraps_around));
}

TEST_HARNESS_MAIN
