#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Look for mistakes and for style that is not the house's in all files that git knows or would add. Every tool runs;
# exit status 1 if one of them found something.

set -uo pipefail
cd "$(dirname "$0")/.." || exit
git rev-parse --git-dir >/dev/null || exit

failed=0

files() { # Names of the files that match the patterns given.
	git ls-files --cached --others --exclude-standard --deduplicate -- "$@" | while read -r file; do
		[ ! -f "$file" ] || echo "$file"
	done
}

lint() { # Name a tool, and run it on files if there are any.
	local command=("$@")

	[ ${#files[@]} -gt 0 ] || return
	echo "  LINT    ${command[0]##*/}: ${#files[@]} files"
	if ! command -v "${command[0]}" >/dev/null; then
		echo "lint: ${command[0]} is missing: run 'make setup'" >&2
		failed=1
	elif ! "${command[@]}" "${files[@]}"; then
		failed=1
	fi
}

mapfile -t files < <(files '*.c' '*.h')
lint clang-format --dry-run --Werror
mapfile -t files < <(files '*.c')
# Arrays that the linker puts together have two symbols; and what a function fills in need not be initialised before.
lint cppcheck --quiet --error-exitcode=1 --inline-suppr --enable=warning,portability \
	--suppress=missingInclude --suppress=unknownMacro --suppress=comparePointers \
	--suppress=subtractPointers --suppress=ctuuninitvar -Iprobe/include

mapfile -t files < <(files '*.py' avps | sort)
lint black --check --quiet
lint flake8
lint mypy

mapfile -t files < <(files '*.sh' .ci/run)
lint shellcheck

mapfile -t files < <(files '*.c' '*.h' '*.py' '*.sh' '*.mk' Makefile .ci/run avps)
unlicensed=$(grep -L 'SPDX-License-Identifier: GPL-2.0-or-later' "${files[@]}")
if [ -n "$unlicensed" ]; then
	printf '%s: no SPDX line: say GPL-2.0-or-later at its head\n' "$unlicensed" >&2
	failed=1
fi

exit $failed
