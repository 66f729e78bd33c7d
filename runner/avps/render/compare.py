# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of a comparison: one file that needs no network, and no script to be read."""

from __future__ import annotations

import base64
import hashlib
import itertools
from datetime import datetime
from typing import Any

import jinja2
import markupsafe

from avps.render.paths import TEMPLATES
from avps.render.text import cleaned

# More runs than this, and a cell has room for the sign of a verdict only.
WIDE = 6
KINDS = {
    "platform": "Platform",
    "requirement": "Requirements",
    "clause": "Clauses",
    "device": "Devices",
    "test": "Tests",
}
CLAUSE_VERDICTS = ("PASS", "FAIL", "INCONCLUSIVE", "NOT-APPLICABLE", "NOT-TESTED")


def render_compare(compared: dict[str, Any]) -> str:
    """Return a comparison (`avps-compare/1`) as one self-contained HTML page.

    Text from reports is escaped and its control characters are made visible; the page's content
    security policy admits no script, style or resource but its own. Raises jinja2.TemplateError
    when a template is broken, KeyError when `compared` lacks a key.
    """
    compared = cleaned(compared)
    runs = compared["runs"]
    style, script = _asset("report.css") + _asset("compare.css"), _asset("compare.js")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(breakable=_breakable, when=_when, anchor=_anchor)
    return environment.get_template("compare.html").render(
        compared=compared,
        runs=runs,
        nights=[one for one in compared["series"] if len(one["runs"]) > 1],
        title=_title(compared),
        sentences=_sentences(compared),
        matrices=[_requirements(compared), _clauses(compared)],
        kinds=KINDS,
        clause_verdicts=CLAUSE_VERDICTS,
        narrow=len(runs) > WIDE,
        style=markupsafe.Markup(style),
        script=markupsafe.Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


def _title(compared: dict[str, Any]) -> tuple[str, str]:
    """Give what came out, as a class and in words."""
    summary = compared["summary"]
    if summary["regressed"]:
        return "non-conformant", _plural(summary["regressed"], "regression")
    if all(len(one["runs"]) == 1 for one in compared["series"]):
        return "aside", f"{_plural(len(compared['runs']), 'target')} side by side"
    return "conformant", "No regression stands" if summary["passing"] else "No regression"


def _sentences(compared: dict[str, Any]) -> list[str]:
    """Give what came out in sentences, for a reader who knows nothing of this project."""
    summary, runs, series = (compared[key] for key in ("summary", "runs", "series"))
    said = []
    if len(runs) > len(series):
        said.append(
            f"{_plural(len(runs), 'run')} of {_plural(len(series), 'target')}, each target's in"
            " time order. A regression is something that a run of the same target had passed"
            " before."
        )
        regressed = _by_kind([change for one in series for change in one["regressed"]])
        fixed = _by_kind([change for one in series for change in one["fixed"]])
        said.append(f"Regressed: {regressed or 'nothing'}. Fixed: {fixed or 'nothing'}.")
    if len(series) > 1:
        said.append("That one target does what another does not is a difference, no regression.")
    if summary["passing"]:
        said.append(
            f"{_plural(summary['passing'], 'regression')}"
            f" {'was' if summary['passing'] == 1 else 'were'} fixed by a later run."
        )
    if summary["waived"]:
        said.append(f"{_plural(summary['waived'], 'further regression')} waived.")
    if summary["incomplete"]:
        one = summary["incomplete"] == 1
        said.append(
            f"{_plural(summary['incomplete'], 'run')} {'is' if one else 'are'} incomplete: what"
            f" {'it passes' if one else 'they pass'} does not count as fixed."
        )
    counted = [
        f"{sum(row['different'] for row in rows):,} of {_plural(len(rows), name)}"
        for name, rows in (
            ("requirement", compared["requirements"]),
            ("clause", compared["clauses"]),
        )
        if rows
    ]
    said.append(f"Rows that differ: {' and '.join(counted)}.")
    return said


def _by_kind(changes: list[dict[str, Any]]) -> str:
    counts = {kind: sum(one["kind"] == kind for one in changes) for kind in KINDS}
    return ", ".join(
        (
            "the platform's verdict"
            if kind == "platform" and count == 1
            else _plural(count, f"{kind} verdict" if kind == "platform" else kind)
        )
        for kind, count in counts.items()
        if count
    )


def _requirements(compared: dict[str, Any]) -> dict[str, Any]:
    rows = compared["requirements"]
    several = len({row["profile"] for row in rows}) > 1

    def heading(row: dict[str, Any]) -> str:
        words = [f"{row['profile']}:" if several else "", row["section"], row["title"] or ""]
        return " ".join(filter(None, words))

    return _matrix("requirements", "r", rows, heading)


def _clauses(compared: dict[str, Any]) -> dict[str, Any]:
    return _matrix("clauses", "c", compared["clauses"], lambda row: str(row["suite"]))


def _matrix(name: str, anchor: str, rows: list[dict[str, Any]], heading: Any) -> dict[str, Any]:
    """Group rows under headings; rows that not every run knows stand apart, at the end."""
    groups = [
        (title, list(group))
        for title, group in itertools.groupby(
            (row for row in rows if row["everywhere"]), key=heading
        )
    ]
    apart = [row for row in rows if not row["everywhere"]]
    if apart:
        groups.append((f"Not known to every run: new, removed or renamed {name}", apart))
    return {"name": name, "anchor": anchor, "rows": rows, "groups": groups}


def _plural(number: int, one: str) -> str:
    return f"{number:,} {one if number == 1 else one + 's'}"


def _when(run: dict[str, Any]) -> tuple[str, str]:
    """Give the day and the time when a run started, as its report writes them."""
    started = datetime.fromisoformat(run["started"])
    return started.strftime("%Y-%m-%d"), started.strftime("%H:%M")


def _anchor(profile: str | None) -> str:
    """Give what tells the rows of one profile from those of another in a link."""
    return "".join(c if c.isalnum() else "-" for c in profile or "")


def _breakable(name: str) -> markupsafe.Markup:
    """Return a name that a narrow column may break after an underscore."""
    return markupsafe.Markup(str(markupsafe.escape(name)).replace("_", "_<wbr>"))


def _asset(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
