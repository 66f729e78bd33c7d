# SPDX-License-Identifier: GPL-2.0-or-later
"""The kill matrix: which tests notice which defect of the reference devices.

A defect is killed when a test fails a check of a clause that the test names and that the defect is
said to break. A test that fails with no defect on proves nothing: it is a false alarm, and its
failures with a defect on don't count.
"""

from __future__ import annotations

import secrets
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Mapping, Sequence

from avps import targets
from avps.catalogue import ProbeTest
from avps.defects import Defect
from avps.errors import UserError
from avps.hostruns import HostRun, run_all
from avps.killplan import Commands, Place
from avps.shapes import mismatch
from avps.transcript import Key, Transcript
from avps.tree import Tree

TARGET = "refdev"
LIMIT_S = 60.0  # of one run, on a machine that does much else besides
_WELL = ("PASS", "SKIP")
_MOST = 5  # names in a sentence


@dataclass
class Seen:
    """What there was to see in one run.

    `bad` holds the `end` records that are FAIL, ERROR or MISS, `devices` why no test can run on
    each device (None: they can), `places` its bus and type, `passed` how many tests did on it,
    `problem` what kept the run from its end.
    """

    bad: dict[Key, dict[str, Any]] = field(default_factory=dict)
    devices: dict[str, str | None] = field(default_factory=dict)
    places: dict[str, set[str]] = field(default_factory=dict)
    passed: Counter[str] = field(default_factory=Counter)
    problem: str | None = None


@dataclass(frozen=True)
class Kill:
    """What one defect did.

    `tests` failed, `clauses` failed in them, `killers` are those of the tests that failed a clause
    which they and the defect name, `proved` those clauses. `unjudged` ended ERROR or MISS. `why` it
    survives; None if it is killed. `broken`: the run itself failed.
    """

    defect: Defect
    tests: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    killers: tuple[str, ...] = ()
    proved: tuple[str, ...] = ()
    unjudged: tuple[str, ...] = ()
    why: str | None = None
    broken: bool = False


@dataclass
class Matrix:
    """All defects, in the order of their files, and what fails with none."""

    kills: list[Kill] = field(default_factory=list)
    false_alarms: list[str] = field(default_factory=list)
    tests: Mapping[str, ProbeTest] = field(default_factory=dict)
    duration_s: float = 0.0

    @property
    def survivors(self) -> list[Kill]:
        """Those that no test noticed as it should, and those whose run failed."""
        return [kill for kill in self.kills if kill.why]

    @property
    def broken(self) -> list[Kill]:
        """Those of the survivors whose run failed."""
        return [kill for kill in self.kills if kill.broken]

    @property
    def proved(self) -> list[str]:
        """Clauses that a test noticed to be broken."""
        return sorted({clause for kill in self.kills for clause in kill.proved})

    @property
    def unproved(self) -> list[str]:
        """Clauses that a test and a defect name, and that failed with no defect that names them."""
        tested = {clause for test in self.tests.values() for clause in test.clauses}
        said = {clause for kill in self.kills for clause in kill.defect.clauses}
        return sorted((tested & said) - set(self.proved))

    def as_json(self) -> dict[str, Any]:
        """Give the matrix for programs."""
        return {
            "defects": len(self.kills),
            "killed": len(self.kills) - len(self.survivors),
            "survivors": [kill.defect.name for kill in self.survivors],
            "false_alarms": len(self.false_alarms),
            "matrix": {kill.defect.name: list(kill.tests) for kill in self.kills},
            "clauses": {kill.defect.name: list(kill.clauses) for kill in self.kills},
            "why": {kill.defect.name: kill.why for kill in self.survivors},
            "failed_runs": [kill.defect.name for kill in self.broken],
            "false_alarm_tests": self.false_alarms,
            "proved": self.proved,
            "unproved": self.unproved,
            "duration_s": self.duration_s,
        }


def matrix(
    tree: Tree,
    defects: Sequence[Defect],
    tests: Mapping[str, ProbeTest],
    jobs: int,
    tell: Callable[[int], None] = lambda _: None,
    limit_s: float = LIMIT_S,
) -> Matrix:
    """Run the target `refdev` with no defect and with each of `defects`, `jobs` runs at a time.

    `tests` are those of the probe; `tell` hears how many runs are over. Raises UserError if the
    target can't be started, or does not come to its end with no defect on.
    """
    started = time.monotonic()
    target = targets.load(tree, TARGET)
    nonce = secrets.token_hex(8)
    options = {"nonce": nonce, "interactive": False, "test_limit_s": target.test_limit_s}
    over: dict[str | None, Seen] = {}
    by_name = {defect.name: defect for defect in defects}
    with tempfile.TemporaryDirectory(prefix="avps-") as scratch:
        commands = Commands(tree, target, options, tests, Path(scratch))

        def command_for(name: str | None, fd: int) -> list[str]:
            return commands.command_for(by_name.get(name or ""), fd)

        def run_some(names: Sequence[str | None]) -> None:
            with closing(run_all(names, command_for, jobs, limit_s)) as runs:
                for run in runs:
                    if run.defect is None:
                        _demand_whole(run, nonce)
                    over[run.defect] = _seen(run)
                    tell(len(over))

        run_some([None])
        good = over[None]
        commands.places = [
            Place(device, parts, good.passed[device]) for device, parts in good.places.items()
        ]
        run_some([defect.name for defect in defects])
    return Matrix(
        kills=[judge(one, over[one.name], good, tests) for one in defects],
        false_alarms=[_told(key, end) for key, end in good.bad.items()],
        tests=tests,
        duration_s=round(time.monotonic() - started, 3),
    )


def judge(defect: Defect, seen: Seen, good: Seen, tests: Mapping[str, ProbeTest]) -> Kill:
    """Judge a run with `defect` by what was seen of it, and of the one with no defect."""
    failed: dict[str, set[str]] = defaultdict(set)
    unjudged: dict[str, None] = {}
    for key, end in seen.bad.items():
        if key in good.bad:
            continue
        if end["verdict"] == "FAIL":
            failed[key.test] |= {one for one, count in end["clauses"].items() if count["fail"]}
        else:
            unjudged[key.test] = None
    hits = {
        test: clauses & set(defect.clauses) & set(tests[test].clauses if test in tests else ())
        for test, clauses in failed.items()
    }
    clauses = tuple(sorted(set().union(*failed.values())))
    killers = tuple(test for test, hit in hits.items() if hit)
    why = None
    if seen.problem:
        why = f"its run failed: {seen.problem}"
    elif not killers:
        asides = [f"{_list(list(unjudged))} ended ERROR or MISS"] if unjudged else []
        why = "; ".join([_why(defect, failed, clauses, tests), *asides, *_lost(seen, good)])
    return Kill(
        defect=defect,
        tests=tuple(failed),
        clauses=clauses,
        killers=killers,
        proved=tuple(sorted(set().union(*hits.values()))),
        unjudged=tuple(unjudged),
        why=why,
        broken=bool(seen.problem),
    )


def _why(
    defect: Defect,
    failed: Mapping[str, set[str]],
    clauses: Sequence[str],
    tests: Mapping[str, ProbeTest],
) -> str:
    """Say why a defect survives."""
    tested = {clause for test in tests.values() for clause in test.clauses}
    if not tested & set(defect.clauses):
        return f"no test names {_list(defect.clauses)}"
    if clauses:
        return f"only side effects: {_list(clauses)} failed, in {_list(list(failed))}"
    if failed:
        return f"only side effects: no clause was judged before {_list(list(failed))} failed"
    return "no test failed"


def _lost(seen: Seen, good: Seen) -> list[str]:
    """Name the devices that tests run on with no defect, and not with this one."""
    lost = {
        device: seen.devices.get(device, "not found")
        for device, problem in good.devices.items()
        if not problem and seen.devices.get(device, "not found")
    }
    return [f"nothing ran on {device}: {problem}" for device, problem in lost.items()][:2]


def _seen(run: HostRun) -> Seen:
    found = Seen(problem=run.problem)
    for record in run.records:
        body = record.body
        if record.type == "end" and body.get("verdict") == "PASS":
            found.passed[body["device"]] += 1
        if record.type == "device" or record.type == "end" and body.get("verdict") not in _WELL:
            wrong = mismatch(body)
            if wrong:
                return Seen(problem=f"record {record.seq}: {wrong}")
            if record.type == "device":
                found.devices[body["id"]] = body["problem"]
                found.places[body["id"]] = {body["transport"], body["device_type"]}
            else:
                found.bad[Key.of(body)] = body
    return found


def _demand_whole(run: HostRun, nonce: str) -> None:
    """Raise UserError unless the run without a defect is in order in every way."""
    transcript = Transcript()
    for record in run.records:
        transcript.add(record)
    problems = [run.problem] if run.problem else transcript.problems(nonce)
    if not problems and len(transcript.ended) < len(transcript.plan):
        problems = [f"{len(transcript.plan) - len(transcript.ended)} tests have no result"]
    if problems:
        raise UserError(
            f"with no defect on, the run failed: {problems[0]}: './avps run -t {TARGET}' shows more"
        )


def _told(key: Key, end: Mapping[str, Any]) -> str:
    clauses = [clause for clause, count in end["clauses"].items() if count["fail"]]
    why = ": ".join(filter(None, (end["reason"], end["message"], _list(clauses))))
    return f"{end['verdict']:5} {key}{'  ' + why if why else ''}"


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more
