# SPDX-License-Identifier: GPL-2.0-or-later
#
# The probe: one static program out of probe/ and suite/. Every .c file below those folders belongs to it, so a new test
# is a new file and no line here.

CROSS_x86_64 := x86_64-linux-gnu-
CROSS_arm64 := aarch64-linux-gnu-
CROSS := $(CROSS_$(ARCH))
CC := $(CROSS)gcc
HOST_ARCH := $(patsubst aarch64,arm64,$(shell uname -m))

# What runs on this machine only: reference devices in the place of real ones.
HOST_ONLY := probe/host.c probe/io/sim.c probe/io/sim_host.c probe/discover/simulated.c
PROBE_SOURCES := $(sort $(filter-out $(HOST_ONLY) probe/fuzz/%,$(shell find probe suite -name '*.c' -not -path '*/tests/*')))
PROBE_OBJECTS := $(PROBE_SOURCES:%.c=$(OUT)/obj/%.o)
PROBE_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Werror
PROBE_CPPFLAGS := -D_GNU_SOURCE -I. -Iprobe/include $(LINUX_CPPFLAGS)
PROBE_LIBS := -ljson-c -lnettle -lz $(OUT)/linux/libfdt/libfdt.a

$(OUT)/obj/%.o: %.c probe/probe.mk $(LINUX_HEADERS)
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(PROBE_CFLAGS) $(PROBE_CPPFLAGS) -MMD -MP -c -o $@ $<

# The file list is part of it: a test that is taken away must be gone from the program too.
$(OUT)/obj/sources: FORCE
	@mkdir -p $(@D)
	@echo '$(PROBE_SOURCES)' | cmp -s - $@ || echo '$(PROBE_SOURCES)' > $@

# Debug information stays in probe.debug; the guest carries none.
$(OUT)/probe.debug: $(PROBE_OBJECTS) $(OUT)/obj/sources
	@echo "  LD      $@"
	$(Q)$(CC) -static -o $@ $(PROBE_OBJECTS) $(PROBE_LIBS)

ifeq ($(ARCH),$(HOST_ARCH))
$(OUT)/probe: $(OUT)/probe.debug suite/check.py $(wildcard suite/*/clauses.json)
	@echo "  CHECK   tests against clauses"
	$(Q)$< list | suite/check.py
	$(Q)$(CROSS)strip -o $@ $<
else
# This machine can't run it to ask what tests it has. Its own probe has the same ones, out of the same sources.
$(OUT)/probe: $(OUT)/probe.debug build/$(HOST_ARCH)/probe
	$(Q)$(CROSS)strip -o $@ $<

build/$(HOST_ARCH)/probe: FORCE
	$(Q)$(MAKE) ARCH=$(HOST_ARCH) $@
endif

-include $(PROBE_OBJECTS:.o=.d)

include probe/tests/tests.mk
include refdev/refdev.mk
