# SPDX-License-Identifier: GPL-2.0-or-later
"""report.ktap, read back by a small parser that knows nothing of how it was written."""

from __future__ import annotations

import collections
import dataclasses
import re
from typing import Any, Callable

import pytest
from avps.render import sample
from avps.render.ktap import render_ktap

RESULT = re.compile(r"(ok|not ok) (\d+) ([^#]+?)(?: # (SKIP|ERROR|TIMEOUT|XFAIL) ?(.*))?")


@dataclasses.dataclass
class Node:
    """One test of a KTAP document."""

    ok: bool
    name: str
    directive: str | None
    why: str
    children: list[Node]
    notes: list[str]


def parse(lines: list[str]) -> list[Node]:
    """Read a KTAP document and check its form; a subtest is indented before its result."""
    assert lines[0] == "KTAP version 1"
    nodes: list[Node] = []
    plan, inner, notes = None, list[str](), list[str]()
    for line in lines[1:]:
        if line.startswith("  "):
            inner.append(line[2:])
        elif match := re.fullmatch(r"1\.\.(\d+)", line):
            assert plan is None, "two plans"
            plan = int(match[1])
        elif line.startswith("# "):
            notes.append(line[2:])
        else:
            match = RESULT.fullmatch(line)
            assert match, line
            assert int(match[2]) == len(nodes) + 1
            children = parse(inner) if inner else []
            nodes.append(
                Node(match[1] == "ok", match[3], match[4], match[5] or "", children, notes)
            )
            inner, notes = [], []
    assert plan == len(nodes) and not inner
    return nodes


def read(report: dict[str, Any]) -> list[Node]:
    """Render a report and read it back."""
    return parse(render_ktap(report).splitlines())


def leaves(nodes: list[Node]) -> list[tuple[str, Node]]:
    """Return the results with the test each belongs to."""
    return [
        (f"{suite.name}.{test.name}", leaf)
        for suite in nodes
        for test in suite.children
        for leaf in test.children
    ]


def verdict(node: Node) -> str:
    """Return the verdict that a line stands for."""
    if node.directive == "SKIP":
        return "SKIP"
    if node.why.startswith("MISS"):
        return "MISS"
    if node.directive == "ERROR":
        return "ERROR"
    return "PASS" if node.ok else "FAIL"


def excused(node: Node) -> bool:
    """Return whether a line does not make its parent fail."""
    return node.ok or node.directive == "XFAIL"


@pytest.mark.parametrize("make", [sample.conformant, sample.non_conformant, sample.incomplete])
def test_every_result_is_told_once(make: Callable[[], dict[str, Any]]) -> None:
    report = make()
    told = leaves(read(report))
    expected = [
        (r["test"], f"{r['device']} {r['ring']}" if r["ring"] else r["device"], r["verdict"])
        for r in report["results"]
    ]
    assert sorted((test, leaf.name, verdict(leaf)) for test, leaf in told) == sorted(expected)
    counts = collections.Counter(verdict(leaf) for _, leaf in told)
    assert {v: n for v, n in report["summary"]["tests"].items() if n} == counts


@pytest.mark.parametrize("make", [sample.non_conformant, sample.certificate])
def test_a_parent_is_ok_when_all_in_it_is(make: Callable[[], dict[str, Any]]) -> None:
    for suite in read(make()):
        for test in suite.children:
            assert test.ok == all(excused(leaf) for leaf in test.children)
        assert suite.ok == all(test.ok for test in suite.children)
    assert [s.ok for s in read(sample.non_conformant())] == [False, False, False, True]
    assert [s.ok for s in read(sample.certificate())] == [False, False, True, True, False]


def test_a_skip_gives_its_reason() -> None:
    skips = [leaf for _, leaf in leaves(read(sample.conformant())) if leaf.directive == "SKIP"]
    assert "absent: the disk is writable" in [leaf.why for leaf in skips]
    assert all(leaf.ok for leaf in skips)


def test_a_failure_is_diagnosed_before_its_line() -> None:
    told = leaves(read(sample.non_conformant()))
    failed = [leaf for test, leaf in told if test == "pci.notify_multiplier"]
    assert len(failed) == 4
    for leaf in failed:
        assert any(
            "pci-037" in note
            and "0, or a power of two" in note
            and "notify_off_multiplier = 3" in note
            for note in leaf.notes
        )
        assert any(note.startswith("again: ./avps run") for note in leaf.notes)


def test_figures_are_notes_of_the_test_that_measured_them() -> None:
    report = sample.conformant()
    measured = report["results"][0]
    others = [
        {**measured, "device": "another"},
        {**measured, "test": "core.another"},
    ]
    report["figures"] = [
        {
            **{key: one[key] for key in ("test", "device", "ring")},
            **{"name": f"latency {number}", "unit": "us", "median": 7, "p99": 20, "most": 31},
            "count": 100,
        }
        for number, one in enumerate([measured, *others, measured])
    ]
    noted = [
        (test, leaf.name, note)
        for test, leaf in leaves(read(report))
        for note in leaf.notes
        if "latency" in note
    ]
    assert noted == [
        (
            *(measured["test"], measured["device"]),
            f"latency {number}: median 7 us, 99th percentile 20, most 31, of 100",
        )
        for number in (0, 3)
    ]


def test_errors_and_misses_are_not_ok() -> None:
    report = sample.conformant()
    for result, verdict_, reason in zip(
        report["results"], ["ERROR", "MISS", "MISS"], ["crashed", "timeout", "not-reached"]
    ):
        result.update(verdict=verdict_, reason=reason, message=None)
    told = [leaf for _, leaf in leaves(read(report))][:3]
    assert [leaf.directive for leaf in told] == ["ERROR", "TIMEOUT", "ERROR"]
    assert not any(leaf.ok for leaf in told)
    assert all(leaf.notes for leaf in told)


def test_a_run_without_results_is_not_ok() -> None:
    report = sample.incomplete()
    report["results"] = []
    (only,) = read(report)
    assert not only.ok and only.directive == "ERROR"


def test_hostile_text_cannot_make_lines_or_directives() -> None:
    report = sample.non_conformant()
    hostile = "x # SKIP\nok 99 forged\r\x1b[2J\u2028ok 98"
    for result in report["results"]:
        result["device"] = hostile if result["device"] == sample.DISK else result["device"]
        for failure in result["failures"]:
            failure["seen"] = hostile
    report["run"]["cause"] = hostile
    told = leaves(read(report))
    counts = collections.Counter(verdict(leaf) for _, leaf in told)
    assert counts == collections.Counter(r["verdict"] for r in report["results"])
    assert "\x1b" not in render_ktap(report)


def test_requirements_that_decide_are_a_suite_by_chapter() -> None:
    report = sample.certificate()
    suite = read(report)[-1]
    assert suite.name == "requirements"
    assert [chapter.name for chapter in suite.children] == [
        *("2.6.1 Block devices", "2.7.1 Standard networks", "2.19.1 Random numbers"),
        "2.19.2 Trusted execution",
    ]
    told = {leaf.name: leaf for chapter in suite.children for leaf in chapter.children}
    deciding = [one for one in report["requirements"] if one["weight"] == "decides"]
    assert list(told) == [one["id"] for one in deciding]
    for one in deciding:
        line = told[one["id"]]
        assert line.ok == (one["verdict"] in ("PASS", "NOT-TESTED"))
        assert (line.directive == "XFAIL") == one["waived"]
        assert (line.directive == "SKIP") == (one["verdict"] == "NOT-TESTED")
        assert not one["why"] or f"{one['verdict']} {one['why']}" in line.notes
    assert suite.children[-1].directive == "SKIP"  # nothing in it was tested


@pytest.mark.parametrize(
    "verdict_, ok, directive, why",
    [
        ("PASS", True, None, ""),
        ("FAIL", False, None, ""),
        ("INCONCLUSIVE", False, "ERROR", "INCONCLUSIVE"),
        ("NOT-TESTED", True, "SKIP", "NOT-TESTED"),
        ("NOT-APPLICABLE", True, "SKIP", "NOT-APPLICABLE"),
    ],
)
def test_each_verdict_of_a_requirement(
    verdict_: str, ok: bool, directive: str | None, why: str
) -> None:
    report = sample.certificate()
    report["requirements"] = [
        {**one, "verdict": verdict_, "waived": False} for one in report["requirements"]
    ]
    for chapter in read(report)[-1].children:
        for leaf in chapter.children:
            assert (leaf.ok, leaf.directive, leaf.why) == (ok, directive, why)


def test_a_waived_result_is_known_and_expected() -> None:
    told = leaves(read(sample.certificate()))
    waived = [test for test, leaf in told if leaf.directive == "XFAIL"]
    assert waived == ["block.write_to_read_only_disk"] * 2 + ["requirements.2.6.1 Block devices"]
    assert all(leaf.why == "waived" for _, leaf in told if leaf.directive == "XFAIL")
