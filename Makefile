# SPDX-License-Identifier: GPL-2.0-or-later
#
# ARCH is the guest's architecture, in the kernel's words (make ARCH=arm64); TARGET is what make report runs. V=1 shows the
# commands.

ARCH ?= x86_64
TARGET ?= qemu-q35
ARCHES := $(filter-out common,$(basename $(notdir $(wildcard images/kernel/*.config))))
OUT := build/$(ARCH)
PYTHON := /usr/bin/python3
V ?= 0
Q := $(if $(filter 0,$(V)),@)
MAKEFLAGS += --no-builtin-rules --no-print-directory

.DELETE_ON_ERROR:
.SUFFIXES:

# What C code needs to see Linux's interfaces and kselftest, and what it must depend on for that.
LINUX_CPPFLAGS := $(patsubst %,-isystem $(OUT)/linux/%,include kselftest libfdt)
LINUX_HEADERS := $(OUT)/linux/headers.entry

all: image host ## build the image of ARCH: kernel, probe, initramfs; and the probe for this machine (the default)

# Gives $(OUT)/probe, linked statically, and the target unit, which runs the unit tests in C.
-include probe/probe.mk
include images/images.mk

setup: ## install the Debian packages that are missing
	$(Q)images/setup.sh

# Nothing can be built before set-up is done, so these start make again instead of depending on it.
report: ## run TARGET (qemu-q35) and write build/report/TARGET/report.html
	$(Q)+images/report.sh $(TARGET)

test: ## run the tests of this project itself
	$(Q)images/setup.sh
	$(Q)$(MAKE) images
	$(Q)$(MAKE) unit
	$(Q)$(MAKE) host host-tests fuzz-briefly
	$(Q)$(PYTHON) -m pytest --timeout=240 runner/tests

bench: ## time a full run against a bare boot, on each target that is built; figures also in build/bench.json
	$(Q)$(MAKE) images
	$(Q)./avps bench --out build/bench.json $(BENCH)

lint: ## look for mistakes, and for style that is not the house's
	$(Q)images/lint.sh

format: ## lay out C and Python as lint wants it
	$(Q)git ls-files -co --exclude-standard '*.c' '*.h' | xargs clang-format -i
	$(Q)git ls-files -co --exclude-standard '*.py' | xargs black --quiet

reproducible: $(OUT)/linux/headers.entry $(OUT)/linux/kernel.entry ## build the kernel again elsewhere and compare (minutes)
	$(Q)images/reproducible.sh $(ARCH) $(OUT)

clean: ## remove what was built here; the kernels stay in the cache
	$(Q)rm -rf build

distclean: clean ## remove the cache, too
	$(Q)rm -rf "$${XDG_CACHE_HOME:-$$HOME/.cache}/avps"

help: ## list these
	@sed -n 's/^\([a-z-]*\):.* ## /  \1\t/p' $(MAKEFILE_LIST) | expand -t 18

.PHONY: all bench clean distclean format fuzz help host image images lint report reproducible setup test unit FORCE
