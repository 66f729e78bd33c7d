# SPDX-License-Identifier: GPL-2.0-or-later
"""What else than the devices differs between runs, so that nobody takes one for the other."""

from __future__ import annotations

from typing import Any, Callable, Sequence

from avps.compare.runs import Run
from avps.compare.series import Series

# What would make any two runs measure different things.
_ANYWHERE: dict[str, Callable[[Run], str]] = {
    "profile": lambda run: run.profile,
    "profile's text": lambda run: f"{run.profile}, {run.profile_text}",
    "catalogue of clauses and tests": lambda run: run.catalogue,
    "probe": lambda run: str(run.report["run"].get("probe") or "not known"),
    "statement": lambda run: _given(run, "statement"),
    "selection": lambda run: _selection(run),
}
# What two targets differ in anyway, but one should keep from night to night.
_IN_SERIES: dict[str, Callable[[Run], str]] = {
    "hypervisor": lambda run: f"{run.report['target']['vmm']} {run.report['target']['version']}",
    "architecture": lambda run: str(run.report["target"]["arch"]),
    "acceleration": lambda run: str(run.report["target"]["accel"]),
    "guest kernel": lambda run: str(run.report["run"].get("kernel") or "not known"),
    "waivers": lambda run: _given(run, "waivers"),
}


def differences(series: Sequence[Series]) -> list[dict[str, Any]]:
    """Give what differs: `{what, target, values: [{value, runs}]}`, `target` null for all runs."""
    columns = [run for one in series for run in one.runs]
    found = [_difference(what, None, of, columns, 0) for what, of in _ANYWHERE.items()]
    for one in series:
        found += [
            _difference(what, one.target, of, one.runs, one.first)
            for what, of in _IN_SERIES.items()
        ]
    found.append(_same_run(columns))
    told = {one["what"] for one in found if one}
    return [
        one for one in found if one and not (one["what"] == "profile's text" and "profile" in told)
    ]


def _difference(
    what: str, target: str | None, of: Callable[[Run], str], runs: Sequence[Run], first: int
) -> dict[str, Any] | None:
    values: dict[str, list[int]] = {}
    for column, run in enumerate(runs, first):
        values.setdefault(of(run), []).append(column)
    return _told(what, target, values) if len(values) > 1 else None


def _same_run(runs: Sequence[Run]) -> dict[str, Any] | None:
    """Tell of runs that are in several folders: judged twice, or copied."""
    values: dict[str, list[int]] = {}
    for column, run in enumerate(runs):
        values.setdefault(str(run.report["run"]["id"]), []).append(column)
    twice = {id: columns for id, columns in values.items() if len(columns) > 1}
    return _told("one run in several folders", None, twice) if twice else None


def _told(what: str, target: str | None, values: dict[str, list[int]]) -> dict[str, Any]:
    listed = [{"value": value, "runs": columns} for value, columns in values.items()]
    return {"what": what, "target": target, "values": listed}


def _given(run: Run, what: str) -> str:
    given = run.report.get(what)
    if not given:
        return "none"
    if what == "statement":
        return f"{given['file']}, sha256 {given['sha256'][:12]}"
    names = [
        f"{one.get('clause') or one.get('test')} ({one['state']})"
        for one in given
        if one["state"] != "other-target"
    ]
    return ", ".join(sorted(names)) or "none"


def _selection(run: Run) -> str:
    chosen = run.report["summary"].get("selected")
    return f"{chosen['tests']} of {chosen['of']} tests" if run.selected else "all tests"
