/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A VIRTIO transport: what PCI (VIRTIO 1.4, 4.1) and MMIO (4.2) have in common, over struct avps_io.
 *
 * The calls do what their names say and nothing more: no order is kept, nothing is remembered. Order is the driver's
 * matter (device.h), or a test's that breaks it on purpose.
 */
#ifndef AVPS_TRANSPORT_H
#define AVPS_TRANSPORT_H

#include "avps/io.h"
#include "avps/types.h"

struct avps_transport;

/* What a driver tells a device of one virtqueue. Addresses are bus addresses. */
struct avps_queue_setup {
	u16 index;
	u16 size;
	u64 descriptor_area;
	u64 driver_area;
	u64 device_area;
};

#define AVPS_NO_VECTOR 0xffff

struct avps_transport_ops {
	const char *name; /* "pci", "mmio": as in the device record */

	u8 (*get_status)(struct avps_transport *t);
	void (*set_status)(struct avps_transport *t, u8 status);

	/* 32 feature bits from bit @word * 32 on. driver_features is NULL where the register is write-only (MMIO). */
	u32 (*device_features)(struct avps_transport *t, u32 word);
	u32 (*driver_features)(struct avps_transport *t, u32 word);
	void (*set_driver_features)(struct avps_transport *t, u32 word, u32 bits);

	/* Virtqueues. queue_max is 0 where there is no such queue. */
	u16 (*queue_max)(struct avps_transport *t, u16 queue);
	void (*queue_setup)(struct avps_transport *t, const struct avps_queue_setup *setup);
	void (*queue_enable)(struct avps_transport *t, u16 queue);
	bool (*queue_enabled)(struct avps_transport *t, u16 queue);
	void (*notify)(struct avps_transport *t, u16 queue);
	/* The same with what NOTIFICATION_DATA adds (2.9): @next is the offset of the next descriptor and its wrap bit. */
	void (*notify_data)(struct avps_transport *t, u16 queue, u16 next);
	/* RING_RESET (2.6.1): starts the reset of one queue; tells whether it is still going on. */
	void (*queue_reset)(struct avps_transport *t, u16 queue);
	bool (*queue_resetting)(struct avps_transport *t, u16 queue);

	/*
	 * Interrupt vector of a queue or of configuration changes, AVPS_NO_VECTOR for none. Both return what the
	 * device then shows: AVPS_NO_VECTOR if it refused.
	 */
	u16 (*set_queue_vector)(struct avps_transport *t, u16 queue, u16 vector);
	u16 (*set_config_vector)(struct avps_transport *t, u16 vector);

	/* Reads and so acknowledges the interrupt status (VIRTIO_PCI_ISR_*, the same bits on MMIO). */
	u8 (*interrupt_status)(struct avps_transport *t);

	/* Device-specific configuration: length in bytes (0: none, and all reads are all ones), one access, and the generation. */
	u32 (*config_length)(struct avps_transport *t);
	u64 (*config_read)(struct avps_transport *t, u32 offset, unsigned int width);
	void (*config_write)(struct avps_transport *t, u32 offset, unsigned int width, u64 value);
	u32 (*config_generation)(struct avps_transport *t);

	/* Names the register at @offset of @region for the trace; false where it has none. */
	bool (*describe)(struct avps_transport *t, unsigned int region, u64 offset, char *name, size_t size);

	void (*close)(struct avps_transport *t);
};

struct avps_transport {
	const struct avps_transport_ops *ops;
	struct avps_io *io;
	u16 config_vector; /* that the driver connected; AVPS_NO_VECTOR: none */
	bool notify_config_data; /* notifications name queues by queue_notify_data: NOTIF_CONFIG_DATA was accepted */
};

#endif
