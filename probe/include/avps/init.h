/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AVPS_INIT_H
#define AVPS_INIT_H

/* The whole of a run, as process 1 of the guest. Does not return. */
void avps_init_main(void) __attribute__((noreturn));

/* Prints the tests and the places that judge clauses as JSON (`probe list`). */
void avps_list_main(void);

#endif
