#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Refuse a probe whose tests and the catalogue of clauses do not belong together.

    probe list | suite/check.py

A part of the build: a test that names a clause that is not in suite/*/clauses.json, a CHECK that
judges one, a test that names none, and two tests of one name each end it with file, line and
remedy.
"""

from __future__ import annotations

import difflib
import json
import sys
from pathlib import Path
from typing import Any, Iterator

SUITE = Path(__file__).resolve().parent
MOST_CLAUSES = 16  # AVPS_MAX_TEST_CLAUSES in probe/include/avps/test.h


def known_clauses() -> set[str]:
    """Ids of all clauses of all suites."""
    return {
        clause["id"]
        for path in SUITE.glob("*/clauses.json")
        for clause in json.loads(path.read_text())
    }


def unknown(clause: str, known: set[str]) -> str:
    """Say that there is no such clause, and which are near."""
    near = ", ".join(difflib.get_close_matches(clause, known))
    return f"no clause {clause} in suite/*/clauses.json" + (f" (near: {near})" if near else "")


def mistakes(listing: dict[str, Any], known: set[str]) -> Iterator[str]:
    """Yield a line for each thing that is wrong, starting with file and line."""
    seen: dict[str, str] = {}
    for test in listing["tests"]:
        where = f"{test['file']}:{test['line']}"
        clauses = test["clauses"]
        if not clauses:
            yield f"{where}: test {test['test']} names no clause: say CLAUSES(…)"
        if len(clauses) > MOST_CLAUSES:
            yield f"{where}: test {test['test']} names more than {MOST_CLAUSES} clauses: split it"
        if test["test"] in seen:
            yield f"{where}: test {test['test']} is also at {seen[test['test']]}: rename one"
        seen[test["test"]] = where
        yield from (f"{where}: {unknown(c, known)}" for c in clauses if c not in known)
    for check in listing["checks"]:
        if check["clause"] not in known:
            yield f"{check['file']}:{check['line']}: {unknown(check['clause'], known)}"


def main() -> int:
    """Read the listing from standard input; exit status 1 if something is wrong."""
    found = list(mistakes(json.load(sys.stdin), known_clauses()))
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
