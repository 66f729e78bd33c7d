// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Administration commands (VIRTIO 1.4, 2.12.1), as far as a device must have them that has a queue for them (2.13): which
 * commands there are, and which of them the driver uses. The only group is the device itself.
 */
#include <endian.h>

#include "refdev/console/parts.h"

#define LIST_QUERY 0
#define LIST_USE 1
#define COMMANDS 0x3ULL /* the two, as bits */

#define GROUP_SELF 0

#define STATUS_OK 0
#define STATUS_EINVAL 22

#define Q_INVALID_OPCODE 2
#define Q_INVALID_FIELD 3
#define Q_INVALID_GROUP 4

struct command {
	u16 opcode;
	u16 group_type;
	u8 reserved[12];
	u64 group_member_id;
	u64 list; /* command_specific_data of LIST_USE */
} __attribute__((packed));

struct result {
	u16 status;
	u16 status_qualifier;
	u8 reserved[4];
	u64 list; /* command_specific_result of LIST_QUERY */
} __attribute__((packed));

/* Answers one command. Returns how long its result is. */
static size_t answer(struct refdev_console *console, const struct command *command, struct result *result)
{
	u16 opcode = le16toh(command->opcode);

	result->status = htole16(STATUS_EINVAL);
	if (le16toh(command->group_type) != GROUP_SELF) {
		result->status_qualifier = htole16(Q_INVALID_GROUP);
	} else if (opcode > LIST_USE || !(console->admin_used & 1ULL << opcode)) {
		result->status_qualifier = htole16(Q_INVALID_OPCODE);
	} else if (opcode == LIST_USE && le64toh(command->list) & ~COMMANDS) {
		result->status_qualifier = htole16(Q_INVALID_FIELD);
	} else {
		result->status = htole16(STATUS_OK);
		if (opcode == LIST_USE)
			console->admin_used = le64toh(command->list);
		else
			result->list = htole64(COMMANDS);
	}
	if (opcode == LIST_QUERY && result->status == htole16(STATUS_OK))
		return sizeof(*result);
	return offsetof(struct result, list);
}

void refdev_console_administer(struct refdev_console *console, struct refdev_queue *queue)
{
	struct refdev_buffer buffer;

	while (refdev_queue_take(queue, &buffer)) {
		struct command command = { 0 };
		struct result result = { 0 };
		size_t len;

		/* What the driver left out counts as 0, and what there is no room for is not written (2.13.1). */
		refdev_buffer_read(&buffer, 0, &command, sizeof(command));
		len = answer(console, &command, &result);
		refdev_queue_use(queue, &buffer, (u32)refdev_buffer_write(&buffer, 0, &result, len));
	}
	refdev_queue_signal(queue);
}
