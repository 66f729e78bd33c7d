// SPDX-License-Identifier: GPL-2.0-or-later
#include "resize.h"

#include <errno.h>
#include <string.h>

#include "avps/report.h"

#define CONFIG_CHANGED 0x2 /* in ISR status and InterruptStatus alike (4.1.4.5, 4.2.2) */

static struct avps_transport *transport_of(struct resizable *r)
{
	return r->dev->transport;
}

/* What GET_ID says; left empty where the device does not know the request. */
static void ask_serial(struct resizable *r)
{
	struct avps_element id = { .buf = avps_dma_alloc(VIRTIO_BLK_ID_BYTES, 4), .writable = true };

	memset(id.buf.cpu, 0, VIRTIO_BLK_ID_BYTES);
	if (blk_request(&r->disk, VIRTIO_BLK_T_GET_ID, 0, id, NULL) == VIRTIO_BLK_S_OK)
		memcpy(r->serial, id.buf.cpu, VIRTIO_BLK_ID_BYTES);
}

int resizable_start(struct resizable *r, const struct avps_instance *on)
{
	int err;

	r->dev = on->device;
	r->on = *on;
	if (r->on.ring == AVPS_RING_NONE)
		r->on.ring = AVPS_RING_SPLIT;
	err = blk_start(&r->disk, &r->on, BLK_USUAL);
	if (err)
		return err;
	r->sectors = resizable_capacity(r);
	ask_serial(r);
	return 0;
}

int resizable_restart(struct resizable *r, enum avps_interrupts kind)
{
	int err = avps_device_reset(r->dev);

	if (!err)
		err = avps_device_interrupts(r->dev, kind);
	return err ?: blk_start(&r->disk, &r->on, r->disk.features);
}

u64 resizable_capacity(struct resizable *r)
{
	return BLK_CONFIG(r->dev, capacity);
}

u32 resizable_generation(struct resizable *r)
{
	return transport_of(r)->ops->config_generation(transport_of(r));
}

static int ask_host(struct resizable *r, const u64 *sizes, unsigned int n, char *why, size_t why_size)
{
	struct json_object *request = json_object_new_object(), *list = json_object_new_array();

	avps_record_text(request, "what", RESIZE);
	avps_record_text(request, "disk", r->serial);
	for (unsigned int i = 0; i < n; i++)
		json_object_array_add(list, json_object_new_int64(sizes[i]));
	json_object_object_add(request, "sectors", list);
	return avps_host_act(request, why, why_size);
}

int resizable_resize_often(struct resizable *r, const u64 *sizes, unsigned int n, char *why, size_t why_size)
{
	if (!r->serial[0]) {
		snprintf(why, why_size, "the disk does not say which it is, so the host can't be told");
		return -ENODEV;
	}
	resizable_told(r, 0);
	return ask_host(r, sizes, n, why, why_size);
}

int resizable_resize(struct resizable *r, u64 sectors, char *why, size_t why_size)
{
	return resizable_resize_often(r, &sectors, 1, why, why_size);
}

/* The line of all interrupts, or none: the status says which. */
static bool told_by_status(struct avps_transport *t, avps_deadline deadline)
{
	const u16 line = 0;
	bool told;

	do {
		if (t->io->enabled == AVPS_INTERRUPTS_INTX)
			avps_io_interrupt_wait(t->io, &line, 1, deadline);
		told = t->ops->interrupt_status(t) & CONFIG_CHANGED;
		if (t->io->enabled == AVPS_INTERRUPTS_INTX && avps_io_interrupt_take(t->io, line))
			t->io->ops->interrupt_unmask(t->io);
	} while (!told && avps_remaining_ms(deadline));
	return told;
}

bool resizable_told(struct resizable *r, avps_deadline deadline)
{
	struct avps_transport *t = transport_of(r);

	if (t->io->enabled != AVPS_INTERRUPTS_MSIX)
		return told_by_status(t, deadline);
	if (t->config_vector == AVPS_NO_VECTOR)
		return false;
	avps_io_interrupt_wait(t->io, &t->config_vector, 1, deadline);
	return avps_io_interrupt_take(t->io, t->config_vector);
}

void resizable_end(struct resizable *r)
{
	char why[160];

	avps_device_reset(r->dev);
	if (resizable_capacity(r) != r->sectors && ask_host(r, &r->sectors, 1, why, sizeof(why)))
		avps_report_log("warning", "%s keeps another size than it had: %s", r->dev->id, why);
	avps_device_interrupts(r->dev, AVPS_INTERRUPTS_NONE);
}
