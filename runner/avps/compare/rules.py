# SPDX-License-Identifier: GPL-2.0-or-later
"""What became of one thing (a clause, a device, …) over the runs of a target."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import Iterable


class State(enum.Enum):
    """What a verdict means for the comparison."""

    GOOD = "good"  # PASS, conformant, present
    BAD = "bad"  # FAIL, INCONCLUSIVE, …: worse than good, and better when it ends
    LOST = "lost"  # NOT-TESTED, vanished: worse than good; nothing is known to be wrong
    OTHER = "other"  # NOT-APPLICABLE: there was no occasion for it, neither better nor worse
    SILENT = "silent"  # the run says nothing about it


@dataclass(frozen=True)
class Sighting:
    """What one run (by its column) says of a thing.

    `settles` is False where good does not prove that it is fixed: in an incomplete run, or where
    only some tests were selected.
    """

    run: int
    verdict: str
    state: State
    settles: bool = True
    waived: bool = False


@dataclass(frozen=True)
class Step:
    """A change: `kind` is `regressed`, `fixed` or `changed`.

    Of what regressed, `until` is the run that fixed it, None while the regression stands, and
    `now` what was last seen of it until then; of others it is the same as `after`.
    """

    kind: str
    before: Sighting
    after: Sighting
    now: Sighting
    until: int | None = None


def steps(sightings: Iterable[Sighting]) -> list[Step]:
    """Give the changes of one thing, from what its runs say of it in time order."""
    found: list[Step] = []
    shown: Sighting | None = None  # the last that said anything
    good: Sighting | None = None  # the last that was good, while nothing is known to be wrong
    ill: Sighting | None = None  # the last that was not, while nothing has shown it fixed
    broke: int | None = None  # where in `found` the regression is that stands
    for now in sightings:
        if now.state is State.SILENT:
            continue
        if now.state is State.GOOD and ill and now.settles:
            found.append(Step("fixed", ill, now, now))
            if broke is not None:
                found[broke] = replace(found[broke], until=now.run)
            good, ill, broke = now, None, None
        elif now.state in (State.BAD, State.LOST) and good:
            broke = len(found)
            found.append(Step("regressed", good, now, now))
            good, ill = None, now
        else:
            if shown and shown.verdict != now.verdict:
                found.append(Step("changed", shown, now, now))
            if now.state is State.GOOD and not ill:
                good = now
            elif now.state is State.BAD or (now.state is State.LOST and ill):
                ill = now
            if broke is not None:
                found[broke] = replace(found[broke], now=now)
        shown = now
    return found
