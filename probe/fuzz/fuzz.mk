# SPDX-License-Identifier: GPL-2.0-or-later
#
# The fuzzer: $(OUT)/fuzz/probe-fuzz, everything that runs on the host with a device that lies in front.

FUZZ := $(OUT)/fuzz
FUZZ_TIME := 1200
FUZZ_RUNS := 20000
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

fuzz: $(FUZZ)/probe-fuzz ## let devices that lie try to break the probe, for FUZZ_TIME (1200) seconds
	$(Q)probe/fuzz/run.sh $< $(FUZZ)/corpus -max_total_time=$(FUZZ_TIME)

# The same each time: a corpus of its own, from nothing, and a fixed seed.
fuzz-briefly: $(FUZZ)/probe-fuzz
	$(Q)rm -rf $(FUZZ)/brief
	$(Q)probe/fuzz/run.sh $< $(FUZZ)/brief/corpus -seed=1 -runs=$(FUZZ_RUNS) > $(FUZZ)/brief.log 2>&1 || \
		{ tail -n 60 $(FUZZ)/brief.log; exit 1; }
	@sed -n 's/^stat::number_of_executed_units: /  FUZZ    probe-fuzz: /p' $(FUZZ)/brief.log

.PHONY: fuzz fuzz-briefly

-include $(FUZZ_OBJECTS:.o=.d)
