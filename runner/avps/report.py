# SPDX-License-Identifier: GPL-2.0-or-later
"""report.json (reports/report.schema.json), made of a run's evidence and what it is judged by."""

from __future__ import annotations

import datetime
import shlex
from pathlib import Path
from typing import Any, Sequence

from avps import clauses, outcome, requirements, statement, verdicts
from avps.catalogue import Catalogue
from avps.clauses import ClauseVerdict, Scopes
from avps.evidence import Evidence
from avps.measure import Measure
from avps.profiles import Profile
from avps.requirements import RequirementVerdict
from avps.statement import Finding, Statement
from avps.transcript import Key, Transcript
from avps.verdicts import Result
from avps.waivers import Excuses

_CONSOLE_LINES = 40


def derive(folder: Path) -> dict[str, Any]:
    """Make the report of the run in `folder` again, of the records and the copies in it alone.

    Raises UserError naming the file that is missing or wrong.
    """
    evidence = Evidence.read(folder)
    return build(evidence, Measure.read(folder, evidence.given))


def build(evidence: Evidence, measure: Measure) -> dict[str, Any]:
    """Judge a run and give its report, as `avps-report/1`."""
    transcript, catalogue = evidence.transcript(), measure.catalogue
    found = verdicts.results(transcript, evidence.selected, evidence.cause, evidence.detail)
    scopes = Scopes(catalogue, transcript, found)
    excuses = Excuses(measure.waivers, evidence.target["name"], _day(evidence.started))
    judged = requirements.judge(measure.profile, catalogue, scopes, measure.statement, excuses)
    of_clauses = [scopes.all.clause(name) for name in catalogue.clauses]
    _use(excuses, found, of_clauses, judged)
    differences = (
        statement.findings(measure.statement, catalogue.types, scopes) if measure.statement else []
    )
    states = _waivers(excuses, transcript, evidence.selected, catalogue)
    problem = _problem(evidence, transcript, found)
    selected = (len(found), len(transcript.plan))
    deciding = (
        outcome.of_requirements(judged)
        if judged
        else outcome.of_clauses(
            [(one, [w.number for w in excuses.of_clause(one)]) for one in of_clauses]
        )
    )
    platform = outcome.platform(
        problem is None,
        found,
        [one["state"] for one in states],
        differences,
        deciding,
        "requirement" if judged else "mandatory clause",
        selected,
    )
    binding = [one.verdict for one in judged if one.weight == requirements.DECIDES]
    hello = transcript.hello or {}
    return {
        "schema": "avps-report/1",
        "run": {
            "id": evidence.id,
            "started": evidence.started,
            "duration_s": evidence.duration_s,
            "boots": len(evidence.boots),
            "complete": problem is None,
            "nonce": evidence.nonce,
            "cause": problem,
            "probe": hello.get("probe"),
            "kernel": hello.get("kernel"),
        },
        "target": evidence.target,
        "profile": _profile(measure.profile),
        "summary": {
            "verdict": platform.verdict,
            "headline": platform.headline,
            "waivers": platform.waivers,
            "selected": {"tests": selected[0], "of": selected[1]},
            "tests": verdicts.counts((one.verdict for one in found), verdicts.TEST_VERDICTS),
            "clauses": verdicts.counts((one.verdict for one in of_clauses), clauses.VERDICTS),
            "requirements": verdicts.counts(binding, clauses.VERDICTS) if judged else {},
        },
        "devices": [_device(device, catalogue) for device in transcript.devices.values()],
        "figures": [_figure(body) for body in transcript.figures()],
        "results": [
            _result(one, catalogue, evidence.target["name"], bool(excuses.of_result(one)))
            for one in found
        ],
        "clauses": _clauses(of_clauses, judged, excuses),
        "requirements": [_requirement(one, measure.profile) for one in judged],
        "statement": _statement(measure.statement, differences),
        "waivers": states,
        "console_tail": [] if problem is None else evidence.console_lines(_CONSOLE_LINES),
    }


def reproduce(target: str, key: Key) -> str:
    """Give the command that runs just this test on this device and ring."""
    return f"./avps run -t {shlex.quote(target)} -k {shlex.quote(str(key))}"


def _problem(evidence: Evidence, transcript: Transcript, found: list[Result]) -> str | None:
    """Say why the run is not complete; None if it is."""
    problems = []
    if evidence.cause:
        running = transcript.running
        problems.append(
            f"{evidence.cause}: {evidence.detail}" + (f", while {running} ran" if running else "")
        )
    problems += transcript.problems(evidence.nonce) if not problems or transcript.bye else []
    lost = [str(one.key) for one in found if one.reason == verdicts.RECORD_LOST]
    if lost:
        problems.append(
            f"no result of {', '.join(lost[:5])}{' and others' if len(lost) > 5 else ''}"
        )
    return "; ".join(problems) or None


def _day(started: str) -> datetime.date:
    """Give the day, in UTC, on which a run started."""
    return datetime.datetime.fromisoformat(started).astimezone(datetime.timezone.utc).date()


def _use(
    excuses: Excuses,
    found: Sequence[Result],
    of_clauses: Sequence[ClauseVerdict],
    judged: Sequence[RequirementVerdict],
) -> None:
    """Take down what each waiver excuses: clauses, then results, then requirements."""
    for clause in of_clauses:
        excuses.use(excuses.of_clause(clause), clause.clause.id)
    for result in found:
        excuses.use(excuses.of_result(result), str(result.key))
    for one in judged:
        excuses.use(one.waivers, one.requirement.id)


def _waivers(
    excuses: Excuses, transcript: Transcript, selected: set[Key] | None, catalogue: Catalogue
) -> list[dict[str, Any]]:
    left_out = (
        set()
        if selected is None
        else {item.key.test for item in transcript.plan.values() if item.key not in selected}
    )
    return [
        {
            **vars(one),
            "expires": one.expires.isoformat(),
            "state": excuses.state(one, left_out, catalogue),
            "excuses": excuses.excused.get(one.number, []),
        }
        for one in excuses.waivers
    ]


def _profile(profile: Profile) -> dict[str, Any]:
    return {
        "name": profile.name,
        "title": profile.title,
        "virtio": profile.virtio,
        "note": profile.note,
        "chapters": list(profile.chapters),
    }


def _device(device: dict[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    names = (
        "id",
        "virtio_id",
        "transport",
        "rings",
        "queues",
        "interrupts",
        "vectors",
        "bus",
        "problem",
    )
    features = [
        {"bit": bit, "name": catalogue.types.feature_name(device["virtio_id"], bit)}
        for bit in sorted(device["features"])
    ]
    return {
        **{name: device[name] for name in names},
        "type": device["device_type"],
        "features": features,
    }


def _figure(body: dict[str, Any]) -> dict[str, Any]:
    names = ("test", "device", "ring", "name", "unit", "median", "p99", "most", "count")
    return {name: body[name] for name in names}


def _result(one: Result, catalogue: Catalogue, target: str, waived: bool) -> dict[str, Any]:
    test = catalogue.tests.get(one.key.test)
    return {
        "test": one.key.test,
        "device": one.key.device,
        "ring": one.key.ring,
        "verdict": one.verdict,
        "reason": one.reason,
        "message": one.message,
        "waived": waived,
        "duration_ms": one.duration_ms,
        "checks": one.checks,
        "clauses": one.clauses,
        "failures": [vars(failure) for failure in one.failures],
        "trace": list(one.trace),
        "trace_lost": one.trace_lost,
        "source": test.source if test else None,
        "reproduce": reproduce(target, one.key),
    }


def _clauses(
    of_clauses: Sequence[ClauseVerdict], judged: Sequence[RequirementVerdict], excuses: Excuses
) -> list[dict[str, Any]]:
    naming: dict[str, list[RequirementVerdict]] = {}
    for one in judged:
        for name in one.requirement.clauses:
            naming.setdefault(name, []).append(one)
    return [
        _clause(
            one,
            requirements.role(one.clause, naming.get(one.clause.id, []))
            if judged
            else requirements.kind(one.clause, one.clause.since),
            bool(excuses.of_clause(one)),
        )
        for one in of_clauses
    ]


def _clause(one: ClauseVerdict, role: str, waived: bool) -> dict[str, Any]:
    return {
        "id": one.clause.id,
        "level": one.clause.level,
        "section": one.clause.section,
        "target": one.clause.suite,
        "text": one.clause.text,
        "since": one.clause.since,
        "role": role,
        "verdict": one.verdict,
        "waived": waived,
        "why": one.why,
        "tests": list(one.tests),
    }


def _requirement(one: RequirementVerdict, profile: Profile) -> dict[str, Any]:
    line = one.requirement
    return {
        "id": line.id,
        "section": line.section,
        "level": line.level,
        "status": line.status,
        "condition": _condition(line.device_condition, line.ics_condition, profile),
        "device": line.device,
        "text": line.text,
        "provenance": line.provenance,
        "note": line.note,
        "weight": one.weight,
        "verdict": one.verdict,
        "why": one.why,
        "declared": one.declared,
        "waived": one.waived,
        "parts": [vars(part) for part in one.parts],
        "clauses": list(line.clauses),
        "tests": list(line.tests),
        "judged": {"deciding": len(one.decided), "judged": one.judged},
        "advice": list(one.advice),
        "advisory": list(one.advisory),
    }


def _condition(device: str | None, question: str | None, profile: Profile) -> str | None:
    if device:
        return f"there is a {device} device, or the statement claims one"
    return f"the statement answers yes: {profile.questions[question]}" if question else None


def _statement(declared: Statement | None, findings: Sequence[Finding]) -> dict[str, Any] | None:
    if declared is None:
        return None
    return {
        "file": declared.file,
        "sha256": declared.sha256,
        "product": declared.product,
        "contact": declared.contact,
        "date": declared.date,
        "claims": {
            "devices": list(declared.devices),
            "features": {name: list(named) for name, named in declared.features.items()},
        },
        "answers": declared.answers,
        "findings": [vars(one) for one in findings],
    }
