#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# From a fresh checkout to a report: install what is missing, build what the target boots or runs, run.
#
#   images/report.sh TARGET
#
# Exit status 0 if the report is complete, whatever it says of the hypervisor.

set -euo pipefail
cd "$(dirname "$0")/.."

target=$1
file=runner/targets/$target.toml
report=build/report/$target/report.json

if [ ! -r "$file" ]; then
	echo "TARGET=$target: there is no $file; targets are: $(basename -s .toml -a runner/targets/*.toml | paste -sd ' ')" >&2
	exit 2
fi
arch=$(sed -n 's/^arch *= *"\([^"]*\)".*/\1/p' "$file")
images/setup.sh report "$arch"
if [ "$arch" = host ]; then
	"${MAKE:-make}" host
else
	"${MAKE:-make}" image ARCH="$arch"
fi
rm -f "$report"
./avps run -t "$target" || grep -qs '"complete": true' "$report"
