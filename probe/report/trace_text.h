/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trace entries as people read them. */
#ifndef AVPS_TRACE_TEXT_H
#define AVPS_TRACE_TEXT_H

#include "avps/device.h"
#include "avps/trace.h"

/* Writes @entry as one line into @out; times count from @start_us. @dev names its registers. */
void avps_trace_text(const struct avps_device *dev, const struct avps_trace_entry *entry, u64 start_us, char *out,
		     size_t size);

#endif
