// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel's arguments say of virtio-mmio devices. */
#include "harness.h"

#include "capture.h"
#include "probe/discover/place.h"

FIXTURE(cmdline)
{
	struct place places[MAX_PLACES];
	int n;
};

FIXTURE_SETUP(cmdline)
{
	memset(self, 0, sizeof(*self));
	capture_open();
}

FIXTURE_TEARDOWN(cmdline)
{
}

static void read_places(FIXTURE_DATA(cmdline) * self, const char *cmdline)
{
	self->n = places_of_cmdline(cmdline, self->places, self->n);
}

TEST_F(cmdline, without_devices)
{
	read_places(self, "quiet console=ttyS0 xvirtio_mmio.device=512@0xfeb00000:5\n");
	EXPECT_EQ(0, self->n);
	EXPECT_EQ(0, capture_count());
}

TEST_F(cmdline, with_devices)
{
	read_places(self, "virtio_mmio.device=512@0xfeb00e00:12 quiet virtio_mmio.device=4K@0x1d0000000:5:3\n");
	ASSERT_EQ(2, self->n);
	EXPECT_STREQ("feb00e00", self->places[0].id);
	EXPECT_EQ(0xfeb00e00, self->places[0].base);
	EXPECT_EQ(512, self->places[0].size);
	EXPECT_EQ(12, self->places[0].interrupt);
	EXPECT_FALSE(self->places[0].platform);
	EXPECT_STREQ("1d0000000", self->places[1].id);
	EXPECT_EQ(0x1d0000000, self->places[1].base);
	EXPECT_EQ(4096, self->places[1].size);
	EXPECT_EQ(5, self->places[1].interrupt);
	EXPECT_EQ(0, capture_count());
}

TEST_F(cmdline, with_a_device_that_firmware_names_too)
{
	self->places[0] = (struct place){ .id = "LNRO0005:00", .platform = true, .base = 0xfeb00e00 };
	self->n = 1;
	read_places(self, "virtio_mmio.device=512@0xfeb00e00:12 virtio_mmio.device=512@0xfeb00c00:11");
	ASSERT_EQ(2, self->n);
	EXPECT_STREQ("LNRO0005:00", self->places[0].id);
	EXPECT_STREQ("feb00c00", self->places[1].id);
}

TEST_F(cmdline, with_nonsense_says_so)
{
	static const char *const wrong[] = { "512",	    "512@",	    "0@0x1000:5",    "512@0x1000",
					     "512@0x1000:", "512@0x1000:0", "512@0x1000:5x", "512T@0x1000:5" };

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct json_object *record;
		char cmdline[100], text[100];

		snprintf(cmdline, sizeof(cmdline), "quiet virtio_mmio.device=%s more", wrong[i]);
		read_places(self, cmdline);
		EXPECT_EQ(0, self->n);
		record = capture_record(i);
		snprintf(text, sizeof(text), "virtio_mmio.device=%s: must be SIZE@BASE:INTERRUPT", wrong[i]);
		EXPECT_STREQ("warning", capture_field(record, "level"));
		EXPECT_STREQ(text, capture_field(record, "text"));
		json_object_put(record);
	}
}

TEST_F(cmdline, with_more_devices_than_there_is_room_for)
{
	self->n = MAX_PLACES;
	read_places(self, "virtio_mmio.device=512@0xfeb00e00:12");
	EXPECT_EQ(MAX_PLACES, self->n);
}

TEST_HARNESS_MAIN
