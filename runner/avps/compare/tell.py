# SPDX-License-Identifier: GPL-2.0-or-later
"""A comparison as files, and in lines on the terminal."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from avps.errors import UserError
from avps.render.text import clip, one_line

_MOST = 20
_LONGEST = 160


def check(out: Path) -> None:
    """See that a comparison may be written into `out`; raises UserError if it is a report's."""
    if any((out / name).exists() for name in ("report.json", "run.json", "manifest.json")):
        raise UserError(
            f"{out} holds a report, which nothing may be added to: name another folder with --out"
        )
    if out.exists() and not out.is_dir():
        raise UserError(f"{out} is a file: name a folder with --out")


def write(compared: dict[str, Any], out: Path) -> None:
    """Write compare.json and compare.html into `out`, both or neither; raises UserError."""
    from avps.render.compare import render_compare

    texts = {
        "compare.html": render_compare(compared),
        "compare.json": json.dumps(compared, indent=1) + "\n",
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=".avps-", dir=out))
        try:
            for name, text in texts.items():
                (stage / name).write_text(text, encoding="utf-8", newline="\n")
            for name in texts:
                os.replace(stage / name, out / name)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    except OSError as error:
        raise UserError(
            f"{out}: the comparison can't be written: {error.strerror}: name another with --out"
        ) from error


def as_text(compared: dict[str, Any], out: Path) -> str:
    """Give what regressed and what was fixed, a line each, and where the page is."""
    runs, lines = compared["runs"], []
    for one in compared["differences"]:
        what = f"{one['target']}: {one['what']}" if one["target"] else one["what"]
        values = [
            f"{value['value']} (run {', '.join(str(n + 1) for n in value['runs'])})"
            for value in one["values"]
        ]
        lines.append(f"differs: {what}: {'; '.join(values)}")
    for number, run in enumerate(runs, 1):
        lines.append(
            f"run {number}: {run['target']}, {run['started']}, {run['folder']}: {run['verdict']}"
            + (f": {run['cause']}" if run["cause"] else "")
        )
    for series in compared["series"]:
        for kind in ("regressed", "fixed"):
            lines += _changes(series["target"], kind, series[kind])
    lines += [_verdict(compared), f"comparison: {out / 'compare.html'}"]
    return "\n".join(lines)


def _changes(target: str, kind: str, changes: list[dict[str, Any]]) -> list[str]:
    lines = [_line(target, kind, one) for one in changes[:_MOST]]
    if len(changes) > _MOST:
        lines.append(f"{kind:9} {target}: and {len(changes) - _MOST} more")
    return lines


def _line(target: str, kind: str, one: dict[str, Any]) -> str:
    level = f" ({one['level']})" if one["level"] else ""
    begin, end = one["from"], one["to"]
    said = f"{kind:9} {target}: {one['kind']} {one['id']}{level}"
    said += f" {begin['verdict']} in run {begin['run'] + 1}, {end['verdict']} in {end['run'] + 1}"
    if one["until"] is not None:
        said += f", fixed in {one['until'] + 1}"
    said += ", waived" if one["waived"] else ""
    by = one["tests"] or one["clauses"]
    if by:
        return f"{said}: {', '.join(by[:3])}{', …' if len(by) > 3 else ''}"
    return f"{said}: {one_line(clip(one['why'], _LONGEST))}" if one["why"] else said


def _verdict(compared: dict[str, Any]) -> str:
    summary = compared["summary"]
    if all(len(one["runs"]) == 1 for one in compared["series"]):
        different = sum(row["different"] for row in compared["clauses"])
        total = len(compared["clauses"])
        return f"no target has two runs: {different} of {total} clauses differ between targets"
    said = f"{summary['regressed']} regressed, {summary['fixed']} fixed"
    for key, words in ("passing", "regressed and fixed again"), ("waived", "regressed and waived"):
        said += f", {summary[key]} {words}" if summary[key] else ""
    return said
