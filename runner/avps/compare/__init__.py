# SPDX-License-Identifier: GPL-2.0-or-later
"""Compare reports: targets side by side, and the nights of a target in time order.

docs/compare.md has the rules, reports/compare.schema.json the form of what comes out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Sequence

from avps.compare import runs
from avps.compare.differences import differences
from avps.compare.matrix import clause_rows, requirement_rows
from avps.compare.runs import Run
from avps.compare.series import Series
from avps.errors import UserError

SCHEMA = "avps-compare/1"


def compare(folders: Sequence[Path], out: Path) -> dict[str, Any]:
    """Compare the reports in `folders` and give what is to be compare.json in the folder `out`.

    Columns are grouped by target, in the order in which targets are first named, and go by
    `run.started` within a target. Raises UserError for a folder that can't be read or is no report.
    """
    found = _series([runs.read(folder) for folder in _distinct(folders)])
    columns = [run for one in found for run in one.runs]
    regressions = [change for one in found for change in one.changes("regressed")]
    standing = [change for change in regressions if change["stands"] and not change["waived"]]
    return {
        "schema": SCHEMA,
        "summary": {
            "status": int(bool(standing)),
            "regressed": len(standing),
            "waived": sum(change["stands"] and change["waived"] for change in regressions),
            "passing": sum(not change["stands"] for change in regressions),
            "fixed": sum(len(one.changes("fixed")) for one in found),
            "incomplete": sum(not run.complete for run in columns),
        },
        "runs": [run.as_json(out) for run in columns],
        "series": [one.as_json() for one in found],
        "differences": differences(found),
        "requirements": requirement_rows(found),
        "clauses": clause_rows(found),
    }


def _distinct(folders: Sequence[Path]) -> list[Path]:
    """Give each folder once, so that a link to the newest night adds nothing."""
    once: dict[Path, Path] = {}
    for folder in folders:
        once.setdefault(folder.resolve(), folder)
    if len(once) < 2:
        raise UserError(
            f"{', '.join(map(str, folders))}: there is nothing to compare with:"
            " name two report folders or more"
        )
    return list(once.values())


def _series(found: Sequence[Run]) -> list[Series]:
    by_target: dict[str, list[Run]] = {}
    for run in found:
        by_target.setdefault(run.target, []).append(run)
    series, first = [], 0
    for of_target in by_target.values():
        series.append(Series(sorted(of_target, key=lambda run: run.started), first))
        first += len(of_target)
    return series
