#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Refuse reference devices whose defects, lists of defects and clauses do not belong together.

    refdev/check.py PROBE_HOST

A part of the build: a mistake in refdev/*/defects.json, an if (defect(…)) without an entry there,
an entry without one, and a clause that a test names and no defect breaks, where its suite has a
folder in refdev/, each end it with file, line and remedy. PROBE_HOST is the program built for the
host; it says what defects and tests are compiled in.
"""

from __future__ import annotations

import difflib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Collection, Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "runner"))

from avps import defects  # noqa: E402
from avps.defects import Defect  # noqa: E402
from avps.errors import near  # noqa: E402


def known_clauses(root: Path) -> dict[str, str]:
    """Ids of all clauses, and the suite of each."""
    return {
        clause["id"]: path.parent.name
        for path in sorted(root.glob("suite/*/clauses.json"))
        for clause in json.loads(path.read_text())
    }


def without_entry(sites: Sequence[dict[str, Any]], names: Collection[str]) -> Iterator[str]:
    """Yield a line for each place of a defect that no defects.json has."""
    for site in sites:
        if site["name"] not in names:
            file = f"refdev/{str(site['name']).partition('.')[0]}/defects.json"
            meant = difflib.get_close_matches(site["name"], names, n=3)
            hint = f" (near: {', '.join(meant)})" if meant else ""
            yield (
                f"{site['file']}:{site['line']}: defect {site['name']} has no entry in {file}"
                f"{hint}: add one, or correct the name"
            )


def without_site(found: Sequence[Defect], sites: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each entry of a defects.json that no device acts on."""
    names = {str(site["name"]) for site in sites}
    for one in found:
        if one.name not in names:
            yield (
                f'{one.where}: {one.name} changes nothing: no device asks if (defect("…")): '
                + near(one.name, names - {other.name for other in found} or names)
            )


def unproved(
    root: Path, tests: Sequence[dict[str, Any]], found: Sequence[Defect], suites: dict[str, str]
) -> Iterator[str]:
    """Yield a line for each tested clause without a defect, of suites with a folder in refdev/."""
    broken = {clause for one in found for clause in one.clauses}
    told: set[str] = set()
    for test in tests:
        for clause in test["clauses"]:
            suite = suites.get(clause)
            if clause in broken | told or not suite or not (root / "refdev" / suite).is_dir():
                continue
            told.add(clause)
            yield (
                f"{test['file']}:{test['line']}: {clause}, which {test['test']} names, is broken "
                f"by no defect: nothing shows that the test can fail: add one to refdev/{suite}/"
            )


def mistakes(
    root: Path, sites: Sequence[dict[str, Any]], tests: Sequence[dict[str, Any]]
) -> list[str]:
    """Give a line for each thing that is wrong, starting with file and line.

    `sites` and `tests` are what the program says of itself.
    """
    suites = known_clauses(root)
    found, wrong = defects.read(root / "refdev", suites)
    lines = list(wrong)
    if not wrong:  # else entries are missing that are only written wrongly
        lines += without_entry(sites, [one.name for one in found])
        lines += without_site(found, sites)
        lines += unproved(root, tests, found, suites)
    return [line.removeprefix(f"{root}/") for line in lines]


def ask(program: str, what: str) -> list[dict[str, Any]]:
    """Have the program list its `tests` or `defects`; raises what can go wrong with that."""
    word = "list" if what == "tests" else what
    said = subprocess.run([program, word], capture_output=True, timeout=60, check=True).stdout
    listed: list[dict[str, Any]] = json.loads(said)[what]
    return listed


def main(argv: Sequence[str]) -> int:
    """Ask the program named; exit status 1 if something is wrong, 2 if it can't be asked."""
    if len(argv) != 1:
        print("usage: refdev/check.py PROBE_HOST", file=sys.stderr)
        return 2
    try:
        sites, tests = ask(argv[0], "defects"), ask(argv[0], "tests")
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        print(
            f"{argv[0]} does not list its defects and tests: {error!r}: build it anew",
            file=sys.stderr,
        )
        return 2
    found = mistakes(ROOT, sites, tests)
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
