/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A reference device without its bus: status, features, queues, configuration (VIRTIO 1.4, chapters 2 and 3). A bus (pci/,
 * mmio/) puts registers in front of it, a type (block/, net/, …) gives it something to do.
 */
#ifndef REFDEV_DEVICE_H
#define REFDEV_DEVICE_H

#include "refdev/core/later.h"
#include "refdev/core/memory.h"
#include "refdev/core/queue.h"
#include "refdev/core/types.h"

#define REFDEV_MAX_QUEUES 8
#define REFDEV_MAX_CONFIG 256 /* bytes of configuration */

/* Feature bits that Linux's headers don't all have (6). */
#define REFDEV_F_NOTIFICATION_DATA 38
#define REFDEV_F_NOTIF_CONFIG_DATA 39
#define REFDEV_F_ADMIN_VQ 41
#define REFDEV_F_SUSPEND 43

struct refdev;
struct refdev_port;

/* What a device type is. All calls but process() may be NULL. */
struct refdev_type {
	u32 virtio_id; /* VIRTIO_ID_* */
	/* Puts the type's own state back to what it is after a device reset. What is stored on the device stays. */
	void (*reset)(struct refdev *dev);
	/* Whether the type agrees to what the driver has accepted, all of which is offered. */
	bool (*agrees)(struct refdev *dev);
	/* Features were agreed on: FEATURES_OK was set and kept. */
	void (*negotiated)(struct refdev *dev);
	/* Queue @queue may have buffers, and the device is live: serve them. */
	void (*process)(struct refdev *dev, struct refdev_queue *queue);
	/* Fills in the configuration space as it is now, @len bytes long and zeroed before. */
	void (*config)(struct refdev *dev, u8 *config, size_t len);
	/* The driver wrote @width bytes at @offset of it; @config is how it looks now, with what was written. */
	void (*config_written)(struct refdev *dev, u32 offset, unsigned int width, const u8 *config);
	size_t config_len; /* bytes, as many as there can be; at most REFDEV_MAX_CONFIG */
};

/* What a device tells its bus. */
struct refdev_bus_ops {
	void (*used)(struct refdev *dev, u16 queue); /* a used buffer notification (2.3) is to be sent */
	void (*changed)(struct refdev *dev); /* a configuration change notification is to be sent */
	void (*reset)(struct refdev *dev); /* the device was reset: the bus's own registers are, too */
};

/* What only defects need to remember. */
struct refdev_wrong {
	struct refdev_queue old; /* a queue as it was before a reset */
	bool old_packed;
	u8 scribbled[REFDEV_MAX_CONFIG]; /* bits of the configuration that are not as the type has them */
	refdev_features accepted_last;
	unsigned int accepted_in_a_row;
	unsigned int resumes;
	bool dead;
	bool suspend_wanted;
};

struct refdev {
	const struct refdev_type *type;
	const struct refdev_bus_ops *bus;
	struct refdev_port *port; /* the bus's own part of the device, for bus ops */
	const struct refdev_memory *memory;
	refdev_features offered;
	refdev_features accepted; /* what the driver wrote so far; agreed on once FEATURES_OK is set */
	u8 status;
	u32 generation; /* of the configuration */
	bool generation_seen; /* the driver has read it since it last moved on */
	bool changed_unsaid; /* the configuration changed while suspended: to be said on resuming */
	u16 n_queues; /* without administration queues */
	u16 n_admin_queues; /* they follow the others */
	struct refdev_queue queues[REFDEV_MAX_QUEUES];
	struct refdev_later later;
	struct refdev_wrong wrong;
};

/* The bits of the device status (2.1) that Linux's headers don't all have. */
#define REFDEV_STATUS_SUSPEND 0x10

/*
 * Makes a device of @type that offers @offered, at rest. Queue sizes are the caller's to set afterwards, in queues[].size_max
 * and n_queues, then refdev_reset(). The bus sets bus and port; before it does nobody is told of anything.
 */
void refdev_init(struct refdev *dev, const struct refdev_type *type, refdev_features offered,
		 const struct refdev_memory *memory);

/* Resets the device (2.4). */
void refdev_reset(struct refdev *dev);

/* The driver writes the status (2.1); 0 resets. */
void refdev_write_status(struct refdev *dev, u8 status);

/* 32 bits of what is offered or accepted, from bit 32 * @word on. Beyond bit 127 all is 0. */
u32 refdev_offered(const struct refdev *dev, u32 word);
u32 refdev_accepted(const struct refdev *dev, u32 word);
void refdev_accept(struct refdev *dev, u32 word, u32 bits);

/* Whether a feature was agreed on. */
bool refdev_has(const struct refdev *dev, unsigned int bit);

/* Whether the device may touch its queues: DRIVER_OK is set, and the device neither suspended nor in need of a reset. */
bool refdev_live(const struct refdev *dev);

/* The queue of that index, or NULL: also for an administration queue while ADMIN_VQ is not agreed on. */
struct refdev_queue *refdev_queue_of(struct refdev *dev, u32 index);

/* The driver enables queue @queue, resets it on its own (RING_RESET), or notifies the device of it. */
void refdev_enable_queue(struct refdev_queue *queue);
void refdev_reset_queue(struct refdev_queue *queue);
void refdev_notify(struct refdev *dev, u32 index);

/* Serves every queue in which buffers wait. */
void refdev_serve(struct refdev *dev);

/* The driver accesses the configuration space: @width is 1, 2, 4 or 8 bytes. What lies beyond it reads 0. */
u64 refdev_config_read(struct refdev *dev, u32 offset, unsigned int width);
void refdev_config_write(struct refdev *dev, u32 offset, unsigned int width, u64 value);

/* The device changed its configuration: the generation moves on, and a live driver is told. */
void refdev_config_changed(struct refdev *dev);

/* The driver reads the generation (2.5). */
u32 refdev_generation(struct refdev *dev);

/* The device can't go on (2.1.2): sets DEVICE_NEEDS_RESET, and tells a live driver. */
void refdev_fail(struct refdev *dev);

#endif
