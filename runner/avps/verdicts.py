# SPDX-License-Identifier: GPL-2.0-or-later
"""From records to verdicts: of each test, then of each clause, then of the whole run.

A clause's verdict, the first line that applies:

- FAIL: a check of it failed, on any device or ring.
- INCONCLUSIVE: a test that names it ended ERROR or MISS, or failed before it judged it; or the run
  broke off before the tests were known.
- PASS: a test judged it, and it holds.
- NOT-APPLICABLE: the target has no device that its tests are for, or they found what they need
  absent.
- NOT-TESTED: its tests were skipped or not selected, or it has none.

The run's verdict: `incomplete` outranks all, as half a picture proves nothing either way;
`non-conformant` needs a failed clause of a binding level. A failed SHOULD is a FAIL of its clause
and advice to the reader; alone it makes no target non-conformant.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Iterable, Sequence

from avps.catalogue import Catalogue, Clause, ProbeTest
from avps.transcript import Key, Planned, Transcript

TEST_VERDICTS = ("PASS", "FAIL", "SKIP", "ERROR", "MISS")
CLAUSE_VERDICTS = ("PASS", "FAIL", "INCONCLUSIVE", "NOT-APPLICABLE", "NOT-TESTED")
# By `testable` of the catalogue.
_NO_TEST = {
    "host": "no test: the host would have to act while the guest looks",
    "no": "no test: a guest can't see it, or it is a permission",
}
BINDING = ("MUST", "MUST NOT", "SHALL", "SHALL NOT")

# Why the runner itself has a test MISS: `not-reached`: the boot ended before the test began;
# `record-lost`: it ran to its end, or nothing ended the boot, and its result could not be had. A
# test that ran when the boot ended has the boot's cause: `vmm-exited`, `silent`, `interrupted`.
NOT_REACHED = "not-reached"
RECORD_LOST = "record-lost"


@dataclass(frozen=True)
class Failure:
    """One check that failed."""

    clause: str
    expected: str
    seen: str
    where: str


@dataclass(frozen=True)
class Result:
    """What came out of one test on one device and ring.

    `clauses` holds what was judged, as PASS or FAIL.
    """

    key: Key
    named: tuple[str, ...]
    verdict: str
    reason: str | None = None
    message: str | None = None
    duration_ms: float = 0.0
    checks: int = 0
    clauses: dict[str, str] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    trace: tuple[str, ...] = ()
    trace_lost: int = 0


@dataclass(frozen=True)
class ClauseVerdict:
    """What came out for one clause, the reason when it is not PASS, and the tests that name it."""

    clause: Clause
    verdict: str
    why: str | None
    tests: tuple[str, ...]


def results(
    transcript: Transcript, selected: set[Key] | None, cause: str | None, detail: str | None
) -> list[Result]:
    """Give a result for every planned test that was selected (None: all), in the order of the plan.

    `cause` and `detail` say why the boot ended before its time; None if it did not.
    """
    planned = [transcript.plan[index] for index in sorted(transcript.plan)]
    chosen = [item for item in planned if selected is None or item.key in selected]
    return [result(transcript, item, cause, detail) for item in chosen]


def result(transcript: Transcript, item: Planned, cause: str | None, detail: str | None) -> Result:
    """Give the result of one planned test, as `results` does.

    The boot must be over if the test has not ended.
    """
    if item.key in transcript.ended:
        return _ended(transcript, item)
    running = transcript.running
    reason, message = RECORD_LOST, "its result was lost on the way from the guest"
    if cause and item.key == running:
        reason, message = cause, f"{detail} while this test ran"
    elif cause and item.key not in transcript.begun:
        reason, message = NOT_REACHED, f"{detail} before this test began" + (
            f", in {running}" if running else ""
        )
    return Result(
        item.key, item.clauses, "MISS", reason, message, failures=_failures(transcript, item.key)
    )


def _ended(transcript: Transcript, item: Planned) -> Result:
    end = transcript.ended[item.key]
    trace, trace_lost = transcript.trace(item.key)
    return Result(
        key=item.key,
        named=item.clauses,
        verdict=end["verdict"],
        reason=end["reason"],
        message=end["message"],
        duration_ms=end["duration_us"] / 1000,
        checks=end["checks"],
        clauses={
            clause: "FAIL" if count["fail"] else "PASS" for clause, count in end["clauses"].items()
        },
        failures=_failures(transcript, item.key),
        trace=tuple(trace),
        trace_lost=trace_lost,
    )


def _failures(transcript: Transcript, key: Key) -> tuple[Failure, ...]:
    return tuple(
        Failure(c["clause"], c["expected"], c["seen"], c["where"]) for c in transcript.checks(key)
    )


def clauses(
    catalogue: Catalogue, found: Sequence[Result], transcript: Transcript
) -> list[ClauseVerdict]:
    """Judge every clause of the catalogue by the results."""
    return [_clause(clause, catalogue, found, transcript) for clause in catalogue.clauses.values()]


def _clause(
    clause: Clause, catalogue: Catalogue, found: Sequence[Result], transcript: Transcript
) -> ClauseVerdict:
    mine = [result for result in found if clause.id in result.named or clause.id in result.clauses]
    of_clause = [test for test in catalogue.tests.values() if clause.id in test.clauses]
    names = tuple(sorted({test.test for test in of_clause} | {result.key.test for result in mine}))
    verdict, why = _judge(clause, mine) or _unjudged(clause, mine, of_clause, catalogue, transcript)
    return ClauseVerdict(clause, verdict, why, names)


def _judge(clause: Clause, mine: Sequence[Result]) -> tuple[str, str | None] | None:
    failed = [result for result in mine if result.clauses.get(clause.id) == "FAIL"]
    if failed:
        advice = (
            ""
            if clause.level in BINDING
            else f"; as a {clause.level} it is advice, and alone no non-conformance"
        )
        return "FAIL", f"failed in {_list(failed)}{advice}"
    open_ones = [
        r
        for r in mine
        if r.verdict in ("ERROR", "MISS") or r.verdict == "FAIL" and clause.id not in r.clauses
    ]
    if open_ones:
        return "INCONCLUSIVE", f"not judged by {_list(open_ones, with_verdict=True)}"
    if any(clause.id in result.clauses for result in mine):
        return "PASS", None
    return None


def _unjudged(
    clause: Clause,
    mine: Sequence[Result],
    tests: Sequence[ProbeTest],
    catalogue: Catalogue,
    transcript: Transcript,
) -> tuple[str, str]:
    """Say why a clause that no result says anything about was not judged."""
    if mine:  # all skipped, or passed without judging it
        reasons = sorted(
            {
                f"{result.reason or result.verdict}: {result.message or result.key.test}"
                for result in mine
            }
        )
        absent = all(result.reason == "absent" for result in mine)
        return "NOT-APPLICABLE" if absent else "NOT-TESTED", f"skipped; {'; '.join(reasons[:3])}"
    if not transcript.plan_complete:
        return (
            ("INCONCLUSIVE", "the run broke off before its tests were known")
            if tests
            else ("NOT-TESTED", _no_test(clause))
        )
    kin = tests or [test for test in catalogue.tests.values() if test.suite == clause.suite]
    if kin and not any(test.fits(device) for test in kin for device in transcript.devices.values()):
        return "NOT-APPLICABLE", f"the target has no device for the {clause.suite} suite"
    if tests:
        return (
            "NOT-TESTED",
            f"not selected, or not planned: {', '.join(sorted(test.test for test in tests))}",
        )
    return "NOT-TESTED", _no_test(clause)


def _no_test(clause: Clause) -> str:
    return _NO_TEST.get(clause.testable, "no test")


def _list(found: Sequence[Result], with_verdict: bool = False) -> str:
    names = [
        f"{r.key} ({r.verdict}{', ' + r.reason if r.reason else ''})"
        if with_verdict
        else str(r.key)
        for r in found
    ]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def summary(complete: bool, found: Iterable[Result], judged: Iterable[ClauseVerdict]) -> str:
    """Give the verdict of the run; `complete`: every record came and every test has its result."""
    judged = list(judged)
    if not complete or any(result.verdict in ("ERROR", "MISS") for result in found):
        return "incomplete"
    if any(one.verdict == "FAIL" and one.clause.level in BINDING for one in judged):
        return "non-conformant"
    verdicts = Counter(one.verdict for one in judged)
    if verdicts["INCONCLUSIVE"] or not verdicts["PASS"] + verdicts["FAIL"]:
        return "incomplete"
    return "conformant"


def counts(verdicts: Iterable[str], known: Sequence[str]) -> dict[str, int]:
    """Count verdicts, in the order of `known`, zeros too."""
    counted = Counter(verdicts)
    return {verdict: counted[verdict] for verdict in known}
