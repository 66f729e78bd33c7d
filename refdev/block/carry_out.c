// SPDX-License-Identifier: GPL-2.0-or-later
/* Which request it is, and whether this disk and this driver have it (VIRTIO 1.4, 5.2.6). */
#include <linux/virtio_blk.h>

#include "refdev/block/parts.h"
#include "refdev/core/defect.h"

/* The requests about zones, which a driver may not make without ZONED (5.2.6.2): the even types from 16 to 26, and append. */
static bool is_zone_request(u32 type)
{
	return type == 15 || (type >= 16 && type <= 26 && !(type % 2));
}

/* The commands of SCSI, as old disks had them. */
static bool is_scsi(u32 type)
{
	return type == 2 || type == 3;
}

/* What a device that doesn't know the request says. */
static u8 unknown(struct refdev_block *block, struct refdev_block_request *request)
{
	bool append = request->type == 15;

	if (is_zone_request(request->type)) {
		if (defect("block.zone_request_is_an_error"))
			return VIRTIO_BLK_S_IOERR;
		if (defect("block.zone_report_is_empty") && request->type == 16)
			return VIRTIO_BLK_S_OK;
		if (defect("block.zone_append_is_a_write") && append)
			return refdev_block_write(block, request);
		if (defect("block.zone_reset_succeeds") && (request->type == 24 || request->type == 26))
			return VIRTIO_BLK_S_OK;
		return VIRTIO_BLK_S_UNSUPP;
	}
	if (is_scsi(request->type) && defect("block.scsi_command_is_an_error"))
		return VIRTIO_BLK_S_IOERR;
	if (defect("block.unknown_request_has_a_status_of_its_own"))
		return 0xff;
	if (defect("block.unknown_request_succeeds"))
		return VIRTIO_BLK_S_OK;
	if (defect("block.unknown_request_is_an_error"))
		return VIRTIO_BLK_S_IOERR;
	return VIRTIO_BLK_S_UNSUPP;
}

/* What a device with one of these defects sees of the type. */
static u32 wrong_type(u32 type)
{
	if (defect("block.type_is_four_bits"))
		return type & 0xf;
	if (defect("block.type_is_a_byte"))
		return type & 0xff;
	if (defect("block.type_is_two_bytes"))
		return type & 0xffff;
	if (defect("block.direction_is_all_that_is_odd") && (type & 1))
		return VIRTIO_BLK_T_OUT;
	return type;
}

u8 refdev_block_carry_out(struct refdev_block *block, struct refdev_block_request *request)
{
	struct refdev *dev = &block->dev;

	request->type = wrong_type(request->type);
	if (is_zone_request(request->type) && refdev_block_zoned(block))
		return refdev_zoned_request(block, request);
	switch (request->type) {
	case VIRTIO_BLK_T_IN:
		return refdev_block_zoned(block) ? refdev_zoned_read(block, request)
						 : refdev_block_read(block, request);
	case VIRTIO_BLK_T_OUT:
		if (block->zones.n)
			return refdev_zoned_write(block, request);
		return refdev_block_write(block, request);
	case VIRTIO_BLK_T_FLUSH:
		if (defect("block.flush_is_unsupported") || !refdev_has(dev, VIRTIO_BLK_F_FLUSH))
			break;
		return refdev_block_flush(block);
	case VIRTIO_BLK_T_GET_ID:
		if (!block->has_serial)
			break;
		return refdev_block_identity(block, request);
	case VIRTIO_BLK_T_GET_LIFETIME:
		if (!refdev_has(dev, VIRTIO_BLK_F_LIFETIME) || defect("block.lifetime_is_unsupported"))
			break;
		return refdev_block_lifetime(block, request);
	case VIRTIO_BLK_T_DISCARD:
		if (!refdev_has(dev, VIRTIO_BLK_F_DISCARD) || defect("block.discard_is_unsupported"))
			break;
		return refdev_block_ranges(block, request);
	case VIRTIO_BLK_T_WRITE_ZEROES:
		if (!refdev_has(dev, VIRTIO_BLK_F_WRITE_ZEROES))
			break;
		return refdev_block_ranges(block, request);
	case VIRTIO_BLK_T_SECURE_ERASE:
		if (!refdev_has(dev, VIRTIO_BLK_F_SECURE_ERASE) || defect("block.secure_erase_is_unsupported"))
			break;
		return refdev_block_ranges(block, request);
	}
	return unknown(block, request);
}
