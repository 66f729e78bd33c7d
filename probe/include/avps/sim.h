/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices that are models in this process: they take the place of real ones below the transport, so that everything above
 * runs as it does in a guest. Their time goes on with each access and each look at the clock; nothing really waits.
 */
#ifndef AVPS_SIM_H
#define AVPS_SIM_H

#include "avps/device.h"

#define AVPS_MAX_SIMULATED 32

struct refdev_memory;
struct refdev_port;

/*
 * Makes the memory for DMA and the devices' clock. To be called once, before any of the others.
 *
 * Returns 0 or a negative errno.
 */
int avps_sim_init(void);

/* That memory, as models see it. */
const struct refdev_memory *avps_sim_memory(void);

/*
 * Plugs in the machine of reference devices (refdev/machine.h).
 *
 * @defect: the one that is turned on in it; NULL: none
 *
 * Returns 0, or -ENOMEM.
 */
int avps_sim_machine(const char *defect);

struct json_object;

/*
 * Has the host of that machine act: avps_host_act() as it is once the machine is plugged in. It knows block-resize.
 *
 * Returns 0, or -EIO with a sentence in @why.
 */
int avps_sim_host_act(struct json_object *request, char *why, size_t why_size);

/*
 * Keeps the stable storage of that machine's disk of that serial number in a file, which has to exist: what it holds is on the disk
 * to begin with, and what the disk makes stable is written there at once.
 *
 * Returns 0, or a negative errno with a sentence in @why.
 */
int avps_sim_keep_disk(const char *serial, const char *path, char *why, size_t why_size);

/* A place in a reference device where a defect changes what it does, by number; false beyond the last. */
struct avps_sim_defect {
	const char *name;
	const char *file;
	int line;
};

bool avps_sim_defect(unsigned int number, struct avps_sim_defect *defect);

/* Plugs one device in, whose address must stay valid. 0, or -ENOSPC. */
int avps_sim_plug(struct refdev_port *port);

/* Unplugs all devices. */
void avps_sim_clear(void);

/* What is plugged in, by number, from 0: its name and bus as in struct avps_device, and for MMIO where it would be. */
struct avps_sim_place {
	const char *name;
	const char *bus;
	u64 base;
	long interrupt;
};

/* False when there is no device of that number. */
bool avps_sim_place(unsigned int number, struct avps_sim_place *place);

/* Its registers and interrupts. */
struct avps_io *avps_sim_open(unsigned int number);

/* As avps_discover(), of the devices that are plugged in. */
int avps_discover_simulated(struct avps_device *devices);

#endif
