// SPDX-License-Identifier: GPL-2.0-or-later
/* The window of an MMIO device: identity, features, configuration; the rest is with its parts (VIRTIO 1.4, 4.2.2). */
#include <linux/virtio_config.h>

#include "refdev/core/defect.h"
#include "refdev/mmio/parts.h"

#define MAGIC 0x74726976
#define VERSION 2
#define VERSION_LEGACY 1
#define VENDOR 0x53505641 /* "AVPS" */

static struct refdev_registers *registers_of(struct refdev_port *port)
{
	return (struct refdev_registers *)port;
}

static u32 identity(const struct refdev_registers *registers, u32 offset)
{
	bool live = registers->dev->status & VIRTIO_CONFIG_S_DRIVER_OK;
	bool failed = registers->dev->status & VIRTIO_CONFIG_S_FAILED;

	if (offset == VIRTIO_MMIO_MAGIC_VALUE && defect("mmio.magic_is_in_the_other_byte_order"))
		return __builtin_bswap32(MAGIC);
	if (offset == VIRTIO_MMIO_VERSION && defect("mmio.version_is_legacy"))
		return VERSION_LEGACY;
	if (offset == VIRTIO_MMIO_VERSION && defect("mmio.version_is_of_the_standard"))
		return 0x104;
	switch (offset) {
	case VIRTIO_MMIO_MAGIC_VALUE:
		return live && defect("mmio.magic_is_gone_on_a_live_device") ? 0 : MAGIC;
	case VIRTIO_MMIO_VERSION:
		return failed && defect("mmio.failed_device_says_that_it_is_legacy") ? VERSION_LEGACY : VERSION;
	case VIRTIO_MMIO_DEVICE_ID:
		return failed && defect("mmio.failed_device_has_no_device_id") ? 0 : registers->dev->type->virtio_id;
	default:
		return live && defect("mmio.vendor_id_is_gone_on_a_live_device") ? 0 : VENDOR;
	}
}

static void select_features(struct refdev_registers *registers, u32 word)
{
	if (word > 3 && defect("mmio.feature_select_beyond_the_last_is_ignored"))
		return;
	if (defect("mmio.feature_select_has_one_bit"))
		word &= 1;
	if (defect("mmio.feature_select_has_two_bits"))
		word &= 3;
	registers->device_features_sel = word;
}

static u32 generation(struct refdev_registers *registers)
{
	if (defect("mmio.generation_counts_how_often_it_is_read"))
		registers->dev->generation++;
	return defect("mmio.generation_is_constant") ? 0 : refdev_generation(registers->dev);
}

static u32 read_control(struct refdev_registers *registers, u32 offset)
{
	switch (offset) {
	case VIRTIO_MMIO_MAGIC_VALUE:
	case VIRTIO_MMIO_VERSION:
	case VIRTIO_MMIO_DEVICE_ID:
	case VIRTIO_MMIO_VENDOR_ID:
		return identity(registers, offset);
	case VIRTIO_MMIO_DEVICE_FEATURES:
		return refdev_offered(registers->dev, registers->device_features_sel);
	case VIRTIO_MMIO_QUEUE_NUM_MAX:
	case VIRTIO_MMIO_QUEUE_READY:
	case VIRTIO_MMIO_QUEUE_RESET:
		return refdev_registers_queue_read(registers, offset);
	case VIRTIO_MMIO_INTERRUPT_STATUS:
		return refdev_registers_interrupt_status(registers);
	case VIRTIO_MMIO_STATUS:
		return registers->dev->status;
	case VIRTIO_MMIO_SHM_LEN_LOW:
	case VIRTIO_MMIO_SHM_LEN_HIGH:
	case VIRTIO_MMIO_SHM_BASE_LOW:
	case VIRTIO_MMIO_SHM_BASE_HIGH:
		return refdev_registers_shared_memory(registers, offset);
	case VIRTIO_MMIO_CONFIG_GENERATION:
		return generation(registers);
	default:
		return 0; /* there is none here, or it is only written to */
	}
}

static void write_control(struct refdev_registers *registers, u32 offset, u32 value)
{
	switch (offset) {
	case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
		select_features(registers, value);
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
		registers->driver_features_sel = value;
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES:
		refdev_accept(registers->dev, registers->driver_features_sel, value);
		break;
	case VIRTIO_MMIO_INTERRUPT_ACK:
		refdev_registers_acknowledge(registers, value);
		break;
	case VIRTIO_MMIO_STATUS:
		refdev_registers_write_status(registers, value);
		break;
	case VIRTIO_MMIO_SHM_SEL:
		registers->shm_sel = value;
		break;
	default:
		refdev_registers_queue_write(registers, offset, value);
	}
}

/* Control registers take aligned accesses of 32 bits only (4.2.2.2). */
static bool is_control(u64 offset, unsigned int width)
{
	return offset < VIRTIO_MMIO_CONFIG && width == 4 && offset % 4 == 0;
}

static u64 registers_read(struct refdev_port *port, unsigned int region, u64 offset, unsigned int width)
{
	struct refdev_registers *registers = registers_of(port);

	if (region != 0 || offset >= REFDEV_REGISTERS_SIZE)
		return 0;
	if (offset < VIRTIO_MMIO_CONFIG)
		return is_control(offset, width) ? read_control(registers, offset) : 0;
	registers->dev->generation += defect("mmio.generation_counts_accesses_to_the_configuration");
	return refdev_config_read(registers->dev, offset - VIRTIO_MMIO_CONFIG, width);
}

static void registers_write(struct refdev_port *port, unsigned int region, u64 offset, unsigned int width, u64 value)
{
	struct refdev_registers *registers = registers_of(port);

	if (region != 0 || offset >= REFDEV_REGISTERS_SIZE)
		return;
	if (is_control(offset, width))
		write_control(registers, offset, value);
	else if (offset >= VIRTIO_MMIO_CONFIG)
		refdev_config_write(registers->dev, offset - VIRTIO_MMIO_CONFIG, width, value);
}

static u64 registers_region_size(struct refdev_port *port, unsigned int region)
{
	(void)port;
	return region == 0 ? REFDEV_REGISTERS_SIZE : 0;
}

static void registers_tick(struct refdev_port *port)
{
	refdev_tick(registers_of(port)->dev);
}

static const struct refdev_port_ops port_ops = {
	.region_size = registers_region_size,
	.read = registers_read,
	.write = registers_write,
	.tick = registers_tick,
};

static void used(struct refdev *dev, u16 queue)
{
	(void)queue; /* one bit stands for all of them */
	if (defect("mmio.used_buffer_is_a_configuration_change"))
		refdev_registers_event(refdev_registers_of(dev), VIRTIO_MMIO_INT_CONFIG);
	dev->generation += defect("mmio.generation_counts_used_buffers");
	refdev_registers_event(refdev_registers_of(dev), VIRTIO_MMIO_INT_VRING);
}

static void changed(struct refdev *dev)
{
	refdev_registers_event(refdev_registers_of(dev), VIRTIO_MMIO_INT_CONFIG);
}

/* The queues themselves are reset by the device; here is what only the registers know. */
static void reset(struct refdev *dev)
{
	struct refdev_registers *registers = refdev_registers_of(dev);

	registers->device_features_sel = 0;
	registers->driver_features_sel = 0;
	registers->queue_sel = 0;
	registers->shm_sel = 0;
	refdev_registers_forget_queues(registers);
	refdev_registers_clear_interrupts(registers);
}

static const struct refdev_bus_ops bus_ops = { .used = used, .changed = changed, .reset = reset };

void refdev_registers_init(struct refdev_registers *registers, struct refdev *dev,
			   const struct refdev_registers_options *options)
{
	*registers = (struct refdev_registers){
		.port = { .ops = &port_ops,
			  .bus = REFDEV_MMIO,
			  .name = options->name,
			  .base = options->base,
			  .interrupt = options->interrupt },
		.dev = dev,
		.shared_memory_base = options->shared_memory_base,
		.shared_memory = options->shared_memory,
	};
	dev->bus = &bus_ops;
	dev->port = &registers->port;
	refdev_reset(dev);
}
