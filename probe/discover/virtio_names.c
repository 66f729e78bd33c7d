// SPDX-License-Identifier: GPL-2.0-or-later
#include "avps/virtio_names.h"

#include <linux/virtio_ids.h>

/* clang-format off: one a line */
static const char *const names[] = {
	[VIRTIO_ID_NET] = "net",	 [VIRTIO_ID_BLOCK] = "block",	    [VIRTIO_ID_CONSOLE] = "console",
	[VIRTIO_ID_RNG] = "entropy",	 [VIRTIO_ID_BALLOON] = "balloon",   [VIRTIO_ID_SCSI] = "scsi",
	[VIRTIO_ID_9P] = "9p",		 [VIRTIO_ID_GPU] = "gpu",	    [VIRTIO_ID_INPUT] = "input",
	[VIRTIO_ID_VSOCK] = "vsock",	 [VIRTIO_ID_CRYPTO] = "crypto",	    [VIRTIO_ID_IOMMU] = "iommu",
	[VIRTIO_ID_MEM] = "mem",	 [VIRTIO_ID_SOUND] = "sound",	    [VIRTIO_ID_FS] = "fs",
	[VIRTIO_ID_PMEM] = "pmem",	 [VIRTIO_ID_RPMB] = "rpmb",	    [VIRTIO_ID_SCMI] = "scmi",
	[VIRTIO_ID_I2C_ADAPTER] = "i2c", [VIRTIO_ID_WATCHDOG] = "watchdog", [VIRTIO_ID_CAN] = "can",
	[VIRTIO_ID_GPIO] = "gpio",
};
/* clang-format on */

const char *avps_virtio_name(u32 virtio_id)
{
	if (virtio_id >= sizeof(names) / sizeof(names[0]) || !names[virtio_id])
		return "unknown";
	return names[virtio_id];
}
