#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Get what the image needs of Linux, out of the distribution's linux-source tarball.
#
#   images/linux.sh headers ARCH OUT    OUT/linux/: include, kselftest, libfdt, gen_init_cpio    (some seconds)
#   images/linux.sh kernel ARCH OUT     OUT/linux/: kernel, config                               (some minutes)
#
# ARCH is the kernel's name of an architecture (x86_64, arm64), OUT the build directory. All that is built goes into
# a cache outside of the checkout, in an entry named by a hash of everything it is made from; OUT/linux has links to
# it. OUT/linux/STAGE.entry names the entry and changes only if that does, so that make(1) can depend on it.
#
# Environment: LINUX_SOURCE names another tarball, XDG_CACHE_HOME another place for the cache, JOBS how many jobs run
# at a time. Exit status 2, and the reason on standard error, if it cannot be done.

set -euo pipefail

stage=$1 ARCH=$2 out=$3
images=$(dirname "$(readlink -f "$0")")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/avps
patches=("$images"/kernel/patches-*/*.patch)
fragments=("$images/kernel/common.config" "$images/kernel/$ARCH.config")

die() {
	echo "linux.sh: $*" >&2
	exit 2
}

case $stage in
	headers | kernel) ;;
	*) die "$stage: no such stage; there are headers and kernel" ;;
esac
case $ARCH in
	x86_64) machine=x86_64 target=bzImage image=arch/x86/boot/bzImage ;;
	arm64) machine=aarch64 target=Image.gz image=arch/arm64/boot/Image.gz ;;
	*) die "ARCH=$ARCH: no such architecture here; there are x86_64 and arm64" ;;
esac
CROSS_COMPILE=
[ "$machine" = "$(uname -m)" ] || CROSS_COMPILE=$machine-linux-gnu-
export ARCH CROSS_COMPILE

# Nothing of the machine, the user, the hour or the calling make may get into what is built.
export KBUILD_BUILD_TIMESTAMP='1970-01-01 00:00:00 UTC' KBUILD_BUILD_VERSION=1 KBUILD_BUILD_USER=avps \
	KBUILD_BUILD_HOST=avps LOCALVERSION='' LC_ALL=C TZ=UTC
unset MAKEFLAGS MFLAGS MAKELEVEL KCONFIG_CONFIG KBUILD_OUTPUT KCFLAGS CFLAGS LDFLAGS

source=${LINUX_SOURCE:-$(find /usr/src -maxdepth 1 -name 'linux-source-*.tar.xz' | sort -V | tail -n 1)}
[ -n "$source" ] || die "/usr/src has no linux-source-*.tar.xz: run 'make setup', or name one with LINUX_SOURCE=path"
[ -r "$source" ] || die "LINUX_SOURCE=$source: no such file, or not readable"
for tool in "${CROSS_COMPILE}gcc" "${CROSS_COMPILE}ld" bc bison flex flock gcc make patch xz; do
	command -v "$tool" >/dev/null || die "$tool is missing: run 'make setup'"
done
for file in "${fragments[@]}"; do
	[ -r "$file" ] || die "$file is missing: it says how to configure a kernel for ARCH=$ARCH"
done

# The tarball's hash takes most of a second, so it is remembered for as long as the file looks the same to stat(1).
source_hash() {
	local memo
	memo=$cache/source-$(stat -Lc '%n %d %i %s %Y' "$source" | sha256sum | cut -c 1-16)

	if [ ! -s "$memo" ]; then
		sha256sum <"$source" >"$memo.$$"
		mv "$memo.$$" "$memo"
	fi
	cat "$memo"
}

ingredients() {
	source_hash
	echo "$stage $ARCH"
	cat "$images/linux.sh"
	"${CROSS_COMPILE}gcc" --version
	if [ "$stage" = kernel ]; then
		cat "${fragments[@]}" "${patches[@]}" "$images/check-config.sh"
		"${CROSS_COMPILE}ld" --version
	fi
}

# Run a step of the build; show the end of its output only if it fails.
logged() {
	"$@" >>"$log" 2>&1 && return
	tail -n 20 "$log" >&2
	die "this failed: $*
linux.sh: all of the output is in $log"
}

extract() { # Unpack the members of the tarball that match the patterns given, or all.
	mkdir "$tmp/source"
	logged tar -xf "$source" -C "$tmp/source" --strip-components=1 --wildcards --no-wildcards-match-slash "$@"
}

kmake() {
	logged make -C "$tmp/source" -j "${JOBS:-$(nproc)}" "$@"
}

# Debian's libfdt-dev can't be installed for two architectures at a time, so the library comes from here, too.
build_libfdt() { # SOURCE TO
	local file objects=()

	mkdir "$2"
	cp "$1"/{fdt,libfdt,libfdt_env}.h "$2/"
	for file in "$1"/fdt*.c; do
		logged "${CROSS_COMPILE}gcc" -O2 -c -o "${file%.c}.o" "$file"
		objects+=("${file%.c}.o")
	done
	logged "${CROSS_COMPILE}ar" rcsD "$2/libfdt.a" "${objects[@]}"
}

build_headers() {
	echo "  HEADERS $ARCH, from $source"
	extract '*/Makefile' '*/Kbuild' '*/scripts' '*/include' '*/arch' '*/usr' '*/tools/include' \
		'*/tools/testing/selftests/kselftest*.h'
	kmake headers
	cp -r "$tmp/source/usr/include" "$tmp/entry/include"
	find "$tmp/entry/include" -type f ! -name '*.h' -delete
	mkdir "$tmp/entry/kselftest"
	cp "$tmp"/source/tools/testing/selftests/kselftest{,_harness}.h "$tmp/entry/kselftest/"
	build_libfdt "$tmp/source/scripts/dtc/libfdt" "$tmp/entry/libfdt"
	logged gcc -O1 -o "$tmp/entry/gen_init_cpio" "$tmp/source/usr/gen_init_cpio.c"
}

build_kernel() {
	local version patch

	echo "  KERNEL  $ARCH, from $source: takes some minutes, once; log: $log"
	extract
	version=$(make -s -C "$tmp/source" kernelversion)
	for patch in "${patches[@]}"; do # patches-6.1/ is for 6.1.1, too
		[[ $patch != */patches-"${version%.*}"/* ]] || logged patch -d "$tmp/source" -p 1 -F 0 -i "$patch"
	done
	cat "${fragments[@]}" >"$tmp/fragment"
	kmake KCONFIG_ALLCONFIG="$tmp/fragment" allnoconfig
	"$images/check-config.sh" "$tmp/source/.config" "${fragments[@]}"
	kmake "$target"
	cp "$tmp/source/.config" "$tmp/entry/config"
	cp "$tmp/source/$image" "$tmp/entry/kernel"
}

mkdir -p "$cache" "$out/linux"
entry=$cache/$stage-$(ingredients | sha256sum | cut -c 1-16)
tmp=$entry.tmp
log=$entry.log

# Two builds of one entry must not meet: who waits here finds the work done. The entry appears whole, by rename; a
# build that was killed leaves a directory that the next one removes.
if [ ! -d "$entry" ]; then
	exec 9>"$entry.lock"
	flock 9
fi
if [ ! -d "$entry" ]; then
	trap 'rm -rf "$tmp"' EXIT
	trap 'exit 2' HUP INT TERM
	rm -rf "$tmp"
	mkdir -p "$tmp/entry"
	: >"$log"
	"build_$stage"
	mv "$tmp/entry" "$entry"
fi

for file in "$entry"/*; do
	[ "$out/linux/${file##*/}" -ef "$file" ] || ln -sfn "$file" "$out/linux/"
done
[ "$(cat "$out/linux/$stage.entry" 2>/dev/null)" = "$entry" ] || echo "$entry" >"$out/linux/$stage.entry"
