// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire.h"

#include <endian.h>
#include <string.h>

static int post(struct net_card *card, unsigned int pair, struct avps_buf buf)
{
	struct avps_element element = { .buf = buf, .writable = true };
	int id;

	memset(buf.cpu, AVPS_DMA_POISON, buf.len);
	id = avps_vq_add(&card->rx[pair].vq, &element, 1);
	if (id < 0)
		return id;
	if (id >= NET_ENTRIES)
		return -ENOSPC;
	card->rx[pair].posted[id] = buf;
	return 0;
}

int net_fill(struct net_card *card, unsigned int pair, unsigned int n, size_t size)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < n; i++)
		err = post(card, pair, avps_dma_alloc(size, 64));
	avps_vq_notify(&card->rx[pair].vq);
	return err;
}

int net_send(struct net_card *card, unsigned int pair, const struct virtio_net_hdr_v1 *header, const void *frame,
	     size_t len)
{
	struct virtio_net_hdr_v1_hash before = { 0 };
	struct avps_element elements[2];
	struct avps_used used;
	int id, err;

	if (header) {
		before.hdr = *header;
		before.hdr.hdr_len = htole16(header->hdr_len);
		before.hdr.gso_size = htole16(header->gso_size);
		before.hdr.csum_start = htole16(header->csum_start);
		before.hdr.csum_offset = htole16(header->csum_offset);
	}
	elements[0] = (struct avps_element){ .buf = avps_dma_alloc(card->header, 8) };
	elements[1] = (struct avps_element){ .buf = avps_dma_alloc(len, 8) };
	memcpy(elements[0].buf.cpu, &before, card->header);
	memcpy(elements[1].buf.cpu, frame, len);
	id = avps_vq_add(&card->tx[pair], elements, 2);
	if (id < 0)
		return id;
	avps_vq_notify(&card->tx[pair]);
	err = avps_vq_wait_used(&card->tx[pair], &used);
	return err ?: used.id == id ? 0 : -EPROTO;
}

int net_send_frame(struct net_card *card, unsigned int pair, const struct frame *frame)
{
	u8 bytes[NET_MOST_FRAME];

	return net_send(card, pair, NULL, bytes, frame_build(bytes, frame));
}

/* The header of a frame, in CPU order. */
static void read_header(struct net_card *card, const u8 *at, struct virtio_net_hdr_v1_hash *header)
{
	memset(header, 0, sizeof(*header));
	memcpy(header, at, card->header);
	header->hdr.hdr_len = le16toh(header->hdr.hdr_len);
	header->hdr.gso_size = le16toh(header->hdr.gso_size);
	header->hdr.csum_start = le16toh(header->hdr.csum_start);
	header->hdr.csum_offset = le16toh(header->hdr.csum_offset);
	header->hdr.num_buffers = le16toh(header->hdr.num_buffers);
	header->hash_value = le32toh(header->hash_value);
	header->hash_report = le16toh(header->hash_report);
}

/* Adds what one buffer holds to a frame, and makes the buffer available again. */
static int add_buffer(struct net_card *card, unsigned int pair, const struct avps_used *used,
		      struct net_received *frame, u8 *whole, size_t *len)
{
	struct avps_buf buf = card->rx[pair].posted[used->id % NET_ENTRIES];

	if (used->len > buf.len || *len + used->len > NET_MOST_FRAME)
		return -EPROTO;
	memcpy(whole + *len, buf.cpu, used->len);
	*len += used->len;
	frame->used[frame->buffers] = used->len;
	frame->room[frame->buffers++] = buf.len;
	return post(card, pair, buf);
}

/* The frame that begins in the buffer that @used tells of, whoever it is from. */
static int take_frame(struct net_card *card, unsigned int pair, struct avps_used used, struct net_received *frame)
{
	struct avps_vq *vq = &card->rx[pair].vq;
	u8 whole[NET_MOST_FRAME];
	size_t len = 0;
	int err;

	*frame = (struct net_received){ .together = true };
	err = add_buffer(card, pair, &used, frame, whole, &len);
	if (err)
		return err;
	if (len < card->header)
		return -EPROTO;
	read_header(card, whole, &frame->header);
	while (frame->buffers < frame->header.hdr.num_buffers) {
		if (frame->buffers == NET_MOST_BUFFERS)
			return -EPROTO;
		err = avps_vq_poll_used(vq, &used);
		if (!err) {
			frame->together = false;
			err = avps_vq_wait_used(vq, &used) ?: 1;
		}
		if (err < 0)
			return err;
		err = add_buffer(card, pair, &used, frame, whole, &len);
		if (err)
			return err;
	}
	frame->len = len - card->header;
	memcpy(frame->bytes, whole + card->header, frame->len);
	return 0;
}

int net_receive(struct net_card *card, unsigned int pair, struct net_received *frame)
{
	struct avps_used used;
	int err;

	do {
		err = avps_vq_wait_used(&card->rx[pair].vq, &used) ?: take_frame(card, pair, used, frame);
		avps_vq_notify(&card->rx[pair].vq);
	} while (!err && !frame_is_ours(frame->bytes, frame->len, &frame->number));
	return err;
}

int net_poll(struct net_card *card, unsigned int pair, struct net_received *frame)
{
	struct avps_used used;
	int err = avps_vq_poll_used(&card->rx[pair].vq, &used);

	if (err <= 0)
		return err;
	err = take_frame(card, pair, used, frame);
	avps_vq_notify(&card->rx[pair].vq);
	return err ?: frame_is_ours(frame->bytes, frame->len, &frame->number);
}

int net_try(struct net_card *card, unsigned int pair, struct net_trial *trials, unsigned int n,
	    const u8 fence[ETH_ALEN])
{
	struct frame last = { .number = ++card->numbers, .len = FRAME_LEAST };
	u32 first = card->numbers + 1;
	static struct net_received in;
	int err = 0;

	card->numbers += n;
	memcpy(last.to, fence, ETH_ALEN);
	memcpy(last.from, card->mac, ETH_ALEN);
	for (unsigned int i = 0; !err && i < n; i++) {
		memcpy(trials[i].frame.from, card->mac, ETH_ALEN);
		trials[i].frame.number = first + i;
		trials[i].frame.len = trials[i].frame.len ?: FRAME_LEAST;
		trials[i].came = 0;
		err = net_send_frame(card, pair, &trials[i].frame);
	}
	err = err ?: net_send_frame(card, pair, &last);
	while (!err) {
		err = net_receive(card, pair, &in);
		if (!err && in.number == last.number)
			return 0;
		if (!err && in.number - first < n)
			trials[in.number - first].came++;
	}
	return err;
}
