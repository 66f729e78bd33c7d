# SPDX-License-Identifier: GPL-2.0-or-later
"""The rows of the matrix: what each run says of each requirement and each clause."""

from __future__ import annotations

from typing import Any, Iterable, Sequence

from avps.compare.runs import Run
from avps.compare.series import Series

Row = dict[str, Any]
Cell = dict[str, Any] | None  # None: the run's catalogue or profile has no such row


def requirement_rows(series: Sequence[Series]) -> list[Row]:
    """Give the requirements of each profile, in the order of its chapters."""
    rows: list[Row] = []
    columns = [run for one in series for run in one.runs]
    for profile in dict.fromkeys(run.profile for run in columns):
        of_profile = [run for run in columns if run.profile == profile]
        titles = _titles(of_profile)
        for id in _all(run.requirements for run in of_profile):
            entry = next(r.requirements[id] for r in reversed(of_profile) if id in r.requirements)
            cells = [
                _cell(run.requirements.get(id) if run.profile == profile else None)
                for run in columns
            ]
            marks = _marks(series, "requirement", id, profile)
            about = {
                "id": id,
                "profile": profile,
                "section": entry["section"],
                "title": titles.get(entry["section"]),
                "level": entry["level"],
                "provenance": entry.get("provenance"),
                "text": entry.get("text"),
            }
            everywhere = all(id in run.requirements for run in of_profile)
            rows.append(_row(about, cells, marks, everywhere))
    return rows


def clause_rows(series: Sequence[Series]) -> list[Row]:
    """Give all clauses, those of a suite together."""
    columns = [run for one in series for run in one.runs]
    rows = []
    for id in _all(run.clauses for run in columns):
        entry = next(run.clauses[id] for run in reversed(columns) if id in run.clauses)
        about = {
            "id": id,
            "suite": entry["target"],
            "section": entry["section"],
            "level": entry["level"],
            "text": entry["text"],
        }
        cells = [_cell(run.clauses.get(id)) for run in columns]
        marks = _marks(series, "clause", id, None)
        rows.append(_row(about, cells, marks, None not in cells))
    suites = list(dict.fromkeys(row["suite"] for row in rows))
    return sorted(rows, key=lambda row: suites.index(row["suite"]))


def _row(about: Row, cells: list[Cell], marks: dict[int, str], everywhere: bool) -> Row:
    for column, mark in marks.items():
        cell = cells[column]
        if cell:
            cell["mark"] = mark
    return {
        **about,
        "everywhere": everywhere,
        "different": len({cell["verdict"] for cell in cells if cell}) > 1,
        "regressed": "regressed" in marks.values(),
        "fixed": "fixed" in marks.values(),
        "cells": cells,
    }


def _cell(entry: dict[str, Any] | None) -> Cell:
    if entry is None:
        return None
    return {
        "verdict": entry["verdict"],
        "waived": bool(entry.get("waived")),
        "why": entry["why"],
        "mark": None,
    }


def _marks(series: Iterable[Series], kind: str, id: str, profile: str | None) -> dict[int, str]:
    found: dict[int, str] = {}
    for one in series:
        found.update(one.marks(kind, id, profile))
    return found


def _all(of_runs: Iterable[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(id for one in of_runs for id in one))


def _titles(runs: Sequence[Run]) -> dict[str, str]:
    return {
        chapter["section"]: chapter["title"]
        for run in runs
        for chapter in run.report["profile"].get("chapters", [])
    }
