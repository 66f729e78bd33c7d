# SPDX-License-Identifier: GPL-2.0-or-later
"""./avps run -t refdev and ./avps defects, on a fake of the host's probe."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from avps import defects, kills
from avps.catalogue import Catalogue, ProbeTest
from avps.defects import Defect
from avps.kills import Seen
from avps.tree import Tree, host_arch
from fake_tree import FakeTree, Ran

KILLED = [("block.wrong_data", "blk-001"), ("block.also", "blk-001 blk-005")]
A_B = Defect("a.b", "x", ("a-1",), "a:1")
SURVIVORS = {
    "block.side_effect": ("blk-002", "only side effects: pci-001 failed, in pci.caps"),
    "block.unseen": ("blk-002", "no test failed"),
    "block.breaks_the_setting": (
        "blk-003",
        "only side effects: no clause was judged before block.flushes failed",
    ),
    "block.upsets_us": (
        "blk-003",
        "no test failed; block.reads, block.flushes ended ERROR or MISS",
    ),
    "block.untested": ("blk-005", "no test names blk-005"),
    "pci.undeclared": ("blk-003", "only side effects: blk-003 failed, in block.reads"),
}


def matrix(tree: FakeTree, *words: str) -> tuple[Ran, dict[str, Any]]:
    ran = tree.avps("defects", "--json", *words)
    assert "Traceback" not in ran.err
    return ran, json.loads(ran.out) if ran.out else {}


def test_the_target_needs_no_image(tree: FakeTree) -> None:
    tree.refdev()
    for part in ("linux/kernel", "initramfs.cpio.gz"):
        (tree.root / "build/x86_64" / part).unlink()
    ran = tree.avps("run", "-t", "refdev")
    assert ran.status == 0, ran.out + ran.err
    target = tree.report("refdev")["target"]
    assert (target["vmm"], target["version"], target["accel"]) == ("refdev", "0.1.7", "none")
    assert target["arch"] == host_arch() and target["command"][1:3] == ["run", "--stream-fd"]
    assert tree.report("refdev")["run"]["complete"] is True
    assert tree.leftovers() == []


def test_a_killed_defect(tree: FakeTree) -> None:
    tree.refdev(defects=KILLED[:1])
    ran, found = matrix(tree)
    assert (ran.status, ran.err) == (0, "")
    assert {name: found[name] for name in list(found)[:5]} == {
        "defects": 1,
        "killed": 1,
        "survivors": [],
        "false_alarms": 0,
        "matrix": {"block.wrong_data": ["block.reads", "block.reads_twice"]},
    }
    assert found["clauses"] == {"block.wrong_data": ["blk-001", "blk-002"]}
    assert (found["proved"], found["unproved"]) == (["blk-001"], [])
    assert tree.leftovers() == []


@pytest.mark.parametrize("name", SURVIVORS)
def test_a_survivor(tree: FakeTree, name: str) -> None:
    clauses, why = SURVIVORS[name]
    tree.refdev(defects=[*KILLED[:1], (name, clauses)])
    ran, found = matrix(tree)
    assert ran.status == 1
    assert (found["defects"], found["killed"], found["survivors"]) == (2, 1, [name])
    assert found["why"] == {name: why}


def test_a_clause_that_never_fails_is_not_proved(tree: FakeTree) -> None:
    tree.refdev(defects=[("block.wrong_data", "blk-001 blk-004 blk-005")])
    ran, found = matrix(tree)
    assert ran.status == 0
    assert (found["proved"], found["unproved"]) == (["blk-001"], ["blk-004"])


def test_a_false_alarm_counts_and_kills_nothing(tree: FakeTree) -> None:
    tree.refdev("--alarm", defects=[*KILLED[:1], ("block.unseen", "blk-003")])
    ran, found = matrix(tree)
    assert (ran.status, found["false_alarms"]) == (1, 2)
    assert found["false_alarm_tests"][0] == "FAIL  block.flushes[0000:00:02.0-split]  blk-003"
    assert found["survivors"] == ["block.unseen"]
    assert found["matrix"]["block.wrong_data"] == ["block.reads", "block.reads_twice"]


@pytest.mark.parametrize(
    "name, options, why",
    [
        (
            "block.crashes",
            (),
            "it ended with signal 11 before it was done, in block.reads[0000:00:02.0-split]; "
            "it said: fake: out of my depth",
        ),
        ("block.drops", (), "of 25 records 24 came"),
        ("block.wrong_data", ("--unclean=block.wrong_data",), "it ended with status 23"),
    ],
)
def test_a_run_that_fails_is_no_kill(
    tree: FakeTree, name: str, options: tuple[str, ...], why: str
) -> None:
    tree.refdev(*options, defects=[(name, "blk-001"), ("block.unseen", "blk-001")])
    ran, found = matrix(tree)
    assert ran.status == 2
    assert found["killed"] == 0 and found["failed_runs"] == [name]
    assert found["why"][name] == f"its run failed: {why}"


@pytest.mark.parametrize("endless", ["block.hangs", "block.babbles"])
def test_a_run_that_does_not_end_is_ended(tree: FakeTree, endless: str) -> None:
    names = (endless, "block.wrong_data", "block.unseen")
    tree.refdev(defects=[(name, "blk-001") for name in names])
    real = Tree(tree.root)
    catalogue = Catalogue.load(real)
    known = defects.load(real.refdev, catalogue.clauses)
    started = time.monotonic()
    found = kills.matrix(real, known, catalogue.tests, 2, limit_s=2.0)
    assert time.monotonic() - started < 8
    hanging, killed, unseen = found.kills
    assert hanging.broken and str(hanging.why).startswith("its run failed: it was not over after 2")
    assert "in block.reads[0000:00:02.0-split]" in str(hanging.why)
    assert killed.why is None and unseen.why == "no test failed"
    assert tree.leftovers() == []


def test_nothing_is_judged_when_the_correct_devices_do_not_run(tree: FakeTree) -> None:
    tree.refdev("--broken", defects=KILLED[:1])
    ran, found = matrix(tree)
    assert (ran.status, found) == (2, {})
    assert "with no defect on, the run failed: it ended with status 2 before it was" in ran.err
    assert "fake: no memory" in ran.err and "./avps run -t refdev" in ran.err


def test_some_of_them_and_how_many_at_a_time(tree: FakeTree) -> None:
    tree.refdev(defects=[*KILLED[:1], ("block.unseen", "blk-002")])
    ran, found = matrix(tree, "-k", "blk-001", "-j", "1")
    assert (ran.status, list(found["matrix"])) == (0, ["block.wrong_data"])
    assert tree.avps("defects", "-k", "nothing").status == 2
    assert "above 0" in tree.avps("defects", "-j", "0").err


def test_people_see_a_row_for_each_and_what_is_wrong(tree: FakeTree) -> None:
    tree.refdev("--alarm", defects=[*KILLED[:1], ("block.side_effect", "blk-002")])
    ran = tree.avps("defects")
    assert ran.status == 1 and ran.err == ""
    lines = [line.rstrip() for line in ran.out.splitlines()]
    assert lines[0].split() == "defect breaks clauses that fail in tests".split()
    assert lines[1].split()[:3] == ["block.wrong_data", "blk-001", "blk-001"]
    assert lines[2].split()[-1] == "pci.caps"
    at = lines.index("survivors")
    assert lines[at + 1] == "  block.side_effect: only side effects: pci-001 failed, in pci.caps"
    at = lines.index("false alarms: not PASS with no defect on")
    assert lines[at + 1].startswith("  FAIL  block.flushes[0000:00:02.0-split]")
    assert lines[-1].startswith("2 defects: 1 killed, 1 survive (0 of these in a run that failed);")


def test_a_program_that_is_not_built_is_named_with_its_remedy(tree: FakeTree) -> None:
    tree.refdev(defects=KILLED[:1])
    (tree.root / "build" / host_arch() / "probe-host").unlink()
    for words in (("defects",), ("run", "-t", "refdev")):
        ran = tree.avps(*words)
        assert ran.status == 2 and "probe-host is missing: run 'make' first" in ran.err


def test_a_record_of_another_form_is_no_kill() -> None:
    seen = Seen(problem="record 3: end.checks is")
    kill = kills.judge(A_B, seen, Seen(), {})
    assert kill.broken and kill.why == "its run failed: record 3: end.checks is"


def test_a_device_that_is_lost_is_named() -> None:
    good = Seen(devices={"d0": None, "d1": None, "d2": "too old"})
    test = ProbeTest("a.t", "a", None, None, ("a-1",), None)
    kill = kills.judge(A_B, Seen(devices={"d0": "has no ISR"}), good, {"a.t": test})
    assert kill.why == (
        "no test failed; nothing ran on d0: has no ISR; nothing ran on d1: not found"
    )
