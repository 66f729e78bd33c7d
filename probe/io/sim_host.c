// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host of the simulated machine: what it does when a test asks (docs/records.md). It acts at once; what
 * it can't do or tell is for the host beyond the record stream.
 */
#include "sim_host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "avps/host.h"
#include "avps/sim.h"
#include "refdev/block/block.h"
#include "refdev/machine.h"
#include "refdev/net/net.h"

#define FACTS "block-facts" /* the one thing that it can tell */

static void *machine;

/* What a request says of the thing that is to be acted on. */
static struct json_object *argument(struct json_object *request, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(request, key, &value);
	return value;
}

static const char *text(struct json_object *request, const char *key)
{
	return json_object_get_string(argument(request, key)) ?: "";
}

/* Each action returns 0, or -EIO with a sentence in @why. */

static int block_resize(struct json_object *request, char *why, size_t why_size)
{
	struct json_object *sizes = argument(request, "sectors");
	const char *serial = text(request, "disk");

	for (size_t i = 0; sizes && i < json_object_array_length(sizes); i++) {
		s64 sectors = json_object_get_int64(json_object_array_get_idx(sizes, i));

		if (refdev_machine_resize_disk(machine, serial, sectors))
			continue;
		snprintf(why, why_size, "no disk '%s' can have %lld sectors", serial, (long long)sectors);
		return -EIO;
	}
	return 0;
}

static int power_cut(struct json_object *request, char *why, size_t why_size)
{
	if (refdev_machine_cut_power(machine, text(request, "disk")))
		return 0;
	snprintf(why, why_size, "there is no disk of serial number '%s'", text(request, "disk"));
	return -EIO;
}

/* The network device whose address the request names. */
static struct refdev_net *link_of(struct json_object *request, char *why, size_t why_size)
{
	struct refdev_net *net = NULL;
	u8 mac[6];

	if (sscanf(text(request, "link"), "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4],
		   &mac[5]) == 6)
		net = refdev_machine_net(machine, mac);
	if (!net)
		snprintf(why, why_size, "no network device has the address '%s'", text(request, "link"));
	return net;
}

/* The peer of a reference device always sends everything back. */
static int net_echo(struct json_object *request, char *why, size_t why_size)
{
	return link_of(request, why, why_size) ? 0 : -EIO;
}

/* A frame in hexadecimal digits. False if it is none, or too long. */
static bool send_digits(struct refdev_net *net, const char *digits)
{
	u8 frame[REFDEV_NET_MOST_FRAME];
	size_t len = 0;

	for (; digits[0] && digits[1]; digits += 2, len++)
		if (len == sizeof(frame) || sscanf(digits, "%2hhx", &frame[len]) != 1)
			return false;
	refdev_net_frame_comes(net, frame, len);
	return !digits[0];
}

static int net_send(struct json_object *request, char *why, size_t why_size)
{
	struct refdev_net *net = link_of(request, why, why_size);
	struct json_object *frames = argument(request, "frames");

	if (!net)
		return -EIO;
	for (size_t i = 0; frames && i < json_object_array_length(frames); i++) {
		if (send_digits(net, json_object_get_string(json_object_array_get_idx(frames, i)) ?: ""))
			continue;
		snprintf(why, why_size, "frame %zu is no frame in hexadecimal digits", i);
		return -EIO;
	}
	return 0;
}

static int net_link(struct json_object *request, char *why, size_t why_size)
{
	struct refdev_net *net = link_of(request, why, why_size);

	if (!net)
		return -EIO;
	refdev_net_set_link(net, json_object_get_boolean(argument(request, "up")));
	return 0;
}

static int net_announce(struct json_object *request, char *why, size_t why_size)
{
	struct refdev_net *net = link_of(request, why, why_size);

	if (!net)
		return -EIO;
	refdev_net_ask_to_announce(net);
	return 0;
}

/* What the storage behind a disk is like. */
static int block_facts(struct json_object *request, struct json_object **answer, char *why, size_t why_size)
{
	struct refdev_block_facts facts;

	if (!refdev_machine_disk_facts(machine, text(request, "disk"), &facts)) {
		snprintf(why, why_size, "there is no disk of serial number '%s'", text(request, "disk"));
		return -EIO;
	}
	*answer = json_object_new_object();
	json_object_object_add(*answer, "zoned", json_object_new_boolean(facts.zoned));
	json_object_object_add(*answer, "lifetime", json_object_new_boolean(facts.lifetime));
	return 0;
}

static const struct {
	const char *what;
	int (*act)(struct json_object *request, char *why, size_t why_size);
} actions[] = {
	{ "block-resize", block_resize }, { "power-cut", power_cut }, { "net-echo", net_echo },
	{ "net-send", net_send },	  { "net-link", net_link },   { "net-announce", net_announce },
};

static bool sim_host_can(const char *what)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (!strcmp(actions[i].what, what))
			return true;
	return !strcmp(what, FACTS) || avps_host_by_stream.can(what);
}

int avps_sim_host_act(struct json_object *request, char *why, size_t why_size)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (!strcmp(actions[i].what, text(request, "what")))
			return actions[i].act(request, why, why_size);
	return avps_host_by_stream.act(request, why, why_size);
}

static int sim_host_ask(struct json_object *request, unsigned int limit_s, struct json_object **answer, char *why,
			size_t why_size)
{
	if (!strcmp(text(request, "what"), FACTS))
		return block_facts(request, answer, why, why_size);
	return avps_host_by_stream.ask(request, limit_s, answer, why, why_size);
}

void sim_host_use(void *refdev_machine)
{
	static const struct avps_host host = { .can = sim_host_can, .act = avps_sim_host_act, .ask = sim_host_ask };

	machine = refdev_machine;
	avps_host_use(&host);
}
