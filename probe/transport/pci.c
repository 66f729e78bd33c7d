// SPDX-License-Identifier: GPL-2.0-or-later
/* VIRTIO over PCI, modern interface (VIRTIO 1.4, 4.1). */
#include "avps/pci.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/virtio_pci.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fields of struct virtio_pci_common_cfg beyond those that <linux/virtio_pci.h> names offsets for. */
#define COMMON(field) offsetof(struct virtio_pci_common_cfg, field)
#define COMMON_LENGTH sizeof(struct virtio_pci_common_cfg)

/* Fields that follow the structure as the kernel's header has it (4.1.4.3). */
#define QUEUE_NOTIFY_DATA (COMMON_LENGTH + 0)
#define QUEUE_RESET (COMMON_LENGTH + 2)

#define PCI_CAP_LIST_STEPS 48 /* more don't fit into 256 bytes: the list loops */

struct avps_pci *avps_pci_of(struct avps_transport *t)
{
	return (struct avps_pci *)t;
}

u64 avps_pci_common_read(struct avps_pci *pci, u32 offset, unsigned int width)
{
	return avps_io_read(pci->base.io, pci->common->bar, pci->common->offset + offset, width);
}

void avps_pci_common_write(struct avps_pci *pci, u32 offset, unsigned int width, u64 value)
{
	avps_io_write(pci->base.io, pci->common->bar, pci->common->offset + offset, width, value);
}

static u64 get(struct avps_transport *t, u32 offset, unsigned int width)
{
	return avps_pci_common_read(avps_pci_of(t), offset, width);
}

static void set(struct avps_transport *t, u32 offset, unsigned int width, u64 value)
{
	avps_pci_common_write(avps_pci_of(t), offset, width, value);
}

static u8 get_status(struct avps_transport *t)
{
	return get(t, COMMON(device_status), 1);
}

static void set_status(struct avps_transport *t, u8 status)
{
	set(t, COMMON(device_status), 1, status);
}

static u32 device_features(struct avps_transport *t, u32 word)
{
	set(t, COMMON(device_feature_select), 4, word);
	return get(t, COMMON(device_feature), 4);
}

static u32 driver_features(struct avps_transport *t, u32 word)
{
	set(t, COMMON(guest_feature_select), 4, word);
	return get(t, COMMON(guest_feature), 4);
}

static void set_driver_features(struct avps_transport *t, u32 word, u32 bits)
{
	set(t, COMMON(guest_feature_select), 4, word);
	set(t, COMMON(guest_feature), 4, bits);
}

static void select_queue(struct avps_transport *t, u16 queue)
{
	set(t, COMMON(queue_select), 2, queue);
}

static u16 queue_max(struct avps_transport *t, u16 queue)
{
	select_queue(t, queue);
	return get(t, COMMON(queue_size), 2);
}

/* 64-bit fields are written in two halves, as 4.1.3.1 demands of the driver. */
static void set_address(struct avps_transport *t, u32 offset, u64 address)
{
	set(t, offset, 4, (u32)address);
	set(t, offset + 4, 4, address >> 32);
}

static void queue_setup(struct avps_transport *t, const struct avps_queue_setup *setup)
{
	select_queue(t, setup->index);
	set(t, COMMON(queue_size), 2, setup->size);
	set_address(t, COMMON(queue_desc_lo), setup->descriptor_area);
	set_address(t, COMMON(queue_avail_lo), setup->driver_area);
	set_address(t, COMMON(queue_used_lo), setup->device_area);
}

static void queue_enable(struct avps_transport *t, u16 queue)
{
	select_queue(t, queue);
	set(t, COMMON(queue_enable), 2, 1);
}

static bool queue_enabled(struct avps_transport *t, u16 queue)
{
	select_queue(t, queue);
	return get(t, COMMON(queue_enable), 2) == 1;
}

static u64 notify_address(struct avps_transport *t, u16 queue)
{
	struct avps_pci *pci = avps_pci_of(t);

	select_queue(t, queue);
	return pci->notify->offset + get(t, COMMON(queue_notify_off), 2) * pci->notify->notify_off_multiplier;
}

/* What a notification calls the selected queue (4.1.5.2). */
static u16 notify_name(struct avps_transport *t, u16 queue)
{
	return t->notify_config_data ? get(t, QUEUE_NOTIFY_DATA, 2) : queue;
}

static void notify(struct avps_transport *t, u16 queue)
{
	u64 address = notify_address(t, queue);

	avps_io_write(t->io, avps_pci_of(t)->notify->bar, address, 2, notify_name(t, queue));
}

static void notify_data(struct avps_transport *t, u16 queue, u16 next)
{
	u64 address = notify_address(t, queue);

	avps_io_write(t->io, avps_pci_of(t)->notify->bar, address, 4, notify_name(t, queue) | (u32)next << 16);
}

static void queue_reset(struct avps_transport *t, u16 queue)
{
	select_queue(t, queue);
	set(t, QUEUE_RESET, 2, 1);
}

static bool queue_resetting(struct avps_transport *t, u16 queue)
{
	select_queue(t, queue);
	return get(t, QUEUE_RESET, 2) == 1;
}

static u16 set_queue_vector(struct avps_transport *t, u16 queue, u16 vector)
{
	select_queue(t, queue);
	set(t, COMMON(queue_msix_vector), 2, vector);
	return get(t, COMMON(queue_msix_vector), 2);
}

static u16 set_config_vector(struct avps_transport *t, u16 vector)
{
	set(t, COMMON(msix_config), 2, vector);
	return get(t, COMMON(msix_config), 2);
}

static u8 interrupt_status(struct avps_transport *t)
{
	struct avps_pci *pci = avps_pci_of(t);

	return avps_io_read(t->io, pci->isr->bar, pci->isr->offset, 1);
}

static u32 config_length(struct avps_transport *t)
{
	struct avps_pci *pci = avps_pci_of(t);

	return pci->device ? pci->device->length : 0;
}

/* Without a window for it, configuration reads as nothing does: all ones. */
static u64 config_read(struct avps_transport *t, u32 offset, unsigned int width)
{
	struct avps_pci *pci = avps_pci_of(t);

	if (!pci->device)
		return UINT64_MAX >> (64 - 8 * width);
	return avps_io_read(t->io, pci->device->bar, pci->device->offset + offset, width);
}

static void config_write(struct avps_transport *t, u32 offset, unsigned int width, u64 value)
{
	struct avps_pci *pci = avps_pci_of(t);

	if (pci->device)
		avps_io_write(t->io, pci->device->bar, pci->device->offset + offset, width, value);
}

static u32 config_generation(struct avps_transport *t)
{
	return get(t, COMMON(config_generation), 1);
}

static const struct {
	u32 offset;
	const char *name;
} common_fields[] = {
	{ COMMON(device_feature_select), "device_feature_select" },
	{ COMMON(device_feature), "device_feature" },
	{ COMMON(guest_feature_select), "driver_feature_select" },
	{ COMMON(guest_feature), "driver_feature" },
	{ COMMON(msix_config), "config_msix_vector" },
	{ COMMON(num_queues), "num_queues" },
	{ COMMON(device_status), "device_status" },
	{ COMMON(config_generation), "config_generation" },
	{ COMMON(queue_select), "queue_select" },
	{ COMMON(queue_size), "queue_size" },
	{ COMMON(queue_msix_vector), "queue_msix_vector" },
	{ COMMON(queue_enable), "queue_enable" },
	{ COMMON(queue_notify_off), "queue_notify_off" },
	{ COMMON(queue_desc_lo), "queue_desc" },
	{ COMMON(queue_desc_hi), "queue_desc high" },
	{ COMMON(queue_avail_lo), "queue_driver" },
	{ COMMON(queue_avail_hi), "queue_driver high" },
	{ COMMON(queue_used_lo), "queue_device" },
	{ COMMON(queue_used_hi), "queue_device high" },
	{ QUEUE_NOTIFY_DATA, "queue_notify_data" },
	{ QUEUE_RESET, "queue_reset" },
};

/* Where @offset of @bar is inside a capability's window; false when outside. */
static bool inside(const struct avps_pci_cap *cap, unsigned int bar, u64 offset, u64 *rest)
{
	if (!cap || cap->bar != bar || offset < cap->offset || offset - cap->offset >= cap->length)
		return false;
	*rest = offset - cap->offset;
	return true;
}

static bool describe(struct avps_transport *t, unsigned int region, u64 offset, char *name, size_t size)
{
	struct avps_pci *pci = avps_pci_of(t);
	u64 at;

	if (inside(pci->common, region, offset, &at)) {
		for (size_t i = 0; i < sizeof(common_fields) / sizeof(common_fields[0]); i++)
			if (common_fields[i].offset == at)
				return snprintf(name, size, "%s", common_fields[i].name) > 0;
		return snprintf(name, size, "common+%#llx", (unsigned long long)at) > 0;
	}
	if (inside(pci->notify, region, offset, &at))
		return snprintf(name, size, "notify+%#llx", (unsigned long long)at) > 0;
	if (inside(pci->isr, region, offset, &at))
		return snprintf(name, size, "isr_status") > 0;
	if (inside(pci->device, region, offset, &at))
		return snprintf(name, size, "config+%#llx", (unsigned long long)at) > 0;
	return false;
}

static void pci_close(struct avps_transport *t)
{
	free(t);
}

static const struct avps_transport_ops pci_ops = {
	.name = "pci",
	.get_status = get_status,
	.set_status = set_status,
	.device_features = device_features,
	.driver_features = driver_features,
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
	.close = pci_close,
};

u8 avps_pci_find_cap(struct avps_io *io, u8 cap_id, u8 after)
{
	u8 at = avps_io_config_read(io, after ? after + PCI_CAP_LIST_NEXT : PCI_CAPABILITY_LIST, 1) & ~3;

	if (!(avps_io_config_read(io, PCI_STATUS, 2) & PCI_STATUS_CAP_LIST))
		return 0;
	for (int step = 0; at >= PCI_STD_HEADER_SIZEOF && step < PCI_CAP_LIST_STEPS; step++) {
		if (avps_io_config_read(io, at + PCI_CAP_LIST_ID, 1) == cap_id)
			return at;
		at = avps_io_config_read(io, at + PCI_CAP_LIST_NEXT, 1) & ~3;
	}
	return 0;
}

static struct avps_pci_cap read_cap(struct avps_io *io, u8 at)
{
	struct avps_pci_cap cap = {
		.at = at,
		.cap_len = avps_io_config_read(io, at + VIRTIO_PCI_CAP_LEN, 1),
		.cfg_type = avps_io_config_read(io, at + VIRTIO_PCI_CAP_CFG_TYPE, 1),
		.bar = avps_io_config_read(io, at + VIRTIO_PCI_CAP_BAR, 1),
		.id = avps_io_config_read(io, at + offsetof(struct virtio_pci_cap, id), 1),
		.offset = avps_io_config_read(io, at + VIRTIO_PCI_CAP_OFFSET, 4),
		.length = avps_io_config_read(io, at + VIRTIO_PCI_CAP_LENGTH, 4),
	};

	if (cap.cfg_type == VIRTIO_PCI_CAP_NOTIFY_CFG)
		cap.notify_off_multiplier = avps_io_config_read(io, at + VIRTIO_PCI_NOTIFY_CAP_MULT, 4);
	if (cap.cfg_type == VIRTIO_PCI_CAP_SHARED_MEMORY_CFG) {
		cap.offset |= (u64)avps_io_config_read(io, at + offsetof(struct virtio_pci_cap64, offset_hi), 4) << 32;
		cap.length |= (u64)avps_io_config_read(io, at + offsetof(struct virtio_pci_cap64, length_hi), 4) << 32;
	}
	return cap;
}

/* Whether the window of a capability is inside its BAR, and at least @min bytes long: else no driver can use it. */
static bool usable(struct avps_io *io, const struct avps_pci_cap *cap, u64 min)
{
	u64 size = cap->bar <= 5 ? io->ops->region_size(io, cap->bar) : 0;

	return cap->length >= min && cap->offset <= size && min <= size - cap->offset;
}

static void keep_first(struct avps_io *io, const struct avps_pci_cap **slot, const struct avps_pci_cap *cap, u64 min)
{
	if (!*slot && usable(io, cap, min))
		*slot = cap;
}

/* Whether the capability at @at was seen already: the list loops. */
static bool is_listed(const struct avps_pci *pci, u8 at)
{
	for (unsigned int i = 0; i < pci->n_caps; i++)
		if (pci->caps[i].at == at)
			return true;
	return false;
}

void avps_pci_look(struct avps_io *io, struct avps_pci *pci)
{
	u8 at = 0;

	*pci = (struct avps_pci){ .base = { .io = io } };
	while (pci->n_caps < AVPS_PCI_MAX_CAPS && (at = avps_pci_find_cap(io, PCI_CAP_ID_VNDR, at)) &&
	       !is_listed(pci, at)) {
		struct avps_pci_cap *cap = &pci->caps[pci->n_caps++];

		*cap = read_cap(io, at);
		switch (cap->cfg_type) {
		case VIRTIO_PCI_CAP_COMMON_CFG:
			keep_first(io, &pci->common, cap, COMMON_LENGTH);
			break;
		case VIRTIO_PCI_CAP_NOTIFY_CFG:
			keep_first(io, &pci->notify, cap, 2);
			break;
		case VIRTIO_PCI_CAP_ISR_CFG:
			keep_first(io, &pci->isr, cap, 1);
			break;
		case VIRTIO_PCI_CAP_DEVICE_CFG:
			keep_first(io, &pci->device, cap, 1);
			break;
		case VIRTIO_PCI_CAP_PCI_CFG:
			if (!pci->pci_cfg)
				pci->pci_cfg = cap;
			break;
		}
	}
}

int avps_pci_open(struct avps_io *io, struct avps_transport **out, char *why, size_t why_size)
{
	struct avps_pci *pci = calloc(1, sizeof(*pci));
	const char *missing = NULL;

	if (!pci) {
		snprintf(why, why_size, "out of memory");
		return -ENOMEM;
	}
	avps_pci_look(io, pci);
	pci->base.ops = &pci_ops;
	if (!pci->common)
		missing = "common configuration";
	else if (!pci->notify)
		missing = "notification";
	else if (!pci->isr)
		missing = "ISR status";
	if (missing) {
		snprintf(why, why_size, "no usable %s capability: not a modern VIRTIO device", missing);
		free(pci);
		return -ENODEV;
	}
	*out = &pci->base;
	return 0;
}
