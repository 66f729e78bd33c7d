/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the console show each other. */
#ifndef REFDEV_CONSOLE_PARTS_H
#define REFDEV_CONSOLE_PARTS_H

#include "refdev/console/console.h"

/* The queues between those of port 0 and those of the other ports (5.3.2). */
#define REFDEV_CONSOLE_FROM_DEVICE 2
#define REFDEV_CONSOLE_FROM_DRIVER 3

/* Takes what the driver sent to a port, and puts what the port holds into the driver's buffers (ports.c). */
void refdev_console_take(struct refdev_console *console, struct refdev_queue *queue, unsigned int port);
void refdev_console_give(struct refdev_console *console, struct refdev_queue *queue, unsigned int port);

/* Takes control messages of the driver, and delivers those that wait for it (5.3.6.3, control.c). */
void refdev_console_listen(struct refdev_console *console, struct refdev_queue *queue);
void refdev_console_tell(struct refdev_console *console, struct refdev_queue *queue);

/* Carries out what is in an administration virtqueue (2.12.1, 2.13, admin.c). */
void refdev_console_administer(struct refdev_console *console, struct refdev_queue *queue);

#endif
