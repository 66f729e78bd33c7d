// SPDX-License-Identifier: GPL-2.0-or-later
/* SHMLen and SHMBase (VIRTIO 1.4, 4.2.2): a device here has region 0 or none. */
#include "refdev/core/defect.h"
#include "refdev/mmio/parts.h"

#define ABSENT UINT64_MAX

static bool exists(const struct refdev_registers *registers)
{
	if (defect("mmio.shared_memory_select_is_ignored"))
		return registers->shared_memory;
	return registers->shared_memory && registers->shm_sel == 0;
}

static u64 length(const struct refdev_registers *registers)
{
	if (exists(registers))
		return registers->shared_memory;
	if (defect("mmio.missing_region_has_no_bytes"))
		return 0;
	if (defect("mmio.missing_region_length_has_32_bits"))
		return UINT32_MAX;
	return ABSENT;
}

static u64 base(const struct refdev_registers *registers)
{
	if (exists(registers))
		return registers->shared_memory_base;
	return defect("mmio.missing_region_is_at_0") ? 0 : ABSENT;
}

u32 refdev_registers_shared_memory(const struct refdev_registers *registers, u32 offset)
{
	switch (offset) {
	case VIRTIO_MMIO_SHM_LEN_LOW:
		return length(registers);
	case VIRTIO_MMIO_SHM_LEN_HIGH:
		return length(registers) >> 32;
	case VIRTIO_MMIO_SHM_BASE_LOW:
		return base(registers);
	default:
		return base(registers) >> 32;
	}
}
