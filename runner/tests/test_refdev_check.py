# SPDX-License-Identifier: GPL-2.0-or-later
"""What refdev/check.py refuses at build time."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fake_tree import ROOT

SITES: list[dict[str, Any]] = [{"name": "block.one", "file": "refdev/block/block.c", "line": 7}]
TESTS: list[dict[str, Any]] = [
    {"test": "block.reads", "file": "suite/block/r.c", "line": 3, "clauses": ["blk-001"]}
]
ENTRIES: list[dict[str, Any]] = [{"name": "block.one", "text": "x", "clauses": ["blk-001"]}]


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("refdev_check", ROOT / "refdev/check.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


check = _load()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree with a suite that has a reference device, and one that has none."""
    for suite, name in (("block", "blk"), ("scsi", "scsi")):
        (tmp_path / "suite" / suite).mkdir(parents=True)
        clauses = [{"id": f"{name}-00{number}"} for number in range(1, 4)]
        (tmp_path / f"suite/{suite}/clauses.json").write_text(json.dumps(clauses))
    (tmp_path / "refdev/block").mkdir(parents=True)
    entries(tmp_path, ENTRIES)
    return tmp_path


def entries(root: Path, listed: list[dict[str, Any]]) -> None:
    (root / "refdev/block/defects.json").write_text(json.dumps(listed))


def test_all_is_well(root: Path) -> None:
    assert check.mistakes(root, SITES + SITES, TESTS) == []


def test_a_place_without_an_entry(root: Path) -> None:
    typo = {"name": "block.on", "file": "refdev/block/block.c", "line": 9}
    assert check.mistakes(root, [*SITES, typo], TESTS) == [
        "refdev/block/block.c:9: defect block.on has no entry in refdev/block/defects.json "
        "(near: block.one): add one, or correct the name"
    ]


def test_an_entry_without_a_place(root: Path) -> None:
    (found,) = check.mistakes(root, [], TESTS)
    assert found.startswith("refdev/block/defects.json:1: block.one changes nothing: no device")


def test_an_entry_with_a_mistake(root: Path) -> None:
    entries(root, [{**ENTRIES[0], "clauses": ["blk-01"]}])
    (found,) = check.mistakes(root, SITES, TESTS)
    assert found.startswith("refdev/block/defects.json:1: no clause blk-01 in suite/*/clauses.json")


def test_a_tested_clause_that_no_defect_breaks(root: Path) -> None:
    tests = [{**TESTS[0], "clauses": ["blk-001", "blk-002", "scsi-001"]}, *TESTS]
    assert check.mistakes(root, SITES, tests) == [
        "suite/block/r.c:3: blk-002, which block.reads names, is broken by no defect: nothing "
        "shows that the test can fail: add one to refdev/block/"
    ]


def test_the_command(tmp_path: Path) -> None:
    command = ROOT / "refdev/check.py"
    ran = subprocess.run([command, tmp_path / "none"], capture_output=True, text=True)
    assert ran.returncode == 2 and "does not list its defects and tests" in ran.stderr
    assert subprocess.run([command], capture_output=True).returncode == 2
    listing = {"defects": [{"name": "no.such", "file": "refdev/x.c", "line": 1}], "tests": []}
    program = tmp_path / "probe-host"
    program.write_text(f"#!/bin/sh\necho '{json.dumps(listing)}'\n")
    program.chmod(0o755)
    ran = subprocess.run([command, program], capture_output=True, text=True)
    assert ran.returncode == 1
    assert "refdev/x.c:1: defect no.such has no entry" in ran.stderr or "broken JSON" in ran.stderr
