# SPDX-License-Identifier: GPL-2.0-or-later
"""What there is to test: the suites' clauses, and the tests that the probe holds."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from avps.errors import UserError
from avps.tree import Tree


@dataclass(frozen=True)
class Clause:
    """One normative sentence of the standard, of the suite that tests it."""

    id: str
    suite: str
    level: str
    section: str
    since: str
    testable: str
    text: str | None
    kind: str
    note: str | None


@dataclass(frozen=True)
class ProbeTest:
    """One test of the probe; `virtio_id` and `transport` say what devices it is for, None: all."""

    test: str
    suite: str
    virtio_id: int | None
    transport: str | None
    clauses: tuple[str, ...]
    source: str | None

    def fits(self, device: dict[str, Any]) -> bool:
        """True if the test is for a device with this `device` record."""
        return self.virtio_id in (None, device["virtio_id"]) and self.transport in (
            None,
            device["transport"],
        )


@dataclass
class Catalogue:
    """All clauses and tests, by id and name."""

    clauses: dict[str, Clause] = field(default_factory=dict)
    tests: dict[str, ProbeTest] = field(default_factory=dict)

    @classmethod
    def load(cls, tree: Tree) -> Catalogue:
        """Read the suites' files, ask the probe for its tests; raises UserError for bad ones."""
        found = cls()
        for path in sorted(tree.suite.glob("*/clauses.json")):
            for entry in _entries(path, ("id", "level", "section", "since", "testable", "kind")):
                found.clauses[entry["id"]] = _clause(entry, path.parent.name)
        for entry in _ask_probe(tree.probe()):
            found.tests[entry["test"]] = _test(entry)
        return found


def _clause(entry: dict[str, Any], suite: str) -> Clause:
    return Clause(
        id=entry["id"],
        suite=suite,
        level=entry["level"],
        section=entry["section"],
        since=str(entry["since"]).lstrip("v"),
        testable=str(entry["testable"]),
        text=entry.get("text") or None,
        kind=entry["kind"],
        note=entry.get("note") or None,
    )


def _test(entry: dict[str, Any]) -> ProbeTest:
    return ProbeTest(
        test=entry["test"],
        suite=entry["suite"],
        virtio_id=entry["virtio_id"],
        transport=entry["transport"],
        clauses=tuple(entry["clauses"]),
        source=f"{entry['file']}:{entry['line']}" if entry.get("file") else None,
    )


def _entries(path: Path, needed: tuple[str, ...]) -> list[dict[str, Any]]:
    try:
        entries = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: {error}") from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UserError(f"{path}: must be a list of objects")
    for number, entry in enumerate(entries):
        missing = [key for key in needed if key not in entry]
        if missing:
            raise UserError(
                f"{path}: entry {number} ({entry.get('id', '?')}) lacks {', '.join(missing)}"
            )
    return entries


def _ask_probe(probe: Path) -> list[dict[str, Any]]:
    try:
        said = subprocess.run([probe, "list"], capture_output=True, timeout=60, check=True).stdout
        tests: list[dict[str, Any]] = json.loads(said)["tests"]
        return tests
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"'{probe} list' does not say what tests there are ({error}): run 'make'"
        ) from error
