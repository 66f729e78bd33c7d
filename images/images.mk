# SPDX-License-Identifier: GPL-2.0-or-later
#
# The guest's image: $(OUT)/linux/kernel and $(OUT)/initramfs.cpio.gz.

image: $(OUT)/linux/kernel.entry $(OUT)/initramfs.cpio.gz

images: ## build the images of all architectures
	$(Q)for arch in $(ARCHES); do $(MAKE) image ARCH=$$arch || exit; done

# The script looks by itself whether there is something to do, and touches its output only if there was.
$(OUT)/linux/%.entry: FORCE
	$(Q)images/linux.sh $* $(ARCH) $(OUT)

$(OUT)/initramfs.cpio.gz: $(OUT)/probe images/initramfs.sh images/initramfs.list $(LINUX_HEADERS)
	@echo "  IMAGE   $@"
	$(Q)images/initramfs.sh $(OUT)/probe $(OUT)/linux/gen_init_cpio $@
