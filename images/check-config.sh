#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Does a kernel's configuration hold every line of these fragments?
#
#   images/check-config.sh CONFIG FRAGMENT...
#
# Kconfig drops a line without a word when something that it depends on is missing or its name is gone. Exit status 1,
# and each line that does not hold on standard error, as FILE:LINE, if there is one.

set -euo pipefail

awk '
	FNR == NR { if (/^CONFIG_/) { name = $0; sub(/=.*/, "", name); value[name] = $0 } next }
	/^CONFIG_/ {
		name = $0
		sub(/=.*/, "", name)
		real = (name in value) ? value[name] : name "=n"
		if ($0 == real)
			next
		printf "%s:%d: asks for %s, the kernel has %s: see what the option depends on, and if it still exists\n",
			FILENAME, FNR, $0, real > "/dev/stderr"
		bad = 1
	}
	END { exit bad }
' "$@"
