# SPDX-License-Identifier: GPL-2.0-or-later
"""The verdict on the platform, by sections 6 and 7 of docs/verdicts.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

from avps.clauses import ClauseVerdict
from avps.requirements import DECIDES, RequirementVerdict
from avps.statement import CLAIMED, Finding
from avps.verdicts import BINDING, Result

CONFORMANT, NON_CONFORMANT, INCOMPLETE = "conformant", "non-conformant", "incomplete"


@dataclass(frozen=True)
class Outcome:
    """The verdict, the number of waivers that it rests on, and both in a sentence."""

    verdict: str
    waivers: int
    headline: str


@dataclass(frozen=True)
class Judged:
    """One thing that decides: a requirement, or without a profile a clause."""

    verdict: str
    waivers: tuple[int, ...]


def platform(
    complete: bool,
    found: Sequence[Result],
    waivers: Sequence[str],
    findings: Sequence[Finding],
    deciding: Sequence[Judged],
    noun: str,
    selected: tuple[int, int],
) -> Outcome:
    """Judge the platform (R1 to R7, N1 to N4).

    `complete`: every record came, and every test has its result. `waivers` are the states of those
    given, `deciding` is what decides, called `noun`. `selected` is how many tests of how many.
    """
    failed = [one for one in deciding if one.verdict == "FAIL"]
    bad = [one for one in failed if not one.waivers]
    unclear = [one for one in deciding if one.verdict == "INCONCLUSIVE"]
    lost = [one for one in found if one.verdict in ("ERROR", "MISS")]
    expired, unused = waivers.count("expired"), waivers.count("unused")
    claimed = [one for one in findings if one.kind == CLAIMED]
    number = len({waiver for one in failed for waiver in one.waivers})
    total = f"of {_count(len(deciding), noun)}"
    why = []
    if not complete:  # R1
        verdict, why = INCOMPLETE, ["the run did not get through"]
    elif lost:  # R2
        verdict, why = INCOMPLETE, [f"{_count(len(lost), 'test')} gave no result"]
    elif expired or unused:  # R3
        verdict = INCOMPLETE
        why = [
            f"{_count(count, 'waiver')} {state}"
            for count, state in ((expired, "expired"), (unused, "without use"))
            if count
        ]
    elif bad or claimed:  # R4
        verdict = NON_CONFORMANT
        why += [f"{len(bad)} {total} broken"] if bad else []
        why += [f"{_count(len(claimed), 'claim')} without an offer"] if claimed else []
    elif unclear:  # R5
        verdict, why = INCOMPLETE, [f"{len(unclear)} {total} inconclusive"]
    elif not any(one.verdict in ("PASS", "FAIL") for one in deciding):  # R6
        verdict, why = INCOMPLETE, ["nothing that decides was judged"]
    else:
        verdict = CONFORMANT
    head = verdict + (f" with {_count(number, 'waiver')}" if number and not why else "")
    open_ones = sum(one.verdict == "NOT-TESTED" for one in deciding)
    if open_ones:
        why.append(f"{open_ones} {total} not tested")
    if selected[0] != selected[1]:
        why.append(f"{selected[0]} of {_count(selected[1], 'test')} selected")
    return Outcome(verdict, number, "; ".join([head, *why]))


def of_requirements(judged: Sequence[RequirementVerdict]) -> list[Judged]:
    """Give the requirements that decide (section 6)."""
    return [
        Judged(one.verdict, tuple(waiver.number for waiver in one.waivers))
        for one in judged
        if one.weight == DECIDES
    ]


def of_clauses(judged: Sequence[tuple[ClauseVerdict, Sequence[int]]]) -> list[Judged]:
    """Give the clauses that decide without a profile (section 7), from those with the numbers of
    the waivers that excuse them.
    """
    return [
        Judged(one.verdict, tuple(waivers))
        for one, waivers in judged
        if one.clause.level in BINDING
    ]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
