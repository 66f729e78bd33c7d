#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Build kernel and headers again, elsewhere and with another number of jobs, and compare with those in use.
#
#   images/reproducible.sh ARCH OUT

set -euo pipefail

arch=$1 out=$2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

for stage in headers kernel; do
	XDG_CACHE_HOME=$tmp/cache JOBS=3 "$(dirname "$0")/linux.sh" "$stage" "$arch" "$tmp"
done
for name in include kselftest libfdt kernel config; do
	diff -r "$out/linux/$name" "$tmp/linux/$name"
done
echo "  SAME    $arch: $(sha256sum <"$tmp/linux/kernel" | cut -c 1-16) twice"
