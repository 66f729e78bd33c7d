# SPDX-License-Identifier: GPL-2.0-or-later
"""The last lines of a run: what failed, the verdict, where the report is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from avps.verdicts import BINDING

_BAD = ("FAIL", "ERROR", "MISS")
_MOST_MISS = 10


def print_summary(report: dict[str, Any], out: Path) -> None:
    """Print a line for each test that is neither PASS nor SKIP, the verdict, the report's path."""
    unreached = 0
    levels = {clause["id"]: clause["level"] for clause in report["clauses"]}
    for result in report["results"]:
        if result["reason"] == "not-reached":
            unreached += 1
        elif result["verdict"] in _BAD:
            print(_line(result, levels))
    if unreached:
        print(f"MISS  {unreached} tests not reached")
    if report["run"]["cause"]:
        print(f"incomplete: {report['run']['cause']}")
        for line in report["console_tail"][-_MOST_MISS:]:
            print(f"  | {line}")
    print(f"{report['target']['name']}: {report['summary']['verdict']} ({_counts(report)})")
    print(f"report: {_short(out / 'report.html')}", flush=True)


def _line(result: dict[str, Any], levels: dict[str, str]) -> str:
    name = f"{result['test']}[{result['device']}{'-' + result['ring'] if result['ring'] else ''}]"
    why = ": ".join(filter(None, (result["reason"], result["message"])))
    if result["failures"]:
        first = result["failures"][0]
        level = levels.get(first["clause"], "not in the table")
        advice = ", advice" if level in levels.values() and level not in BINDING else ""
        why = f"{first['clause']} ({level}{advice}): "
        why += f"expected {first['expected']}, seen {first['seen']}"
    return f"{result['verdict']:5} {name}  {why}".rstrip()


def _counts(report: dict[str, Any]) -> str:
    def told(counts: dict[str, int]) -> str:
        return (
            ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count) or "none"
        )

    return (
        f"tests: {told(report['summary']['tests'])}; clauses: {told(report['summary']['clauses'])}"
    )


def _short(path: Path) -> Path:
    try:
        return path.absolute().relative_to(Path.cwd())
    except ValueError:
        return path
