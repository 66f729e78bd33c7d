# SPDX-License-Identifier: GPL-2.0-or-later
"""junit.xml, read again by a parser of XML."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from typing import Any

from avps.render.junit import render_junit

VERDICTS = ("PASS", "FAIL", "SKIP", "ERROR", "MISS")


def result(verdict: str, **more: Any) -> dict[str, Any]:
    return {
        "test": f"block.{verdict.lower()}s",
        "device": "0000:00:02.0",
        "ring": "split",
        "verdict": verdict,
        "reason": None,
        "message": None,
        "duration_ms": 1.5,
        "failures": [],
        "reproduce": "./avps run",
        **more,
    }


def suite(*results: dict[str, Any]) -> ElementTree.Element:
    report = {
        "target": {"name": "fake"},
        "run": {"started": "2026-11-23T08:07:28+00:00"},
        "results": list(results),
    }
    return ElementTree.fromstring(render_junit(report))[0]


def test_each_verdict_has_its_element() -> None:
    found = suite(*map(result, VERDICTS))
    kinds = [[child.tag for child in case] for case in found]
    assert kinds == [[], ["failure"], ["skipped"], ["error"], ["error"]]
    assert found.attrib == {
        "name": "avps fake",
        "tests": "5",
        "failures": "1",
        "errors": "2",
        "skipped": "1",
        "time": "0.007",
        "timestamp": "2026-11-23T08:07:28+00:00",
    }


def test_a_case_is_named_as_everywhere_else() -> None:
    found = suite(result("PASS"), result("PASS", ring=None))
    assert [case.get("name") for case in found] == [
        "block.passs[0000:00:02.0-split]",
        "block.passs[0000:00:02.0]",
    ]
    assert {(case.get("classname"), case.get("time")) for case in found} == {("fake", "0.002")}


def test_a_failure_says_what_was_seen() -> None:
    failure = {"clause": "blk-001", "expected": "<0>", "seen": "1", "where": "suite/x.c:9"}
    one = suite(result("FAIL", failures=[failure], reason="precondition", message="why"))[0][0]
    assert one.get("message") == "FAIL: precondition: why"
    assert one.text == "blk-001: expected <0>, seen 1 (suite/x.c:9)\nagain: ./avps run"


def test_what_no_xml_can_hold_is_written_as_an_escape() -> None:
    one = suite(result("MISS", message="\x00\x1b[2J\ud800\u202e\nx", device="\x07&<"))[0]
    assert one[0].get("message") == r"MISS: \x00\x1b[2J\ud800\u202e\x0ax"
    assert one.get("name") == r"block.misss[\x07&<-split]"
