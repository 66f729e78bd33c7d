/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Using a device without knowing what it is: its class supplies the request, this brings it to the ring and back.
 */
#ifndef AVPS_EXERCISE_H
#define AVPS_EXERCISE_H

#include "avps/judge.h"
#include "device_class.h"

/* A device that is live with one queue. */
struct exercise {
	struct avps_device *dev;
	const struct avps_exercise *kind;
	struct avps_vq vq;
};

/* One request of it. */
struct exercise_request {
	struct avps_element elements[AVPS_MAX_ELEMENTS];
	unsigned int n;
	int id; /* on the ring */
};

/* ONLY_IF: the core tests know a request for this type of device. */
enum avps_skip exercise_known(struct avps_device *dev, char *why, size_t why_size);

/* ONLY_IF: the same, and the device can interrupt. */
enum avps_skip exercise_interrupts(struct avps_device *dev, char *why, size_t why_size);

/* What the core tests accept by default: VERSION_1, what the exercise needs, and ACCESS_PLATFORM where offered. */
avps_features exercise_features(const struct avps_device *dev);

/*
 * Steps 1 to 7 of the initialisation (3.1.1): negotiates exercise_features() and @more, and sets the queue up. Still to
 * be done: avps_device_go().
 *
 * Returns 0 or a negative errno of avps_device_negotiate() or avps_device_queue().
 */
int exercise_prepare(struct exercise *ex, const struct avps_instance *on, avps_features more);

/* The same with DRIVER_OK: ready for requests. */
int exercise_start(struct exercise *ex, const struct avps_instance *on, avps_features more);

/* The same with a certain interrupt vector for the queue; on a device with MSI-X. */
int exercise_start_with_vector(struct exercise *ex, const struct avps_instance *on, u16 vector);

/* The same with @more features and a queue of up to @size entries. */
int exercise_start_with(struct exercise *ex, const struct avps_instance *on, avps_features more, u16 size);

/* The same with no vector for the queue. */
int exercise_start_without_vector(struct exercise *ex, const struct avps_instance *on);

/* Lays a request out and makes it available; does not notify. 0, or -ENOSPC. */
int exercise_add(struct exercise *ex, struct exercise_request *request);

/* Makes one whole request: add, notify, wait for it by interrupt, verify. NULL, or what went wrong. */
const char *exercise_once(struct exercise *ex);

/*
 * What is wrong with a request that came back, or NULL.
 *
 * @err: what avps_vq_wait_used() returned
 */
const char *exercise_wrong(struct exercise *ex, const struct exercise_request *request, int err,
			   const struct avps_used *used);

#endif
