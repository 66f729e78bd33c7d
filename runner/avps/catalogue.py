# SPDX-License-Identifier: GPL-2.0-or-later
"""What there is to test: the suites' clauses, and the tests that the probe holds."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from avps.devicetypes import DeviceTypes
from avps.errors import UserError
from avps.shapes import CATALOGUE, check
from avps.tree import Tree

# The copy of it in a report's folder, by which the report can be made again.
FILE = "catalogue.json"
SCHEMA = "avps-catalogue/1"


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
    """All clauses and tests, by id and name, and the device types that they are about."""

    clauses: dict[str, Clause] = field(default_factory=dict)
    tests: dict[str, ProbeTest] = field(default_factory=dict)
    types: DeviceTypes = field(default_factory=DeviceTypes)

    @classmethod
    def load(cls, tree: Tree) -> Catalogue:
        """Read the suites' files, ask the probe for its tests; raises UserError for bad ones."""
        found = cls(types=DeviceTypes.load(tree.suite))
        for path in sorted(tree.suite.glob("*/clauses.json")):
            for entry in _entries(path, ("id", "level", "section", "since", "testable", "kind")):
                found.clauses[entry["id"]] = _clause(entry, path.parent.name)
        for entry in _ask_probe(tree.probe()):
            if entry.get("on_demand"):  # it is the means of another test, and judges nothing
                continue
            found.tests[entry["test"]] = _test(entry)
        return found

    @cached_property
    def tests_of(self) -> dict[str, tuple[ProbeTest, ...]]:
        """The tests that name a clause, by its id; without an entry: none does."""
        found: dict[str, tuple[ProbeTest, ...]] = {}
        for test in self.tests.values():
            for clause in test.clauses:
                found[clause] = (*found.get(clause, ()), test)
        return found

    def write(self, folder: Path) -> None:
        """Write it into a report's folder. Raises OSError."""
        whole = {
            "schema": SCHEMA,
            "clauses": [asdict(one) for one in self.clauses.values()],
            "tests": [asdict(one) for one in self.tests.values()],
            "types": self.types.as_json(),
        }
        (folder / FILE).write_text(json.dumps(whole, indent=0, ensure_ascii=False) + "\n")

    @classmethod
    def read(cls, folder: Path) -> Catalogue:
        """Read what `write` wrote. Raises UserError if it is missing or something else."""
        path = folder / FILE
        try:
            whole = json.loads(path.read_text())
            if whole["schema"] != SCHEMA:
                raise ValueError(f"schema is {whole['schema']!r}, not '{SCHEMA}'")
            check(whole, CATALOGUE, "catalogue")
            clauses = [Clause(**entry) for entry in whole["clauses"]]
            tests = [ProbeTest(**entry) for entry in whole["tests"]]
            tests = [replace(one, clauses=tuple(one.clauses)) for one in tests]
            types = DeviceTypes.of_json(whole["types"], path)
            for one in clauses:  # versions are compared by number, see profiles.py
                [int(part) for part in one.since.split(".")]
        except FileNotFoundError as error:
            raise UserError(f"{path} is missing: {folder} is not the report of a run") from error
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise UserError(f"{path}: not a catalogue: {error!r}") from error
        return cls({one.id: one for one in clauses}, {one.test: one for one in tests}, types)


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
