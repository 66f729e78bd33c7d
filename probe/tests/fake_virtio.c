// SPDX-License-Identifier: GPL-2.0-or-later
#include "fake_virtio.h"

#include <limits.h>
#include <linux/pci_regs.h>
#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>
#include <string.h>

void fake_cap(struct fake_io *fake, u8 at, u8 next, u8 cfg_type, u8 bar, u32 offset, u32 length)
{
	struct virtio_pci_cap cap = { .cap_vndr = PCI_CAP_ID_VNDR,
				      .cap_next = next,
				      .cap_len = sizeof(cap),
				      .cfg_type = cfg_type,
				      .bar = bar,
				      .offset = offset,
				      .length = length };

	memcpy(fake->config + at, &cap, sizeof(cap));
}

void fake_cap_list(struct fake_io *fake, u8 first)
{
	fake_put(fake->config, PCI_STATUS, 2, PCI_STATUS_CAP_LIST);
	fake_put(fake->config, PCI_CAPABILITY_LIST, 1, first);
}

void fake_common_put(struct fake_virtio *device, u32 field, unsigned int width, u64 value)
{
	fake_put(device->fake.bar[COMMON_BAR], COMMON_AT + field, width, value);
}

u64 fake_common_get(const struct fake_virtio *device, u32 field, unsigned int width)
{
	return fake_get(device->fake.bar[COMMON_BAR], COMMON_AT + field, width);
}

u64 fake_queue_get(const struct fake_virtio *device, u16 queue, u32 field, unsigned int width)
{
	return fake_get(device->queue[queue], field - QUEUE_SIZE, width);
}

void fake_queue_put(struct fake_virtio *device, u16 queue, u32 field, unsigned int width, u64 value)
{
	fake_put(device->queue[queue], field - QUEUE_SIZE, width, value);
}

static void reset(struct fake_virtio *device)
{
	device->resets++;
	device->still = device->reset_lasts ? device->reset_lasts + 1 : 0;
	if (device->resets > device->working_resets)
		device->still = UINT_MAX;
	memset(device->accepted, 0, sizeof(device->accepted));
	memset(device->queue, 0, sizeof(device->queue));
	for (u16 i = 0; i < FAKE_QUEUES; i++) {
		fake_queue_put(device, i, QUEUE_SIZE, 2, device->queue_max[i]);
		fake_queue_put(device, i, QUEUE_MSIX_VECTOR, 2, VIRTIO_MSI_NO_VECTOR);
		fake_queue_put(device, i, QUEUE_NOTIFY_OFF, 2, i);
	}
	fake_common_put(device, CONFIG_MSIX_VECTOR, 2, VIRTIO_MSI_NO_VECTOR);
}

static void before_read(struct fake_io *fake, unsigned int region, u64 offset)
{
	struct fake_virtio *device = (struct fake_virtio *)fake;

	if (region == COMMON_BAR && offset == COMMON_AT + DEVICE_STATUS && device->still) {
		device->still--;
		fake_common_put(device, DEVICE_STATUS, 1, device->still ? VIRTIO_CONFIG_S_DRIVER : 0);
	}
}

static void status_written(struct fake_virtio *device)
{
	u8 status = fake_common_get(device, DEVICE_STATUS, 1);

	if (!status)
		reset(device);
	if (device->refuse_features)
		fake_common_put(device, DEVICE_STATUS, 1, status & ~VIRTIO_CONFIG_S_FEATURES_OK);
}

/* The word of @words that a select register points at; none beyond the last. */
static u32 *selected_word(struct fake_virtio *device, u32 select, u32 *words)
{
	u32 word = fake_common_get(device, select, 4);

	return word < FAKE_FEATURE_WORDS ? &words[word] : NULL;
}

static void queue_written(struct fake_virtio *device)
{
	u16 queue = fake_common_get(device, QUEUE_SELECT, 2);

	if (queue >= FAKE_QUEUES)
		return;
	if (device->refuse_vectors)
		fake_common_put(device, QUEUE_MSIX_VECTOR, 2, VIRTIO_MSI_NO_VECTOR);
	memcpy(device->queue[queue], device->fake.bar[COMMON_BAR] + COMMON_AT + QUEUE_SIZE, sizeof(device->queue[0]));
}

static void queue_selected(struct fake_virtio *device)
{
	static const u8 none[sizeof(device->queue[0])];
	u16 queue = fake_common_get(device, QUEUE_SELECT, 2);

	memcpy(device->fake.bar[COMMON_BAR] + COMMON_AT + QUEUE_SIZE, queue < FAKE_QUEUES ? device->queue[queue] : none,
	       sizeof(none));
}

static void common_written(struct fake_virtio *device, u32 field)
{
	u32 *word;

	switch (field) {
	case DEVICE_FEATURE_SELECT:
		word = selected_word(device, field, device->offered);
		fake_common_put(device, DEVICE_FEATURE, 4, word ? *word : 0);
		break;
	case DRIVER_FEATURE_SELECT:
		word = selected_word(device, field, device->accepted);
		fake_common_put(device, DRIVER_FEATURE, 4, word ? *word : 0);
		break;
	case DRIVER_FEATURE:
		word = selected_word(device, DRIVER_FEATURE_SELECT, device->accepted);
		if (word)
			*word = fake_common_get(device, DRIVER_FEATURE, 4);
		break;
	case DEVICE_STATUS:
		status_written(device);
		break;
	case QUEUE_SELECT:
		queue_selected(device);
		break;
	default:
		if (field >= QUEUE_SIZE)
			queue_written(device);
	}
}

static void after_write(struct fake_io *fake, unsigned int region, u64 offset)
{
	if (region == COMMON_BAR && offset >= COMMON_AT && offset < COMMON_AT + COMMON_END)
		common_written((struct fake_virtio *)fake, offset - COMMON_AT);
}

static void list_capabilities(struct fake_io *fake)
{
	fake_cap_list(fake, 0x40);
	fake_cap(fake, 0x40, 0x54, VIRTIO_PCI_CAP_COMMON_CFG, COMMON_BAR, COMMON_AT, COMMON_END);
	fake_cap(fake, 0x54, 0x68, VIRTIO_PCI_CAP_NOTIFY_CFG, NOTIFY_BAR, NOTIFY_AT, NOTIFY_LENGTH);
	fake_put(fake->config, 0x54 + VIRTIO_PCI_NOTIFY_CAP_MULT, 4, NOTIFY_MULTIPLIER);
	fake_cap(fake, 0x68, 0x78, VIRTIO_PCI_CAP_ISR_CFG, ISR_BAR, ISR_AT, 1);
	fake_cap(fake, 0x78, 0, VIRTIO_PCI_CAP_DEVICE_CFG, CONFIG_BAR, CONFIG_AT, CONFIG_LENGTH);
}

void fake_virtio_init(struct fake_virtio *device)
{
	memset(device, 0, sizeof(*device));
	fake_io_init(&device->fake);
	for (int bar = 0; bar < FAKE_BARS; bar++)
		device->fake.bar_size[bar] = FAKE_BAR_SIZE;
	device->fake.before_read = before_read;
	device->fake.after_write = after_write;
	device->fake.vectors[AVPS_INTERRUPTS_INTX] = 1;
	device->fake.vectors[AVPS_INTERRUPTS_MSIX] = 3;
	list_capabilities(&device->fake);
	device->offered[1] = 1u << (VIRTIO_F_VERSION_1 - 32);
	device->queue_max[0] = 256;
	device->queue_max[1] = 64;
	device->working_resets = UINT_MAX;
	reset(device);
	device->resets = 0;
	queue_selected(device);
}
