# SPDX-License-Identifier: GPL-2.0-or-later
"""report.json (reports/report.schema.json), made of a run's evidence alone."""

from __future__ import annotations

import shlex
from typing import Any

from avps import verdicts
from avps.catalogue import Catalogue
from avps.evidence import Evidence
from avps.transcript import Key, Transcript
from avps.verdicts import ClauseVerdict, Result

_CONSOLE_LINES = 40


def build(evidence: Evidence, catalogue: Catalogue) -> dict[str, Any]:
    """Judge a run and give its report, as `avps-report/1`."""
    from avps.render.features import feature_name

    transcript = evidence.transcript()
    cause, detail = evidence.cause, evidence.detail
    found = verdicts.results(transcript, evidence.selected, cause, detail)
    judged = verdicts.clauses(catalogue, found, transcript)
    problem = _problem(evidence, transcript, found)
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
        "profile": evidence.profile,
        "summary": {
            "verdict": verdicts.summary(problem is None, found, judged),
            "tests": verdicts.counts((one.verdict for one in found), verdicts.TEST_VERDICTS),
            "clauses": verdicts.counts((one.verdict for one in judged), verdicts.CLAUSE_VERDICTS),
            "requirements": {},
        },
        "devices": [_device(device, feature_name) for device in transcript.devices.values()],
        "results": [_result(one, catalogue, evidence.target["name"]) for one in found],
        "clauses": [_clause(one) for one in judged],
        "requirements": [],
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


def _device(device: dict[str, Any], feature_name: Any) -> dict[str, Any]:
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
        {"bit": bit, "name": feature_name(device["virtio_id"], bit)}
        for bit in sorted(device["features"])
    ]
    return {
        **{name: device[name] for name in names},
        "type": device["device_type"],
        "features": features,
    }


def _result(one: Result, catalogue: Catalogue, target: str) -> dict[str, Any]:
    test = catalogue.tests.get(one.key.test)
    return {
        "test": one.key.test,
        "device": one.key.device,
        "ring": one.key.ring,
        "verdict": one.verdict,
        "reason": one.reason,
        "message": one.message,
        "duration_ms": one.duration_ms,
        "checks": one.checks,
        "clauses": one.clauses,
        "failures": [vars(failure) for failure in one.failures],
        "trace": list(one.trace),
        "trace_lost": one.trace_lost,
        "source": test.source if test else None,
        "reproduce": reproduce(target, one.key),
    }


def _clause(one: ClauseVerdict) -> dict[str, Any]:
    return {
        "id": one.clause.id,
        "level": one.clause.level,
        "section": one.clause.section,
        "target": one.clause.suite,
        "text": one.clause.text,
        "since": one.clause.since,
        "verdict": one.verdict,
        "why": one.why,
        "tests": list(one.tests),
    }
