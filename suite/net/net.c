// SPDX-License-Identifier: GPL-2.0-or-later
#include "net.h"

#include <endian.h>
#include <string.h>

#define SEVERAL_PAIRS (FEATURE(VIRTIO_NET_F_MQ) | FEATURE(VIRTIO_NET_F_RSS))

/* Pairs of queues that there can be (5.1.2). */
static unsigned int most_pairs(const struct net_card *card)
{
	return card->features & SEVERAL_PAIRS ? NET_CONFIG(card->dev, max_virtqueue_pairs) : 1;
}

/* One queue pair. */
static int make_pair(struct net_card *card, enum avps_ring ring, unsigned int pair)
{
	int err = avps_device_queue(card->dev, &card->rx[pair].vq, ring, 2 * pair, NET_ENTRIES);

	return err ?: avps_device_queue(card->dev, &card->tx[pair], ring, 2 * pair + 1, NET_ENTRIES);
}

int net_start(struct net_card *card, const struct avps_instance *on, avps_features features)
{
	avps_features always =
		FEATURE(VIRTIO_F_VERSION_1) | FEATURE(VIRTIO_F_ACCESS_PLATFORM) | FEATURE(VIRTIO_NET_F_MAC);
	int err;

	memset(card, 0, sizeof(*card));
	card->dev = on->device;
	card->features = ((features | always) & card->dev->offered) | avps_ring_feature(on->ring);
	err = avps_device_negotiate(card->dev, card->features);
	if (err)
		return err;
	card->header = avps_has(card->features, VIRTIO_NET_F_HASH_REPORT) ? sizeof(struct virtio_net_hdr_v1_hash)
									  : sizeof(struct virtio_net_hdr_v1);
	if (avps_has(card->dev->offered, VIRTIO_NET_F_MAC))
		net_mac(card->dev, card->mac);
	card->most_pairs = most_pairs(card);
	if (!card->most_pairs)
		return -EPROTO;
	card->pairs = card->most_pairs < NET_PAIRS ? card->most_pairs : NET_PAIRS;
	for (unsigned int pair = 0; !err && pair < card->pairs; pair++)
		err = make_pair(card, on->ring, pair);
	if (!err && avps_has(card->features, VIRTIO_NET_F_CTRL_VQ))
		err = avps_device_queue(card->dev, &card->control, on->ring, 2 * card->most_pairs, 0);
	if (!err)
		avps_device_go(card->dev);
	return err;
}

int net_ask(struct net_card *card, struct net_command *command)
{
	struct virtio_net_ctrl_hdr header = { .class = command->class, .cmd = command->command };
	struct avps_buf question = avps_dma_alloc(sizeof(header), 2), ack = avps_dma_alloc(1, 1), data, back, result;
	struct avps_element elements[5];
	struct avps_used used;
	unsigned int n = 0;
	int id, err;

	memcpy(question.cpu, &header, sizeof(header));
	elements[n++] = (struct avps_element){ .buf = question };
	if (command->len) {
		data = avps_dma_alloc(command->len, 8);
		memcpy(data.cpu, command->data, command->len);
		elements[n++] = (struct avps_element){ .buf = data };
	}
	if (command->data_back) {
		back = avps_dma_alloc(command->data_back, 8);
		elements[n++] = (struct avps_element){ .buf = back, .writable = true };
		command->data_back_at = back.cpu;
	}
	*(u8 *)ack.cpu = NET_NO_ACK;
	elements[n++] = (struct avps_element){ .buf = ack, .writable = true };
	if (command->result) {
		result = avps_dma_alloc(command->result, 8);
		elements[n++] = (struct avps_element){ .buf = result, .writable = true };
		command->result_at = result.cpu;
	}
	id = avps_vq_add(&card->control, elements, n);
	if (id < 0)
		return id;
	avps_vq_notify(&card->control);
	err = avps_vq_wait_used(&card->control, &used);
	if (err)
		return err;
	command->used_len = used.len;
	return *(volatile u8 *)ack.cpu;
}

int net_command(struct net_card *card, u8 class, u8 command, const void *data, size_t len)
{
	struct net_command one = { .class = class, .command = command, .data = data, .len = len };

	return net_ask(card, &one);
}

int net_mode(struct net_card *card, u8 mode, bool on)
{
	u8 data = on;

	return net_command(card, VIRTIO_NET_CTRL_RX, mode, &data, sizeof(data));
}

int net_command_u16(struct net_card *card, u8 class, u8 command, u16 value)
{
	u16 data = htole16(value);

	return net_command(card, class, command, &data, sizeof(data));
}

void net_mac(struct avps_device *dev, u8 mac[ETH_ALEN])
{
	for (unsigned int i = 0; i < ETH_ALEN; i++)
		mac[i] = dev->transport->ops->config_read(dev->transport, i, 1);
}
