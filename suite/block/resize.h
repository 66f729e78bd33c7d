/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk that the host makes larger or smaller while the guest looks (host action block-resize): the one change of a
 * configuration that a disk has from outside. The tests of what follows from it are in block, core, pci and mmio.
 */
#ifndef AVPS_BLOCK_RESIZE_H
#define AVPS_BLOCK_RESIZE_H

#include "avps/host.h"

#include "block.h"

#define RESIZE "block-resize"

/* How many sectors are added: a multiple of each usual block size. */
#define RESIZE_MORE 64

/* A live disk that the host can resize. */
struct resizable {
	struct avps_instance on;
	struct avps_device *dev;
	struct blk disk;
	char serial[VIRTIO_BLK_ID_BYTES + 1]; /* what GET_ID says, by which the host knows it */
	u64 sectors; /* as it was found */
};

/*
 * Brings the disk up with BLK_USUAL, and asks which it is. @on without a ring: with the split one.
 *
 * Returns 0 or a negative errno, as blk_start().
 */
int resizable_start(struct resizable *r, const struct avps_instance *on);

/*
 * Resets the disk and brings it up again, with the features in disk.features.
 *
 * @kind: the interrupts that it is to have
 *
 * Returns 0 or a negative errno, as blk_start() and avps_device_interrupts().
 */
int resizable_restart(struct resizable *r, enum avps_interrupts kind);

/* Resets the disk, and has the host give it back the sectors it had. */
void resizable_end(struct resizable *r);

/*
 * Has the host resize the disk, after what came of it before was taken.
 *
 * Returns as avps_host_act(), or -ENODEV if the disk does not say which it is.
 */
int resizable_resize(struct resizable *r, u64 sectors, char *why, size_t why_size);

/* The same to @n sizes, one after the other, before the guest can look. */
int resizable_resize_often(struct resizable *r, const u64 *sizes, unsigned int n, char *why, size_t why_size);

/* Whether a configuration change notification has come, or comes before @deadline. It is taken. */
bool resizable_told(struct resizable *r, avps_deadline deadline);

/* The capacity as it is now. */
u64 resizable_capacity(struct resizable *r);

/* The generation of the configuration. */
u32 resizable_generation(struct resizable *r);

/* In a test: has the host resize the disk; where it can't, the test is skipped with its reason. */
#define RESIZE_TO(r_, sectors_)                                                 \
	do {                                                                    \
		char why_[160];                                                 \
		if (resizable_resize(r_, sectors_, why_, sizeof(why_)))         \
			SKIP_AS(AVPS_SKIP_HOST_CANNOT, "%s: %s", RESIZE, why_); \
	} while (0)

/* The same, and the disk must say that it has changed. */
#define RESIZE_AND_SEE(r_, sectors_)                                                                         \
	do {                                                                                                 \
		RESIZE_TO(r_, sectors_);                                                                     \
		REQUIRE(resizable_capacity(r_) == (sectors_), "the capacity is %llu after a resize to %llu", \
			(unsigned long long)resizable_capacity(r_), (unsigned long long)(sectors_));         \
	} while (0)

/*
 * Declares part @part_ of suite @name_, whose tests find a live disk in self->disk; the arguments after the name are those of
 * AVPS_SUITE(). The tests are to be for disks that can be written to: ONLY_IF(blk_writable).
 */
#define RESIZE_SUITE(part_, name_, ...)                                                                    \
	AVPS_SUITE_PART(part_, name_, .virtio_id = VIRTIO_ID_BLOCK, ##__VA_ARGS__)                         \
	{                                                                                                  \
		struct resizable disk;                                                                     \
	};                                                                                                 \
	AVPS_SETUP(part_)                                                                                  \
	{                                                                                                  \
		REQUIRE(!resizable_start(&self->disk, &variant->on), "the disk could not be initialised"); \
	}                                                                                                  \
	AVPS_TEARDOWN(part_)                                                                               \
	{                                                                                                  \
		resizable_end(&self->disk);                                                                \
	}

#endif
