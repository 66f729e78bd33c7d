/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device's bus made of plain memory: every access is kept for the test to look at, and the test plays the device in
 * reactions to them. It knows nothing of VIRTIO.
 */
#ifndef FAKE_IO_H
#define FAKE_IO_H

#include "avps/io.h"

#define FAKE_CONFIG_SIZE 4096
#define FAKE_BARS 6
#define FAKE_BAR_SIZE 0x2000
#define FAKE_VECTORS 8
#define FAKE_LOG 1024

struct fake_access {
	bool write;
	unsigned int region;
	u64 offset;
	unsigned int width; /* bytes */
	u64 value;
};

struct fake_io {
	struct avps_io io;
	u8 config[FAKE_CONFIG_SIZE];
	u8 bar[FAKE_BARS][FAKE_BAR_SIZE];
	u64 bar_size[FAKE_BARS]; /* at most FAKE_BAR_SIZE bytes of it can be accessed */

	unsigned int vectors[AVPS_INTERRUPTS_MSIX + 1]; /* by kind */
	int enable_error; /* what turning interrupts on gives, if not 0 */
	unsigned int raised[FAKE_VECTORS]; /* signalled and not yet taken; the test adds to it */
	unsigned int unmasked; /* how many times */
	unsigned int waits; /* how many times somebody waited */
	unsigned int refused_waits; /* for a vector that is not enabled */
	u32 waited_for; /* the last time: bit n is vector n */
	avps_deadline waited_until;

	/* The device's part; NULL where it does nothing. */
	void (*before_read)(struct fake_io *fake, unsigned int region, u64 offset);
	void (*after_write)(struct fake_io *fake, unsigned int region, u64 offset);
	void (*while_waiting)(struct fake_io *fake); /* may raise interrupts */

	struct fake_access log[FAKE_LOG]; /* of region accesses */
	unsigned int n_log;
};

/* Makes all of it zero, with no BAR and no interrupts. Nothing has to be closed. */
void fake_io_init(struct fake_io *fake);

/* The fake behind a handle. */
struct fake_io *fake_of(struct avps_io *io);

/* Little-endian fields of configuration space or a BAR. @width is in bytes. */
void fake_put(u8 *memory, u64 offset, unsigned int width, u64 value);
u64 fake_get(const u8 *memory, u64 offset, unsigned int width);

/*
 * The accesses since the last call, as text like "w16 4:1016=3 r8 4:1014=b": direction, bits, BAR, offset, value, the last
 * three in hex. Valid until the next call.
 */
const char *fake_log(struct fake_io *fake);

#endif
