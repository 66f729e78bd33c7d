// SPDX-License-Identifier: GPL-2.0-or-later
#include "peer.h"

#include <string.h>

static const u8 nobody[ETH_ALEN];

/* Asks for action @what; @name and @value are what it needs besides, and @value is taken over. */
static int ask(struct net_card *card, const char *what, const char *name, struct json_object *value, char *why,
	       size_t why_size)
{
	struct json_object *request = json_object_new_object();
	const u8 *mac = card->mac;
	char link[3 * ETH_ALEN];

	if (name)
		json_object_object_add(request, name, value);
	if (!memcmp(mac, nobody, ETH_ALEN)) {
		json_object_put(request);
		snprintf(why, why_size, "the device has no address by which the host could know its link");
		return -ENODEV;
	}
	snprintf(link, sizeof(link), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	json_object_object_add(request, "what", json_object_new_string(what));
	json_object_object_add(request, "link", json_object_new_string(link));
	return avps_host_act(request, why, why_size);
}

int peer_echo(struct net_card *card, char *why, size_t why_size)
{
	return ask(card, PEER_ECHO, NULL, NULL, why, why_size);
}

int peer_link(struct net_card *card, bool up, char *why, size_t why_size)
{
	return ask(card, PEER_LINK, "up", json_object_new_boolean(up), why, why_size);
}

int peer_announce(struct net_card *card, char *why, size_t why_size)
{
	return ask(card, PEER_ANNOUNCE, NULL, NULL, why, why_size);
}

int peer_send(struct net_card *card, const struct frame *frames, unsigned int n, char *why, size_t why_size)
{
	struct json_object *list = json_object_new_array();
	char digits[2 * NET_MOST_FRAME + 1];
	u8 bytes[NET_MOST_FRAME];

	for (unsigned int i = 0; i < n; i++) {
		size_t len = frame_build(bytes, &frames[i]);

		for (size_t at = 0; at < len; at++)
			snprintf(digits + 2 * at, 3, "%02x", bytes[at]);
		json_object_array_add(list, json_object_new_string(digits));
	}
	return ask(card, PEER_SEND, "frames", list, why, why_size);
}
