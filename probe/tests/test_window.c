// SPDX-License-Identifier: GPL-2.0-or-later
/* A window of registers, mapped and through a file: the same accesses, in each width. */
#include "harness.h"

#include <sys/mman.h>

#include "probe/io/window.h"

#define SIZE 64

FIXTURE(window)
{
	int file;
	struct window window;
};

FIXTURE_SETUP(window)
{
	u8 content[2 * SIZE] = { 0 };

	for (int i = 0; i < SIZE; i++)
		content[SIZE + i] = 0x10 + i;
	self->file = memfd_create("window", 0);
	ASSERT_EQ((ssize_t)sizeof(content), pwrite(self->file, content, sizeof(content), 0));
	self->window = (struct window){ .size = SIZE, .file = self->file, .file_offset = SIZE };
}

FIXTURE_TEARDOWN(window)
{
	window_unmap(&self->window);
	close(self->file);
}

FIXTURE_VARIANT(window)
{
	bool mapped;
};

FIXTURE_VARIANT_ADD(window, through_the_file){
	.mapped = false,
};

FIXTURE_VARIANT_ADD(window, mapped){
	.mapped = true,
};

TEST_F(window, is_read_and_written_in_each_width)
{
	u8 *mapped = mmap(NULL, 2 * SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, self->file, 0);

	ASSERT_NE(MAP_FAILED, mapped);
	if (variant->mapped) {
		self->window.mapped = mapped + SIZE;
		self->window.file = -1;
	}
	EXPECT_EQ(0x13, window_read(&self->window, 3, 1));
	EXPECT_EQ(0x1312, window_read(&self->window, 2, 2));
	EXPECT_EQ(0x17161514, window_read(&self->window, 4, 4));
	EXPECT_EQ(0x1f1e1d1c1b1a1918, window_read(&self->window, 8, 8));
	window_write(&self->window, 1, 1, 0xa1a2);
	window_write(&self->window, 2, 2, 0xb1b2);
	window_write(&self->window, 4, 4, 0xc1c2c3c4);
	window_write(&self->window, 8, 8, 0xd1d2d3d4d5d6d7d8);
	EXPECT_EQ(0xc1c2c3c4b1b2a210, window_read(&self->window, 0, 8));
	EXPECT_EQ(0xd1d2d3d4d5d6d7d8, *(u64 *)(mapped + SIZE + 8));
	EXPECT_EQ(0, mapped[SIZE - 1]);
	EXPECT_EQ(0x20, mapped[SIZE + 16]);
	if (!variant->mapped)
		munmap(mapped, 2 * SIZE);
}

TEST_F(window, that_cannot_be_read_gives_all_ones)
{
	self->window.file = -1;
	EXPECT_EQ(UINT64_MAX, window_read(&self->window, 0, 4));
}

/* A mapping begins at the start of a page, a window anywhere in it. */
TEST_F(window, is_unmapped_with_the_page_it_begins_in)
{
	u8 *page = mmap(NULL, 2 * SIZE, PROT_READ, MAP_SHARED, self->file, 0);
	unsigned char resident;

	ASSERT_NE(MAP_FAILED, page);
	self->window.mapped = page + SIZE;
	window_unmap(&self->window);
	EXPECT_EQ(NULL, self->window.mapped);
	EXPECT_EQ(-1, mincore(page, 1, &resident));
	window_unmap(&self->window);
}

TEST_HARNESS_MAIN
