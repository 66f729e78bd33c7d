# SPDX-License-Identifier: GPL-2.0-or-later
"""Waivers: good and bad files, and what a run makes of them."""

from __future__ import annotations

import datetime
from pathlib import Path

import made_run
import pytest
from fake_tree import FakeTree
from made_run import waiver

from avps.errors import UserError
from avps.waivers import parse

GOOD = waiver("blk-001") + waiver("block.two", "another")
FOREVER = "2999-12-31"


def test_a_good_file() -> None:
    first, second = parse(GOOD, Path("w.toml"), made_run.catalogue())
    assert (first.number, first.clause, first.test, first.what) == (1, "blk-001", None, "blk-001")
    assert (second.clause, second.test, second.target) == (None, "block.two", "another")
    assert (first.reason, first.link) == ("known", "https://example.com/1")
    assert first.expires == datetime.date(2026, 5, 20)


def test_an_empty_file_waives_nothing() -> None:
    assert parse("# none yet\n", Path("w.toml"), made_run.catalogue()) == ()


@pytest.mark.parametrize(
    "old, new, message",
    [
        ('"blk-001"', "blk-001", "w.toml: Invalid value (at line 2, column 10)"),
        (
            '"blk-001"',
            '"blk-0001"',
            "w.toml:2: waiver 1: clause: 'blk-0001' is not known: did you ",
        ),
        (
            '"block.two"',
            '"block.too"',
            "w.toml:8: waiver 2: test: 'block.too' is not known: did yo",
        ),
        ('"block.two"', "[]", "w.toml:8: waiver 2: test: must be a text that is not empty"),
        ('clause = "blk-001"', "", "w.toml:1: waiver 1: clause: name a clause or a test, and not"),
        ("clause =", 'test = "block.one"\nclause =', "w.toml:3: waiver 1: clause: name a clause"),
        ('"another"', '" "', "w.toml:9: waiver 2: target: must be a text that is not empty"),
        ('reason = "known"', "", "w.toml:1: waiver 1: reason: must be a text that is not empty"),
        (
            "link =",
            "links =",
            "w.toml:5: waiver 1: links: is no key of a waiver: did you mean link",
        ),
        (
            "2026-05-20",
            '"2026-05-20"',
            "w.toml:6: waiver 1: expires: must be its last day, without",
        ),
        ("2026-05-20", "2026-05-20T00:00:00", "w.toml:6: waiver 1: expires: must be its last day"),
        ("[[waiver]]", "[[waivers]]", "w.toml:1: 'waivers' is not known: write [[waiver]]"),
        (GOOD, "waiver = 1\n", "w.toml:1: 'waiver' must be tables: [[waiver]]"),
        ('test = "block.two"', 'clause = "blk-001"', None),
        (
            'test = "block.two"\ntarget = "another"',
            'clause = "blk-001"\ntarget = "made"',
            "w.toml:7: waiver 2: is for the same as waiver 1: take one of them out",
        ),
    ],
)
def test_a_bad_file_is_refused_with_line_and_remedy(
    old: str, new: str, message: str | None
) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    if message is None:
        assert len(parse(text, Path("w.toml"), made_run.catalogue())) == 2
        return
    with pytest.raises(UserError) as error:
        parse(text, Path("w.toml"), made_run.catalogue())
    assert str(error.value).startswith(message)


def test_a_run_with_waivers(tree: FakeTree) -> None:
    text = waiver("blk-001", "fake", FOREVER) + waiver("vsock-001", "elsewhere", "2001-01-01")
    path = tree.file("waivers.toml", text)
    ran, report = tree.run("--fail=block.reads", words=("--waivers", str(path)))
    assert ran.status == 0
    assert report["summary"]["headline"].startswith("conformant with 1 waiver; ")
    assert [one["state"] for one in report["waivers"]] == ["used", "other-target"]
    assert report["waivers"][0]["excuses"] == ["blk-001", "AVPS-BLK-1"]
    assert any(line.startswith("FAIL  AVPS-BLK-1 (waived)  ") for line in ran.out.splitlines())
    (tree.root / "suite/profiles/avps-2.0.json").unlink()
    path.unlink()
    again = tree.avps("report", "build/report/fake")
    assert again.status == 0 and tree.report() == report, "made of the folder alone"


def test_a_waiver_without_use_is_told(tree: FakeTree) -> None:
    path = tree.file("waivers.toml", waiver("block.reads", "fake", FOREVER))
    ran, report = tree.run(words=("--waivers", str(path)))
    assert (ran.status, report["summary"]["verdict"]) == (2, "incomplete")
    assert "waiver 1, of block.reads on fake: unused: take it out" in ran.out.splitlines()


def test_an_expired_waiver_is_refused_before_the_run(tree: FakeTree) -> None:
    path = tree.file("waivers.toml", waiver("block.reads", "fake", "2026-01-01"))
    ran, report = tree.run(words=("--waivers", str(path)))
    assert (ran.status, ran.out, report) == (2, "", {})
    assert ran.err.startswith(f"avps: {path}:6: waiver 1: of block.reads expired on 2026-01-01: ")


def test_a_run_is_judged_again_with_waivers(tree: FakeTree) -> None:
    assert tree.run("--fail=block.reads")[0].status == 1
    path = tree.file("waivers.toml", waiver("block.reads", "fake", FOREVER))
    assert tree.avps("report", "build/report/fake", "--waivers", str(path)).status == 0
    report = tree.report()
    assert report["summary"]["verdict"] == "conformant" and report["summary"]["waivers"] == 1
    assert tree.avps("report", "build/report/fake").status == 0
    assert tree.report() == report
