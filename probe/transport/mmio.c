// SPDX-License-Identifier: GPL-2.0-or-later
/* VIRTIO over MMIO, version 2 (VIRTIO 1.4, 4.2). */
#include "avps/mmio.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define WINDOW 0
#define DEFINED_INTERRUPTS (VIRTIO_MMIO_INT_VRING | VIRTIO_MMIO_INT_CONFIG)

static u32 get(struct avps_io *io, u32 offset)
{
	return avps_io_read(io, WINDOW, offset, 4);
}

u32 avps_mmio_read(struct avps_transport *t, u32 offset)
{
	return get(t->io, offset);
}

void avps_mmio_write(struct avps_transport *t, u32 offset, u32 value)
{
	avps_io_write(t->io, WINDOW, offset, 4, value);
}

static u8 get_status(struct avps_transport *t)
{
	return avps_mmio_read(t, VIRTIO_MMIO_STATUS);
}

static void set_status(struct avps_transport *t, u8 status)
{
	avps_mmio_write(t, VIRTIO_MMIO_STATUS, status);
}

static u32 device_features(struct avps_transport *t, u32 word)
{
	avps_mmio_write(t, VIRTIO_MMIO_DEVICE_FEATURES_SEL, word);
	return avps_mmio_read(t, VIRTIO_MMIO_DEVICE_FEATURES);
}

static void set_driver_features(struct avps_transport *t, u32 word, u32 bits)
{
	avps_mmio_write(t, VIRTIO_MMIO_DRIVER_FEATURES_SEL, word);
	avps_mmio_write(t, VIRTIO_MMIO_DRIVER_FEATURES, bits);
}

static void select_queue(struct avps_transport *t, u16 queue)
{
	avps_mmio_write(t, VIRTIO_MMIO_QUEUE_SEL, queue);
}

/* A ring has at most 32768 entries (2.7): what is beyond 16 bits can't be meant. */
static u16 queue_max(struct avps_transport *t, u16 queue)
{
	u32 max;

	select_queue(t, queue);
	max = avps_mmio_read(t, VIRTIO_MMIO_QUEUE_NUM_MAX);
	return max > UINT16_MAX ? UINT16_MAX : max;
}

static void set_address(struct avps_transport *t, u32 low, u64 address)
{
	avps_mmio_write(t, low, (u32)address);
	avps_mmio_write(t, low + 4, address >> 32);
}

static void queue_setup(struct avps_transport *t, const struct avps_queue_setup *setup)
{
	select_queue(t, setup->index);
	avps_mmio_write(t, VIRTIO_MMIO_QUEUE_NUM, setup->size);
	set_address(t, VIRTIO_MMIO_QUEUE_DESC_LOW, setup->descriptor_area);
	set_address(t, VIRTIO_MMIO_QUEUE_AVAIL_LOW, setup->driver_area);
	set_address(t, VIRTIO_MMIO_QUEUE_USED_LOW, setup->device_area);
}

static void queue_enable(struct avps_transport *t, u16 queue)
{
	select_queue(t, queue);
	avps_mmio_write(t, VIRTIO_MMIO_QUEUE_READY, 1);
}

static bool queue_enabled(struct avps_transport *t, u16 queue)
{
	select_queue(t, queue);
	return avps_mmio_read(t, VIRTIO_MMIO_QUEUE_READY) == 1;
}

static void notify(struct avps_transport *t, u16 queue)
{
	avps_mmio_write(t, VIRTIO_MMIO_QUEUE_NOTIFY, queue);
}

static void notify_data(struct avps_transport *t, u16 queue, u16 next)
{
	avps_mmio_write(t, VIRTIO_MMIO_QUEUE_NOTIFY, queue | (u32)next << 16);
}

static void queue_reset(struct avps_transport *t, u16 queue)
{
	select_queue(t, queue);
	avps_mmio_write(t, VIRTIO_MMIO_QUEUE_RESET, 1);
}

static bool queue_resetting(struct avps_transport *t, u16 queue)
{
	select_queue(t, queue);
	return avps_mmio_read(t, VIRTIO_MMIO_QUEUE_RESET) == 1;
}

/* There are no vectors: one line signals everything (4.2.3.4). */
static u16 set_queue_vector(struct avps_transport *t, u16 queue, u16 vector)
{
	(void)t, (void)queue, (void)vector;
	return AVPS_NO_VECTOR;
}

static u16 set_config_vector(struct avps_transport *t, u16 vector)
{
	(void)t, (void)vector;
	return AVPS_NO_VECTOR;
}

/* Bits without a meaning are not acknowledged, as 4.2.2.2 wants. */
static u8 interrupt_status(struct avps_transport *t)
{
	u32 status = avps_mmio_read(t, VIRTIO_MMIO_INTERRUPT_STATUS);

	if (status & DEFINED_INTERRUPTS)
		avps_mmio_write(t, VIRTIO_MMIO_INTERRUPT_ACK, status & DEFINED_INTERRUPTS);
	return status;
}

static u32 config_length(struct avps_transport *t)
{
	u64 size = t->io->ops->region_size(t->io, WINDOW);

	return size > VIRTIO_MMIO_CONFIG ? size - VIRTIO_MMIO_CONFIG : 0;
}

static u64 config_read(struct avps_transport *t, u32 offset, unsigned int width)
{
	return avps_io_read(t->io, WINDOW, VIRTIO_MMIO_CONFIG + offset, width);
}

static void config_write(struct avps_transport *t, u32 offset, unsigned int width, u64 value)
{
	avps_io_write(t->io, WINDOW, VIRTIO_MMIO_CONFIG + offset, width, value);
}

static u32 config_generation(struct avps_transport *t)
{
	return avps_mmio_read(t, VIRTIO_MMIO_CONFIG_GENERATION);
}

/* The names of 4.2.2, where the kernel's header has older ones for some. */
static const struct {
	u32 offset;
	const char *name;
} registers[] = {
	{ VIRTIO_MMIO_MAGIC_VALUE, "MagicValue" },
	{ VIRTIO_MMIO_VERSION, "Version" },
	{ VIRTIO_MMIO_DEVICE_ID, "DeviceID" },
	{ VIRTIO_MMIO_VENDOR_ID, "VendorID" },
	{ VIRTIO_MMIO_DEVICE_FEATURES, "DeviceFeatures" },
	{ VIRTIO_MMIO_DEVICE_FEATURES_SEL, "DeviceFeaturesSel" },
	{ VIRTIO_MMIO_DRIVER_FEATURES, "DriverFeatures" },
	{ VIRTIO_MMIO_DRIVER_FEATURES_SEL, "DriverFeaturesSel" },
	{ VIRTIO_MMIO_QUEUE_SEL, "QueueSel" },
	{ VIRTIO_MMIO_QUEUE_NUM_MAX, "QueueSizeMax" },
	{ VIRTIO_MMIO_QUEUE_NUM, "QueueSize" },
	{ VIRTIO_MMIO_QUEUE_READY, "QueueReady" },
	{ VIRTIO_MMIO_QUEUE_NOTIFY, "QueueNotify" },
	{ VIRTIO_MMIO_INTERRUPT_STATUS, "InterruptStatus" },
	{ VIRTIO_MMIO_INTERRUPT_ACK, "InterruptACK" },
	{ VIRTIO_MMIO_STATUS, "Status" },
	{ VIRTIO_MMIO_QUEUE_DESC_LOW, "QueueDescLow" },
	{ VIRTIO_MMIO_QUEUE_DESC_HIGH, "QueueDescHigh" },
	{ VIRTIO_MMIO_QUEUE_AVAIL_LOW, "QueueDriverLow" },
	{ VIRTIO_MMIO_QUEUE_AVAIL_HIGH, "QueueDriverHigh" },
	{ VIRTIO_MMIO_QUEUE_USED_LOW, "QueueDeviceLow" },
	{ VIRTIO_MMIO_QUEUE_USED_HIGH, "QueueDeviceHigh" },
	{ VIRTIO_MMIO_SHM_SEL, "SHMSel" },
	{ VIRTIO_MMIO_SHM_LEN_LOW, "SHMLenLow" },
	{ VIRTIO_MMIO_SHM_LEN_HIGH, "SHMLenHigh" },
	{ VIRTIO_MMIO_SHM_BASE_LOW, "SHMBaseLow" },
	{ VIRTIO_MMIO_SHM_BASE_HIGH, "SHMBaseHigh" },
	{ VIRTIO_MMIO_QUEUE_RESET, "QueueReset" },
	{ VIRTIO_MMIO_CONFIG_GENERATION, "ConfigGeneration" },
};

static bool describe(struct avps_transport *t, unsigned int region, u64 offset, char *name, size_t size)
{
	(void)t;
	if (region != WINDOW)
		return false;
	if (offset >= VIRTIO_MMIO_CONFIG)
		return snprintf(name, size, "config+%#llx", (unsigned long long)(offset - VIRTIO_MMIO_CONFIG)) > 0;
	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
		if (registers[i].offset == offset)
			return snprintf(name, size, "%s", registers[i].name) > 0;
	return snprintf(name, size, "mmio+%#llx", (unsigned long long)offset) > 0;
}

static void mmio_close(struct avps_transport *t)
{
	free(t);
}

static const struct avps_transport_ops mmio_ops = {
	.name = "mmio",
	.get_status = get_status,
	.set_status = set_status,
	.device_features = device_features,
	.driver_features = NULL, /* DriverFeatures must not be read */
	.set_driver_features = set_driver_features,
	.queue_max = queue_max,
	.queue_setup = queue_setup,
	.queue_enable = queue_enable,
	.queue_enabled = queue_enabled,
	.notify = notify,
	.notify_data = notify_data,
	.queue_reset = queue_reset,
	.queue_resetting = queue_resetting,
	.set_queue_vector = set_queue_vector,
	.set_config_vector = set_config_vector,
	.interrupt_status = interrupt_status,
	.config_length = config_length,
	.config_read = config_read,
	.config_write = config_write,
	.config_generation = config_generation,
	.describe = describe,
	.close = mmio_close,
};

static u64 read_64(struct avps_transport *t, u32 low)
{
	u64 value = avps_mmio_read(t, low);

	return value | (u64)avps_mmio_read(t, low + 4) << 32;
}

struct avps_mmio_shm avps_mmio_shm(struct avps_transport *t, u8 id)
{
	struct avps_mmio_shm shm;

	avps_mmio_write(t, VIRTIO_MMIO_SHM_SEL, id);
	shm.length = read_64(t, VIRTIO_MMIO_SHM_LEN_LOW);
	shm.base = read_64(t, VIRTIO_MMIO_SHM_BASE_LOW);
	return shm;
}

int avps_mmio_identify(struct avps_io *io, u32 *virtio_id, char *why, size_t why_size)
{
	u32 magic = get(io, VIRTIO_MMIO_MAGIC_VALUE), version;

	*virtio_id = 0;
	if (magic != AVPS_MMIO_MAGIC) {
		snprintf(why, why_size, "MagicValue is %#x: no VIRTIO device answers here", magic);
		return -ENODEV;
	}
	version = get(io, VIRTIO_MMIO_VERSION);
	*virtio_id = get(io, VIRTIO_MMIO_DEVICE_ID);
	if (!*virtio_id || version == AVPS_MMIO_VERSION)
		return 0;
	if (version == AVPS_MMIO_VERSION_LEGACY)
		snprintf(why, why_size, "legacy (version 1) register layout");
	else
		snprintf(why, why_size, "version %u of the register layout is not known", version);
	return -EPROTO;
}

int avps_mmio_open(struct avps_io *io, struct avps_transport **out, char *why, size_t why_size)
{
	struct avps_transport *t = calloc(1, sizeof(*t));

	if (!t) {
		snprintf(why, why_size, "out of memory");
		return -ENOMEM;
	}
	t->ops = &mmio_ops;
	t->io = io;
	t->config_vector = AVPS_NO_VECTOR;
	*out = t;
	return 0;
}
