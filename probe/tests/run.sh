#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Run unit test programs; of those that pass say only how many tests they have. Exit status 1 if one failed. Each leaves
# all it said in PROGRAM.tap.

failed=0
for program; do
	if "$program" >"$program.tap" 2>&1; then
		echo "  UNIT    ${program##*/}: $(grep -c '^ok ' "$program.tap")"
	else
		echo "  UNIT    ${program##*/}: FAILED"
		grep -vE '^(#  RUN |#  +OK |ok |TAP |1\.\.)' "$program.tap"
		failed=1
	fi
done
exit $failed
