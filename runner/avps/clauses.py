# SPDX-License-Identifier: GPL-2.0-or-later
"""Verdicts of clauses on a scope of devices, by section 2 of docs/verdicts.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Sequence

from avps.catalogue import Catalogue, Clause, ProbeTest
from avps.transcript import Transcript
from avps.verdicts import BINDING, Result, told

VERDICTS = ("PASS", "FAIL", "INCONCLUSIVE", "NOT-APPLICABLE", "NOT-TESTED")

# By `testable` of the catalogue.
_NO_TEST = {
    "host": "no test: the host would have to act while the guest looks",
    "no": "no test: a guest can't see it, or it is a permission",
}
_TRANSPORTS = ("pci", "mmio")


@dataclass(frozen=True)
class ClauseVerdict:
    """What came out for one clause, why when it is not PASS, the tests that name it, and the
    results in which it failed.
    """

    clause: Clause
    verdict: str
    why: str | None
    tests: tuple[str, ...]
    failed: tuple[Result, ...] = ()


class Scope:
    """Devices, and the results of tests on them: what clauses and requirements are judged on."""

    def __init__(
        self,
        catalogue: Catalogue,
        devices: Sequence[dict[str, Any]],
        found: Sequence[Result],
        discovered: bool,
    ) -> None:
        """Take `device` records and results; `discovered`: discovery is complete."""
        self.devices = devices
        self.discovered = discovered
        self.results = found
        self._catalogue = catalogue
        self._verdicts: dict[str, ClauseVerdict] = {}
        self._naming: dict[str, list[Result]] = {}
        for result in found:
            for name in dict.fromkeys((*result.named, *result.clauses)):
                self._naming.setdefault(name, []).append(result)

    def fits(self, tests: Sequence[ProbeTest]) -> bool:
        """True if one of these tests is for one of the devices."""
        return any(test.fits(device) for test in tests for device in self.devices)

    def clause(self, name: str) -> ClauseVerdict:
        """Judge a clause of the catalogue on these devices."""
        if name not in self._verdicts:
            self._verdicts[name] = self._judge(self._catalogue.clauses[name])
        return self._verdicts[name]

    def _judge(self, clause: Clause) -> ClauseVerdict:
        mine = self._naming.get(clause.id, [])
        tests = self._catalogue.tests_of.get(clause.id, ())
        names = tuple(sorted({one.test for one in tests} | {one.key.test for one in mine}))
        failed = tuple(one for one in mine if one.clauses.get(clause.id) == "FAIL")
        verdict, why = self._of_results(clause, mine) if mine else self._of_none(clause, tests)
        return ClauseVerdict(clause, verdict, why, names, failed)

    def _of_results(self, clause: Clause, mine: Sequence[Result]) -> tuple[str, str | None]:
        """C1 to C5."""
        failed = [one for one in mine if one.clauses.get(clause.id) == "FAIL"]
        if failed:
            advice = (
                ""
                if clause.level in BINDING
                else f"; as a {clause.level} it is advice, and alone no non-conformance"
            )
            return "FAIL", f"failed in {told(failed)}{advice}"
        unjudged = [
            one
            for one in mine
            if one.verdict in ("ERROR", "MISS")
            or (one.verdict == "FAIL" and clause.id not in one.clauses)
        ]
        if unjudged:
            return "INCONCLUSIVE", f"not judged by {told(unjudged, with_verdict=True)}"
        if any(clause.id in one.clauses for one in mine):
            return "PASS", None
        reasons = sorted(
            {f"{one.reason or one.verdict}: {one.message or one.key.test}" for one in mine}
        )
        absent = all((one.verdict, one.reason) == ("SKIP", "absent") for one in mine)
        return "NOT-APPLICABLE" if absent else "NOT-TESTED", f"skipped; {'; '.join(reasons[:3])}"

    def _of_none(self, clause: Clause, tests: Sequence[ProbeTest]) -> tuple[str, str]:
        """C6 to C9."""
        if not self.discovered:
            if tests:
                return "INCONCLUSIVE", "the run broke off before its tests were known"
            return "NOT-TESTED", _no_test(clause)
        if not (self.fits(tests) if tests else self._has_suite(clause.suite)):
            return "NOT-APPLICABLE", f"there is no device for the {clause.suite} suite"
        if tests:
            return (
                "NOT-TESTED",
                f"not selected, or not planned: {', '.join(sorted(one.test for one in tests))}",
            )
        return "NOT-TESTED", _no_test(clause)

    def _has_suite(self, suite: str) -> bool:
        """True if one of the devices is of a suite's type, or on its transport."""
        if suite in _TRANSPORTS:
            return any(device["transport"] == suite for device in self.devices)
        number = self._catalogue.types.ids.get(suite)
        return any(number in (None, device["virtio_id"]) for device in self.devices)


class Scopes:
    """The scope of all devices, and those of one type each."""

    def __init__(
        self, catalogue: Catalogue, transcript: Transcript, found: Sequence[Result]
    ) -> None:
        self._catalogue = catalogue
        self._types: dict[str, Scope] = {}
        devices = list(transcript.devices.values())
        self.all = Scope(catalogue, devices, found, transcript.plan_complete)

    def of(self, device_type: str | None) -> Scope:
        """Give the scope of a device type, by the name of its suite; None: of all devices."""
        if device_type is None:
            return self.all
        if device_type not in self._types:
            number = self._catalogue.types.ids.get(device_type)
            devices = [one for one in self.all.devices if one["virtio_id"] == number]
            ids = {one["id"] for one in devices}
            found = [one for one in self.all.results if one.key.device in ids]
            self._types[device_type] = Scope(self._catalogue, devices, found, self.all.discovered)
        return self._types[device_type]


def _no_test(clause: Clause) -> str:
    return _NO_TEST.get(clause.testable, "no test")
