# SPDX-License-Identifier: GPL-2.0-or-later
"""refdev/*/defects.json as the runner reads it, and what it says of a bad one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from avps import defects
from avps.catalogue import Catalogue
from avps.errors import UserError
from avps.tree import Tree
from fake_tree import ROOT, FakeTree

KNOWN = ("blk-001", "blk-002", "pci-001")
GOOD = '{"name": "block.one", "text": "says one", "clauses": ["blk-001"]}'


def write(root: Path, *lines: str, folder: str = "block") -> Path:
    path = root / folder / "defects.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines))
    return path


def test_a_good_file(tmp_path: Path) -> None:
    path = write(tmp_path, "[", GOOD + ",", GOOD.replace("one", "two"), "]")
    write(tmp_path, "[]", folder="net")
    found = defects.load(tmp_path, KNOWN)
    assert [one.name for one in found] == ["block.one", "block.two"]
    assert found[1] == defects.Defect("block.two", "says two", ("blk-001",), f"{path}:3")


@pytest.mark.parametrize(
    "old, new, line, message",
    [
        ('"text": "says one", ', "", 2, "lacks text: say name, text, clauses"),
        ('"says one"', '" "', 2, "text: say what is wrong with the device"),
        ('"clauses"', '"clause"', 2, "'clause' is no key of a defect: did you mean clauses?"),
        ("block.one", "pci.one", 2, "name: pci.one must start with its folder's name: say block.o"),
        ("block.one", "block.One", 2, "name: must be of a-z, 0-9 and _, after 'block.', not"),
        ('"block.one"', "3", 2, "name: must be of a-z"),
        ('["blk-001"]', "[]", 2, "clauses: must list the ids"),
        ('["blk-001"]', '"blk-001"', 2, "clauses: must list the ids"),
        ("blk-001", "blk-010", 2, "no clause blk-010 in suite/*/clauses.json: did you mean blk-0"),
        ('"blk-001"', '"blk-001", "blk-001"', 2, "clauses: one is there twice"),
        (GOOD, "3", 2, "must be an object with name, text, clauses, not 3"),
        (GOOD, GOOD + "\n" + GOOD, 3, "broken JSON: ',' is missing: it must be a list of"),
        (GOOD, GOOD + ",", 3, "broken JSON: Expecting value"),
        (GOOD, GOOD + ",\n" + GOOD, 3, "name: block.one stands already at "),
        ('"says one"', '"says one', 2, "broken JSON: Expecting ',' delimiter: it must"),
        ("]\n", "]\n]", 4, "broken JSON: something follows the list"),
    ],
)
def test_a_mistake_is_told_by_file_line_and_remedy(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    text = f"[\n{GOOD}\n]\n"
    path = write(tmp_path, text.replace(old, new, 1))
    with pytest.raises(UserError) as caught:
        defects.load(tmp_path, KNOWN)
    assert str(caught.value).startswith(f"{path}:{line}: {message}")


def test_every_mistake_is_found(tmp_path: Path) -> None:
    write(tmp_path, "[", GOOD.replace("blk-001", "blk-9") + ",", GOOD.replace("text", "txt"), "]")
    write(tmp_path, "[1", folder="pci")
    found, mistakes = defects.read(tmp_path, KNOWN)
    assert found == [] and len(mistakes) == 5
    with pytest.raises(UserError, match=r"and 4 more mistakes"):
        defects.load(tmp_path, KNOWN)


def test_selection_is_as_of_tests(tmp_path: Path) -> None:
    lines = GOOD + ",", GOOD.replace("one", "two").replace("blk-001", "blk-002")
    write(tmp_path, "[", *lines, "]")
    found = defects.load(tmp_path, KNOWN)

    def chosen(expression: str) -> list[str]:
        return [one.name for one in defects.select(found, expression)]

    assert chosen("") == chosen("block") == ["block.one", "block.two"]
    assert chosen("BLK-002") == chosen("block and not one") == ["block.two"]
    with pytest.raises(UserError, match=r"-k 'block.on2' selects no defect: did you mean block"):
        chosen("block.on2")
    with pytest.raises(UserError, match=r"-k 'a and': .*: say words with and, or, not"):
        chosen("a and")


def test_they_are_listed(tree: FakeTree) -> None:
    tree.refdev(defects=[("block.one", "blk-001 blk-002"), ("pci.two", "pci-001")])
    ran = tree.avps("list", "defects", "--json")
    assert (ran.status, ran.err) == (0, "")
    assert json.loads(ran.out) == [
        {"defect": "block.one", "clauses": ["blk-001", "blk-002"], "text": "what block.one does"},
        {"defect": "pci.two", "clauses": ["pci-001"], "text": "what pci.two does"},
    ]
    assert tree.avps("list", "defects").out.splitlines() == [
        "block.one  blk-001 blk-002  what block.one does",
        "pci.two    pci-001          what pci.two does",
    ]


def test_a_bad_file_ends_the_command(tree: FakeTree) -> None:
    tree.refdev(defects=[("block.one", "blk-099")])
    for words in (("list", "defects"), ("defects",), ("coverage",)):
        ran = tree.avps(*words)
        assert (ran.status, ran.out) == (2, "") and "Traceback" not in ran.err
        assert "refdev/block/defects.json:1: no clause blk-099" in ran.err


@pytest.mark.skipif(not (ROOT / "build/x86_64/probe").exists(), reason="run 'make'")
def test_the_lists_of_the_project_are_in_order() -> None:
    tree = Tree(ROOT)
    _, mistakes = defects.read(tree.refdev, Catalogue.load(tree).clauses)
    assert mistakes == []
