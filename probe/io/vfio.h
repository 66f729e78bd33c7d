/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device through VFIO in no-IOMMU mode, on whichever bus: what vfio_pci.c and vfio_platform.c share. Private to probe/io.
 */
#ifndef AVPS_VFIO_H
#define AVPS_VFIO_H

#include "avps/io.h"
#include "window.h"

#define VFIO_MAX_WINDOWS 6
#define VFIO_MAX_VECTORS 64
#define VFIO_NO_IRQ (-1)

struct vfio_device {
	struct avps_io base;
	int container;
	int group;
	int device;
	struct window windows[VFIO_MAX_WINDOWS];
	int irq_index[AVPS_INTERRUPTS_MSIX + 1]; /* VFIO's number for each kind, or VFIO_NO_IRQ */
	int events[VFIO_MAX_VECTORS]; /* eventfds of the enabled vectors */
	unsigned int n_events;
};

/* Makes *vfio a device that has nothing open yet, so that vfio_close_files() can always be called. */
void vfio_init(struct vfio_device *vfio, const struct avps_io_ops *ops);

/*
 * Takes device @name of bus @bus ("pci", "platform") from its driver, gives it to @driver, and opens it.
 *
 * Returns 0, or a negative errno with a sentence in @why.
 */
int vfio_open(struct vfio_device *vfio, const char *bus, const char *name, const char *driver, char *why,
	      size_t why_size);

/* Opens window @number of the device, mapped where VFIO lets it be. 0, or a negative errno with a sentence in @why. */
int vfio_open_window(struct vfio_device *vfio, unsigned int number, char *why, size_t why_size);

/* Turns interrupts off and closes all that vfio_open() opened. */
void vfio_close_files(struct vfio_device *vfio);

/* Says in @why what failed, and returns @err, a negative errno. */
int vfio_failed(int err, const char *what, char *why, size_t why_size);

/* The operations of struct avps_io_ops that are the same on every bus. */
u64 vfio_region_size(struct avps_io *io, unsigned int region);
u64 vfio_read(struct avps_io *io, unsigned int region, u64 offset, unsigned int width);
void vfio_write(struct avps_io *io, unsigned int region, u64 offset, unsigned int width, u64 value);
unsigned int vfio_vectors(struct avps_io *io, enum avps_interrupts kind);
int vfio_interrupts_enable(struct avps_io *io, enum avps_interrupts kind, unsigned int vectors);
int vfio_interrupt_wait(struct avps_io *io, const u16 *vectors, unsigned int n, avps_deadline deadline);
unsigned int vfio_interrupt_take(struct avps_io *io, u16 vector);
void vfio_interrupt_unmask(struct avps_io *io);

#define VFIO_COMMON_OPS                                                                                   \
	.region_size = vfio_region_size, .read = vfio_read, .write = vfio_write, .vectors = vfio_vectors, \
	.interrupts_enable = vfio_interrupts_enable, .interrupt_wait = vfio_interrupt_wait,               \
	.interrupt_take = vfio_interrupt_take, .interrupt_unmask = vfio_interrupt_unmask

#endif
