// SPDX-License-Identifier: GPL-2.0-or-later
/* The lists of capabilities: those of PCI, and those of VIRTIO that tell where its structures are (VIRTIO 1.4, 4.1.4). */
#include <assert.h>

#include "refdev/pci/parts.h"

/* In MODERN_BAR. ISR status has no alignment, so it is given none. */
#define NOTIFY_AT 0x0
#define COMMON_AT 0x1000
#define CONFIG_AT 0x2000
#define ISR_AT 0x3001

#define NOTIFY_MULTIPLIER 4
#define VENDOR_DATA_VENDOR 0x1234
#define VENDOR_DATA_LENGTH 16

/* Appends a capability of @len bytes to the list. Returns where it is. */
static u8 add(struct refdev_function *f, u8 id, u8 len)
{
	unsigned int at = f->capabilities_end;

	assert(at + len <= PCI_CFG_SPACE_SIZE);
	space_put(f, f->last_link, 1, at);
	space_put(f, at + PCI_CAP_LIST_ID, 1, id);
	f->last_link = at + PCI_CAP_LIST_NEXT;
	f->capabilities_end = (at + len + 3) & ~3;
	return at;
}

/* Appends a VIRTIO capability that describes a window. */
static u8 add_window(struct refdev_function *f, u8 cfg_type, u8 cap_len, const struct refdev_window *window)
{
	u8 at = add(f, PCI_CAP_ID_VNDR, cap_len);

	space_put(f, at + VIRTIO_PCI_CAP_LEN, 1, cap_len);
	space_put(f, at + VIRTIO_PCI_CAP_CFG_TYPE, 1, cfg_type);
	space_put(f, at + VIRTIO_PCI_CAP_BAR, 1, window->bar);
	space_put(f, at + VIRTIO_PCI_CAP_OFFSET, 4, window->offset);
	space_put(f, at + VIRTIO_PCI_CAP_LENGTH, 4, window->length);
	return at;
}

static void add_msix(struct refdev_function *f)
{
	u32 table_at = defect("pci.msix_table_outside_its_bar") ? 0xff0 : 0;
	u32 pending_at = defect("pci.msix_pending_bits_in_the_table") ? 8 : PENDING_BITS_AT;

	f->msix_at = add(f, PCI_CAP_ID_MSIX, PCI_CAP_MSIX_SIZEOF);
	space_put(f, f->msix_at + PCI_MSIX_FLAGS, 2, refdev_pci_msix_size(f) - 1);
	space_allow(f, f->msix_at + PCI_MSIX_FLAGS, 2, PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	space_put(f, f->msix_at + PCI_MSIX_TABLE, 4, table_at | VECTORS_BAR);
	space_put(f, f->msix_at + PCI_MSIX_PBA, 4, pending_at | VECTORS_BAR);
}

/* D0 and D3hot, whose end is no reset. */
static u8 add_power(struct refdev_function *f)
{
	u8 at = add(f, PCI_CAP_ID_PM, PCI_PM_SIZEOF);

	space_put(f, at + PCI_PM_PMC, 2, 3);
	space_put(f, at + PCI_PM_CTRL, 2, PCI_PM_CTRL_NO_SOFT_RESET);
	space_allow(f, at + PCI_PM_CTRL, 2, PCI_PM_CTRL_STATE_MASK);
	return at;
}

static void add_express(struct refdev_function *f)
{
	u8 at = add(f, PCI_CAP_ID_EXP, PCI_CAP_EXP_RC_ENDPOINT_SIZEOF_V1);

	space_put(f, at + PCI_EXP_FLAGS, 2, PCI_EXP_TYPE_RC_END << 4 | 1);
	space_put(f, at + PCI_EXP_DEVCAP, 4, PCI_EXP_DEVCAP_RBER);
}

/* Extended configuration space holds a serial number. */
static void make_extended(struct refdev_function *f)
{
	u32 version = defect("pci.extended_capability_version_0") ? 0 : 1, next = 0;

	if (defect("pci.extended_list_leads_nowhere"))
		next = 0x200;
	if (defect("pci.extended_list_loops"))
		next = PCI_CFG_SPACE_SIZE;
	if (defect("pci.extended_capability_unaligned"))
		next = PCI_CFG_SPACE_SIZE + 2;
	if (defect("pci.extended_list_leads_back"))
		next = PCI_STD_HEADER_SIZEOF;
	space_put(f, PCI_CFG_SPACE_SIZE, 4, PCI_EXT_CAP_ID_DSN | version << 16 | next << 20);
	space_put(f, PCI_CFG_SPACE_SIZE + 4, 4, 0x52454644);
	space_put(f, PCI_CFG_SPACE_SIZE + 8, 4, 0x1);
}

static void add_common(struct refdev_function *f)
{
	f->common = (struct refdev_window){ MODERN_BAR, COMMON_AT, REFDEV_PCI_COMMON_LENGTH };
	if (defect("pci.common_window_without_later_fields"))
		f->common.length = sizeof(struct virtio_pci_common_cfg);
	if (defect("pci.common_structure_unaligned"))
		f->common.offset += 2;
	if (!defect("pci.no_common_capability"))
		add_window(f, VIRTIO_PCI_CAP_COMMON_CFG, sizeof(struct virtio_pci_cap), &f->common);
}

/* Rules differ with NOTIFICATION_DATA (4.1.4.4.1), and so do the ways to break them. */
static void break_notify(struct refdev_function *f, bool wide)
{
	u32 lowest = refdev_pci_notify_off(&f->dev->queues[0]) * NOTIFY_MULTIPLIER;

	if (!wide && defect("pci.notify_structure_unaligned"))
		f->notify.offset += 1;
	if (!wide && defect("pci.notify_multiplier_is_one"))
		f->notify_multiplier = 1;
	if (!wide && defect("pci.notify_multiplier_is_six"))
		f->notify_multiplier = 6;
	if (!wide && defect("pci.notify_window_too_short"))
		f->notify.length = lowest;
	if (wide && defect("pci.wide_notify_structure_unaligned"))
		f->notify.offset += 2;
	if (wide && defect("pci.wide_notify_multiplier_is_two"))
		f->notify_multiplier = 2;
	if (wide && defect("pci.wide_notify_multiplier_is_twelve"))
		f->notify_multiplier = 12;
	if (wide && defect("pci.wide_notify_window_for_16_bits"))
		f->notify.length = 2;
	if (wide && defect("pci.wide_notify_window_too_short"))
		f->notify.length = lowest + 2;
}

static void add_notify(struct refdev_function *f)
{
	bool wide = f->dev->offered & FEATURE_BIT(REFDEV_F_NOTIFICATION_DATA);
	u8 cap_len = sizeof(struct virtio_pci_notify_cap), at;

	f->notify_multiplier = NOTIFY_MULTIPLIER;
	f->notify = (struct refdev_window){ MODERN_BAR, NOTIFY_AT, NOTIFY_MULTIPLIER * (REFDEV_MAX_QUEUES + 1) };
	break_notify(f, wide);
	if (!defect("pci.no_notify_capability")) {
		at = add_window(f, VIRTIO_PCI_CAP_NOTIFY_CFG, cap_len, &f->notify);
		space_put(f, at + VIRTIO_PCI_NOTIFY_CAP_MULT, 4, f->notify_multiplier);
		if (defect("pci.notify_cap_len_without_multiplier"))
			space_put(f, at + VIRTIO_PCI_CAP_LEN, 1, sizeof(struct virtio_pci_cap));
	}
	if (!wide && defect("pci.second_notify_window_too_short"))
		add_window(f, VIRTIO_PCI_CAP_NOTIFY_CFG, cap_len, &(struct refdev_window){ MODERN_BAR, NOTIFY_AT, 1 });
}

static void add_isr(struct refdev_function *f)
{
	u8 at;

	f->isr_window = (struct refdev_window){ MODERN_BAR, ISR_AT, 1 };
	if (defect("pci.no_isr_capability"))
		return;
	at = add_window(f, VIRTIO_PCI_CAP_ISR_CFG, sizeof(struct virtio_pci_cap), &f->isr_window);
	if (defect("pci.capability_reaches_into_the_next"))
		space_put(f, at + VIRTIO_PCI_CAP_LEN, 1, sizeof(struct virtio_pci_cap) + 4);
}

/* Only for types that have a configuration of their own (4.1.4.6). */
static void add_config(struct refdev_function *f)
{
	struct refdev_window shown;

	if (!f->dev->type->config_len)
		return;
	f->config = (struct refdev_window){ MODERN_BAR, CONFIG_AT, f->dev->type->config_len };
	if (defect("pci.config_structure_unaligned"))
		f->config.offset += 2;
	shown = f->config;
	if (defect("pci.config_window_too_short"))
		shown.length = 4;
	if (defect("pci.config_window_beyond_its_bar"))
		shown.length = f->bar_size[MODERN_BAR];
	if (defect("pci.config_window_in_a_missing_bar"))
		shown.bar = MODERN_BAR + 1;
	if (!defect("pci.no_config_capability"))
		add_window(f, VIRTIO_PCI_CAP_DEVICE_CFG, sizeof(struct virtio_pci_cap), &shown);
}

/* Where the driver looks at the BARs through configuration space (4.1.4.9) is for the driver to write. */
static void add_pci_cfg(struct refdev_function *f)
{
	u8 cap_len = sizeof(struct virtio_pci_cfg_cap), at;

	if (defect("pci.no_pci_cfg_capability"))
		return;
	at = add_window(f, VIRTIO_PCI_CAP_PCI_CFG, cap_len, &(struct refdev_window){ 0 });
	f->pci_cfg_at = at;
	if (defect("pci.pci_cfg_cap_len_without_data"))
		space_put(f, at + VIRTIO_PCI_CAP_LEN, 1, sizeof(struct virtio_pci_cap));
	space_allow(f, at + VIRTIO_PCI_CAP_BAR, 1, defect("pci.pci_cfg_bar_is_fixed") ? 0 : 0xff);
	space_allow(f, at + VIRTIO_PCI_CAP_OFFSET, 4, defect("pci.pci_cfg_offset_is_rounded") ? ~3 : ~0);
	space_allow(f, at + VIRTIO_PCI_CAP_LENGTH, 4, defect("pci.pci_cfg_length_is_fixed") ? 0 : ~0);
	space_allow(f, at + offsetof(struct virtio_pci_cfg_cap, pci_cfg_data), 4, ~0);
}

static void add_shared_memory(struct refdev_function *f)
{
	struct refdev_window window = { SHARED_MEMORY_BAR, 0, f->options.shared_memory };
	u8 cap_len = sizeof(struct virtio_pci_cap64), at;

	if (defect("pci.shared_memory_beyond_its_bar"))
		window.length = f->bar_size[SHARED_MEMORY_BAR] + 0x1000;
	if (defect("pci.shared_memory_of_no_bytes"))
		window.length = 0;
	at = add_window(f, VIRTIO_PCI_CAP_SHARED_MEMORY_CFG, cap_len, &window);
	if (defect("pci.shared_memory_offset_high_half"))
		space_put(f, at + offsetof(struct virtio_pci_cap64, offset_hi), 4, 1);
	if (defect("pci.shared_memory_cap_len_of_32_bits"))
		space_put(f, at + VIRTIO_PCI_CAP_LEN, 1, sizeof(struct virtio_pci_cap));
	if (defect("pci.shared_memory_id_twice"))
		add_window(f, VIRTIO_PCI_CAP_SHARED_MEMORY_CFG, cap_len, &window);
}

/* Bytes that mean something to nobody, in a format that a vendor other than VIRTIO's defines (4.1.4.8). */
static void add_vendor_data(struct refdev_function *f)
{
	u8 at = add(f, PCI_CAP_ID_VNDR, VENDOR_DATA_LENGTH);

	f->vendor_at = at;
	space_put(f, at + VIRTIO_PCI_CAP_LEN, 1, VENDOR_DATA_LENGTH - (defect("pci.vendor_data_length_odd") ? 2 : 0));
	space_put(f, at + VIRTIO_PCI_CAP_CFG_TYPE, 1, VIRTIO_PCI_CAP_VENDOR_CFG);
	space_put(f, at + 4, 2, defect("pci.vendor_data_of_virtio") ? 0x1af4 : VENDOR_DATA_VENDOR);
	space_put(f, at + 8, 4, 0x76646e72);
}

/* What only a broken function has at the end of its list. */
static void break_end(struct refdev_function *f)
{
	if (defect("pci.power_management_twice"))
		add_power(f);
	if (defect("pci.capability_id_reserved"))
		add(f, 0xff, 4);
	if (defect("pci.capability_unaligned")) {
		f->capabilities_end += 2;
		add(f, PCI_CAP_ID_VPD, 4);
	}
	if (defect("pci.capability_list_loops"))
		space_put(f, f->last_link, 1, PCI_STD_HEADER_SIZEOF);
	if (defect("pci.capability_list_leads_into_the_header"))
		space_put(f, f->last_link, 1, PCI_SUBSYSTEM_VENDOR_ID);
}

void refdev_pci_make_capabilities(struct refdev_function *f)
{
	f->last_link = PCI_CAPABILITY_LIST;
	f->capabilities_end = PCI_STD_HEADER_SIZEOF;
	f->power_at = add_power(f);
	if (f->vectors)
		add_msix(f);
	if (f->options.express) {
		add_express(f);
		make_extended(f);
	}
	add_common(f);
	add_notify(f);
	add_isr(f);
	add_config(f);
	add_pci_cfg(f);
	if (f->options.shared_memory)
		add_shared_memory(f);
	if (f->options.vendor_data)
		add_vendor_data(f);
	break_end(f);
}
