#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Pack the probe as the /init of an initramfs; the same probe gives the same bytes.
#
#   images/initramfs.sh PROBE GEN_INIT_CPIO OUTPUT

set -euo pipefail

probe=$1 gen_init_cpio=$2 output=$3
list=$(dirname "$0")/initramfs.list
tmp=$output.tmp

trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp"

# The archive holds the time of each file.
cp "$probe" "$tmp/init"
touch -d @0 "$tmp/init"
PROBE=$tmp/init "$gen_init_cpio" -t 0 "$list" >"$tmp/cpio"
gzip -9n <"$tmp/cpio" >"$tmp/cpio.gz"
mv "$tmp/cpio.gz" "$output"
