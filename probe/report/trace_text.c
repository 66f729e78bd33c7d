// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace_text.h"

#include <linux/virtio_ring.h>
#include <stdio.h>

static void register_name(const struct avps_device *dev, const struct avps_trace_entry *entry, char *out, size_t size)
{
	struct avps_transport *t = dev->transport;

	if (!t || !t->ops->describe(t, entry->region, entry->offset, out, size))
		snprintf(out, size, "bar%u+%#x", entry->region, entry->offset);
}

static int access_text(const struct avps_device *dev, const struct avps_trace_entry *entry, char *out, size_t size)
{
	char name[64];
	bool config = entry->kind == AVPS_TRACE_CONFIG_READ || entry->kind == AVPS_TRACE_CONFIG_WRITE;
	bool read = entry->kind == AVPS_TRACE_CONFIG_READ || entry->kind == AVPS_TRACE_READ;

	if (config)
		snprintf(name, sizeof(name), "pci+%#x", entry->offset);
	else
		register_name(dev, entry, name, sizeof(name));
	return snprintf(out, size, "%-5s %s/%u %s %#llx", read ? "read" : "write", name, entry->width * 8u,
			read ? "->" : "<-", (unsigned long long)entry->value);
}

static int descriptor_text(const struct avps_trace_entry *entry, char *out, size_t size)
{
	return snprintf(out, size, "desc  queue %u [%u] addr %#llx len %u%s%s%s", entry->region, entry->offset,
			(unsigned long long)entry->value, entry->length,
			entry->flags & VRING_DESC_F_WRITE ? " device-writable" : " device-readable",
			entry->flags & VRING_DESC_F_NEXT ? " next" : "",
			entry->flags & VRING_DESC_F_INDIRECT ? " indirect" : "");
}

void avps_trace_text(const struct avps_device *dev, const struct avps_trace_entry *entry, u64 start_us, char *out,
		     size_t size)
{
	int head = snprintf(out, size, "%8llu us  ", (unsigned long long)(entry->at_us - start_us));

	out += head;
	size -= head;
	switch (entry->kind) {
	case AVPS_TRACE_INTERRUPT:
		snprintf(out, size, "irq   vector %u, %llu times", entry->offset, (unsigned long long)entry->value);
		break;
	case AVPS_TRACE_DESCRIPTOR:
		descriptor_text(entry, out, size);
		break;
	case AVPS_TRACE_USED:
		snprintf(out, size, "used  queue %u buffer %u len %u", entry->region, entry->offset, entry->length);
		break;
	default:
		access_text(dev, entry, out, size);
	}
}
