// SPDX-License-Identifier: GPL-2.0-or-later
/* Statistics (VIRTIO 1.4, 5.1.9.5.11): those that need no feature, and those of checksums. */
#include <endian.h>
#include <linux/virtio_net.h>
#include <string.h>

#include "refdev/core/defect.h"
#include "refdev/net/parts.h"

#define QUERY 0
#define GET 1
#define AT sizeof(struct virtio_net_ctrl_hdr)
#define MOST_COUNTERS 6

enum kind { RECEIVE, TRANSMIT, CONTROL };

struct request {
	__le16 queue;
	__le16 reserved[3];
	__le64 types;
} __attribute__((packed));

struct reply {
	u8 type;
	u8 reserved;
	__le16 queue;
	__le16 reserved1;
	__le16 size;
	__le64 counters[MOST_COUNTERS];
} __attribute__((packed));

static const struct statistic {
	u8 type;
	enum kind kind;
	unsigned int counters;
	int feature; /* -1: none */
} statistics[] = {
	{ 0, RECEIVE, 6, -1 },	 { 1, RECEIVE, 4, VIRTIO_NET_F_GUEST_CSUM },
	{ 16, TRANSMIT, 6, -1 }, { 17, TRANSMIT, 2, VIRTIO_NET_F_CSUM },
	{ 32, CONTROL, 2, -1 },
};

#define STATISTICS (sizeof(statistics) / sizeof(statistics[0]))

static enum kind kind_of(struct refdev_net *net, u16 queue)
{
	if (queue == refdev_net_control_queue(net))
		return CONTROL;
	return queue % 2 ? TRANSMIT : RECEIVE;
}

/* Whether the device can answer a request, all of it. */
static bool possible(struct refdev_net *net, const struct request *request)
{
	u16 queue = le16toh(request->queue);
	u64 left = le64toh(request->types);

	if (queue > refdev_net_control_queue(net))
		return defect("net.statistics_of_no_queue_are_empty");
	for (size_t i = 0; i < STATISTICS; i++) {
		const struct statistic *one = &statistics[i];

		if (!(left >> one->type & 1))
			continue;
		if (one->kind != kind_of(net, queue) && !defect("net.statistics_are_had_of_any_queue"))
			return false;
		if (one->feature >= 0 && !refdev_has(&net->dev, one->feature) &&
		    !defect("net.statistics_need_no_feature"))
			return false;
		left &= ~((u64)1 << one->type);
	}
	return !left || defect("net.unknown_statistics_are_passed_over");
}

static u64 counter(const struct refdev_net *net, const struct statistic *one, unsigned int which)
{
	/* A command that asks counts itself, and as one that went well. */
	if (one->kind == CONTROL)
		return which ? net->commands_ok + 1 : net->commands + 1;
	return one->type == 16 && which == 1 ? net->transmitted : 0;
}

/* Adds the statistics that a request asks for. */
static void add(struct refdev_net *net, const struct request *request, struct refdev_net_reply *reply)
{
	for (size_t i = 0; i < STATISTICS; i++) {
		const struct statistic *one = &statistics[i];
		size_t size = offsetof(struct reply, counters) + one->counters * sizeof(__le64);
		struct reply bytes = { .type = one->type, .queue = request->queue, .size = htole16(size) };

		if (!(le64toh(request->types) >> one->type & 1) || reply->result + size > sizeof(reply->bytes))
			continue;
		if (defect("net.size_of_statistics_leaves_the_header_out"))
			bytes.size = htole16(size - offsetof(struct reply, counters));
		if (defect("net.statistics_do_not_say_whose"))
			bytes.queue = 0;
		if (defect("net.types_of_statistics_count_from_one"))
			bytes.type++;
		for (unsigned int n = 0; n < one->counters; n++)
			bytes.counters[n] = htole64(counter(net, one, n));
		memcpy(reply->bytes + reply->result, &bytes, size);
		reply->result += size;
	}
}

static u8 get(struct refdev_net *net, const struct refdev_buffer *buffer, struct refdev_net_reply *reply)
{
	struct request request;
	u8 ack = VIRTIO_NET_OK;
	u64 at = AT;

	if (buffer->readable == AT || (buffer->readable - AT) % sizeof(request))
		return VIRTIO_NET_ERR;
	for (; at < buffer->readable; at += sizeof(request)) {
		refdev_buffer_read(buffer, at, &request, sizeof(request));
		if (possible(net, &request))
			add(net, &request, reply);
		else if (at == AT || !defect("net.later_faults_in_statistics_are_passed_over"))
			ack = VIRTIO_NET_ERR;
	}
	if (ack == VIRTIO_NET_OK && defect("net.statistics_are_followed_by_zeroes"))
		reply->result = reply->result + 64 < sizeof(reply->bytes) ? reply->result + 64 : sizeof(reply->bytes);
	if (ack != VIRTIO_NET_OK)
		reply->result = 0;
	return ack;
}

u8 refdev_net_stats(struct refdev_net *net, u8 command, const struct refdev_buffer *buffer,
		    struct refdev_net_reply *reply)
{
	u64 types = 0;

	if (!refdev_has(&net->dev, REFDEV_NET_F_DEVICE_STATS))
		return VIRTIO_NET_ERR;
	if (command == GET)
		return get(net, buffer, reply);
	if (command != QUERY)
		return VIRTIO_NET_ERR;
	for (size_t i = 0; i < STATISTICS; i++)
		types |= (u64)1 << statistics[i].type;
	types = htole64(types);
	memcpy(reply->bytes, &types, sizeof(types));
	reply->result = defect("net.types_of_statistics_are_not_told") ? 0 : sizeof(types);
	return VIRTIO_NET_OK;
}
