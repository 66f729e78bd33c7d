# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules by which records become verdicts, as a table."""

from __future__ import annotations

from typing import Any

import pytest
from avps.catalogue import Catalogue, Clause, ProbeTest
from avps.records import Record
from avps.transcript import Key, Transcript
from avps.verdicts import ClauseVerdict, Result, clauses, results, summary

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


def a_clause(name: str, suite: str, level: str = "MUST", testable: str = "guest") -> Clause:
    return Clause(name, suite, level, "1", "1.1", testable, None, "block", None)


def probe_test(
    name: str, virtio_id: int | None, named: str, transport: str | None = None
) -> ProbeTest:
    return ProbeTest(name, name.split(".")[0], virtio_id, transport, tuple(named.split()), None)


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
    catalogue = Catalogue({"a-1": a_clause("a-1", "a")}, {"a.t": probe_test("a.t", None, "a-1")})
    (one,) = clauses(catalogue, found, heard(DEVICE, plan("a.t")))
    assert one.verdict == verdict
    assert one.tests == ("a.t",)
    assert one.why is None if why is None else why in str(one.why)


@pytest.mark.parametrize(
    "tests, said, verdict, why",
    [
        ([probe_test("a.t", 2, "a-1")], [DEVICE, plan()], "NOT-TESTED", "not selected"),
        ([probe_test("a.t", 19, "a-1")], [DEVICE, plan()], "NOT-APPLICABLE", "no device"),
        ([probe_test("a.t", None, "a-1", "mmio")], [DEVICE, plan()], "NOT-APPLICABLE", "no device"),
        ([probe_test("a.t", None, "a-1", "pci")], [DEVICE, plan()], "NOT-TESTED", "not selected"),
        # a clause without a test, of a suite whose device is there, is not, or is not known
        ([probe_test("a.u", 2, "a-2")], [DEVICE, plan()], "NOT-TESTED", "no test"),
        ([probe_test("a.u", 19, "a-2")], [DEVICE, plan()], "NOT-APPLICABLE", "no device"),
        ([], [DEVICE, plan()], "NOT-TESTED", "no test"),
        # the plan never came
        ([probe_test("a.t", 19, "a-1")], [DEVICE], "INCONCLUSIVE", "broke off"),
        ([probe_test("a.u", 19, "a-2")], [DEVICE], "NOT-TESTED", "no test"),
    ],
)
def test_clause_without_results(
    tests: list[ProbeTest], said: list[dict[str, Any]], verdict: str, why: str
) -> None:
    catalogue = Catalogue({"a-1": a_clause("a-1", "a")}, {test.test: test for test in tests})
    (one,) = clauses(catalogue, [], heard(*said))
    assert (one.verdict, why in str(one.why)) == (verdict, True)


def test_a_clause_that_no_guest_can_see_says_so() -> None:
    clause = a_clause("a-1", "a", testable="host")
    (one,) = clauses(Catalogue({"a-1": clause}), [], heard(DEVICE, plan()))
    assert (one.verdict, one.why) == (
        "NOT-TESTED",
        "no test: the host would have to act while the guest looks",
    )


@pytest.mark.parametrize(
    "complete, found, of_clauses, verdict",
    [
        (True, ["PASS"], [("MUST", "PASS")], "conformant"),
        (True, ["PASS", "SKIP"], [("MUST", "PASS"), ("MUST", "NOT-TESTED")], "conformant"),
        (True, ["PASS"], [("MUST", "PASS"), ("MUST", "NOT-APPLICABLE")], "conformant"),
        (True, ["FAIL"], [("MUST", "FAIL")], "non-conformant"),
        (True, ["FAIL"], [("MUST NOT", "FAIL"), ("MUST", "PASS")], "non-conformant"),
        (True, ["FAIL"], [("MUST", "FAIL"), ("MUST", "INCONCLUSIVE")], "non-conformant"),
        (True, ["FAIL"], [("SHOULD", "FAIL"), ("MUST", "PASS")], "conformant"),
        (True, ["FAIL"], [("SHOULD NOT", "FAIL"), ("MAY", "FAIL")], "conformant"),
        (True, ["FAIL"], [("MUST", "INCONCLUSIVE"), ("MUST", "PASS")], "incomplete"),
        (False, ["PASS"], [("MUST", "PASS")], "incomplete"),
        (False, ["FAIL"], [("MUST", "FAIL")], "incomplete"),
        (True, ["FAIL", "ERROR"], [("MUST", "FAIL")], "incomplete"),
        (True, ["PASS", "MISS"], [("MUST", "PASS")], "incomplete"),
        (True, [], [], "incomplete"),
        (True, ["SKIP"], [("MUST", "NOT-TESTED")], "incomplete"),
    ],
)
def test_run(
    complete: bool, found: list[str], of_clauses: list[tuple[str, str]], verdict: str
) -> None:
    entries = [
        ClauseVerdict(a_clause(f"a-{number}", "a", level), one, None, ())
        for number, (level, one) in enumerate(of_clauses)
    ]
    assert summary(complete, [judged(one) for one in found], entries) == verdict


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
