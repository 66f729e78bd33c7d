// SPDX-License-Identifier: GPL-2.0-or-later
/* Waiting for used buffers and interrupts, whatever the ring's layout. */
#include "harness.h"

#include <linux/virtio_config.h>

#include "avps/pci.h"
#include "avps/trace.h"
#include "fake_queue.h"
#include "fake_ring.h"
#include "fake_virtio.h"

#define LONG_MS 10000 /* for waits that the device ends */
#define QUEUE_VECTOR 1
#define CONFIG_VECTOR 0

FIXTURE(virtqueue)
{
	struct fake_virtio device;
	struct avps_transport *transport;
	struct avps_vq vq;
	struct avps_used used;
};

static struct avps_vq *waiting; /* the queue, for the device's reactions */

/* Another buffer of one element. Returns its id. */
static int make_available(struct avps_vq *vq)
{
	struct avps_element element = { .buf = { .bus = 0x1000, .len = 1 } };

	return avps_vq_add(vq, &element, 1);
}

/* A live queue with a vector of its own and buffer 0 in flight. */
FIXTURE_SETUP(virtqueue)
{
	char why[100];

	fake_dma_init();
	fake_virtio_init(&self->device);
	ASSERT_EQ(0, avps_pci_open(&self->device.fake.io, &self->transport, why, sizeof(why)));
	ASSERT_EQ(0, avps_io_interrupts_enable(self->transport->io, AVPS_INTERRUPTS_MSIX, 3));
	ASSERT_EQ(0, avps_vq_init(&self->vq, self->transport, AVPS_RING_SPLIT, 1, 8));
	self->transport->config_vector = CONFIG_VECTOR;
	self->vq.vector = QUEUE_VECTOR;
	ASSERT_EQ(0, make_available(&self->vq));
	waiting = &self->vq;
	avps_set_patience_ms(LONG_MS);
}

FIXTURE_TEARDOWN(virtqueue)
{
	EXPECT_EQ(0, self->device.fake.refused_waits);
	avps_vq_free(&self->vq);
	free(self->transport);
}

static void need_reset(struct fake_virtio *device)
{
	fake_common_put(device, DEVICE_STATUS, 1, VIRTIO_CONFIG_S_NEEDS_RESET | VIRTIO_CONFIG_S_DRIVER_OK);
}

TEST_F(virtqueue, notify_goes_to_the_queue)
{
	fake_queue_put(&self->device, 1, QUEUE_NOTIFY_OFF, 2, 5);
	avps_vq_notify(&self->vq);
	avps_vq_notify(&self->vq);
	EXPECT_EQ(1, fake_get(self->device.fake.bar[NOTIFY_BAR], NOTIFY_AT + 5 * NOTIFY_MULTIPLIER, 2));
	EXPECT_STREQ("w16 4:1016=1 r16 4:101e=5 w16 0:34=1 w16 4:1016=1 r16 4:101e=5 w16 0:34=1",
		     fake_log(&self->device.fake));
}

/* With NOTIFICATION_DATA: the index of the split layout, offset and wrap counter of the packed one (2.9). */
TEST_F(virtqueue, notify_says_where_the_next_buffer_will_be)
{
	struct avps_vq *vq = &self->vq;

	vq->notification_data = true;
	avps_vq_notify(vq);
	EXPECT_STREQ("w16 4:1016=1 r16 4:101e=1 w32 0:24=10001", fake_log(&self->device.fake));
	fake_ring_use(vq, 0, 0);
	ASSERT_EQ(1, avps_vq_poll_used(vq, &self->used));
	for (int i = 0; i < 2; i++)
		make_available(vq);
	avps_vq_notify(vq);
	EXPECT_STREQ("w16 4:1016=1 r16 4:101e=1 w32 0:24=30001", fake_log(&self->device.fake));
	avps_vq_free(vq);
	ASSERT_EQ(0, avps_vq_init(vq, self->transport, AVPS_RING_PACKED, 1, 7));
	vq->notification_data = true;
	make_available(vq);
	avps_vq_notify(vq);
	EXPECT_STREQ("w16 4:1016=1 r16 4:101e=1 w32 0:24=80010001", fake_log(&self->device.fake));
}

TEST_F(virtqueue, wait_takes_a_buffer_with_its_interrupt)
{
	u64 before = avps_now_us();

	fake_ring_use(&self->vq, 0, 17);
	self->device.fake.raised[QUEUE_VECTOR] = 1;
	EXPECT_EQ(0, avps_vq_wait_used(&self->vq, &self->used));
	EXPECT_EQ(0, self->used.id);
	EXPECT_EQ(17, self->used.len);
	EXPECT_TRUE(self->used.interrupted);
	EXPECT_EQ(0, self->device.fake.raised[QUEUE_VECTOR]);
	EXPECT_EQ(1, self->device.fake.waits);
	EXPECT_EQ(1 << QUEUE_VECTOR | 1 << CONFIG_VECTOR, self->device.fake.waited_for);
	EXPECT_LE(before + LONG_MS * 1000ull, self->device.fake.waited_until);
	EXPECT_GE(avps_now_us() + LONG_MS * 1000ull, self->device.fake.waited_until);
	EXPECT_STREQ("", fake_log(&self->device.fake)); /* a message needs no acknowledgement */
	EXPECT_EQ(0, self->device.fake.unmasked);
}

TEST_F(virtqueue, wait_takes_a_buffer_without_interrupt_and_says_so)
{
	fake_ring_use(&self->vq, 0, 17);
	EXPECT_EQ(0, avps_vq_wait_used(&self->vq, &self->used));
	EXPECT_EQ(17, self->used.len);
	EXPECT_FALSE(self->used.interrupted);
	EXPECT_EQ(1, self->device.fake.waits); /* it has waited first */
}

/* A device may send one interrupt for several buffers (2.7.8.2): who takes them does not wait for more. */
TEST_F(virtqueue, one_interrupt_covers_all_that_were_in_flight)
{
	for (int i = 0; i < 2; i++)
		make_available(&self->vq);
	for (int id = 0; id < 3; id++)
		fake_ring_use(&self->vq, id, id);
	self->device.fake.raised[QUEUE_VECTOR] = 1;
	for (int id = 0; id < 3; id++) {
		ASSERT_EQ(0, avps_vq_wait_used(&self->vq, &self->used));
		EXPECT_EQ(id, self->used.id);
		EXPECT_TRUE(self->used.interrupted);
	}
	EXPECT_EQ(1, self->device.fake.waits);
}

/* A buffer that was made available after the interrupt needs one of its own, however early it is looked at. */
TEST_F(virtqueue, an_interrupt_does_not_cover_later_buffers)
{
	make_available(&self->vq);
	fake_ring_use(&self->vq, 0, 0);
	self->device.fake.raised[QUEUE_VECTOR] = 1;
	ASSERT_EQ(0, avps_vq_wait_used(&self->vq, &self->used));
	EXPECT_TRUE(self->used.interrupted);
	make_available(&self->vq);
	fake_ring_use(&self->vq, 1, 0);
	fake_ring_use(&self->vq, 0, 0);
	ASSERT_EQ(0, avps_vq_wait_used(&self->vq, &self->used));
	EXPECT_EQ(1, self->used.id);
	EXPECT_TRUE(self->used.interrupted);
	EXPECT_EQ(1, self->device.fake.waits);
	ASSERT_EQ(0, avps_vq_wait_used(&self->vq, &self->used));
	EXPECT_EQ(0, self->used.id);
	EXPECT_FALSE(self->used.interrupted);
	EXPECT_EQ(2, self->device.fake.waits);
}

/* Those that are taken otherwise count, too. */
TEST_F(virtqueue, an_interrupt_covers_no_more_than_were_in_flight)
{
	for (int i = 0; i < 2; i++)
		make_available(&self->vq);
	for (int id = 0; id < 3; id++)
		fake_ring_use(&self->vq, id, 0);
	self->device.fake.raised[QUEUE_VECTOR] = 1;
	ASSERT_EQ(0, avps_vq_wait_used(&self->vq, &self->used));
	ASSERT_EQ(0, avps_vq_spin_used(&self->vq, &self->used));
	ASSERT_EQ(1, avps_vq_poll_used(&self->vq, &self->used));
	make_available(&self->vq);
	fake_ring_use(&self->vq, 2, 0);
	ASSERT_EQ(0, avps_vq_wait_used(&self->vq, &self->used));
	EXPECT_FALSE(self->used.interrupted);
}

TEST_F(virtqueue, a_buffer_without_interrupt_covers_none)
{
	for (int i = 0; i < 2; i++)
		make_available(&self->vq);
	for (int id = 0; id < 3; id++)
		fake_ring_use(&self->vq, id, 0);
	ASSERT_EQ(0, avps_vq_spin_used(&self->vq, &self->used));
	for (int i = 0; i < 2; i++) {
		ASSERT_EQ(0, avps_vq_wait_used(&self->vq, &self->used));
		EXPECT_FALSE(self->used.interrupted);
	}
	EXPECT_EQ(2, self->device.fake.waits);
}

/* Where nothing is there yet, the driver waits again; and it does not overlook a broken entry. */
TEST_F(virtqueue, what_is_covered_may_still_be_to_come)
{
	for (int i = 0; i < 2; i++)
		make_available(&self->vq);
	fake_ring_use(&self->vq, 0, 0);
	self->device.fake.raised[QUEUE_VECTOR] = 1;
	ASSERT_EQ(0, avps_vq_wait_used(&self->vq, &self->used));
	avps_set_patience_ms(0);
	EXPECT_EQ(-ETIMEDOUT, avps_vq_wait_used(&self->vq, &self->used));
	EXPECT_EQ(2, self->device.fake.waits);
	fake_ring_use(&self->vq, 7, 0);
	EXPECT_EQ(-EPROTO, avps_vq_wait_used(&self->vq, &self->used));
	EXPECT_EQ(2, self->device.fake.waits);
	fake_ring_use(&self->vq, 1, 0);
	EXPECT_EQ(0, avps_vq_wait_used(&self->vq, &self->used));
	EXPECT_TRUE(self->used.interrupted);
	EXPECT_EQ(2, self->device.fake.waits);
}

/* With IN_ORDER one used entry, and its interrupt, may stand for several buffers. */
TEST_F(virtqueue, one_interrupt_covers_a_batch)
{
	struct fake_list lists[3];
	struct fake_queue device;

	self->vq.in_order = true;
	fake_queue_init(&device, &self->vq);
	for (int i = 0; i < 3; i++) {
		if (i)
			make_available(&self->vq);
		ASSERT_TRUE(fake_queue_take(&device, &lists[i]));
	}
	fake_queue_use(&device, lists, 3, 0);
	self->device.fake.raised[QUEUE_VECTOR] = 1;
	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(0, avps_vq_wait_used(&self->vq, &self->used));
		EXPECT_EQ(lists[i].id, self->used.id);
		EXPECT_TRUE(self->used.interrupted);
	}
	EXPECT_EQ(1, self->device.fake.waits);
}

/* What was used in vain is named. */
TEST_F(virtqueue, a_protocol_error_tells_what_was_used)
{
	fake_ring_use(&self->vq, 5, 123);
	EXPECT_EQ(-EPROTO, avps_vq_poll_used(&self->vq, &self->used));
	EXPECT_EQ(5, self->used.id);
	EXPECT_EQ(123, self->used.len);
}

TEST_F(virtqueue, wait_without_buffer_times_out)
{
	avps_set_patience_ms(0);
	EXPECT_EQ(-ETIMEDOUT, avps_vq_wait_used(&self->vq, &self->used));
	EXPECT_EQ(1, self->device.fake.waits);
	EXPECT_EQ(-ETIMEDOUT, avps_vq_spin_used(&self->vq, &self->used));
	EXPECT_EQ(1, self->device.fake.waits);
	EXPECT_STREQ("", fake_log(&self->device.fake)); /* each look at a register leaves the guest */
}

TEST_F(virtqueue, wait_times_out_in_spite_of_interrupts)
{
	avps_set_patience_ms(0);
	self->device.fake.raised[QUEUE_VECTOR] = 1;
	EXPECT_EQ(-ETIMEDOUT, avps_vq_wait_used(&self->vq, &self->used));
}

static void interrupt_before_the_buffer(struct fake_io *fake)
{
	if (fake->waits == 1)
		fake->raised[QUEUE_VECTOR] = 1;
	if (fake->waits == 3)
		fake_ring_use(waiting, 0, 1);
}

TEST_F(virtqueue, wait_goes_on_after_an_interrupt_without_buffer)
{
	self->device.fake.while_waiting = interrupt_before_the_buffer;
	EXPECT_EQ(0, avps_vq_wait_used(&self->vq, &self->used));
	EXPECT_EQ(3, self->device.fake.waits);
	EXPECT_TRUE(self->used.interrupted);
}

TEST_F(virtqueue, wait_passes_a_protocol_error_on)
{
	fake_ring_use(&self->vq, 5, 0);
	EXPECT_EQ(-EPROTO, avps_vq_wait_used(&self->vq, &self->used));
	fake_ring_use(&self->vq, 5, 0);
	EXPECT_EQ(-EPROTO, avps_vq_spin_used(&self->vq, &self->used));
}

TEST_F(virtqueue, configuration_interrupt_of_a_broken_device_ends_the_wait)
{
	need_reset(&self->device);
	self->device.fake.raised[CONFIG_VECTOR] = 1;
	EXPECT_EQ(-EIO, avps_vq_wait_used(&self->vq, &self->used));
	EXPECT_STREQ("r8 4:1014=44", fake_log(&self->device.fake));
	EXPECT_EQ(0, self->device.fake.raised[CONFIG_VECTOR]);
}

TEST_F(virtqueue, shared_vector_of_a_broken_device_ends_the_wait)
{
	self->vq.vector = CONFIG_VECTOR;
	need_reset(&self->device);
	self->device.fake.raised[CONFIG_VECTOR] = 1;
	EXPECT_EQ(-EIO, avps_vq_wait_used(&self->vq, &self->used));
}

TEST_F(virtqueue, shared_vector_of_a_sound_device_is_the_queues)
{
	self->vq.vector = CONFIG_VECTOR;
	self->device.fake.raised[CONFIG_VECTOR] = 1;
	fake_ring_use(&self->vq, 0, 0);
	EXPECT_EQ(0, avps_vq_wait_used(&self->vq, &self->used));
	EXPECT_TRUE(self->used.interrupted);
}

static void configuration_change_before_the_buffer(struct fake_io *fake)
{
	if (fake->waits == 1)
		fake->raised[CONFIG_VECTOR] = 1;
	if (fake->waits == 2) {
		fake_ring_use(waiting, 0, 1);
		fake->raised[QUEUE_VECTOR] = 1;
	}
}

TEST_F(virtqueue, configuration_interrupt_of_a_sound_device_does_not)
{
	self->device.fake.while_waiting = configuration_change_before_the_buffer;
	EXPECT_EQ(0, avps_vq_wait_used(&self->vq, &self->used));
	EXPECT_EQ(2, self->device.fake.waits);
	EXPECT_TRUE(self->used.interrupted);
}

static void only_configuration_changed(struct fake_io *fake)
{
	fake->raised[CONFIG_VECTOR] = 1;
	fake_ring_use(waiting, 0, 1);
}

TEST_F(virtqueue, configuration_interrupt_is_not_the_queues)
{
	self->device.fake.while_waiting = only_configuration_changed;
	EXPECT_EQ(0, avps_vq_wait_used(&self->vq, &self->used));
	EXPECT_FALSE(self->used.interrupted);
}

TEST_F(virtqueue, a_used_buffer_counts_before_the_need_for_a_reset)
{
	need_reset(&self->device);
	fake_ring_use(&self->vq, 0, 0);
	self->device.fake.raised[CONFIG_VECTOR] = 1;
	EXPECT_EQ(0, avps_vq_wait_used(&self->vq, &self->used));
}

TEST_F(virtqueue, line_is_acknowledged_and_unmasked_once_it_fired)
{
	self->vq.vector = 0;
	self->vq.level = true;
	self->transport->config_vector = AVPS_NO_VECTOR;
	fake_put(self->device.fake.bar[ISR_BAR], ISR_AT, 1, 1);
	EXPECT_EQ(0, avps_vq_wait_interrupt(&self->vq, 0));
	EXPECT_STREQ("", fake_log(&self->device.fake));
	EXPECT_EQ(0, self->device.fake.unmasked);
	self->device.fake.raised[0] = 1;
	EXPECT_EQ(1, avps_vq_wait_interrupt(&self->vq, 0));
	EXPECT_STREQ("r8 1:8=1", fake_log(&self->device.fake));
	EXPECT_EQ(1, self->device.fake.unmasked);
	self->device.fake.raised[0] = 1;
	fake_ring_use(&self->vq, 0, 0);
	EXPECT_EQ(0, avps_vq_wait_used(&self->vq, &self->used));
	EXPECT_TRUE(self->used.interrupted);
	EXPECT_STREQ("r8 1:8=1", fake_log(&self->device.fake));
	EXPECT_EQ(2, self->device.fake.unmasked);
}

TEST_F(virtqueue, line_of_a_broken_device_ends_the_wait)
{
	self->vq.vector = 0;
	self->vq.level = true;
	self->transport->config_vector = AVPS_NO_VECTOR;
	need_reset(&self->device);
	self->device.fake.raised[0] = 1;
	EXPECT_EQ(-EIO, avps_vq_wait_used(&self->vq, &self->used));
}

TEST_F(virtqueue, wait_interrupt_counts_and_keeps_to_its_deadline)
{
	self->device.fake.raised[QUEUE_VECTOR] = 3;
	EXPECT_EQ(3, avps_vq_wait_interrupt(&self->vq, 12345));
	EXPECT_EQ(12345, self->device.fake.waited_until);
	EXPECT_EQ(0, avps_vq_wait_interrupt(&self->vq, 0));
	EXPECT_EQ(2, self->device.fake.waits);
}

TEST_F(virtqueue, without_vector_nobody_waits_for_interrupts)
{
	self->vq.vector = AVPS_NO_VECTOR;
	EXPECT_EQ(0, avps_vq_wait_interrupt(&self->vq, 0));
	fake_ring_use(&self->vq, 0, 9);
	EXPECT_EQ(0, avps_vq_wait_used(&self->vq, &self->used));
	EXPECT_EQ(9, self->used.len);
	EXPECT_FALSE(self->used.interrupted);
	EXPECT_EQ(0, self->device.fake.waits);
}

TEST_F(virtqueue, spin_watches_the_ring_alone)
{
	fake_ring_use(&self->vq, 0, 9);
	self->device.fake.raised[QUEUE_VECTOR] = 1;
	EXPECT_EQ(0, avps_vq_spin_used(&self->vq, &self->used));
	EXPECT_EQ(9, self->used.len);
	EXPECT_EQ(1, self->device.fake.raised[QUEUE_VECTOR]);
	EXPECT_EQ(0, self->device.fake.waits);
	EXPECT_STREQ("", fake_log(&self->device.fake));
}

TEST_F(virtqueue, spin_notices_a_broken_device_in_the_end)
{
	need_reset(&self->device);
	EXPECT_EQ(-EIO, avps_vq_spin_used(&self->vq, &self->used));
	EXPECT_STREQ("r8 4:1014=44", fake_log(&self->device.fake));
}

TEST_F(virtqueue, trace_shows_descriptors_and_used_buffers)
{
	struct avps_element element = { .buf = { .bus = 0xabcd00000000, .len = 20 }, .writable = true };
	struct avps_trace_entry entries[AVPS_TRACE_ENTRIES];
	u64 lost;

	ASSERT_EQ(0, avps_trace_init());
	ASSERT_EQ(1, avps_vq_add(&self->vq, &element, 1));
	fake_ring_use(&self->vq, 1, 20);
	ASSERT_EQ(1, avps_vq_poll_used(&self->vq, &self->used));
	ASSERT_EQ(0, avps_vq_poll_used(&self->vq, &self->used));
	ASSERT_EQ(2, avps_trace_copy(entries, &lost));
	EXPECT_EQ(AVPS_TRACE_DESCRIPTOR, entries[0].kind);
	EXPECT_EQ(1, entries[0].region);
	EXPECT_EQ(1, entries[0].offset);
	EXPECT_EQ(0xabcd00000000, entries[0].value);
	EXPECT_EQ(20, entries[0].length);
	EXPECT_EQ(2, entries[0].flags);
	EXPECT_EQ(AVPS_TRACE_USED, entries[1].kind);
	EXPECT_EQ(1, entries[1].region);
	EXPECT_EQ(1, entries[1].offset);
	EXPECT_EQ(20, entries[1].length);
}

/* Of AddressSanitizer, whose header need not be installed along with GCC. */
size_t __sanitizer_get_current_allocated_bytes(void);

TEST(freeing_gives_all_memory_back)
{
	static const enum avps_ring rings[] = { AVPS_RING_SPLIT, AVPS_RING_PACKED };
	size_t before = __sanitizer_get_current_allocated_bytes();
	struct avps_vq vq;

	for (size_t i = 0; i < ARRAY_SIZE(rings); i++) {
		fake_dma_init();
		ASSERT_EQ(0, avps_vq_init(&vq, NULL, rings[i], 0, 8));
		EXPECT_LT(before, __sanitizer_get_current_allocated_bytes());
		avps_vq_free(&vq);
		EXPECT_EQ(before, __sanitizer_get_current_allocated_bytes());
		ASSERT_EQ(-EINVAL, avps_vq_init(&vq, NULL, rings[i], 0, 0));
		avps_vq_free(&vq); /* nothing to give back */
		EXPECT_EQ(before, __sanitizer_get_current_allocated_bytes());
	}
}

TEST_HARNESS_MAIN
