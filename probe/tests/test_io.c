// SPDX-License-Identifier: GPL-2.0-or-later
/* The one gate to a device: what passes, what is kept out, and what the trace is told. */
#include "harness.h"

#include "avps/trace.h"
#include "fake_io.h"

FIXTURE(io)
{
	struct fake_io fake;
	struct avps_io *io;
	struct avps_trace_entry entries[AVPS_TRACE_ENTRIES];
	u64 lost;
};

FIXTURE_SETUP(io)
{
	fake_io_init(&self->fake);
	self->io = &self->fake.io;
	self->fake.bar_size[2] = 0x100;
	ASSERT_EQ(0, avps_trace_init());
}

FIXTURE_TEARDOWN(io)
{
}

TEST_F(io, accesses_are_passed_on_and_traced)
{
	fake_put(self->fake.bar[2], 0x10, 8, 0x8877665544332211);
	EXPECT_EQ(0x11, avps_io_read(self->io, 2, 0x10, 1));
	EXPECT_EQ(0x2211, avps_io_read(self->io, 2, 0x10, 2));
	EXPECT_EQ(0x44332211, avps_io_read(self->io, 2, 0x10, 4));
	EXPECT_EQ(0x8877665544332211, avps_io_read(self->io, 2, 0x10, 8));
	avps_io_write(self->io, 2, 0x20, 2, 0xabcd1234);
	EXPECT_EQ(0x1234, fake_get(self->fake.bar[2], 0x20, 8));
	ASSERT_EQ(5, avps_trace_copy(self->entries, &self->lost));
	EXPECT_EQ(AVPS_TRACE_READ, self->entries[3].kind);
	EXPECT_EQ(2, self->entries[3].region);
	EXPECT_EQ(0x10, self->entries[3].offset);
	EXPECT_EQ(8, self->entries[3].width);
	EXPECT_EQ(0x8877665544332211, self->entries[3].value);
	EXPECT_EQ(AVPS_TRACE_WRITE, self->entries[4].kind);
	EXPECT_EQ(2, self->entries[4].region);
	EXPECT_EQ(0x20, self->entries[4].offset);
	EXPECT_EQ(2, self->entries[4].width);
	EXPECT_EQ(0x1234, self->entries[4].value); /* as the device gets it */
}

TEST_F(io, configuration_space_is_passed_on_and_traced)
{
	fake_put(self->fake.config, 0x40, 4, 0x44332211);
	EXPECT_EQ(0x2211, avps_io_config_read(self->io, 0x40, 2));
	avps_io_config_write(self->io, 0x44, 1, 0x1234);
	EXPECT_EQ(0x34, fake_get(self->fake.config, 0x44, 4));
	ASSERT_EQ(2, avps_trace_copy(self->entries, &self->lost));
	EXPECT_EQ(AVPS_TRACE_CONFIG_READ, self->entries[0].kind);
	EXPECT_EQ(0x40, self->entries[0].offset);
	EXPECT_EQ(2, self->entries[0].width);
	EXPECT_EQ(0x2211, self->entries[0].value);
	EXPECT_EQ(AVPS_TRACE_CONFIG_WRITE, self->entries[1].kind);
	EXPECT_EQ(0x44, self->entries[1].offset);
	EXPECT_EQ(1, self->entries[1].width);
	EXPECT_EQ(0x34, self->entries[1].value);
}

/* The bus gives all ones, in a register of any width. */
TEST_F(io, refused_configuration_reads_have_the_width_that_was_asked_for)
{
	EXPECT_EQ(0xff, avps_io_config_read(self->io, FAKE_CONFIG_SIZE, 1));
	EXPECT_EQ(0xffff, avps_io_config_read(self->io, FAKE_CONFIG_SIZE, 2));
}

/* Offsets come from what the device says of itself: they must not take the probe out of what is mapped. */
TEST_F(io, accesses_outside_the_window_do_not_reach_it)
{
	EXPECT_EQ(0xff, avps_io_read(self->io, 2, 0x100, 1));
	EXPECT_EQ(0xffffffff, avps_io_read(self->io, 2, 0xfd, 4));
	EXPECT_EQ(UINT64_MAX, avps_io_read(self->io, 2, UINT64_MAX - 3, 8));
	EXPECT_EQ(0xffff, avps_io_read(self->io, 3, 0, 2));
	avps_io_write(self->io, 2, 0x100, 1, 1);
	avps_io_write(self->io, 2, 0xfd, 4, 1);
	avps_io_write(self->io, 9, 0, 4, 1);
	EXPECT_STREQ("", fake_log(&self->fake));
	EXPECT_EQ(0, avps_io_read(self->io, 2, 0xfc, 4));
	EXPECT_STREQ("r32 2:fc=0", fake_log(&self->fake));
}

TEST_F(io, interrupts_are_remembered_while_they_are_on)
{
	self->fake.vectors[AVPS_INTERRUPTS_MSIX] = 4;
	EXPECT_EQ(0, avps_io_interrupts_enable(self->io, AVPS_INTERRUPTS_MSIX, 4));
	EXPECT_EQ(AVPS_INTERRUPTS_MSIX, self->io->enabled);
	EXPECT_EQ(4, self->io->enabled_vectors);
	EXPECT_EQ(-EINVAL, avps_io_interrupts_enable(self->io, AVPS_INTERRUPTS_MSIX, 5));
	EXPECT_EQ(AVPS_INTERRUPTS_NONE, self->io->enabled);
	EXPECT_EQ(0, self->io->enabled_vectors);
}

TEST_F(io, interrupts_are_traced_when_taken)
{
	const u16 vector = 1;

	self->fake.vectors[AVPS_INTERRUPTS_MSIX] = 2;
	ASSERT_EQ(0, avps_io_interrupts_enable(self->io, AVPS_INTERRUPTS_MSIX, 2));
	EXPECT_EQ(0, avps_io_interrupt_take(self->io, vector));
	self->fake.raised[vector] = 3;
	EXPECT_EQ(1, avps_io_interrupt_wait(self->io, &vector, 1, 77));
	EXPECT_EQ(77, self->fake.waited_until);
	EXPECT_EQ(3, avps_io_interrupt_take(self->io, vector));
	ASSERT_EQ(1, avps_trace_copy(self->entries, &self->lost));
	EXPECT_EQ(AVPS_TRACE_INTERRUPT, self->entries[0].kind);
	EXPECT_EQ(vector, self->entries[0].offset);
	EXPECT_EQ(3, self->entries[0].value);
}

TEST_HARNESS_MAIN
