/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One device as its bus shows it: configuration space, register windows, interrupts.
 *
 * Every access to a device goes through here, so that the trace sees it and so that a device model in this process can
 * stand in for a real one.
 */
#ifndef AVPS_IO_H
#define AVPS_IO_H

#include "avps/clock.h"
#include "avps/types.h"

enum avps_interrupts {
	AVPS_INTERRUPTS_NONE,
	AVPS_INTERRUPTS_INTX, /* one line for everything; on PCI level-triggered */
	AVPS_INTERRUPTS_MSIX, /* messages, one per vector */
};

struct avps_io;

struct avps_io_ops {
	/*
	 * PCI configuration space. @width is 1, 2 or 4 bytes. Values are in CPU order. An access that the bus refuses
	 * reads as all ones.
	 */
	u32 (*config_read)(struct avps_io *io, unsigned int offset, unsigned int width);
	void (*config_write)(struct avps_io *io, unsigned int offset, unsigned int width, u32 value);

	/* Bytes in window @region (a BAR's number, or 0 for MMIO); 0 when there is none. */
	u64 (*region_size)(struct avps_io *io, unsigned int region);

	/* One access of @width bytes (1, 2, 4, 8). The offset is inside the window. */
	u64 (*read)(struct avps_io *io, unsigned int region, u64 offset, unsigned int width);
	void (*write)(struct avps_io *io, unsigned int region, u64 offset, unsigned int width, u64 value);

	/* How many vectors the device can signal in that way; 0 when it can't. */
	unsigned int (*vectors)(struct avps_io *io, enum avps_interrupts kind);

	/* Turns interrupts of one kind on with @vectors of them, or off. 0 or a negative errno. */
	int (*interrupts_enable)(struct avps_io *io, enum avps_interrupts kind, unsigned int vectors);

	/*
	 * Waits until one of @n vectors is signalled and not yet taken, or @deadline has passed. A deadline in the
	 * past only looks.
	 *
	 * Returns 1, 0 when the deadline passed first, or -EINVAL for a vector that is not enabled.
	 */
	int (*interrupt_wait)(struct avps_io *io, const u16 *vectors, unsigned int n, avps_deadline deadline);

	/* How many times vector @vector was signalled since it was last taken. */
	unsigned int (*interrupt_take)(struct avps_io *io, u16 vector);

	/* Lets a level-triggered line, masked when it fired, fire again. */
	void (*interrupt_unmask)(struct avps_io *io);

	void (*close)(struct avps_io *io);
};

struct avps_io {
	const struct avps_io_ops *ops;
	enum avps_interrupts enabled;
	unsigned int enabled_vectors;
};

/* The calls, each of which leaves its entry in the trace. Arguments and results as in struct avps_io_ops. */
u32 avps_io_config_read(struct avps_io *io, unsigned int offset, unsigned int width);
void avps_io_config_write(struct avps_io *io, unsigned int offset, unsigned int width, u32 value);
u64 avps_io_read(struct avps_io *io, unsigned int region, u64 offset, unsigned int width);
void avps_io_write(struct avps_io *io, unsigned int region, u64 offset, unsigned int width, u64 value);
int avps_io_interrupts_enable(struct avps_io *io, enum avps_interrupts kind, unsigned int vectors);
int avps_io_interrupt_wait(struct avps_io *io, const u16 *vectors, unsigned int n, avps_deadline deadline);
unsigned int avps_io_interrupt_take(struct avps_io *io, u16 vector);

/*
 * Opens PCI function @address ("0000:00:02.0") through vfio-pci in no-IOMMU mode, binding it first, and lets it master
 * the bus.
 *
 * Returns 0 and the handle in *io; or a negative errno, with a sentence for the report in @why (@why_size bytes).
 */
int avps_vfio_pci_open(const char *address, struct avps_io **io, char *why, size_t why_size);

/*
 * Opens platform device @name ("a003e00.virtio_mmio") through vfio-platform in no-IOMMU mode, binding it first. Its first
 * window is region 0, its first interrupt line AVPS_INTERRUPTS_INTX: whether it triggers by level or by edge, it is to be
 * unmasked after each interrupt.
 *
 * Results as avps_vfio_pci_open().
 */
int avps_vfio_platform_open(const char *name, struct avps_io **io, char *why, size_t why_size);

/*
 * Opens the registers at physical address @address, @size bytes, through /dev/mem. There are no interrupts.
 *
 * Results as avps_vfio_pci_open().
 */
int avps_devmem_open(u64 address, u64 size, struct avps_io **io, char *why, size_t why_size);

/*
 * Opens PCI function @address through sysfs alone, for a kernel without VFIO. There are no interrupts.
 *
 * Results as avps_vfio_pci_open().
 */
int avps_sysfs_pci_open(const char *address, struct avps_io **io, char *why, size_t why_size);

#endif
