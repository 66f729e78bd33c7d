/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A VIRTIO device, and the order in which a driver brings it up (VIRTIO 1.4, 3.1.1).
 */
#ifndef AVPS_DEVICE_H
#define AVPS_DEVICE_H

#include "avps/transport.h"
#include "avps/virtqueue.h"

#define AVPS_MAX_QUEUES 16
#define AVPS_ID_SIZE 48

struct avps_bus_fact {
	const char *name;
	u64 value;
};

struct avps_device {
	char id[AVPS_ID_SIZE]; /* "0000:00:02.0" */
	u32 virtio_id; /* VIRTIO_ID_* */
	const char *bus; /* "pci", "mmio": how it is attached, also where that does not work */
	struct avps_transport *transport; /* NULL where `problem` says why */
	struct avps_io *io; /* NULL where not even that can be had */
	avps_features offered; /* as found at discovery */
	avps_features accepted; /* by avps_device_negotiate(), the last time that it went well */
	u16 n_queues;
	u16 queue_max[AVPS_MAX_QUEUES]; /* as found at discovery */
	enum avps_interrupts interrupts; /* the best kind it has */
	unsigned int vectors; /* of that kind */
	struct avps_bus_fact facts[8]; /* for the device record; ends at a NULL name */
	char problem[160]; /* why it can't be tested; empty when it can */
};

/* Reads what a device offers into @dev->offered, n_queues, queue_max, interrupts and vectors. Leaves it reset. */
void avps_device_survey(struct avps_device *dev);

/* Whether the device offers ring layout @ring, and this driver speaks it. */
bool avps_device_has_ring(const struct avps_device *dev, enum avps_ring ring);

/* All feature bits that the device offers now. */
avps_features avps_device_features(struct avps_device *dev);

/* What the driver has written into the device's driver feature registers. */
avps_features avps_device_accepted(struct avps_device *dev);
void avps_device_accept(struct avps_device *dev, avps_features features);

/* Resets the device and waits until it says so (2.4, 4.1.4.3.2). 0, or -ETIMEDOUT. */
int avps_device_reset(struct avps_device *dev);

/* Sets bits of the device status, keeping those that are set. Returns the status read back. */
u8 avps_device_add_status(struct avps_device *dev, u8 bits);

/*
 * Steps 1 to 6 of 3.1.1: reset, ACKNOWLEDGE, DRIVER, the features, FEATURES_OK.
 *
 * Returns 0, -ETIMEDOUT if the reset did not end, -ENOTSUP if the device did not keep FEATURES_OK.
 */
int avps_device_negotiate(struct avps_device *dev, avps_features features);

/*
 * Makes queue @index with up to @size entries (0: as many as the device allows), connects its interrupt and enables it.
 * To be called between negotiation and avps_device_go().
 *
 * Queue n signals vector n + 1 where the device has that many, else vector 0, shared with configuration changes; no
 * vector without MSI-X.
 *
 * Returns 0; -ENOENT if the device has no such queue, -ENOSPC if it refused the vector, -EINVAL, -ENOMEM.
 */
int avps_device_queue(struct avps_device *dev, struct avps_vq *vq, enum avps_ring ring, u16 index, u16 size);

/*
 * The steps of it, for tests that leave one out: the size and the addresses; the interrupt, with a vector of the caller's
 * (AVPS_NO_VECTOR: the usual one). The last one is the transport's queue_enable().
 */
int avps_device_queue_setup(struct avps_device *dev, struct avps_vq *vq, enum avps_ring ring, u16 index, u16 size);
int avps_device_queue_connect(struct avps_device *dev, struct avps_vq *vq, u16 vector);

/* Turns interrupts of a kind on for the device; done by avps_device_queue() with the best kind if nobody did before. */
int avps_device_interrupts(struct avps_device *dev, enum avps_interrupts kind);

/* Step 8: DRIVER_OK. The device is live. */
void avps_device_go(struct avps_device *dev);

/*
 * Shows that the device can be driven: reset, the offered features unchanged, FEATURES_OK kept, reset again.
 *
 * Returns 0, or a negative errno with a sentence in @why.
 */
int avps_device_healthy(struct avps_device *dev, char *why, size_t why_size);

#endif
