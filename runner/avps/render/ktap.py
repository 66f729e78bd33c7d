# SPDX-License-Identifier: GPL-2.0-or-later
"""KTAP version 1, as the kernel documents it in Documentation/dev-tools/ktap.rst.

Three levels: suite, test, and one result a device and ring. Measured against a profile there is
one suite more, `requirements`, with the chapters and in them the requirements that decide. A FAIL
that a waiver excuses is `not ok` with the directive XFAIL: known, and expected.
"""

from __future__ import annotations

from typing import Any

from avps.render import certificate, view
from avps.render.text import clip, one_line

_VERSION = "KTAP version 1"
_BAD = ("FAIL", "ERROR", "MISS", "INCONCLUSIVE")
_LEFT_OUT = ("SKIP", "NOT-TESTED", "NOT-APPLICABLE")


def render_ktap(report: dict[str, Any]) -> str:
    """Return `report` as KTAP text. Whatever a device or console said fills one line at most."""
    target, run = report["target"], report["run"]
    lines = [_VERSION]
    grids = view.grids(report["results"], report["devices"])
    chapters = [chapter for chapter in certificate.chapters(report) if chapter.deciding]
    lines.append(f"1..{max(len(grids), 1) + bool(chapters)}")
    lines.append(_note(f"{target['vmm']} {target['version'] or ''} target {target['name']}"))
    lines.append(_note(f"verdict {report['summary']['verdict']}"))
    lines.append(_note(report["summary"]["headline"]))
    if run["cause"]:
        lines.append(_note(f"run not complete: {run['cause']}"))
    for number, grid in enumerate(grids, 1):
        lines += _suite(grid, report["figures"])
        lines.append(_parent(number, grid.suite, [r for r in report["results"] if _in(r, grid)]))
    if not grids:
        lines.append(f"not ok 1 run # ERROR {_word(run['cause'] or 'no results')}")
    if chapters:
        deciding = [one for chapter in chapters for one in chapter.deciding]
        lines += _requirements(chapters)
        lines.append(_parent(max(len(grids), 1) + 1, "requirements", deciding))
    return "\n".join(lines) + "\n"


def _suite(grid: view.Grid, figures: list[dict[str, Any]]) -> list[str]:
    lines = [_VERSION, f"# Subtest: {_name(grid.suite)}", f"1..{len(grid.rows)}"]
    for number, (test, cells) in enumerate(grid.rows, 1):
        results = [result for result, _ in cells if result]
        name = test.split(".", 1)[-1]
        lines += _indent([_VERSION, f"# Subtest: {_name(name)}", f"1..{len(results)}"])
        for sub, result in enumerate(results, 1):
            notes = _diagnostics(result) + _figures(result, figures)
            lines += _indent([*notes, _result(sub, result)])
        lines.append(_parent(number, name, results))
    return _indent(lines)


def _in(result: dict[str, Any], grid: view.Grid) -> bool:
    return bool(result["test"].split(".")[0] == grid.suite)


def _requirements(chapters: list[certificate.Chapter]) -> list[str]:
    lines = [_VERSION, "# Subtest: requirements", f"1..{len(chapters)}"]
    for number, chapter in enumerate(chapters, 1):
        name = _name(f"{chapter.section} {chapter.title}".strip())
        lines += _indent([_VERSION, f"# Subtest: {name}", f"1..{len(chapter.deciding)}"])
        for sub, one in enumerate(chapter.deciding, 1):
            lines += _indent([_note(f"{one['verdict']} {one['why']}")] if one["why"] else [])
            lines += _indent([_requirement(sub, one)])
        lines.append(_parent(number, name, chapter.deciding))
    return _indent(lines)


def _requirement(number: int, one: dict[str, Any]) -> str:
    line = _name(one["id"])
    if one["verdict"] == "PASS":
        return f"ok {number} {line}"
    if one["verdict"] in ("NOT-TESTED", "NOT-APPLICABLE"):
        return f"ok {number} {line} # SKIP {one['verdict']}"
    if one["verdict"] == "INCONCLUSIVE":
        return f"not ok {number} {line} # ERROR INCONCLUSIVE"
    return f"not ok {number} {line}" + (" # XFAIL waived" if one["waived"] else "")


def _result(number: int, result: dict[str, Any]) -> str:
    verdict, reason = result["verdict"], result["reason"]
    line = "ok" if verdict in ("PASS", "SKIP") else "not ok"
    line += f" {number} {_name(result['device'])}{' ' + result['ring'] if result['ring'] else ''}"
    why = _word(": ".join(filter(None, [reason, result["message"]])))
    if verdict == "SKIP":
        return f"{line} # SKIP {why}"
    if verdict == "MISS":
        return f"{line} # {'TIMEOUT' if reason == 'timeout' else 'ERROR'} MISS {why}"
    if verdict == "FAIL" and result["waived"]:
        return f"{line} # XFAIL waived"
    return f"{line} # ERROR {why}" if verdict == "ERROR" else line


def _diagnostics(result: dict[str, Any]) -> list[str]:
    """Return what stands before a result that is not ok: a result line has no room for it."""
    notes = [
        f"{f['clause']} at {f['where']}: expected {f['expected']}; seen {f['seen']}"
        for f in result["failures"]
    ]
    if result["verdict"] in ("FAIL", "ERROR", "MISS"):
        if view.message(result):
            notes.append(f"{result['verdict']} {result['message']}")
        elif not notes:
            notes.append(f"{result['verdict']} {result['reason'] or 'without a message'}")
        notes.append(f"again: {result['reproduce']}")
    return [_note(note) for note in notes]


def _figures(result: dict[str, Any], figures: list[dict[str, Any]]) -> list[str]:
    """Return what was measured in a test: notes, since nothing is judged by it."""
    return [
        _note(
            f"{one['name']}: median {one['median']} {one['unit']}, 99th percentile {one['p99']}, "
            f"most {one['most']}, of {one['count']}"
        )
        for one in figures
        if all(one[key] == result[key] for key in ("test", "device", "ring"))
    ]


def _parent(number: int, name: str, parts: list[dict[str, Any]]) -> str:
    """Return the line that closes a subtest: not ok when a part of it is not, and is not waived."""
    bad = [one for one in parts if one["verdict"] in _BAD and not one["waived"]]
    if bad:
        return f"not ok {number} {_name(name)}"
    every = parts and all(one["verdict"] in _LEFT_OUT for one in parts)
    return f"ok {number} {_name(name)}" + (" # SKIP every part of it" if every else "")


def _note(text: str) -> str:
    return f"# {_word(text)}"


def _word(text: str) -> str:
    return clip(one_line(text), 1000)


def _name(text: str) -> str:
    # A number sign would start a directive.
    return _word(text).replace("#", "\\x23")


def _indent(lines: list[str]) -> list[str]:
    return ["  " + line for line in lines]
