// SPDX-License-Identifier: GPL-2.0-or-later
#include "fake_io.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fake_io *fake_of(struct avps_io *io)
{
	return (struct fake_io *)io;
}

void fake_put(u8 *memory, u64 offset, unsigned int width, u64 value)
{
	memcpy(memory + offset, &value, width);
}

u64 fake_get(const u8 *memory, u64 offset, unsigned int width)
{
	u64 value = 0;

	memcpy(&value, memory + offset, width);
	return value;
}

/* The library has promised never to do this, so it is no test's business to go on. */
static void __attribute__((noreturn)) refuse(const char *what, unsigned int region, u64 offset, unsigned int width)
{
	fprintf(stderr, "# fake_io: %s of %u bytes at %u:%#llx\n", what, width, region, (unsigned long long)offset);
	exit(EXIT_FAILURE);
}

static u32 config_read(struct avps_io *io, unsigned int offset, unsigned int width)
{
	if (offset + width > FAKE_CONFIG_SIZE)
		return UINT32_MAX;
	return fake_get(fake_of(io)->config, offset, width);
}

static void config_write(struct avps_io *io, unsigned int offset, unsigned int width, u32 value)
{
	if (offset + width <= FAKE_CONFIG_SIZE)
		fake_put(fake_of(io)->config, offset, width, value);
}

static u64 region_size(struct avps_io *io, unsigned int region)
{
	return region < FAKE_BARS ? fake_of(io)->bar_size[region] : 0;
}

static u8 *window(struct fake_io *fake, const char *what, unsigned int region, u64 offset, unsigned int width)
{
	u64 size = region_size(&fake->io, region);

	if (width > size || offset > size - width || offset + width > FAKE_BAR_SIZE)
		refuse(what, region, offset, width);
	if (offset % width)
		refuse("misaligned access", region, offset, width);
	return fake->bar[region];
}

static void note(struct fake_io *fake, struct fake_access access)
{
	if (fake->n_log == FAKE_LOG)
		refuse("one access too many", access.region, access.offset, access.width);
	fake->log[fake->n_log++] = access;
}

static u64 region_read(struct avps_io *io, unsigned int region, u64 offset, unsigned int width)
{
	struct fake_io *fake = fake_of(io);
	const u8 *memory = window(fake, "read", region, offset, width);
	u64 value;

	if (fake->before_read)
		fake->before_read(fake, region, offset);
	value = fake_get(memory, offset, width);
	note(fake, (struct fake_access){ .region = region, .offset = offset, .width = width, .value = value });
	return value;
}

static void region_write(struct avps_io *io, unsigned int region, u64 offset, unsigned int width, u64 value)
{
	struct fake_io *fake = fake_of(io);
	u8 *memory = window(fake, "write", region, offset, width);

	fake_put(memory, offset, width, value);
	note(fake, (struct fake_access){ .write = true,
					 .region = region,
					 .offset = offset,
					 .width = width,
					 .value = fake_get(memory, offset, width) });
	if (fake->after_write)
		fake->after_write(fake, region, offset);
}

static unsigned int vectors(struct avps_io *io, enum avps_interrupts kind)
{
	return fake_of(io)->vectors[kind];
}

static int interrupts_enable(struct avps_io *io, enum avps_interrupts kind, unsigned int n)
{
	struct fake_io *fake = fake_of(io);

	if (fake->enable_error)
		return fake->enable_error;
	if (n > fake->vectors[kind])
		return -EINVAL;
	memset(fake->raised, 0, sizeof(fake->raised));
	return 0;
}

static bool any_raised(const struct fake_io *fake, const u16 *wanted, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (fake->raised[wanted[i]])
			return true;
	return false;
}

static int interrupt_wait(struct avps_io *io, const u16 *wanted, unsigned int n, avps_deadline deadline)
{
	struct fake_io *fake = fake_of(io);

	fake->waits++;
	fake->waited_for = 0;
	for (unsigned int i = 0; i < n; i++) {
		if (wanted[i] >= io->enabled_vectors || wanted[i] >= FAKE_VECTORS) {
			fake->refused_waits++;
			return -EINVAL;
		}
		fake->waited_for |= 1u << wanted[i];
	}
	fake->waited_until = deadline;
	if (!any_raised(fake, wanted, n) && fake->while_waiting)
		fake->while_waiting(fake);
	return any_raised(fake, wanted, n);
}

static unsigned int interrupt_take(struct avps_io *io, u16 vector)
{
	struct fake_io *fake = fake_of(io);
	unsigned int count;

	if (vector >= FAKE_VECTORS)
		return 0;
	count = fake->raised[vector];
	fake->raised[vector] = 0;
	return count;
}

static void interrupt_unmask(struct avps_io *io)
{
	fake_of(io)->unmasked++;
}

static void fake_close(struct avps_io *io)
{
	(void)io;
}

static const struct avps_io_ops fake_ops = {
	.config_read = config_read,
	.config_write = config_write,
	.region_size = region_size,
	.read = region_read,
	.write = region_write,
	.vectors = vectors,
	.interrupts_enable = interrupts_enable,
	.interrupt_wait = interrupt_wait,
	.interrupt_take = interrupt_take,
	.interrupt_unmask = interrupt_unmask,
	.close = fake_close,
};

void fake_io_init(struct fake_io *fake)
{
	memset(fake, 0, sizeof(*fake));
	fake->io.ops = &fake_ops;
}

const char *fake_log(struct fake_io *fake)
{
	static char text[FAKE_LOG * 32];
	size_t at = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < fake->n_log; i++) {
		const struct fake_access *access = &fake->log[i];

		at += snprintf(text + at, sizeof(text) - at, "%s%c%u %u:%llx=%llx", i ? " " : "",
			       access->write ? 'w' : 'r', access->width * 8, access->region,
			       (unsigned long long)access->offset, (unsigned long long)access->value);
	}
	fake->n_log = 0;
	return text;
}
