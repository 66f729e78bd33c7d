// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which disks a test of zones is for. The configuration says it, which may be read before FEATURES_OK as far as features are offered
 * (2.5.1).
 */
#include "zones.h"

/* Says why not, if @fits is false. */
static enum avps_skip only(bool fits, const char *reason, char *why, size_t why_size)
{
	if (fits)
		return 0;
	snprintf(why, why_size, "%s", reason);
	return AVPS_SKIP_LAUNCH;
}

enum avps_skip zoned_known(struct avps_device *dev, char *why, size_t why_size)
{
	u8 model = zoned_model(dev);

	return only(model == ZONED_HM || model == ZONED_HA, "the disk shows no zones", why, why_size);
}

enum avps_skip zoned_writable(struct avps_device *dev, char *why, size_t why_size)
{
	return zoned_known(dev, why, why_size)
		       ?: only(!avps_has(dev->offered, VIRTIO_BLK_F_RO), "the disk is read-only", why, why_size);
}

enum avps_skip zoned_host_managed(struct avps_device *dev, char *why, size_t why_size)
{
	return zoned_writable(dev, why, why_size)
		       ?: only(zoned_model(dev) == ZONED_HM, "the disk is not host-managed", why, why_size);
}

enum avps_skip zoned_host_aware(struct avps_device *dev, char *why, size_t why_size)
{
	u8 model = zoned_model(dev);

	return only(model == ZONED_HA || model == ZONED_NONE, "the disk is host-managed", why, why_size);
}

enum avps_skip zoned_with_appends(struct avps_device *dev, char *why, size_t why_size)
{
	return zoned_writable(dev, why, why_size)
		       ?: only(ZONED_CONFIG(dev, max_append_sectors) > 0, "the disk has no appends", why, why_size);
}

enum avps_skip zoned_without_appends(struct avps_device *dev, char *why, size_t why_size)
{
	return zoned_host_managed(dev, why, why_size)
		       ?: only(!ZONED_CONFIG(dev, max_append_sectors), "the disk has appends", why, why_size);
}

enum avps_skip zoned_open_limit(struct avps_device *dev, char *why, size_t why_size)
{
	return zoned_writable(dev, why, why_size)
		       ?: only(ZONED_CONFIG(dev, max_open_zones), "open zones are not limited", why, why_size);
}

enum avps_skip zoned_active_limit(struct avps_device *dev, char *why, size_t why_size)
{
	return zoned_writable(dev, why, why_size)
		       ?: only(ZONED_CONFIG(dev, max_active_zones), "active zones are not limited", why, why_size);
}

enum avps_skip zoned_no_open_limit(struct avps_device *dev, char *why, size_t why_size)
{
	return zoned_writable(dev, why, why_size)
		       ?: only(!ZONED_CONFIG(dev, max_open_zones), "open zones are limited", why, why_size);
}

enum avps_skip zoned_no_active_limit(struct avps_device *dev, char *why, size_t why_size)
{
	return zoned_writable(dev, why, why_size)
		       ?: only(!ZONED_CONFIG(dev, max_active_zones), "active zones are limited", why, why_size);
}
