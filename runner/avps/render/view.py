# SPDX-License-Identifier: GPL-2.0-or-later
"""Arrange a report the way the page shows it: equal findings together, a grid of the tests."""

from __future__ import annotations

import collections
import dataclasses
import itertools
from typing import Any, Iterable

Result = dict[str, Any]
DevicePlace = tuple[str, tuple[str, ...]]  # device id, rings
Cell = tuple[Result | None, int]  # what came out, how many columns wide

RINGS = ("split", "packed")
TEST_VERDICTS = ("PASS", "FAIL", "MISS", "ERROR", "SKIP")
CLAUSE_VERDICTS = ("PASS", "FAIL", "INCONCLUSIVE", "NOT-APPLICABLE", "NOT-TESTED")

# A test that never had its turn tells nothing about itself: such results are listed in short.
NO_TURN = {"not-reached", "device-lost"}

REASONS = {
    "not-offered": "the device does not offer the feature",
    "absent": "no such device or capability",
    "launch": "needs the target started with another option",
    "host-cannot": "the target cannot do what the host would have to do",
    "newer": "the sentence is newer than the profile's VIRTIO",
    "waived": "left out on request",
    "not-reached": "the run ended before its turn",
    "device-lost": "the device was not healthy after an earlier test",
}


@dataclasses.dataclass(frozen=True)
class Case:
    """One outcome of a test, and every result (device and ring) that came out exactly so."""

    results: list[Result]

    @property
    def first(self) -> Result:
        return self.results[0]

    @property
    def places(self) -> list[DevicePlace]:
        return places(self.results)

    @property
    def devices(self) -> list[str]:
        """The devices that it came out on."""
        return [device for device, _ in self.places]

    @property
    def message(self) -> str | None:
        return message(self.first)

    @property
    def broken(self) -> dict[str, list[tuple[dict[str, str], int]]]:
        """By clause the distinct failed checks, and how often each failed."""
        return {
            clause: [(same[0], len(same)) for same in _group(of_clause, _failure)]
            for clause, of_clause in _by(self.first["failures"], "clause").items()
        }


@dataclasses.dataclass(frozen=True)
class Finding:
    """A test that failed, went wrong or gave no result somewhere, with its distinct outcomes."""

    test: str
    verdict: str
    cases: list[Case]
    ran: int  # results of this test in all

    @property
    def count(self) -> int:
        return sum(len(case.results) for case in self.cases)

    @property
    def waived(self) -> bool:
        """Whether waivers excuse all of it."""
        return all(result["waived"] for case in self.cases for result in case.results)


@dataclasses.dataclass(frozen=True)
class Unrun:
    """Tests that did not run in the same places for the same reason."""

    message: str | None
    places: list[DevicePlace]
    results: list[Result]  # one a test


@dataclasses.dataclass(frozen=True)
class Grid:
    """Results of a suite: a row a test; a device has one column, or one for each ring."""

    suite: str
    columns: list[DevicePlace]
    rows: list[tuple[str, list[Cell]]]
    counts: dict[str, int]

    @property
    def width(self) -> int:
        """How many columns of verdicts there are."""
        return sum(len(rings) or 1 for _, rings in self.columns)


@dataclasses.dataclass(frozen=True)
class ClauseGroup:
    """Clauses of a suite."""

    suite: str
    clauses: list[dict[str, Any]]
    counts: dict[str, int]

    @property
    def judged(self) -> int:
        return self.counts["PASS"] + self.counts["FAIL"]


def findings(results: list[Result], verdict: str) -> list[Finding]:
    """Return the tests with results of `verdict`, each with its distinct outcomes, as they ran."""
    ran = collections.Counter(result["test"] for result in results)
    chosen = [r for r in results if r["verdict"] == verdict and r["reason"] not in NO_TURN]
    return [
        Finding(test, verdict, [Case(same) for same in _group(of_test, _outcome)], ran[test])
        for test, of_test in _by(chosen, "test").items()
    ]


def unrun(results: list[Result], verdict: str) -> dict[str, list[Unrun]]:
    """Return by reason the tests of `verdict` (SKIP, or MISS without a turn) that did not run."""
    chosen = [
        r
        for r in results
        if r["verdict"] == verdict and (verdict == "SKIP" or r["reason"] in NO_TURN)
    ]
    return {reason: _merge(of_reason) for reason, of_reason in _by(chosen, "reason").items()}


def grids(results: list[Result], devices: list[dict[str, Any]]) -> list[Grid]:
    """Return one grid a suite, columns in the order of `devices`."""
    order = {device["id"]: number for number, device in enumerate(devices)}
    found = []
    for suite, of_suite in _by(results, "test", lambda test: test.split(".")[0]).items():
        by_device = _by(of_suite, "device")
        columns = [
            (device, _rings(by_device[device]))
            for device in sorted(by_device, key=lambda id: (order.get(id, len(order)), id))
        ]
        rows = [(test, _cells(of_test, columns)) for test, of_test in _by(of_suite, "test").items()]
        found.append(Grid(suite, columns, rows, tally(of_suite, TEST_VERDICTS)))
    return found


def _rings(results: list[Result]) -> tuple[str, ...]:
    rings = {result["ring"] for result in results}
    return tuple(ring for ring in RINGS if ring in rings)


def _cells(results: list[Result], columns: list[DevicePlace]) -> list[Cell]:
    """Return a row: a test without a ring takes the whole width of its device."""
    at = {(result["device"], result["ring"]): result for result in results}
    cells: list[Cell] = []
    for device, rings in columns:
        if (device, None) in at or not rings:
            cells.append((at.get((device, None)), len(rings) or 1))
        else:
            cells += [(at.get((device, ring)), 1) for ring in rings]
    return cells


def clause_groups(clauses: list[dict[str, Any]]) -> list[ClauseGroup]:
    """Return the clauses by suite, in the order in which suites occur."""
    return [
        ClauseGroup(suite, group, tally(group, CLAUSE_VERDICTS))
        for suite, group in _by(clauses, "target").items()
    ]


def tally(items: Iterable[dict[str, Any]], verdicts: tuple[str, ...]) -> dict[str, int]:
    """Return how many of `items` have each of `verdicts`, zero included."""
    counts = collections.Counter(item["verdict"] for item in items)
    return {verdict: counts[verdict] for verdict in verdicts}


def message(result: Result) -> str | None:
    """Return the message of a result, None where it only repeats a failed check."""
    text: str | None = result["message"]
    if text and any(f["expected"] in text and f["seen"] in text for f in result["failures"]):
        return None
    return text


def places(results: list[Result]) -> list[DevicePlace]:
    """Return where results come from, the rings of a device together."""
    return [
        (device, tuple(result["ring"] for result in of_device if result["ring"]))
        for device, of_device in _by(results, "device").items()
    ]


def queue_runs(queues: list[dict[str, int]]) -> list[str]:
    """Return queues in words, neighbours of equal size together: `0–3: 256`."""
    words = []
    for size, run in itertools.groupby(queues, key=lambda queue: queue["size"]):
        indexes = [queue["index"] for queue in run]
        span = f"{indexes[0]}–{indexes[-1]}" if len(indexes) > 1 else str(indexes[0])
        words.append(f"{span}: {size}" if size else f"{span}: not available")
    return words


def _outcome(result: Result) -> tuple[Any, ...]:
    return result["reason"], result["message"], tuple(map(_failure, result["failures"]))


def _failure(failure: dict[str, str]) -> tuple[str, ...]:
    return failure["clause"], failure["expected"], failure["seen"], failure["where"]


def _merge(results: list[Result]) -> list[Unrun]:
    by_test = [
        (message, tuple(places(same)), same[0])
        for of_test in _by(results, "test").values()
        for message, same in _by(of_test, "message").items()
    ]
    merged: dict[tuple[str | None, tuple[DevicePlace, ...]], list[Result]] = {}
    for message, where, result in by_test:
        merged.setdefault((message, where), []).append(result)
    return [Unrun(message, list(where), firsts) for (message, where), firsts in merged.items()]


def _by(items: Iterable[Any], key: str, of: Any = lambda value: value) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = {}
    for item in items:
        groups.setdefault(of(item[key]), []).append(item)
    return groups


def _group(items: Iterable[Result], key: Any) -> list[list[Result]]:
    groups: dict[Any, list[Result]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return list(groups.values())
