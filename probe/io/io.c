// SPDX-License-Identifier: GPL-2.0-or-later
/* The one gate to a device: each access passes through here and leaves its entry in the trace. */
#include "avps/io.h"

#include "avps/trace.h"

static u64 masked(u64 value, unsigned int width)
{
	return width < 8 ? value & (((u64)1 << (8 * width)) - 1) : value;
}

u32 avps_io_config_read(struct avps_io *io, unsigned int offset, unsigned int width)
{
	u32 value = masked(io->ops->config_read(io, offset, width), width);

	avps_trace_add((struct avps_trace_entry){
		.kind = AVPS_TRACE_CONFIG_READ, .offset = offset, .width = width, .value = value });
	return value;
}

void avps_io_config_write(struct avps_io *io, unsigned int offset, unsigned int width, u32 value)
{
	avps_trace_add((struct avps_trace_entry){
		.kind = AVPS_TRACE_CONFIG_WRITE, .offset = offset, .width = width, .value = masked(value, width) });
	io->ops->config_write(io, offset, width, value);
}

/* A device may describe windows that are not there; an access there reads all ones, as on a bus where nobody answers. */
static bool inside(struct avps_io *io, unsigned int region, u64 offset, unsigned int width)
{
	u64 size = io->ops->region_size(io, region);

	return offset < size && width <= size - offset;
}

u64 avps_io_read(struct avps_io *io, unsigned int region, u64 offset, unsigned int width)
{
	u64 seen = inside(io, region, offset, width) ? io->ops->read(io, region, offset, width) : UINT64_MAX;
	u64 value = masked(seen, width);

	avps_trace_add((struct avps_trace_entry){
		.kind = AVPS_TRACE_READ, .region = region, .offset = offset, .width = width, .value = value });
	return value;
}

void avps_io_write(struct avps_io *io, unsigned int region, u64 offset, unsigned int width, u64 value)
{
	avps_trace_add((struct avps_trace_entry){ .kind = AVPS_TRACE_WRITE,
						  .region = region,
						  .offset = offset,
						  .width = width,
						  .value = masked(value, width) });
	if (inside(io, region, offset, width))
		io->ops->write(io, region, offset, width, value);
}

int avps_io_interrupts_enable(struct avps_io *io, enum avps_interrupts kind, unsigned int vectors)
{
	int err = io->ops->interrupts_enable(io, kind, vectors);

	io->enabled = err ? AVPS_INTERRUPTS_NONE : kind;
	io->enabled_vectors = err ? 0 : vectors;
	return err;
}

int avps_io_interrupt_wait(struct avps_io *io, const u16 *vectors, unsigned int n, avps_deadline deadline)
{
	return io->ops->interrupt_wait(io, vectors, n, deadline);
}

unsigned int avps_io_interrupt_take(struct avps_io *io, u16 vector)
{
	unsigned int count = io->ops->interrupt_take(io, vector);

	if (count)
		avps_trace_add(
			(struct avps_trace_entry){ .kind = AVPS_TRACE_INTERRUPT, .offset = vector, .value = count });
	return count;
}
