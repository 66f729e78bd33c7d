/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Just enough of a VIRTIO device behind a PCI function to bring up: banked feature words and queue registers, a status
 * that can be told to misbehave. It processes no buffers.
 */
#ifndef FAKE_VIRTIO_H
#define FAKE_VIRTIO_H

#include "fake_io.h"

/* Where its windows are: each in a BAR of its own, and none at the start of it. */
#define COMMON_BAR 4
#define COMMON_AT 0x1000
#define NOTIFY_BAR 0
#define NOTIFY_AT 0x20
#define NOTIFY_LENGTH 0x100
#define NOTIFY_MULTIPLIER 4
#define ISR_BAR 1
#define ISR_AT 0x8
#define CONFIG_BAR 2
#define CONFIG_AT 0x10
#define CONFIG_LENGTH 0x18

/* Offsets in the common configuration, as the table of VIRTIO 1.4, 4.1.4.3 has them. */
enum {
	DEVICE_FEATURE_SELECT = 0x00,
	DEVICE_FEATURE = 0x04,
	DRIVER_FEATURE_SELECT = 0x08,
	DRIVER_FEATURE = 0x0c,
	CONFIG_MSIX_VECTOR = 0x10,
	NUM_QUEUES = 0x12,
	DEVICE_STATUS = 0x14,
	CONFIG_GENERATION = 0x15,
	QUEUE_SELECT = 0x16,
	QUEUE_SIZE = 0x18,
	QUEUE_MSIX_VECTOR = 0x1a,
	QUEUE_ENABLE = 0x1c,
	QUEUE_NOTIFY_OFF = 0x1e,
	QUEUE_DESC = 0x20,
	QUEUE_DRIVER = 0x28,
	QUEUE_DEVICE = 0x30,
	QUEUE_NOTIFY_DATA = 0x38,
	QUEUE_RESET = 0x3a,
	COMMON_END = 0x3c,
};

#define FAKE_QUEUES 4
#define FAKE_FEATURE_WORDS 4

struct fake_virtio {
	struct fake_io fake;
	u32 offered[FAKE_FEATURE_WORDS];
	u32 accepted[FAKE_FEATURE_WORDS];
	u16 queue_max[FAKE_QUEUES]; /* 0: no such queue */
	u8 queue[FAKE_QUEUES][COMMON_END - QUEUE_SIZE]; /* the registers from QUEUE_SIZE on */

	bool refuse_features; /* FEATURES_OK does not stick */
	bool refuse_vectors; /* queues show no vector, whatever is written */
	unsigned int reset_lasts; /* reads of the status after a reset that do not give 0 yet */
	unsigned int resets; /* how many there were */
	unsigned int working_resets; /* later ones never end */
	unsigned int still; /* reads left until the status shows the reset's end */
};

/*
 * A working device: VIRTIO_F_VERSION_1 offered, queue 0 of 256 and queue 1 of 64 entries, all capabilities listed, three
 * MSI-X vectors and a line.
 */
void fake_virtio_init(struct fake_virtio *device);

/* A VIRTIO capability at @at of configuration space, @next being where the list goes on. */
void fake_cap(struct fake_io *fake, u8 at, u8 next, u8 cfg_type, u8 bar, u32 offset, u32 length);

/* Starts the capability list at @first. */
void fake_cap_list(struct fake_io *fake, u8 first);

/* A field of the device's common configuration. */
void fake_common_put(struct fake_virtio *device, u32 field, unsigned int width, u64 value);
u64 fake_common_get(const struct fake_virtio *device, u32 field, unsigned int width);

/* A register of queue @queue, selected or not. */
u64 fake_queue_get(const struct fake_virtio *device, u16 queue, u32 field, unsigned int width);
void fake_queue_put(struct fake_virtio *device, u16 queue, u32 field, unsigned int width, u64 value);

#endif
