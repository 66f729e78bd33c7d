#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Runs the fuzzer: run.sh PROGRAM CORPUS [libFuzzer's options]. Starts with the inputs that were findings once, and with a device
# of each kind that is honest in each test of its plan; then libFuzzer makes others out of them, and keeps what reaches new code in
# CORPUS. What it finds is written to the folder CORPUS is in.
set -eu

program=$1
corpus=$2
shift 2
findings=$(dirname "$0")/findings
seeds=$corpus.seeds

mkdir -p "$corpus" "$seeds"
devices=$("$program" --devices)
for device in $(seq 0 $((devices - 1))); do
	for test in $(seq 0 320); do
		# Header (fuzz.c), and bytes that let the device be.
		printf "\\$(printf '%o\\%o\\%o' "$device" $((test / 256)) $((test % 256)))\\0%032d" 0 > "$seeds/honest-$device-$test"
	done
done

# Leaks are looked for by nobody: a test's process ends with it, and fuzz.c frees what it left.
exec "$program" -detect_leaks=0 -timeout=10 -max_len=4096 -print_final_stats=1 -artifact_prefix="$(dirname "$corpus")/" "$@" \
	"$corpus" "$findings" "$seeds"
