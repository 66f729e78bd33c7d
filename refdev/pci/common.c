// SPDX-License-Identifier: GPL-2.0-or-later
/* The common configuration structure (VIRTIO 1.4, 4.1.4.3). */
#include "refdev/pci/parts.h"

/* As the standard has it; the kernel's header ends earlier. */
struct registers {
	struct virtio_pci_common_cfg v1;
	u16 queue_notify_config_data;
	u16 queue_reset;
	u16 admin_queue_index;
	u16 admin_queue_num;
};

_Static_assert(sizeof(struct registers) == REFDEV_PCI_COMMON_LENGTH, "the common configuration has no holes");

static struct refdev_queue *selected(struct refdev_function *f)
{
	return refdev_queue_of(f->dev, f->queue_select);
}

/* The queue whose addresses the registers show. */
static struct refdev_queue *with_addresses(struct refdev_function *f, struct refdev_queue *queue)
{
	return defect("pci.queue_addresses_shared") ? &f->dev->queues[0] : queue;
}

static u32 offered(struct refdev_function *f, u32 word)
{
	if (word > 3 && defect("pci.features_beyond_are_ones"))
		return UINT32_MAX;
	if (defect("pci.feature_select_wraps"))
		word &= 3;
	return refdev_offered(f->dev, word);
}

static u32 accepted(struct refdev_function *f, u32 word)
{
	if (defect("pci.driver_feature_is_write_only"))
		return 0;
	if (defect("pci.driver_feature_shows_the_lowest_word"))
		word = 0;
	return refdev_accepted(f->dev, word);
}

static void show_device(struct refdev_function *f, struct registers *now)
{
	struct refdev *dev = f->dev;

	now->v1.device_feature_select = f->device_feature_select;
	now->v1.device_feature = offered(f, f->device_feature_select);
	now->v1.guest_feature_select = f->driver_feature_select;
	now->v1.guest_feature = accepted(f, f->driver_feature_select);
	now->v1.msix_config = f->config_vector;
	now->v1.num_queues = dev->n_queues;
	now->v1.device_status = dev->status;
	now->v1.config_generation = dev->generation;
	now->v1.queue_select = f->queue_select;
	if (defect("pci.selects_are_write_only")) {
		now->v1.device_feature_select = 0;
		now->v1.guest_feature_select = 0;
		now->v1.queue_select = 0;
	}
	if (!refdev_has(dev, REFDEV_F_ADMIN_VQ))
		return;
	now->admin_queue_index = defect("pci.admin_queues_before_the_others") ? 0 : dev->n_queues;
	now->admin_queue_num = defect("pci.admin_queues_beyond_16_bits") ? 0xffff : dev->n_admin_queues;
}

static u16 size_of(struct refdev_queue *queue)
{
	if (!refdev_has(queue->dev, VIRTIO_F_RING_PACKED) && defect("pci.queue_size_not_a_power_of_two"))
		return queue->size - queue->size / 4;
	return queue->size;
}

static u16 enable_of(const struct refdev_queue *queue)
{
	return queue->enabled || (queue->reset && defect("pci.queue_reset_leaves_queue_enable"));
}

static u16 queue_reset_of(struct refdev_function *f, const struct refdev_queue *queue)
{
	if (queue->enabled && defect("pci.queue_reset_set_by_enabling"))
		return 1;
	return f->queue_resets >> queue->index & 1;
}

static void show_queue(struct refdev_function *f, struct refdev_queue *queue, struct registers *now)
{
	const struct refdev_queue *addresses = with_addresses(f, queue);

	now->v1.queue_size = size_of(queue);
	now->v1.queue_msix_vector = defect("pci.queue_vector_reads_zero") ? 0 : f->queue_vectors[queue->index];
	now->v1.queue_enable = enable_of(queue);
	now->v1.queue_notify_off = refdev_pci_notify_off(queue);
	now->v1.queue_desc_lo = addresses->descriptor_area;
	now->v1.queue_desc_hi = addresses->descriptor_area >> 32;
	now->v1.queue_avail_lo = addresses->driver_area;
	now->v1.queue_avail_hi = addresses->driver_area >> 32;
	now->v1.queue_used_lo = addresses->device_area;
	now->v1.queue_used_hi = addresses->device_area >> 32;
	if (refdev_has(f->dev, REFDEV_F_NOTIF_CONFIG_DATA))
		now->queue_notify_config_data = refdev_pci_notify_config_data(queue);
	if (refdev_has(f->dev, VIRTIO_F_RING_RESET))
		now->queue_reset = queue_reset_of(f, queue);
}

/* Reads see the structure as memory would show it; reading it changes nothing. */
u64 refdev_pci_common_read(struct refdev_function *f, u32 offset, unsigned int width)
{
	struct registers now = { .v1.queue_msix_vector = NO_VECTOR };
	struct refdev_queue *queue = selected(f);

	if (offset == offsetof(struct virtio_pci_common_cfg, config_generation) &&
	    defect("pci.generation_moves_by_itself"))
		f->dev->generation++;
	show_device(f, &now);
	if (offset == offsetof(struct virtio_pci_common_cfg, config_generation))
		now.v1.config_generation = defect("pci.generation_is_constant") ? 0 : refdev_generation(f->dev);
	if (queue)
		show_queue(f, queue, &now);
	else if (defect("pci.missing_queue_has_a_size"))
		now.v1.queue_size = 256;
	return bytes_of(&now, sizeof(now), offset, width);
}

/* Puts back what a broken device does not reset. */
static void break_reset(struct refdev *dev, const struct refdev_queue *before, u8 status)
{
	for (unsigned int i = 0; i < REFDEV_MAX_QUEUES; i++) {
		if (defect("pci.reset_leaves_queues_enabled"))
			dev->queues[i].enabled = before[i].enabled;
		if (defect("pci.reset_leaves_queue_sizes"))
			dev->queues[i].size = before[i].size;
	}
	if (status & VIRTIO_CONFIG_S_FEATURES_OK && defect("pci.reset_needs_a_second_write"))
		dev->status = VIRTIO_CONFIG_S_ACKNOWLEDGE;
}

static void write_status(struct refdev_function *f, u8 status)
{
	struct refdev_queue before[REFDEV_MAX_QUEUES];
	u8 status_before = f->dev->status;

	memcpy(before, f->dev->queues, sizeof(before));
	refdev_write_status(f->dev, status);
	if (status)
		return;
	break_reset(f->dev, before, status_before);
	if (defect("pci.reset_clobbers_vendor_id"))
		space_put(f, PCI_VENDOR_ID, 2, 0);
}

/* Maps an event to a vector (4.1.5.1.2). What can't be mapped shows NO_VECTOR. */
static void map(struct refdev_function *f, u16 *event, u16 vector)
{
	u16 size = f->vectors ? refdev_pci_msix_size(f) : 0;

	if (vector == NO_VECTOR && defect("pci.vector_can_not_be_taken_off"))
		return;
	if (vector == size - 1 && defect("pci.last_vector_is_refused"))
		vector = NO_VECTOR;
	if (vector == size && defect("pci.vector_one_beyond_the_table"))
		size++;
	if (vector >= size && vector != NO_VECTOR && defect("pci.vector_beyond_the_table_leaves_the_one_before"))
		return;
	if (vector < size || (size && defect("pci.vector_beyond_the_table_is_kept")))
		*event = vector;
	else
		*event = NO_VECTOR;
}

static void write_size(struct refdev_queue *queue, u16 size)
{
	bool odd = size & (size - 1) && !refdev_has(queue->dev, VIRTIO_F_RING_PACKED);

	if (!size || size > queue->size_max || odd)
		return;
	queue->size = size;
	for (unsigned int i = 0; i < REFDEV_MAX_QUEUES; i++)
		if (defect("pci.queue_size_for_all_queues") && size <= queue->dev->queues[i].size_max)
			queue->dev->queues[i].size = size;
}

static void write_low(u64 *field, u32 value)
{
	*field = (*field & ~(u64)UINT32_MAX) | value;
	if (defect("pci.low_half_clears_the_high"))
		*field = value;
}

static void write_high(u64 *field, u32 value)
{
	if (defect("pci.high_half_is_ignored"))
		return;
	*field = (u64)value << 32 | (u32)*field;
	if (defect("pci.high_half_clears_the_low"))
		*field = (u64)value << 32;
}

static void enable(struct refdev_queue *queue)
{
	if (queue->reset && defect("pci.queue_reset_keeps_the_place_in_the_ring")) {
		queue->reset = false;
		queue->enabled = true;
		return;
	}
	refdev_enable_queue(queue);
}

static void finish_queue_reset(struct refdev *dev, u64 index)
{
	struct refdev_function *f = function_of(dev->port);
	struct refdev_queue *queue = refdev_queue_of(dev, index);

	if (!queue)
		return;
	if (!defect("pci.queue_reset_never_ends"))
		f->queue_resets &= ~(1 << index);
	f->queue_vectors[index] = NO_VECTOR;
	if (defect("pci.queue_reset_keeps_the_place_in_the_ring")) {
		queue->enabled = false;
		queue->reset = true;
		return;
	}
	refdev_reset_queue(queue);
	for (unsigned int i = 0; i < REFDEV_MAX_QUEUES; i++)
		if (defect("pci.queue_reset_resets_all_queues"))
			refdev_reset_queue(&dev->queues[i]);
}

/* It takes a moment, so that there is something to see in queue_reset. */
static void start_queue_reset(struct refdev_function *f, struct refdev_queue *queue)
{
	if (defect("pci.queue_reset_is_ignored") || f->queue_resets >> queue->index & 1)
		return;
	f->queue_resets |= 1 << queue->index;
	refdev_do_later(f->dev, 3, finish_queue_reset, queue->index);
}

#define REGISTER(field) (offsetof(struct registers, field) << 4 | sizeof(((struct registers *)0)->field))

/* The fields of the selected queue. But for the vector they don't change while it is enabled. */
static void write_queue(struct refdev_function *f, struct refdev_queue *queue, u32 offset, unsigned int width,
			u64 value)
{
	struct refdev_queue *addresses = with_addresses(f, queue);

	switch (offset << 4 | width) {
	case REGISTER(v1.queue_msix_vector):
		map(f, &f->queue_vectors[queue->index], value);
		return;
	case REGISTER(queue_reset):
		if (value == 1 && refdev_has(f->dev, VIRTIO_F_RING_RESET))
			start_queue_reset(f, queue);
		return;
	}
	if (queue->enabled)
		return;
	switch (offset << 4 | width) {
	case REGISTER(v1.queue_size):
		write_size(queue, value);
		break;
	case REGISTER(v1.queue_enable):
		if (value == 1)
			enable(queue);
		break;
	case REGISTER(v1.queue_desc_lo):
		write_low(&addresses->descriptor_area, value);
		break;
	case REGISTER(v1.queue_desc_hi):
		write_high(&addresses->descriptor_area, value);
		break;
	case REGISTER(v1.queue_avail_lo):
		write_low(&addresses->driver_area, value);
		break;
	case REGISTER(v1.queue_avail_hi):
		write_high(&addresses->driver_area, value);
		break;
	case REGISTER(v1.queue_used_lo):
		write_low(&addresses->device_area, value);
		break;
	case REGISTER(v1.queue_used_hi):
		write_high(&addresses->device_area, value);
		break;
	}
}

/* A register is written at its own offset and in its own width (4.1.3.1), or not at all. */
void refdev_pci_common_write(struct refdev_function *f, u32 offset, unsigned int width, u64 value)
{
	struct refdev_queue *queue = selected(f);

	switch (offset << 4 | width) {
	case REGISTER(v1.device_feature_select):
		f->device_feature_select = value;
		if (defect("pci.one_select_for_all_features"))
			f->driver_feature_select = value;
		break;
	case REGISTER(v1.guest_feature_select):
		f->driver_feature_select = value;
		if (defect("pci.one_select_for_all_features"))
			f->device_feature_select = value;
		break;
	case REGISTER(v1.guest_feature):
		if (defect("pci.driver_feature_bits_can_not_be_taken_back"))
			value |= refdev_accepted(f->dev, f->driver_feature_select);
		refdev_accept(f->dev, f->driver_feature_select, value);
		break;
	case REGISTER(v1.msix_config):
		map(f, &f->config_vector, value);
		break;
	case REGISTER(v1.device_status):
		write_status(f, value);
		break;
	case REGISTER(v1.queue_select):
		if (value < f->dev->n_queues || !defect("pci.selecting_a_missing_queue_is_ignored"))
			f->queue_select = value;
		break;
	default:
		if (queue)
			write_queue(f, queue, offset, width, value);
	}
}
