# SPDX-License-Identifier: GPL-2.0-or-later
"""From records to results, and to verdicts of clauses; the rest is in test_verdict_rules.py."""

from __future__ import annotations

from typing import Any

import pytest
from avps.catalogue import Catalogue, Clause, ProbeTest
from avps.clauses import Scope
from avps.records import Record
from avps.transcript import Key, Transcript
from avps.verdicts import Result, results

DEVICE = {
    "type": "device",
    "id": "d0",
    "device_type": "block",
    "virtio_id": 2,
    "transport": "pci",
    "features": [],
    "rings": ["split"],
    "queues": [],
    "interrupts": "none",
    "vectors": 0,
    "bus": {},
    "problem": None,
}


def a_clause(name: str, suite: str) -> Clause:
    return Clause(name, suite, "MUST", "1", "1.1", "guest", None, "block", None)


def probe_test(name: str, named: str) -> ProbeTest:
    return ProbeTest(name, name.split(".")[0], None, None, tuple(named.split()), None)


def heard(*bodies: dict[str, Any]) -> Transcript:
    """Give the transcript of a guest that has said this."""
    transcript = Transcript()
    for seq, body in enumerate(bodies):
        transcript.add(Record(seq, str(body), body))
    assert transcript.malformed == []
    return transcript


def plan(*items: str) -> dict[str, Any]:
    """Give a plan record of items `test`, each on device d0, each naming clause a-1."""
    keys = [{"test": item, "device": "d0", "ring": None, "clauses": ["a-1"]} for item in items]
    return {"type": "plan", "first": 0, "total": len(keys), "items": keys}


def judged(verdict: str, reason: str | None = None, on: str = "d0", **counts: str) -> Result:
    """Give a result of test a.t, which names clause a-1; `a_1` says how it was judged."""
    found = {name.replace("_", "-"): one for name, one in counts.items()}
    return Result(Key("a.t", on, None), ("a-1",), verdict, reason, clauses=found)


@pytest.mark.parametrize(
    "found, verdict, why",
    [
        ([judged("PASS", a_1="PASS")], "PASS", None),
        ([judged("FAIL", a_1="FAIL")], "FAIL", "failed in a.t[d0]"),
        # one device is enough to fail, whatever the others did
        ([judged("PASS", a_1="PASS"), judged("FAIL", on="d1", a_1="FAIL")], "FAIL", "a.t[d1]"),
        ([judged("ERROR", "crashed"), judged("FAIL", on="d1", a_1="FAIL")], "FAIL", "a.t[d1]"),
        ([judged("ERROR", "crashed", a_1="FAIL")], "FAIL", "a.t[d0]"),
        # no judgement where there should have been one
        ([judged("ERROR", "crashed")], "INCONCLUSIVE", "a.t[d0] (ERROR, crashed)"),
        ([judged("MISS", "silent")], "INCONCLUSIVE", "a.t[d0] (MISS, silent)"),
        ([judged("FAIL", "precondition")], "INCONCLUSIVE", "(FAIL, precondition)"),
        ([judged("FAIL", b_1="FAIL")], "INCONCLUSIVE", "a.t[d0] (FAIL)"),
        (
            [judged("PASS", a_1="PASS"), judged("MISS", "silent", on="d1")],
            "INCONCLUSIVE",
            "a.t[d1]",
        ),
        ([judged("MISS", "timeout", a_1="PASS")], "INCONCLUSIVE", "(MISS, timeout)"),
        # another clause of the same test failed, this one was judged before
        ([judged("FAIL", a_1="PASS", b_1="FAIL")], "PASS", None),
        ([judged("PASS", a_1="PASS"), judged("SKIP", "not-offered", on="d1")], "PASS", None),
        ([judged("SKIP", "not-offered")], "NOT-TESTED", "not-offered"),
        ([judged("SKIP", "launch"), judged("SKIP", "absent", on="d1")], "NOT-TESTED", "launch"),
        ([judged("SKIP", "absent")], "NOT-APPLICABLE", "absent"),
    ],
)
def test_clause(found: list[Result], verdict: str, why: str | None) -> None:
    catalogue = Catalogue({"a-1": a_clause("a-1", "a")}, {"a.t": probe_test("a.t", "a-1")})
    one = Scope(catalogue, [DEVICE], found, True).clause("a-1")
    assert one.verdict == verdict
    assert one.tests == ("a.t",)
    assert one.why is None if why is None else why in str(one.why)


def begin(test: str) -> dict[str, Any]:
    return {"type": "begin", "index": 0, "test": test, "device": "d0", "ring": None}


def end(test: str) -> dict[str, Any]:
    return {
        **begin(test),
        "type": "end",
        "verdict": "PASS",
        "reason": None,
        "message": None,
        "duration_us": 1000,
        "checks": 1,
        "clauses": {"a-1": {"pass": 1, "fail": 0}},
    }


@pytest.mark.parametrize(
    "said, cause, reasons",
    [
        (
            [begin("a.a"), end("a.a"), begin("a.b"), end("a.b"), begin("a.c"), end("a.c")],
            None,
            "- - -",
        ),
        ([begin("a.a"), end("a.a"), begin("a.b")], "silent", "- silent not-reached"),
        ([begin("a.a"), end("a.a")], "vmm-exited", "- not-reached not-reached"),
        ([], "interrupted", "not-reached not-reached not-reached"),
        # a gap behind which the run went on is a lost record, whatever ended the run later
        ([begin("a.a"), begin("a.b"), end("a.b"), begin("a.c")], "silent", "record-lost - silent"),
        (
            [begin("a.a"), begin("a.b"), end("a.b"), begin("a.c"), end("a.c")],
            None,
            "record-lost - -",
        ),
    ],
)
def test_why_a_result_is_missing(
    said: list[dict[str, Any]], cause: str | None, reasons: str
) -> None:
    transcript = heard(DEVICE, plan("a.a", "a.b", "a.c"), *said)
    found = results(transcript, None, cause, "it ended" if cause else None)
    assert [one.reason or "-" for one in found] == reasons.split()
    assert all((one.verdict == "MISS") == bool(one.reason) for one in found)


def test_only_what_was_selected_has_a_result() -> None:
    transcript = heard(DEVICE, plan("a.a", "a.b"), begin("a.a"), end("a.a"))
    found = results(transcript, {Key("a.b", "d0", None)}, None, None)
    assert [str(one.key) for one in found] == ["a.b[d0]"]


def test_a_check_that_failed_before_the_guest_was_lost_counts() -> None:
    check = {**begin("a.a"), "type": "check", "clause": "a-1", "verdict": "FAIL"}
    check |= {"expected": "0", "seen": "1", "where": "x.c:1"}
    transcript = heard(DEVICE, plan("a.a"), begin("a.a"), check)
    (one,) = results(transcript, None, "vmm-exited", "it ended")
    assert (one.verdict, one.clauses) == ("MISS", {"a-1": "FAIL"})
