/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a test leaves on the heap. In a guest it is gone with the test's process; here there is one process for all. */
#ifndef AVPS_LEFTOVERS_H
#define AVPS_LEFTOVERS_H

/* From now on notes what is allocated and not freed. */
void leftovers_begin(void);

/* Frees that, and notes no more. */
void leftovers_free(void);

#endif
