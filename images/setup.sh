#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Install the Debian packages of packages.txt that are missing; ask for root only if there are any.
#
#   images/setup.sh [PURPOSE...]    what they are for, in the words of packages.txt; without any: all of them

set -euo pipefail

list=$(dirname "$0")/packages.txt
purposes=" $* "

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "setup: this is no Debian system (no apt-get); install what corresponds to the packages in $list" >&2
	exit 2
fi
native=$(dpkg --print-architecture)

mapfile -t wanted < <(awk -v for_="$purposes" '
	!/^#/ && NF && (for_ == "  " || index(for_, " " $2 " ")) { print $1 }' "$list")
mapfile -t missing < <(
	dpkg-query -W -f '${db:Status-Status} ${Package}:${Architecture}\n' "${wanted[@]}" 2>/dev/null |
		awk -v native="$native" '$1 == "installed" { sub(":(all|" native ")$", "", $2); print $2 }' | sort |
		comm -13 - <(printf '%s\n' "${wanted[@]}" | sort)
)
[ ${#missing[@]} -gt 0 ] || exit 0

# Packages of another architecture, as NAME:ARCHITECTURE, are known to apt only once dpkg has heard of that.
mapfile -t foreign < <(
	printf '%s\n' "${missing[@]}" | awk -F : 'NF > 1 { print $2 }' | sort -u |
		comm -23 - <(dpkg --print-foreign-architectures | sort)
)

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
for architecture in "${foreign[@]}"; do
	"${as_root[@]}" dpkg --add-architecture "$architecture"
done
"${as_root[@]}" apt-get -qq update
"${as_root[@]}" apt-get -qq -y --no-install-recommends install "${missing[@]}" </dev/null
