# SPDX-License-Identifier: GPL-2.0-or-later
"""What ./avps coverage counts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fake_tree import ROOT, FakeTree

from avps.coverage import Coverage
from avps.tree import Tree

# The fake probe's tests name pci-001, vsock-001 and blk-001 to blk-004.
BLOCK = [
    {"id": "blk-001"},
    {"id": "blk-002", "level": "SHOULD"},
    {"id": "blk-003", "testable": "host"},
    {"id": "blk-004", "kind": "inline"},
    {"id": "blk-005", "level": "MUST NOT", "note": "only by daylight"},
    {"id": "blk-006", "testable": "host"},
    {"id": "blk-007", "testable": "no"},
    {"id": "blk-008", "kind": "prose"},
]
COUNTS = {
    "testable": 3,
    "tested": 2,
    "host": 2,
    "host_tested": 1,
    "musts": 2,
    "musts_tested": 1,
    "proved": 0,
}


def clause(**fields: Any) -> dict[str, Any]:
    return {
        "level": "MUST",
        "section": "5.2",
        "since": "1.0",
        "kind": "block",
        "testable": "guest",
        "text": f"What {fields['id']} asks.",
        "note": None,
        **fields,
    }


@pytest.fixture
def counted(tree: FakeTree) -> FakeTree:
    """A tree whose catalogue is known."""
    tree.file("suite/block/clauses.json", json.dumps([clause(**one) for one in BLOCK]))
    for suite in ("pci", "vsock"):
        tree.file(f"suite/{suite}/clauses.json", json.dumps([clause(id=f"{suite}-001")]))
    return tree


def counts(tree: FakeTree) -> dict[str, dict[str, int]]:
    ran = tree.avps("coverage", "--json")
    assert (ran.status, ran.err) == (0, "")
    found: dict[str, dict[str, int]] = json.loads(ran.out)
    return found


def test_what_is_counted(counted: FakeTree) -> None:
    found = counts(counted)
    one = {name: int("host" not in name and name != "proved") for name in COUNTS}
    assert found["block"] == COUNTS
    assert found["pci"] == found["vsock"] == one
    assert found["total"] == {name: COUNTS[name] + 2 * one[name] for name in COUNTS}
    assert list(found) == ["block", "pci", "vsock", "total"]


def test_a_clause_is_proved_when_it_is_tested_and_a_defect_breaks_it(counted: FakeTree) -> None:
    broken = [
        {"name": "block.one", "text": "x", "clauses": ["blk-001", "blk-003"]},
        {"name": "block.two", "text": "x", "clauses": ["blk-001", "blk-004", "blk-005"]},
    ]
    counted.file("refdev/block/defects.json", json.dumps(broken))
    found = counts(counted)
    assert (found["block"]["proved"], found["total"]["proved"]) == (2, 2)


def test_people_see_what_has_no_test_and_why(counted: FakeTree) -> None:
    ran = counted.avps("coverage")
    table, _, missing = ran.out.partition("\n\n")
    row = next(line for line in table.splitlines() if line.startswith("block"))
    assert row.split() == ["block", "3", "2", "67%", "2", "1", "2", "1", "0"]
    assert missing.splitlines()[1:] == [
        "  blk-005               MUST NOT    What blk-005 asks.",
        "                                    Note: only by daylight",
    ]


@pytest.mark.parametrize(
    "name, text, message",
    [
        ("suite/block/clauses.json", "[3]", "clauses.json: must be a list of objects"),
        ("suite/block/clauses.json", json.dumps([{"id": "x"}]), "clauses.json: entry 0"),
        ("refdev/block/defects.json", "[{}]", "defects.json:1: lacks name, text, clauses"),
        ("refdev/block/defects.json", "{", "defects.json:1: broken JSON: '[' is missing"),
    ],
)
def test_a_bad_file_is_named(counted: FakeTree, name: str, text: str, message: str) -> None:
    counted.file(name, text)
    ran = counted.avps("coverage")
    assert (ran.status, ran.out) == (2, "")
    assert message in ran.err and "Traceback" not in ran.err


@pytest.mark.skipif(not (ROOT / "build/x86_64/probe").exists(), reason="run 'make'")
def test_what_has_no_test_in_pci_has_a_note_that_says_why() -> None:
    untested = Coverage.of(Tree(ROOT)).untested
    assert [one.id for one in untested if one.id.startswith("pci-")] == ["pci-063"]
    assert all(one.note for one in untested if one.id.startswith("pci-"))
