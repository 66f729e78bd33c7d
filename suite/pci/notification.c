// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where queues are notified (VIRTIO 1.4, 4.1.4.4). The rules are stricter on a device that offers NOTIFICATION_DATA, as the
 * driver then may write 32 bits instead of 16.
 */
#include "admin_queue.h"

static enum avps_skip narrow(struct avps_device *dev, char *why, size_t why_size)
{
	if (!avps_has(dev->offered, VIRTIO_F_NOTIFICATION_DATA))
		return 0;
	snprintf(why, why_size, "the device offers NOTIFICATION_DATA, and other rules hold");
	return AVPS_SKIP_ABSENT;
}

/* Where in the window of @cap the one of @n queues from @first on is notified that has the highest such offset. */
static u64 highest_offset(struct avps_pci *pci, const struct avps_pci_cap *cap, u32 first, u32 n)
{
	u64 highest = 0;

	for (u32 queue = first; queue < first + n && queue <= UINT16_MAX; queue++) {
		u64 offset;

		avps_pci_common_write(pci, COMMON_OFFSET(queue_select), 2, queue);
		offset = avps_pci_common_read(pci, COMMON_OFFSET(queue_notify_off), 2) * cap->notify_off_multiplier;
		if (offset > highest)
			highest = offset;
	}
	return highest;
}

/* The same for all queues, those of the administration among them. */
static u64 highest_of_all(struct avps_pci *pci, const struct avps_pci_cap *cap, bool admin_queues)
{
	u64 highest = highest_offset(pci, cap, 0, avps_pci_common_read(pci, COMMON_OFFSET(num_queues), 2)),
	    highest_admin;

	if (!admin_queues)
		return highest;
	highest_admin = highest_offset(pci, cap, avps_pci_common_read(pci, COMMON_ADMIN_QUEUE_INDEX, 2),
				       avps_pci_common_read(pci, COMMON_ADMIN_QUEUE_NUM, 2));
	return highest > highest_admin ? highest : highest_admin;
}

/* Sets @admin_ to whether there are administration queues; from then on they can be looked at. */
#define LOOK_FOR_ADMIN_QUEUES(admin_)                                               \
	do {                                                                        \
		if (((admin_) = avps_has(self->dev->offered, VIRTIO_F_ADMIN_VQ))) { \
			REQUIRE_FIELD(COMMON_ADMIN_QUEUE_NUM);                      \
			NEGOTIATE_ADMIN_QUEUES();                                   \
		}                                                                   \
	} while (0)

AVPS_TEST(pci_function, notification_capability, CLAUSES("pci-035", "pci-036", "pci-037"), NO_RING, ONLY_IF(narrow))
{
	unsigned int n = 0;

	FOR_EACH_CAP(cap, self->pci, VIRTIO_PCI_CAP_NOTIFY_CFG)
	{
		u32 multiplier = cap->notify_off_multiplier;

		n++;
		CHECK("pci-036", cap->offset % 2 == 0, "its offset is %#llx", (unsigned long long)cap->offset);
		CHECK("pci-037", !multiplier || (power_of_two(multiplier) && multiplier % 2 == 0),
		      "notify_off_multiplier is %u", multiplier);
	}
	CHECK("pci-035", n >= 1, "there is none");
}

AVPS_TEST(pci, notification_capability_has_room, CLAUSES("pci-038", "pci-039"), NO_RING, ONLY_IF(narrow))
{
	bool admin;

	LOOK_FOR_ADMIN_QUEUES(admin);
	FOR_EACH_CAP(cap, self->pci, VIRTIO_PCI_CAP_NOTIFY_CFG)
	{
		u64 highest = highest_of_all(self->pci, cap, admin);

		CHECK("pci-038", cap->length >= 2, "its length is %llu", (unsigned long long)cap->length);
		CHECK("pci-039", cap->length >= highest + 2, "a queue is notified at %llu, the length is %llu",
		      (unsigned long long)highest, (unsigned long long)cap->length);
	}
}

AVPS_TEST(pci_function, wide_notification_capability, CLAUSES("pci-035", "pci-040", "pci-041"), NO_RING,
	  NEEDS(VIRTIO_F_NOTIFICATION_DATA))
{
	unsigned int n = 0;

	FOR_EACH_CAP(cap, self->pci, VIRTIO_PCI_CAP_NOTIFY_CFG)
	{
		u32 multiplier = cap->notify_off_multiplier;

		n++;
		CHECK("pci-041", cap->offset % 4 == 0, "its offset is %#llx", (unsigned long long)cap->offset);
		CHECK("pci-040", !multiplier || (power_of_two(multiplier) && multiplier % 4 == 0),
		      "notify_off_multiplier is %u", multiplier);
	}
	CHECK("pci-035", n >= 1, "there is none");
}

AVPS_TEST(pci, wide_notification_capability_has_room, CLAUSES("pci-042", "pci-043"), NO_RING,
	  NEEDS(VIRTIO_F_NOTIFICATION_DATA))
{
	bool admin;

	LOOK_FOR_ADMIN_QUEUES(admin);
	FOR_EACH_CAP(cap, self->pci, VIRTIO_PCI_CAP_NOTIFY_CFG)
	{
		u64 highest = highest_of_all(self->pci, cap, admin);

		CHECK("pci-042", cap->length >= 4, "its length is %llu", (unsigned long long)cap->length);
		CHECK("pci-043", cap->length >= highest + 4, "a queue is notified at %llu, the length is %llu",
		      (unsigned long long)highest, (unsigned long long)cap->length);
	}
}
