/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What struct avps_io_ops has for a device that lacks something: each of these says that it is not there. */
#ifndef AVPS_ABSENT_H
#define AVPS_ABSENT_H

#include "avps/io.h"

u32 absent_config_read(struct avps_io *io, unsigned int offset, unsigned int width);
void absent_config_write(struct avps_io *io, unsigned int offset, unsigned int width, u32 value);

unsigned int absent_vectors(struct avps_io *io, enum avps_interrupts kind);
int absent_interrupts_enable(struct avps_io *io, enum avps_interrupts kind, unsigned int vectors);
int absent_interrupt_wait(struct avps_io *io, const u16 *vectors, unsigned int n, avps_deadline deadline);
unsigned int absent_interrupt_take(struct avps_io *io, u16 vector);
void absent_interrupt_unmask(struct avps_io *io);

/* clang-format off */
#define WITHOUT_CONFIG_SPACE .config_read = absent_config_read, .config_write = absent_config_write
#define WITHOUT_INTERRUPTS                                                                                           \
	.vectors = absent_vectors, .interrupts_enable = absent_interrupts_enable,                                    \
	.interrupt_wait = absent_interrupt_wait, .interrupt_take = absent_interrupt_take,                            \
	.interrupt_unmask = absent_interrupt_unmask
/* clang-format on */

#endif
