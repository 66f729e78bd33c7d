# SPDX-License-Identifier: GPL-2.0-or-later
"""From records to the results of tests, by section 1 of docs/verdicts.md.

What comes of them is in `clauses.py`, `requirements.py` and `outcome.py`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Iterable, Sequence

from avps.transcript import Key, Planned, Transcript

TEST_VERDICTS = ("PASS", "FAIL", "SKIP", "ERROR", "MISS")
# Levels of sentences that a device breaks; a broken SHOULD is advice.
BINDING = ("MUST", "MUST NOT")

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
    failures = _failures(transcript, item.key)
    broken = {one.clause: "FAIL" for one in failures}  # a failed check is seen, whatever came after
    return Result(
        item.key, item.clauses, "MISS", reason, message, clauses=broken, failures=failures
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


def told(found: Sequence[Result], with_verdict: bool = False) -> str:
    """Name results, the first three of them."""
    names = [
        f"{r.key} ({r.verdict}{', ' + r.reason if r.reason else ''})"
        if with_verdict
        else str(r.key)
        for r in found
    ]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def counts(verdicts: Iterable[str], known: Sequence[str]) -> dict[str, int]:
    """Count verdicts, in the order of `known`, zeros too."""
    counted = Counter(verdicts)
    return {verdict: counted[verdict] for verdict in known}
