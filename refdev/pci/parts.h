/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this folder have of each other. */
#ifndef REFDEV_PCI_PARTS_H
#define REFDEV_PCI_PARTS_H

#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_pci.h>
#include <string.h>

#include "refdev/core/defect.h"
#include "refdev/pci/function.h"

/* Registers are little-endian (4.1.3), and kept in memory as they read. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "reference devices are for little-endian hosts");

#ifndef VIRTIO_PCI_CAP_VENDOR_CFG
#define VIRTIO_PCI_CAP_VENDOR_CFG 9
#endif

#define NO_VECTOR 0xffff /* VIRTIO_MSI_NO_VECTOR */

#define ISR_QUEUE 0x1
#define ISR_CONFIG 0x2

enum {
	LEGACY_BAR = 0, /* ports; of transitional devices */
	VECTORS_BAR = 1, /* MSI-X */
	SHARED_MEMORY_BAR = 2, /* with BAR 3, as it is 64 bits wide */
	MODERN_BAR = 4, /* with BAR 5 */
};

#define PENDING_BITS_AT 0x800 /* in VECTORS_BAR, behind the table */

static inline struct refdev_function *function_of(struct refdev_port *port)
{
	return (struct refdev_function *)port;
}

/* A register of configuration space. */
static inline u32 space_get(const struct refdev_function *f, unsigned int at, unsigned int width)
{
	u32 value = 0;

	memcpy(&value, f->space + at, width);
	return value;
}

static inline void space_put(struct refdev_function *f, unsigned int at, unsigned int width, u32 value)
{
	memcpy(f->space + at, &value, width);
}

/* Lets the driver write the bits @bits of a register. */
static inline void space_allow(struct refdev_function *f, unsigned int at, unsigned int width, u32 bits)
{
	memcpy(f->writable + at, &bits, width);
}

/* Whether an access of @width bytes at @offset touches the @len bytes at @at. */
static inline bool touches(u64 offset, unsigned int width, u64 at, u64 len)
{
	return offset < at + len && at < offset + width;
}

/* The @width bytes at @offset of the @len bytes at @from; what lies beyond reads 0. */
static inline u64 bytes_of(const void *from, u64 len, u64 offset, unsigned int width)
{
	u64 value = 0, rest = offset < len ? len - offset : 0;

	memcpy(&value, (const u8 *)from + (rest ? offset : 0), rest < width ? rest : width);
	return value;
}

/* Makes the header of configuration space with its BARs, and the lists of capabilities. */
void refdev_pci_make_header(struct refdev_function *f);
void refdev_pci_make_capabilities(struct refdev_function *f);

/* Accesses to configuration space, as in struct refdev_port_ops. */
u32 refdev_pci_config_read(struct refdev_port *port, unsigned int offset, unsigned int width);
void refdev_pci_config_write(struct refdev_port *port, unsigned int offset, unsigned int width, u32 value);

/* Accesses to a BAR, whether or not it is decoded. Outside of it they read 0 and write nothing. */
u64 refdev_pci_bar_read(struct refdev_function *f, unsigned int bar, u64 offset, unsigned int width);
void refdev_pci_bar_write(struct refdev_function *f, unsigned int bar, u64 offset, unsigned int width, u64 value);

/* The driver accesses pci_cfg_data (4.1.4.9): reads the BAR into it, or writes the BAR from it. */
void refdev_pci_cfg_read(struct refdev_function *f);
void refdev_pci_cfg_write(struct refdev_function *f);

/* Common configuration (4.1.4.3). */
u64 refdev_pci_common_read(struct refdev_function *f, u32 offset, unsigned int width);
void refdev_pci_common_write(struct refdev_function *f, u32 offset, unsigned int width, u64 value);

/* Bytes of it, with all fields that there can be. */
#define REFDEV_PCI_COMMON_LENGTH (sizeof(struct virtio_pci_common_cfg) + 8)

/* How a queue is notified (4.1.4.4, 4.1.5.2): at which address, by which value. */
u16 refdev_pci_notify_off(const struct refdev_queue *queue);
u16 refdev_pci_notify_config_data(const struct refdev_queue *queue);

/* The driver writes to the notification structure. */
void refdev_pci_notify(struct refdev_function *f, u32 offset, unsigned int width, u64 value);

/* ISR status and interrupt line (4.1.4.5). */
void refdev_pci_isr_raise(struct refdev_function *f, u8 bits);
u8 refdev_pci_isr_read(struct refdev_function *f);
bool refdev_pci_isr_shown(struct refdev_function *f); /* in the Interrupt Status bit of PCI */
void refdev_pci_update_line(struct refdev_function *f);

/* MSI-X. */
bool refdev_pci_msix_enabled(const struct refdev_function *f);
void refdev_pci_msix_signal(struct refdev_function *f, u16 vector);
void refdev_pci_msix_deliver(struct refdev_function *f); /* what is pending and not masked any more */
u16 refdev_pci_msix_size(const struct refdev_function *f); /* vectors, by what Table Size says */
u64 refdev_pci_msix_read(struct refdev_function *f, u64 offset, unsigned int width);
void refdev_pci_msix_write(struct refdev_function *f, u64 offset, unsigned int width, u64 value);

/* The interface for legacy drivers (4.1.4.10). */
u64 refdev_pci_legacy_size(const struct refdev_function *f);
u64 refdev_pci_legacy_read(struct refdev_function *f, u64 offset, unsigned int width);
void refdev_pci_legacy_write(struct refdev_function *f, u64 offset, unsigned int width, u64 value);

/* Whether the function may do what bit @bit of the command register allows; in a sleeping function that is nothing. */
bool refdev_pci_may(const struct refdev_function *f, u16 bit);

#endif
