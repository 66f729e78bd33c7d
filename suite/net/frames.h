/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames that the tests send, each of which can be told from all others and rebuilt to be compared with what comes
 * back.
 */
#ifndef AVPS_NET_FRAMES_H
#define AVPS_NET_FRAMES_H

#include <linux/if_ether.h>
#include <stdbool.h>
#include <stddef.h>

#include "avps/types.h"

#define FRAME_TYPE 0x88b5 /* which IEEE 802 leaves for local experiments */
#define FRAME_LEAST 60 /* bytes, without the checksum that follows a frame on the wire */
#define FRAME_VLAN_TAG 4 /* bytes */

/* What a frame carries. */
enum frame_kind {
	FRAME_PLAIN, /* FRAME_TYPE */
	FRAME_UDP, /* IPv4 and UDP, with a right checksum */
	FRAME_UDP_WRONG, /* the checksum is wrong */
	FRAME_UDP_PARTIAL, /* it is that of the pseudo header alone: the rest is left to an offload */
	FRAME_TCP, /* IPv4 and TCP, with a right checksum */
};

struct frame {
	u8 to[ETH_ALEN], from[ETH_ALEN];
	bool tagged; /* for VLAN @vlan */
	u16 vlan;
	enum frame_kind kind;
	u32 number;
	size_t len; /* bytes, at least FRAME_LEAST */
	u32 source, destination; /* IPv4 addresses; 0: some */
	u16 source_port, destination_port; /* 0: some */
};

/* Where the checksum of an untagged FRAME_UDP* begins, and where from there it is stored; of TCP likewise. */
#define FRAME_CSUM_START 34
#define FRAME_UDP_CSUM_OFFSET 6
#define FRAME_TCP_CSUM_OFFSET 16

/* Writes the frame's bytes. Returns frame->len. */
size_t frame_build(u8 *at, const struct frame *frame);

/* Whether @len bytes at @at are one of ours, whose number is *number; what else there may be on a network is not. */
bool frame_is_ours(const u8 *at, size_t len, u32 *number);

/* The ones' complement sum of @len bytes, as the checksum of it is stored (big-endian value in CPU order). */
u16 frame_checksum(const u8 *at, size_t len, u32 sum);

#endif
