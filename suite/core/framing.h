/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same request in other descriptors: it must not matter to the device (VIRTIO 1.4, 2.7.4, 2.8.17). */
#ifndef AVPS_FRAMING_H
#define AVPS_FRAMING_H

#include "exercise.h"

/* In how many pieces either part of a request is cut at the most. A device may refuse very long chains; none refuses these. */
#define FRAMING_MOST_PIECES 8

/*
 * Makes one request of which all that the device reads is one piece of memory and all that it writes another, both cut
 * into @pieces descriptors without regard to what is in them.
 *
 * Returns NULL when it was carried out as in its own framing, else what went wrong. *fits is false, and nothing was done,
 * when the queue has too few descriptors.
 */
const char *framing_request(struct exercise *ex, unsigned int pieces, bool *fits);

#endif
