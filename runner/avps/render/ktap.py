# SPDX-License-Identifier: GPL-2.0-or-later
"""KTAP version 1, as the kernel documents it in Documentation/dev-tools/ktap.rst.

Three levels: suite, test, and one result a device and ring.
"""

from __future__ import annotations

from typing import Any

from avps.render import view
from avps.render.text import clip, one_line

_VERSION = "KTAP version 1"


def render_ktap(report: dict[str, Any]) -> str:
    """Return `report` as KTAP text. Whatever a device or console said fills one line at most."""
    target, run = report["target"], report["run"]
    lines = [_VERSION]
    grids = view.grids(report["results"], report["devices"])
    lines.append(f"1..{len(grids) or 1}")
    lines.append(_note(f"{target['vmm']} {target['version'] or ''} target {target['name']}"))
    lines.append(_note(f"verdict {report['summary']['verdict']}"))
    if run["cause"]:
        lines.append(_note(f"run not complete: {run['cause']}"))
    for number, grid in enumerate(grids, 1):
        lines += _suite(grid)
        lines.append(_parent(number, grid.suite, grid.counts))
    if not grids:
        lines.append(f"not ok 1 run # ERROR {_word(run['cause'] or 'no results')}")
    return "\n".join(lines) + "\n"


def _suite(grid: view.Grid) -> list[str]:
    lines = [_VERSION, f"# Subtest: {_name(grid.suite)}", f"1..{len(grid.rows)}"]
    for number, (test, cells) in enumerate(grid.rows, 1):
        results = [result for result, _ in cells if result]
        name = test.split(".", 1)[-1]
        lines += _indent([_VERSION, f"# Subtest: {_name(name)}", f"1..{len(results)}"])
        for sub, result in enumerate(results, 1):
            lines += _indent([*_diagnostics(result), _result(sub, result)])
        lines.append(_parent(number, name, view.tally(results, view.TEST_VERDICTS)))
    return _indent(lines)


def _result(number: int, result: dict[str, Any]) -> str:
    verdict, reason = result["verdict"], result["reason"]
    line = "ok" if verdict in ("PASS", "SKIP") else "not ok"
    line += f" {number} {_name(result['device'])}{' ' + result['ring'] if result['ring'] else ''}"
    why = _word(": ".join(filter(None, [reason, result["message"]])))
    if verdict == "SKIP":
        return f"{line} # SKIP {why}"
    if verdict == "MISS":
        return f"{line} # {'TIMEOUT' if reason == 'timeout' else 'ERROR'} MISS {why}"
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


def _parent(number: int, name: str, counts: dict[str, int]) -> str:
    """Return the line that closes a subtest: not ok when anything in it is not."""
    if counts["FAIL"] or counts["ERROR"] or counts["MISS"]:
        return f"not ok {number} {_name(name)}"
    every = counts["SKIP"] and not counts["PASS"]
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
