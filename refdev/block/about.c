// SPDX-License-Identifier: GPL-2.0-or-later
/* What the disk says of itself in requests: identity and wear (VIRTIO 1.4, 5.2.6). */
#include <endian.h>
#include <linux/virtio_blk.h>
#include <string.h>

#include "refdev/block/parts.h"
#include "refdev/core/defect.h"

/* struct virtio_blk_lifetime, which the kernel's header may not have yet. */
struct lifetime {
	u16 pre_eol_info;
	u16 typ_a, typ_b;
} __attribute__((packed));

#define RESERVE_NORMAL 1 /* pre_eol_info: less than 80 % of the reserve is used up */
#define USED_UP_TO_20_PERCENT 2
#define USED_UP_TO_10_PERCENT 1

u8 refdev_block_identity(struct refdev_block *block, struct refdev_block_request *request)
{
	size_t len = sizeof(block->serial);

	if (request->room != len || defect("block.identity_is_an_error"))
		return VIRTIO_BLK_S_IOERR;
	if (defect("block.identity_changes") && block->has_serial)
		block->serial[0]++;
	if (defect("block.identity_is_not_padded") || defect("block.identity_claims_its_padding"))
		len = strnlen((const char *)block->serial, len);
	refdev_buffer_write(request->buffer, 0, block->serial, len);
	request->written = defect("block.identity_claims_its_padding") ? request->room : len;
	return VIRTIO_BLK_S_OK;
}

u8 refdev_block_lifetime(struct refdev_block *block, struct refdev_block_request *request)
{
	struct lifetime lifetime = {
		.pre_eol_info = htole16(RESERVE_NORMAL),
		.typ_a = htole16(USED_UP_TO_20_PERCENT),
		.typ_b = htole16(USED_UP_TO_10_PERCENT),
	};

	if (request->room != sizeof(lifetime))
		return VIRTIO_BLK_S_IOERR;
	if (defect("block.lifetime_is_an_error"))
		return VIRTIO_BLK_S_IOERR;
	if (defect("block.reserve_has_a_reserved_value"))
		lifetime.pre_eol_info = htole16(4);
	if (defect("block.reserve_is_in_percent"))
		lifetime.pre_eol_info = htole16(80);
	if (defect("block.first_estimate_is_in_percent"))
		lifetime.typ_a = htole16(20);
	if (defect("block.second_estimate_is_above_all"))
		lifetime.typ_b = htole16(12);
	if (defect("block.lifetime_is_big_endian"))
		lifetime.typ_b = htobe16(USED_UP_TO_10_PERCENT);
	if (defect("block.lifetime_changes"))
		lifetime.typ_a = htole16(block->storage[0]++ % 2);
	if (defect("block.lifetime_is_cut_short")) {
		refdev_buffer_write(request->buffer, 0, &lifetime, 4);
		request->written = 4;
		return VIRTIO_BLK_S_OK;
	}
	refdev_buffer_write(request->buffer, 0, &lifetime, sizeof(lifetime));
	request->written = sizeof(lifetime);
	return VIRTIO_BLK_S_OK;
}
