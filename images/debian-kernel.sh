#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Fetch Debian's own kernel for clouds, which knows nothing of us: a kernel that an integrator might bring. Prints the path
# of its image. Kept in the cache, one a version.

set -euo pipefail

cache=${XDG_CACHE_HOME:-$HOME/.cache}/avps
package=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null | sed -n 's/.*Depends: \(linux-image-.*\)/\1/p')
if [ -z "$package" ]; then
	echo "debian-kernel: apt knows no linux-image-cloud-amd64: run 'apt-get update', on Debian amd64" >&2
	exit 1
fi
version=$(apt-cache show --no-all-versions "$package" | sed -n 's/^Version: //p')
entry=$cache/debian-kernel-$package-${version//[^a-zA-Z0-9.+-]/_}

if [ ! -e "$entry/vmlinuz" ]; then
	mkdir -p "$cache"
	work=$(mktemp -d "$cache/debian-kernel.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	(cd "$work" && apt-get download -q "$package" >fetch.log 2>&1) || {
		cat "$work/fetch.log" >&2
		exit 1
	}
	dpkg-deb --fsys-tarfile "$work"/*.deb | tar -x -C "$work" "./boot/vmlinuz-${package#linux-image-}"
	mkdir "$work/entry"
	mv "$work"/boot/vmlinuz-* "$work/entry/vmlinuz"
	# Somebody else may have been quicker, with the same file.
	mv -T "$work/entry" "$entry" 2>/dev/null || [ -e "$entry/vmlinuz" ]
fi
echo "$entry/vmlinuz"
