# SPDX-License-Identifier: GPL-2.0-or-later
#
# The fuzzer: $(OUT)/fuzz/probe-fuzz, everything that runs on the host with a device that lies in front.

FUZZ := $(OUT)/fuzz
FUZZ_CC := clang
FUZZ_CFLAGS := -std=gnu11 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FUZZ_SOURCES := $(filter-out probe/host.c probe/init.c probe/list.c probe/session.c probe/report/stream.c,$(HOST_SOURCES)) \
	$(wildcard probe/fuzz/*.c)
FUZZ_OBJECTS := $(FUZZ_SOURCES:%.c=$(FUZZ)/obj/%.o)

$(FUZZ)/obj/%.o: %.c probe/probe.mk probe/fuzz/fuzz.mk $(LINUX_HEADERS)
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) $(PROBE_CPPFLAGS) -MMD -MP -c -o $@ $<

$(FUZZ)/probe-fuzz: $(FUZZ_OBJECTS) $(OUT)/obj/host-sources
	@echo "  LD      $@"
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -Wl,--wrap=_exit -o $@ $(FUZZ_OBJECTS) $(PROBE_LIBS)

-include $(FUZZ_OBJECTS:.o=.d)
