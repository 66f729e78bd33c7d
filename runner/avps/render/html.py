# SPDX-License-Identifier: GPL-2.0-or-later
"""The page that people read: one file that needs no network and no script to be read."""

from __future__ import annotations

import base64
import functools
import hashlib
import shlex
from typing import Any

import jinja2
import markupsafe

from avps.render import certificate, trace, view, words
from avps.render.features import feature_name
from avps.render.paths import TEMPLATES
from avps.render.text import cleaned


def render_html(report: dict[str, Any]) -> str:
    """Return `report` as one self-contained HTML page, the same for the same report.

    Text that came from a device or console is escaped, its control characters made visible, and
    the page's content security policy admits no script, style or resource but its own.
    Raises jinja2.TemplateError when a template is broken, KeyError when the report lacks a key.
    """
    report = cleaned(report)
    results = report["results"]
    by_clause = {clause["id"]: clause for clause in report["clauses"]}
    style = _asset("report.css") + _asset("print.css") + _running_heads(report)
    script = _asset("report.js")
    return (
        _environment()
        .get_template("report.html")
        .render(
            report=report,
            title=words.title(report),
            product=words.product_name(report),
            vmm=words.vmm_name(report),
            measured=words.profile_words(report["profile"]),
            sentences=words.sentences(report),
            partial=certificate.partial(report),
            chapters=certificate.chapters(report),
            left_open=certificate.left_open(report),
            open_clauses=certificate.open_clauses(report),
            naming=certificate.naming(report),
            failed=_deciding_first(view.findings(results, "FAIL"), by_clause, report),
            missed=view.findings(results, "MISS"),
            errors=view.findings(results, "ERROR"),
            no_turn=view.unrun(results, "MISS"),
            skipped=view.unrun(results, "SKIP"),
            grids=view.grids(results, report["devices"]),
            groups=view.clause_groups(report["clauses"]),
            by_clause=by_clause,
            by_requirement={one["id"]: one for one in report["requirements"]},
            tests_shown={result["test"] for result in results},
            clauses_of=_clauses_of(report["clauses"]),
            types={device["id"]: device["type"] for device in report["devices"]},
            numbers={device["id"]: device["virtio_id"] for device in report["devices"]},
            of_device=_of_device(results),
            command=_command(report["target"]["command"]),
            style=markupsafe.Markup(style),
            script=markupsafe.Markup(script),
            style_hash=_hash(style),
            script_hash=_hash(script),
        )
    )


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = _breakable
    environment.globals.update(
        advice=words.advice,
        feature_name=feature_name,
        plural=words.plural,
        queue_runs=view.queue_runs,
        trace_groups=trace.groups,
        web_address=certificate.web_address,
        provenance_words=certificate.PROVENANCE,
        weight_words=certificate.WEIGHT,
        role_words=certificate.ROLE,
        waiver_words=certificate.WAIVER_STATE,
        reasons=view.REASONS,
        test_verdicts=view.TEST_VERDICTS,
        clause_verdicts=view.CLAUSE_VERDICTS,
    )
    return environment


def _breakable(name: str) -> markupsafe.Markup:
    """Return a name that a narrow column may break after an underscore."""
    return markupsafe.Markup(str(markupsafe.escape(name)).replace("_", "_<wbr>"))


def _asset(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _running_heads(report: dict[str, Any]) -> str:
    """Return the style of what stands at the edge of each printed page: which run, which page."""
    left = _css_string(f"{words.title(report)}: {words.product_name(report)}")
    right = _css_string(f"run {report['run']['id']}")
    return (
        f"@page {{ @top-left {{ content: {left}; }} @top-right {{ content: {right}; }}\n"
        '@bottom-right { content: "page " counter(page) " of " counter(pages); } }\n'
    )


def _css_string(text: str) -> str:
    """Return `text` as a string of CSS; whatever is not a plain letter or digit is escaped."""
    plain = "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in text[:120])
    return f'"{plain}"'


def _deciding_first(
    found: list[view.Finding], by_clause: dict[str, dict[str, Any]], report: dict[str, Any]
) -> list[view.Finding]:
    """Return findings, those that count for the verdict before those that are advice."""

    def advice_only(finding: view.Finding) -> bool:
        broken = [f["clause"] for case in finding.cases for f in case.first["failures"]]
        return bool(broken) and not any(words.decides(by_clause.get(id), report) for id in broken)

    return sorted(found, key=advice_only)


def _clauses_of(clauses: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the ids of the clauses that each test names."""
    named: dict[str, list[str]] = {}
    for clause in clauses:
        for test in clause["tests"]:
            named.setdefault(test, []).append(clause["id"])
    return named


def _of_device(results: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Return the number of results by verdict for each device."""
    ids = dict.fromkeys(result["device"] for result in results)
    return {
        device: view.tally((r for r in results if r["device"] == device), view.TEST_VERDICTS)
        for device in ids
    }


def _command(command: list[str]) -> str:
    """Return a command line for a shell, an option a line."""
    text = ""
    for word in command:
        separator = " \\\n  " if word.startswith("-") and text else " " if text else ""
        text += separator + shlex.quote(word)
    return text
