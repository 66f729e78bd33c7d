// SPDX-License-Identifier: GPL-2.0-or-later
/* A platform device through vfio-platform: one window of registers and one interrupt line, as virtio-mmio has them. */
#include <errno.h>
#include <stdlib.h>

#include "absent.h"
#include "vfio.h"

/* Numbers that VFIO gives to the first window and the first interrupt of a platform device. */
#define WINDOW 0
#define LINE 0

static void platform_close(struct avps_io *io)
{
	struct vfio_device *vfio = (struct vfio_device *)io;

	vfio_close_files(vfio);
	free(vfio);
}

static const struct avps_io_ops platform_ops = {
	VFIO_COMMON_OPS,
	WITHOUT_CONFIG_SPACE,
	.close = platform_close,
};

/* VFIO counts a line that the kernel would not give it, for instance because two devices share one. */
static void find_line(struct vfio_device *vfio)
{
	vfio->irq_index[AVPS_INTERRUPTS_INTX] = LINE;
	if (vfio_interrupts_enable(&vfio->base, AVPS_INTERRUPTS_INTX, 1))
		vfio->irq_index[AVPS_INTERRUPTS_INTX] = VFIO_NO_IRQ;
	else
		vfio_interrupts_enable(&vfio->base, AVPS_INTERRUPTS_NONE, 0);
}

int avps_vfio_platform_open(const char *name, struct avps_io **io, char *why, size_t why_size)
{
	struct vfio_device *vfio = calloc(1, sizeof(*vfio));
	int err;

	if (!vfio)
		return vfio_failed(-ENOMEM, "vfio", why, why_size);
	vfio_init(vfio, &platform_ops);
	err = vfio_open(vfio, "platform", name, "vfio-platform", why, why_size);
	if (!err)
		err = vfio_open_window(vfio, WINDOW, why, why_size);
	*io = &vfio->base;
	if (err) {
		platform_close(*io);
		return err;
	}
	find_line(vfio);
	return 0;
}
