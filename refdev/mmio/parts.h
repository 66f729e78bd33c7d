/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control registers, by what they are about. registers.c shares them out; each part knows its own (4.2.2). */
#ifndef REFDEV_MMIO_PARTS_H
#define REFDEV_MMIO_PARTS_H

#include <linux/virtio_mmio.h>

#include "refdev/mmio/registers.h"

/* Since 1.2; the kernel's header may be older. */
#ifndef VIRTIO_MMIO_QUEUE_RESET
#define VIRTIO_MMIO_QUEUE_RESET 0x0c0
#endif

/* queues.c: what is read and written of the queue that QueueSel names, and QueueNotify. A register of another part reads 0. */
u32 refdev_registers_queue_read(struct refdev_registers *registers, u32 offset);
void refdev_registers_queue_write(struct refdev_registers *registers, u32 offset, u32 value);

/* queue_ready.c: QueueReady and QueueReset of @queue. */
u32 refdev_registers_ready(struct refdev_registers *registers, const struct refdev_queue *queue);
void refdev_registers_write_ready(struct refdev_registers *registers, struct refdev_queue *queue, u32 value);
u32 refdev_registers_queue_reset(struct refdev_registers *registers, const struct refdev_queue *queue);
void refdev_registers_write_queue_reset(struct refdev_registers *registers, struct refdev_queue *queue, u32 value);

/* The same file: what the registers know of queues goes with a reset of the device. */
void refdev_registers_forget_queues(struct refdev_registers *registers);

/* The same file, for defects: serves what waits in @queue, which is not ready. */
void refdev_registers_serve_anyway(struct refdev_registers *registers, struct refdev_queue *queue);

/* status.c: Status is written. */
void refdev_registers_write_status(struct refdev_registers *registers, u8 status);

/* interrupt.c: an event took place (VIRTIO_MMIO_INT_*); InterruptStatus is read; InterruptACK is written; a reset. */
void refdev_registers_event(struct refdev_registers *registers, u32 bit);
u32 refdev_registers_interrupt_status(struct refdev_registers *registers);
void refdev_registers_acknowledge(struct refdev_registers *registers, u32 bits);
void refdev_registers_clear_interrupts(struct refdev_registers *registers);

/* shared_memory.c: what is read of the region that SHMSel names. */
u32 refdev_registers_shared_memory(const struct refdev_registers *registers, u32 offset);

/* The registers in front of @dev. They begin with its port. */
static inline struct refdev_registers *refdev_registers_of(struct refdev *dev)
{
	return (struct refdev_registers *)dev->port;
}

#endif
