// SPDX-License-Identifier: GPL-2.0-or-later
/* A PCI function as a whole: its BARs, and what the device behind it has to say. */
#include "refdev/pci/function.h"

#include <assert.h>

#include "refdev/pci/parts.h"

/* Whether an access falls into a window; then where. */
static bool inside(const struct refdev_window *window, unsigned int bar, u64 offset, u32 *at)
{
	if (bar != window->bar || offset < window->offset || offset - window->offset >= window->length)
		return false;
	*at = offset - window->offset;
	return true;
}

/* Whether it falls into ISR status, which any access does that covers its byte. */
static bool at_isr(const struct refdev_function *f, unsigned int bar, u64 offset, unsigned int width)
{
	return bar == f->isr_window.bar && touches(offset, width, f->isr_window.offset, 1);
}

static u64 modern_read(struct refdev_function *f, unsigned int bar, u64 offset, unsigned int width)
{
	u32 at;

	if (at_isr(f, bar, offset, width))
		return (u64)refdev_pci_isr_read(f) << (8 * (f->isr_window.offset - offset));
	if (inside(&f->common, bar, offset, &at))
		return refdev_pci_common_read(f, at, width);
	if (!inside(&f->config, bar, offset, &at))
		return 0;
	if (defect("pci.generation_moves_with_reads"))
		f->dev->generation++;
	return refdev_config_read(f->dev, at, width);
}

static void modern_write(struct refdev_function *f, unsigned int bar, u64 offset, unsigned int width, u64 value)
{
	u32 at;

	if (inside(&f->notify, bar, offset, &at))
		refdev_pci_notify(f, at, width, value);
	else if (inside(&f->common, bar, offset, &at))
		refdev_pci_common_write(f, at, width, value);
	else if (inside(&f->config, bar, offset, &at))
		refdev_config_write(f->dev, at, width, value);
}

static bool in_bar(const struct refdev_function *f, unsigned int bar, u64 offset, unsigned int width)
{
	return bar < PCI_STD_NUM_BARS && offset < f->bar_size[bar] && width <= f->bar_size[bar] - offset;
}

u64 refdev_pci_bar_read(struct refdev_function *f, unsigned int bar, u64 offset, unsigned int width)
{
	if (!in_bar(f, bar, offset, width))
		return 0;
	switch (bar) {
	case LEGACY_BAR:
		return refdev_pci_legacy_read(f, offset, width);
	case VECTORS_BAR:
		return refdev_pci_msix_read(f, offset, width);
	case SHARED_MEMORY_BAR:
		return bytes_of(f->shared_memory, f->options.shared_memory, offset, width);
	default:
		return modern_read(f, bar, offset, width);
	}
}

void refdev_pci_bar_write(struct refdev_function *f, unsigned int bar, u64 offset, unsigned int width, u64 value)
{
	if (!in_bar(f, bar, offset, width))
		return;
	switch (bar) {
	case LEGACY_BAR:
		refdev_pci_legacy_write(f, offset, width, value);
		break;
	case VECTORS_BAR:
		refdev_pci_msix_write(f, offset, width, value);
		break;
	case SHARED_MEMORY_BAR:
		if (offset + width <= f->options.shared_memory)
			memcpy(f->shared_memory + offset, &value, width);
		break;
	default:
		modern_write(f, bar, offset, width, value);
	}
}

/* PCI power management: a function that is not in D0 answers in configuration space only. */
bool refdev_pci_may(const struct refdev_function *f, u16 bit)
{
	bool asleep = f->power_at && space_get(f, f->power_at + PCI_PM_CTRL, 2) & PCI_PM_CTRL_STATE_MASK;

	return !asleep && space_get(f, PCI_COMMAND, 2) & bit;
}

static bool decoded(const struct refdev_function *f, unsigned int bar)
{
	bool ports = bar < PCI_STD_NUM_BARS && f->space[PCI_BASE_ADDRESS_0 + 4 * bar] & PCI_BASE_ADDRESS_SPACE_IO;

	return refdev_pci_may(f, ports ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY);
}

static u64 region_size(struct refdev_port *port, unsigned int region)
{
	return region < PCI_STD_NUM_BARS ? function_of(port)->bar_size[region] : 0;
}

static u64 region_read(struct refdev_port *port, unsigned int region, u64 offset, unsigned int width)
{
	struct refdev_function *f = function_of(port);

	return decoded(f, region) ? refdev_pci_bar_read(f, region, offset, width) : UINT64_MAX;
}

static void region_write(struct refdev_port *port, unsigned int region, u64 offset, unsigned int width, u64 value)
{
	struct refdev_function *f = function_of(port);

	if (decoded(f, region))
		refdev_pci_bar_write(f, region, offset, width, value);
}

static void tick(struct refdev_port *port)
{
	refdev_tick(function_of(port)->dev);
}

static const struct refdev_port_ops port_ops = {
	.config_read = refdev_pci_config_read,
	.config_write = refdev_pci_config_write,
	.region_size = region_size,
	.read = region_read,
	.write = region_write,
	.tick = tick,
};

/* A used buffer notification (4.1.5.3). */
static void used(struct refdev *dev, u16 queue)
{
	struct refdev_function *f = function_of(dev->port);

	if (defect("pci.generation_counts_used_buffers"))
		dev->generation++;
	if (refdev_pci_msix_enabled(f))
		refdev_pci_msix_signal(f, f->queue_vectors[queue]);
	else
		refdev_pci_isr_raise(f, ISR_QUEUE);
}

/* A configuration change notification (4.1.5.4). By 4.1.4.5.1 it shows in ISR status with MSI-X, too. */
static void changed(struct refdev *dev)
{
	struct refdev_function *f = function_of(dev->port);

	refdev_pci_isr_raise(f, ISR_CONFIG);
	if (f->config_vector == NO_VECTOR && defect("pci.change_without_vector_interrupts"))
		refdev_pci_msix_signal(f, 0);
	if (refdev_pci_msix_enabled(f))
		refdev_pci_msix_signal(f, f->config_vector);
}

/* With the device all registers are reset that the bus adds; what PCI itself defines stays (2.4, 4.1.5.1.2.1). */
static void reset(struct refdev *dev)
{
	struct refdev_function *f = function_of(dev->port);

	f->device_feature_select = 0;
	f->driver_feature_select = 0;
	f->queue_select = 0;
	if (!defect("pci.queue_reset_outlives_device_reset"))
		f->queue_resets = 0;
	if (!defect("pci.reset_keeps_config_vector"))
		f->config_vector = NO_VECTOR;
	for (unsigned int queue = 0; queue < REFDEV_MAX_QUEUES; queue++)
		if (!defect("pci.reset_keeps_queue_vectors"))
			f->queue_vectors[queue] = NO_VECTOR;
	f->isr = 0;
	f->pending = 0;
	refdev_pci_update_line(f);
}

static const struct refdev_bus_ops bus_ops = {
	.used = used,
	.changed = changed,
	.reset = reset,
};

void refdev_function_init(struct refdev_function *function, struct refdev *dev,
			  const struct refdev_function_options *options)
{
	assert(options->vectors <= REFDEV_FUNCTION_VECTORS);
	assert(options->shared_memory <= REFDEV_FUNCTION_SHARED_MEMORY);
	*function = (struct refdev_function){
		.port = { .ops = &port_ops, .bus = REFDEV_PCI, .name = options->name },
		.dev = dev,
		.options = *options,
		.vectors = options->vectors,
		.config_vector = NO_VECTOR,
	};
	memset(function->queue_vectors, 0xff, sizeof(function->queue_vectors));
	for (unsigned int vector = 0; vector < REFDEV_FUNCTION_VECTORS; vector++)
		function->table[vector][3] = PCI_MSIX_ENTRY_CTRL_MASKBIT;
	if (function->vectors && defect("pci.msix_table_of_one"))
		function->vectors = 1;
	if (defect("pci.sr_iov_without_capability"))
		dev->offered |= FEATURE_BIT(VIRTIO_F_SR_IOV);
	dev->bus = &bus_ops;
	dev->port = &function->port;
	refdev_pci_make_header(function);
	refdev_pci_make_capabilities(function);
}
