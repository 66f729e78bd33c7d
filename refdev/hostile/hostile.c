// SPDX-License-Identifier: GPL-2.0-or-later
#include "refdev/hostile/hostile.h"

#include <string.h>

/* What a byte asks for: its upper half says what, its lower half is left for how. The rest of the 16: be honest. */
enum { REPLACE = 8, ALSO_REPLACE, FLIP_BIT, SCRIBBLE, SCRIBBLE_FAR, INTERRUPT, ALL_ONES, NOTHING };

static struct refdev_hostile *hostile_of(struct refdev_port *port)
{
	return (struct refdev_hostile *)port;
}

static u8 next(struct refdev_hostile *hostile)
{
	if (!hostile->left)
		return 0;
	hostile->left--;
	return *hostile->bytes++;
}

static u64 next_value(struct refdev_hostile *hostile, unsigned int width)
{
	u64 value = 0;

	for (unsigned int i = 0; i < width; i++)
		value = value << 8 | next(hostile);
	return value;
}

/* Writes up to 16 bytes into the driver's memory: near its start, where the rings are, or anywhere. */
static void scribble(struct refdev_hostile *hostile, u8 how, bool far)
{
	u64 offset = next_value(hostile, far ? 3 : 2);

	for (unsigned int i = 0; i <= how; i++) {
		u8 *at = refdev_memory_at(hostile->memory, hostile->memory->regions[0].bus + offset + i, 1);

		if (at)
			*at = next(hostile);
	}
}

static void interrupt(struct refdev_hostile *hostile, u8 how)
{
	const struct refdev_wires *wires = &hostile->port.wires;

	if (how & 8)
		wires->line(wires->machine, how & 1);
	else
		wires->message(wires->machine, 0xfee00000, how);
}

/* Does what the next byte says besides answering; gives that byte. */
static u8 act(struct refdev_hostile *hostile)
{
	u8 byte = next(hostile);

	switch (byte >> 4) {
	case SCRIBBLE:
	case SCRIBBLE_FAR:
		scribble(hostile, byte & 0xf, byte >> 4 == SCRIBBLE_FAR);
		break;
	case INTERRUPT:
		interrupt(hostile, byte & 0xf);
		break;
	}
	return byte;
}

/* What the driver reads in the place of @honest. */
static u64 answer(struct refdev_hostile *hostile, u64 honest, unsigned int width)
{
	u8 byte = act(hostile);

	switch (byte >> 4) {
	case REPLACE:
	case ALSO_REPLACE:
		return next_value(hostile, width);
	case FLIP_BIT:
		return honest ^ (u64)1 << (byte & 0xf);
	case ALL_ONES:
		return UINT64_MAX;
	case NOTHING:
		return 0;
	default:
		return hostile->alone ? byte : honest;
	}
}

/* Whether a write reaches the device behind. */
static bool passes(struct refdev_hostile *hostile)
{
	u8 byte = act(hostile);

	return !hostile->alone && byte >> 4 != NOTHING && byte >> 4 != ALL_ONES;
}

static u32 config_read(struct refdev_port *port, unsigned int offset, unsigned int width)
{
	struct refdev_hostile *hostile = hostile_of(port);
	struct refdev_port *honest = hostile->honest;
	u32 value = honest->ops->config_read && !hostile->alone ? honest->ops->config_read(honest, offset, width) : 0;

	return answer(hostile, value, width);
}

static void config_write(struct refdev_port *port, unsigned int offset, unsigned int width, u32 value)
{
	struct refdev_port *honest = hostile_of(port)->honest;

	if (passes(hostile_of(port)) && honest->ops->config_write)
		honest->ops->config_write(honest, offset, width, value);
}

static u64 region_size(struct refdev_port *port, unsigned int region)
{
	struct refdev_port *honest = hostile_of(port)->honest;

	return honest->ops->region_size(honest, region);
}

static u64 region_read(struct refdev_port *port, unsigned int region, u64 offset, unsigned int width)
{
	struct refdev_hostile *hostile = hostile_of(port);
	struct refdev_port *honest = hostile->honest;

	return answer(hostile, hostile->alone ? 0 : honest->ops->read(honest, region, offset, width), width);
}

static void region_write(struct refdev_port *port, unsigned int region, u64 offset, unsigned int width, u64 value)
{
	struct refdev_port *honest = hostile_of(port)->honest;

	if (passes(hostile_of(port)))
		honest->ops->write(honest, region, offset, width, value);
}

static void tick(struct refdev_port *port)
{
	struct refdev_port *honest = hostile_of(port)->honest;

	act(hostile_of(port));
	if (!hostile_of(port)->alone && honest->ops->tick)
		honest->ops->tick(honest);
}

static const struct refdev_port_ops hostile_ops = {
	.config_read = config_read,
	.config_write = config_write,
	.region_size = region_size,
	.read = region_read,
	.write = region_write,
	.tick = tick,
};

/* What the device behind signals goes out as ours. */

static void pass_message(void *machine, u64 address, u32 data)
{
	const struct refdev_wires *wires = &((struct refdev_hostile *)machine)->port.wires;

	wires->message(wires->machine, address, data);
}

static void pass_line(void *machine, bool asserted)
{
	const struct refdev_wires *wires = &((struct refdev_hostile *)machine)->port.wires;

	wires->line(wires->machine, asserted);
}

void refdev_hostile_init(struct refdev_hostile *hostile, struct refdev_port *honest, bool alone,
			 const struct refdev_memory *memory)
{
	memset(hostile, 0, sizeof(*hostile));
	hostile->port = *honest;
	hostile->port.ops = &hostile_ops;
	hostile->honest = honest;
	hostile->alone = alone;
	hostile->memory = memory;
	honest->wires = (struct refdev_wires){ .message = pass_message, .line = pass_line, .machine = hostile };
}

void refdev_hostile_play(struct refdev_hostile *hostile, const u8 *bytes, size_t len)
{
	hostile->bytes = bytes;
	hostile->left = len;
}
