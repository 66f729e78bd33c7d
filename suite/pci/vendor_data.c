// SPDX-License-Identifier: GPL-2.0-or-later
/* Vendor data capabilities (VIRTIO 1.4, 4.1.4.8). */
#include "pci.h"
#include "suite/core/config_fields.h"

#define VENDOR_ID_AT 4 /* in the capability */
#define VIRTIO_VENDOR 0x1af4

static enum avps_skip has_vendor_data(struct avps_device *dev, char *why, size_t why_size)
{
	FOR_EACH_CAP(cap, avps_pci_of(dev->transport), CAP_VENDOR_CFG)
	return 0;
	snprintf(why, why_size, "the device has no vendor data capability");
	return AVPS_SKIP_ABSENT;
}

AVPS_TEST(pci, vendor_data_names_another_vendor, CLAUSES("pci-053"), NO_RING, ONLY_IF(has_vendor_data))
{
	FOR_EACH_CAP(cap, self->pci, CAP_VENDOR_CFG)
	{
		u32 vendor = avps_io_config_read(self->io, cap->at + VENDOR_ID_AT, 2);

		CHECK("pci-053", vendor != VIRTIO_VENDOR, "the capability at %#x has vendor_id %#x", cap->at, vendor);
	}
}

AVPS_TEST(pci, vendor_data_is_whole_double_words, CLAUSES("pci-054"), NO_RING, ONLY_IF(has_vendor_data))
{
	FOR_EACH_CAP(cap, self->pci, CAP_VENDOR_CFG)
	CHECK("pci-054", cap->cap_len % 4 == 0, "the capability at %#x has cap_len %u", cap->at, cap->cap_len);
}

#define COMMON_FIELD(name_)                               \
	{                                                 \
		COMMON_OFFSET(name_), COMMON_WIDTH(name_) \
	}

static const struct {
	u8 at;
	u8 width;
} common_fields[] = {
	COMMON_FIELD(device_feature_select), COMMON_FIELD(device_feature),
	COMMON_FIELD(guest_feature_select),  COMMON_FIELD(guest_feature),
	COMMON_FIELD(msix_config),	     COMMON_FIELD(num_queues),
	COMMON_FIELD(device_status),	     COMMON_FIELD(config_generation),
	COMMON_FIELD(queue_select),	     COMMON_FIELD(queue_size),
	COMMON_FIELD(queue_msix_vector),     COMMON_FIELD(queue_enable),
	COMMON_FIELD(queue_notify_off),	     COMMON_FIELD(queue_desc_lo),
	COMMON_FIELD(queue_desc_hi),	     COMMON_FIELD(queue_avail_lo),
	COMMON_FIELD(queue_avail_hi),	     COMMON_FIELD(queue_used_lo),
	COMMON_FIELD(queue_used_hi),
};

/* What a driver can see of a device by reading. */
struct look {
	u32 space[AVPS_PCI_CONFIG_SIZE / 4];
	u32 common[ARRAY_SIZE(common_fields)];
	u32 config[CONFIG_MOST_FIELDS];
};

/*
 * Left out are pci_cfg_data, as to read it is to read the BAR, and the ISR status, which reading clears. Configuration space,
 * where the vendor data is, comes last: an effect of that look, too, shows in the next.
 */
static void look_at(struct avps_device *dev, struct look *look)
{
	struct avps_pci *pci = avps_pci_of(dev->transport);

	memset(look, 0, sizeof(*look));
	for (size_t i = 0; i < ARRAY_SIZE(common_fields); i++)
		look->common[i] = avps_pci_common_read(pci, common_fields[i].at, common_fields[i].width);
	config_read_all(dev, look->config);
	for (unsigned int at = 0; at < AVPS_PCI_CONFIG_SIZE; at += 4)
		if (!pci->pci_cfg || at != pci->pci_cfg->at + offsetof(struct virtio_pci_cfg_cap, pci_cfg_data))
			look->space[at / 4] = avps_io_config_read(dev->io, at, 4);
}

/*
 * Reading vendor data, in whatever width, changes nothing that the driver can see of the device, and the device goes on as
 * before.
 */
AVPS_TEST(pci, vendor_data_is_read_without_effect, CLAUSES("pci-055"), ONLY_IF(has_vendor_data))
{
	bool exercised = !exercise_known(self->dev, (char[100]){ 0 }, 100);
	struct look before, after;

	if (exercised)
		REQUIRE(!exercise_start(&self->ex, self->on, 0), "the device could not be initialised");
	look_at(self->dev, &before);
	FOR_EACH_CAP(cap, self->pci, CAP_VENDOR_CFG)
	{
		for (unsigned int width = 1; width <= 4; width *= 2)
			for (unsigned int at = 0; at + width <= cap->cap_len && cap->at + at + width <= 256;
			     at += width)
				avps_io_config_read(self->io, cap->at + at, width);
	}
	look_at(self->dev, &after);
	CHECK_SAME("pci-055", "configuration space", after.space, before.space, sizeof(before.space));
	CHECK_SAME("pci-055", "the common configuration", after.common, before.common, sizeof(before.common));
	CHECK_SAME("pci-055", "the device's own configuration", after.config, before.config, sizeof(before.config));
	if (exercised)
		CHECK_WORKS("pci-055", exercise_once(&self->ex), "after vendor data was read");
}
