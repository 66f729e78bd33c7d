#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Install the Debian packages of packages.txt that are missing; ask for root only if there are any.
#
#   images/setup.sh [report]    "report" leaves out what only tests need

set -euo pipefail

list=$(dirname "$0")/packages.txt
want=${1:-'report|test'}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "setup: this is no Debian system (no apt-get); install what corresponds to the packages in $list" >&2
	exit 2
fi

mapfile -t wanted < <(awk -v want="^($want)\$" '!/^#/ && $2 ~ want { print $1 }' "$list")
mapfile -t missing < <(
	dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null |
		awk '$1 == "installed" { print $2 }' | sort |
		comm -13 - <(printf '%s\n' "${wanted[@]}" | sort)
)
[ ${#missing[@]} -gt 0 ] || exit 0

echo "  SETUP   installing ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "setup: there is no sudo here; as root, run: apt-get install ${missing[*]}" >&2
		exit 2
	fi
	as_root=(sudo)
fi
as_root+=(env DEBIAN_FRONTEND=noninteractive)
"${as_root[@]}" apt-get -qq update
"${as_root[@]}" apt-get -qq -y --no-install-recommends install "${missing[@]}" </dev/null
