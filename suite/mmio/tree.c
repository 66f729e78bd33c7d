// SPDX-License-Identifier: GPL-2.0-or-later
/* What the device tree says of the device, against what answers there (VIRTIO 1.4, 4.2.1). */
#include <limits.h>
#include <stdlib.h>

#include "avps/devicetree.h"
#include "mmio.h"

static enum avps_skip in_tree(struct avps_device *dev, char *why, size_t why_size)
{
	char path[PATH_MAX];

	if (avps_tree() && avps_tree_path(dev->id, path, sizeof(path)))
		return 0;
	snprintf(why, why_size, "no device tree describes the device");
	return AVPS_SKIP_ABSENT;
}

static enum avps_skip in_tree_and_known(struct avps_device *dev, char *why, size_t why_size)
{
	return in_tree(dev, why, why_size) ?: exercise_known(dev, why, why_size);
}

#define READ_NODE(node_)                                                                                   \
	do {                                                                                               \
		char path_[PATH_MAX], why_[160];                                                           \
                                                                                                           \
		REQUIRE(avps_tree_path(self->dev->id, path_, sizeof(path_)), "the device's node is gone"); \
		REQUIRE(!avps_tree_read(avps_tree(), path_, node_, why_, sizeof(why_)), "%s", why_);       \
	} while (0)

/* Where the configuration of the device ends, as far as its type is described. */
static u32 config_end(const struct avps_device *dev)
{
	const struct avps_device_class *class = avps_device_class_of(dev);
	u32 end = 0;

	for (const struct avps_config_field *field = class ? class->config : NULL; field && field->width; field++)
		if ((!field->any_of || (field->any_of & dev->offered)) && field->offset + field->width > end)
			end = field->offset + field->width;
	return end;
}

/*
 * `reg` names the place where the registers are, which begins with the magic value, and has room for all of them and for
 * the configuration of this type of device. (The window was opened by the kernel's reading of the tree, not by ours.)
 */
AVPS_TEST(mmio, tree_names_the_window, CLAUSES("mmio-p07"), NO_RING, ONLY_IF(in_tree))
{
	u32 needed = VIRTIO_MMIO_CONFIG + config_end(self->dev);
	struct avps_tree_node node;

	READ_NODE(&node);
	CHECK_EQ("mmio-p07", node.base, strtoull(self->dev->id, NULL, 16));
	CHECK_EQ("mmio-p07", node.size, self->io->ops->region_size(self->io, 0));
	CHECK("mmio-p07", node.size >= needed, "reg has %llu bytes, the device needs %u", (unsigned long long)node.size,
	      needed);
}

/*
 * It names an interrupt, and that is the one that comes when the device has used a buffer.
 */
AVPS_TEST(mmio, tree_names_the_interrupt, CLAUSES("mmio-p08"), ONLY_IF(in_tree_and_known))
{
	struct exercise_request request;
	struct avps_tree_node node;
	struct avps_used used;
	const char *wrong;

	READ_NODE(&node);
	CHECK("mmio-p08", node.interrupts, "the node has no interrupts");
	START(0);
	REQUIRE(!exercise_add(&self->ex, &request), "the ring is full");
	avps_vq_notify(&self->ex.vq);
	wrong = exercise_wrong(&self->ex, &request, avps_vq_wait_used(&self->ex.vq, &used), &used);
	REQUIRE(!wrong, "a plain request went wrong: %s", wrong);
	CHECK("mmio-p08", used.interrupted, "a buffer was used, and no interrupt came");
}

static enum avps_skip says_if_coherent(struct avps_device *dev, char *why, size_t why_size)
{
	if (!avps_tree_says_if_coherent()) {
		snprintf(why, why_size, "on this architecture devices are coherent unless the tree says otherwise");
		return AVPS_SKIP_ABSENT;
	}
	return in_tree_and_known(dev, why, why_size);
}

/*
 * A device that sees what is in the caches, as one does that serves requests out of cached memory, is called dma-coherent.
 * Else the guest's system maps its buffers uncached, and the two no longer see the same.
 */
AVPS_TEST(mmio, tree_says_that_the_device_is_coherent, CLAUSES("mmio-p09"), ONLY_IF(says_if_coherent))
{
	struct avps_tree_node node;

	READ_NODE(&node);
	START(0);
	REQUEST();
	CHECK("mmio-p09", node.dma_coherent, "neither the node nor one above it says dma-coherent");
}
