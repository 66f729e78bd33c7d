# SPDX-License-Identifier: GPL-2.0-or-later
#
# Unit tests of the probe's library, for the host and under the sanitizers. Each test_NAME.c is one program with all of the
# library behind it, so a new test file is no line here.

UNIT := $(OUT)/unit
UNIT_CC := gcc
UNIT_CFLAGS := -std=gnu11 -O0 -g -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover=all
UNIT_LIBRARY := $(filter-out probe/main.c,$(filter probe/%,$(PROBE_SOURCES)))
UNIT_HELPERS := $(filter-out $(wildcard probe/tests/test_*.c),$(wildcard probe/tests/*.c))
UNIT_TESTS := $(wildcard probe/tests/test_*.c)
UNIT_PROGRAMS := $(UNIT_TESTS:probe/tests/%.c=$(UNIT)/%)
unit_objects = $(patsubst %.c,$(UNIT)/obj/%.o,$(1))

unit: $(UNIT_PROGRAMS) ## run the unit tests of the probe's library
	$(Q)probe/tests/run.sh $(UNIT_PROGRAMS)

$(UNIT)/obj/%.o: %.c probe/probe.mk probe/tests/tests.mk $(LINUX_HEADERS)
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(UNIT_CC) $(UNIT_CFLAGS) $(PROBE_CPPFLAGS) -MMD -MP -c -o $@ $<

# An archive, so that a program may have its own version of what it wants to play itself.
$(UNIT)/library.a: $(call unit_objects,$(UNIT_LIBRARY) $(UNIT_HELPERS))
	@echo "  AR      $@"
	$(Q)rm -f $@ && ar rcs $@ $^

$(UNIT_PROGRAMS): $(UNIT)/%: $(UNIT)/obj/probe/tests/%.o $(UNIT)/library.a
	@echo "  LD      $@"
	$(Q)$(UNIT_CC) $(UNIT_CFLAGS) $(UNIT_LDFLAGS) -o $@ $^ $(PROBE_LIBS)

# It plays /proc/cmdline.
$(UNIT)/test_options: UNIT_LDFLAGS := -Wl,--wrap=fopen

-include $(patsubst %.o,%.d,$(call unit_objects,$(UNIT_LIBRARY) $(UNIT_HELPERS) $(UNIT_TESTS)))
