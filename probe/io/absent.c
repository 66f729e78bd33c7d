// SPDX-License-Identifier: GPL-2.0-or-later
#include "absent.h"

#include <errno.h>
#include <limits.h>

u32 absent_config_read(struct avps_io *io, unsigned int offset, unsigned int width)
{
	(void)io, (void)offset, (void)width;
	return UINT_MAX;
}

void absent_config_write(struct avps_io *io, unsigned int offset, unsigned int width, u32 value)
{
	(void)io, (void)offset, (void)width, (void)value;
}

unsigned int absent_vectors(struct avps_io *io, enum avps_interrupts kind)
{
	(void)io, (void)kind;
	return 0;
}

int absent_interrupts_enable(struct avps_io *io, enum avps_interrupts kind, unsigned int vectors)
{
	(void)io, (void)vectors;
	return kind == AVPS_INTERRUPTS_NONE ? 0 : -ENODEV;
}

int absent_interrupt_wait(struct avps_io *io, const u16 *vectors, unsigned int n, avps_deadline deadline)
{
	(void)io, (void)vectors, (void)n, (void)deadline;
	return -EINVAL;
}

unsigned int absent_interrupt_take(struct avps_io *io, u16 vector)
{
	(void)io, (void)vector;
	return 0;
}

void absent_interrupt_unmask(struct avps_io *io)
{
	(void)io;
}
