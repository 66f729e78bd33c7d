# SPDX-License-Identifier: GPL-2.0-or-later
#
# The probe as a program of this machine, with the reference devices in it: $(OUT)/probe-host. Every .c file below refdev/
# belongs to it. Twice more for tests: $(OUT)/unit/probe-host under the sanitizers, $(OUT)/unit/probe-host-dynamic for valgrind.

REFDEV_SOURCES := $(sort $(shell find refdev -name '*.c'))
HOST_SOURCES := $(filter-out probe/main.c,$(PROBE_SOURCES)) $(HOST_ONLY) $(REFDEV_SOURCES)
HOST_OBJECTS := $(HOST_SOURCES:%.c=$(OUT)/obj/%.o)
CATALOGUE := $(wildcard suite/*/clauses.json refdev/*/defects.json)

# For this machine, whatever ARCH is.
ifeq ($(ARCH),$(HOST_ARCH))
host: $(OUT)/probe-host ## build the probe with the reference devices, for this machine
else
host:
	$(Q)$(MAKE) ARCH=$(HOST_ARCH) $@
endif

$(OUT)/obj/host-sources: FORCE
	@mkdir -p $(@D)
	@echo '$(HOST_SOURCES)' | cmp -s - $@ || echo '$(HOST_SOURCES)' > $@

$(OUT)/probe-host: $(HOST_OBJECTS) $(OUT)/obj/host-sources refdev/check.py $(CATALOGUE)
	@echo "  LD      $@"
	$(Q)$(CC) -static -o $@ $(HOST_OBJECTS) $(PROBE_LIBS)
	@echo "  CHECK   defects against clauses"
	$(Q)refdev/check.py $@

$(UNIT)/probe-host: $(call unit_objects,$(HOST_SOURCES)) $(OUT)/obj/host-sources
	@echo "  LD      $@"
	$(Q)$(UNIT_CC) $(UNIT_CFLAGS) -o $@ $(call unit_objects,$(HOST_SOURCES)) $(PROBE_LIBS)

# Linked dynamically, as valgrind knows its way in no other C library.
$(UNIT)/probe-host-dynamic: $(HOST_OBJECTS) $(OUT)/obj/host-sources
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) -o $@ $(HOST_OBJECTS) $(PROBE_LIBS)

-include $(HOST_OBJECTS:.o=.d) $(patsubst %.o,%.d,$(call unit_objects,$(HOST_SOURCES)))

include probe/fuzz/fuzz.mk

host-tests: $(UNIT)/probe-host $(UNIT)/probe-host-dynamic

.PHONY: host host-tests
