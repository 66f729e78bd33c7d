# SPDX-License-Identifier: GPL-2.0-or-later
"""Power cuts: what is found on a disk, guests that are killed in the middle of writing, and whole
runs, on fake guests, on the reference devices and on QEMU.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Callable

import pytest
from avps import targets
from avps.catalogue import Catalogue
from avps.disks import SECTOR, make_disk, pattern
from avps.errors import UserError
from avps.host import numbered
from avps.host.cut_guest import WRITER, in_turn
from avps.host.numbered import Found, Reported
from avps.host.power_cuts import MOST_RECORDS, TEST, WHILE_RUNNING
from avps.tree import Tree, host_arch
from fake_tree import ROOT, FakeTree, ended
from fake_writer import PLACES, record, sector_of
import fake_writer

PROBE_HOST = ROOT / "build" / host_arch() / "probe-host"
IMAGE = ROOT / "build/x86_64/initramfs.cpio.gz"
MODES = ["written-back", "written-through", "flushed", "unflushed"]


# What is found on a disk.


def disk(tmp_path: Path, *numbers: int) -> Path:
    """A disk that records were written to, in this order."""
    path = tmp_path / "disk"
    make_disk(path, 256)
    for number in numbers:
        put(path, sector_of(number), record(number))
    return path


def put(path: Path, sector: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(sector * SECTOR)
        file.write(data)


def reported(count: int) -> list[Reported]:
    return [Reported(number, sector_of(number), 1) for number in range(1, count + 1)]


def test_all_records_are_there(tmp_path: Path) -> None:
    assert numbered.look(disk(tmp_path, *range(1, 8)), reported(7)) == Found(7)


def test_a_record_may_be_there_before_it_is_reported(tmp_path: Path) -> None:
    assert numbered.look(disk(tmp_path, *range(1, 9)), reported(7)) == Found(7)


@pytest.mark.parametrize(
    "sector, data, words",
    [
        (sector_of(3), pattern(sector_of(3)), "holds what was there before the guest"),
        (sector_of(3), bytes(SECTOR), "holds no whole record: it begins with 00 00"),
        (sector_of(3), record(3)[:100] + bytes(412), "holds no whole record: it begins with 61 76"),
        (sector_of(3), record(3)[:-1] + b"x", "holds no whole record"),
        (sector_of(3), record(2, sector_of(3)), "holds record 2"),
        (sector_of(3), record(3, 99), "holds a record of sector 99"),
    ],
)
def test_a_record_that_is_lost(tmp_path: Path, sector: int, data: bytes, words: str) -> None:
    path = disk(tmp_path, *range(1, 8))
    put(path, sector, data)
    found = numbered.look(path, reported(7))
    assert (found.judged, found.lost) == (7, (3,))
    assert str(found.seen).startswith(f"record 3: sector {sector} {words}")


def test_a_file_that_is_too_short(tmp_path: Path) -> None:
    path = disk(tmp_path, 1, 2)
    os.truncate(path, sector_of(2) * SECTOR + 511)
    found = numbered.look(path, reported(2))
    assert (found.lost, found.seen) == ((2,), "record 2: sector 7 is behind the end of the file")


def test_a_later_record_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    last = PLACES + 5
    found = numbered.look(disk(tmp_path, *range(1, last + 1)), reported(last))
    assert found == Found(PLACES - 1, next="old")
    lost = numbered.look(disk(tmp_path, *range(1, last)), reported(last))
    assert lost == Found(PLACES - 1, (last,), f"record {last}: sector 22 holds record 5", "old")


@pytest.mark.parametrize(
    "data, what", [(record(6), "old"), (record(6 + PLACES), "new"), (bytes(SECTOR), "torn")]
)
def test_nothing_is_demanded_of_the_place_of_the_next(
    tmp_path: Path, data: bytes, what: str
) -> None:
    last = PLACES + 5
    path = disk(tmp_path, *range(1, last + 1))
    put(path, sector_of(last + 1), data)
    assert numbered.look(path, reported(last)) == Found(PLACES - 1, next=what)


def test_records_of_several_sectors(tmp_path: Path) -> None:
    path = tmp_path / "disk"
    make_disk(path, 64)
    for at in range(8):
        put(path, 8 + at, record(1, 8 + at))
    assert numbered.look(path, [Reported(1, 8, 8)]) == Found(1)
    put(path, 13, bytes(SECTOR))
    found = numbered.look(path, [Reported(1, 8, 8)])
    assert found.lost == (1,) and "sector 13 holds no whole record" in str(found.seen)
    twice = [Reported(1, 8, 8), Reported(2, 8, 8)]
    assert numbered.look(path, twice) == Found(0, next="torn")


@pytest.mark.parametrize("rings", [1, 2])
@pytest.mark.parametrize("modes", [1, 2, 3, 4])
def test_rings_and_modes_take_turns(rings: int, modes: int) -> None:
    known = MODES[:modes]
    chosen = [(n % rings, in_turn(n, rings, known)) for n in range(rings * modes)]
    assert len(set(chosen)) == rings * modes
    assert {mode for _, mode in chosen[:modes]} == set(known)
    assert in_turn(0, rings, []) is None


# Settings.


HOST = """
[[disks]]
name = "scratch"
sectors = 256
[host.power-cuts]
avps-scratch = "scratch"
"""


@pytest.mark.parametrize(
    "old, new, message",
    [
        ('= "scratch"\n', "= 3\n", "power-cuts.avps-scratch: must be the name of a disk, not 3"),
        ('h = "scratch"', 'h = "other"', r"avps-scratch: the command has no '\{disk.other\}'"),
        ("[host", 'a = "b"\n[host', "a: is no key of a disk|a: is no key"),
        ('avps-scratch = "scratch"', 'a = "scratch"\nb = "scratch"', "must have one disk, not 2"),
    ],
)
def test_bad_settings_are_told_by_file_and_key(
    tree: FakeTree, old: str, new: str, message: str
) -> None:
    path = target(tree)
    text = path.read_text()
    at = text.rindex(old)
    path.write_text(text[:at] + text[at:].replace(old, new, 1))
    with pytest.raises(UserError, match=message) as caught:
        targets.load(Tree(tree.root), str(path))
    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize("name", targets.names(Tree(ROOT)))
def test_every_target_of_the_project_can_do_it(name: str) -> None:
    assert "power-cuts" in targets.load(Tree(ROOT), name).host.actions


# Whole runs on fake guests.


def target(tree: FakeTree, *options: str, silence_s: float = 20) -> Path:
    """Write the target: fake_writer.py, which does both."""
    path = tree.target(*options, silence_s=silence_s)
    command = [sys.executable, fake_writer.__file__, "--fd={records_fd}", "--disk={disk.scratch}"]
    command += ["--initramfs={initramfs}", f"--told={tree.root / 'told'}", *options]
    lines = [line for line in path.read_text().splitlines() if "command = " not in line]
    lines.append(f"command = {json.dumps(command)}")
    path.write_text("\n".join(lines) + HOST)
    return path


def run(
    tree: FakeTree, *options: str, cuts: int = 3, silence_s: float = 20, words: tuple[str, ...] = ()
) -> list[dict[str, Any]]:
    """Run it; give what the host has told, an answer for each ring."""
    target(tree, *options, silence_s=silence_s)
    ran = tree.avps("run", "-t", "fake", "--cuts", str(cuts), "--nonce", "n", *words)
    assert "Traceback" not in ran.err + ran.out, ran.err + ran.out
    assert tree.report()["run"]["complete"] is True, ran.out + ran.err
    assert tree.leftovers() == []
    told: list[dict[str, Any]] = json.loads((tree.root / "told").read_text())
    return told


def afters(count: int) -> list[int]:
    return [random.Random(f"n/{number}").randint(1, MOST_RECORDS) for number in range(count)]


def test_cuts_that_lose_nothing(tree: FakeTree) -> None:
    (told,) = run(tree)
    assert (told["done"], told["why"], told["total"]) == (True, None, 3)
    cuts = told["cuts"]
    assert [cut["number"] for cut in cuts] == [0, 1, 2]
    assert [cut["after"] for cut in cuts] == afters(3)
    assert [cut["mode"] for cut in cuts] == ["written-back", "written-through", "written-through"]
    for cut in cuts:
        assert (cut["lost"], cut["seen"], cut["why"]) == ([], None, None)
        assert cut["last"] >= cut["after"]
        assert cut["judged"] == (PLACES - 1 if cut["last"] > PLACES else cut["last"])


def test_rings_have_their_own_cuts(tree: FakeTree) -> None:
    split, packed = run(tree, "--rings=split,packed", cuts=5)
    assert [cut["number"] for cut in split["cuts"]] == [0, 2, 4]
    assert [cut["number"] for cut in packed["cuts"]] == [1, 3]
    assert (split["total"], packed["total"]) == (3, 2)


def test_a_lost_record_is_found(tree: FakeTree) -> None:
    (told,) = run(tree, "--lose=7", cuts=4)
    assert told["done"]
    for cut in told["cuts"]:
        first = cut["last"] - cut["judged"] + 1
        assert cut["lost"] == [n for n in range(first, cut["last"] + 1) if n % 7 == 0]
        assert bool(cut["seen"]) == bool(cut["lost"])
    assert any(cut["lost"] for cut in told["cuts"])


@pytest.mark.parametrize(
    "options, why",
    [
        (("--mute",), "the guest said nothing for 1.5 s"),
        (("--hang-after=1",), "the guest said nothing for 1.5 s"),
        (("--exit-after=1",), "the VMM exited with status 7; it said: fake: out of paper"),
        (("--most=0",), "the guest ended by itself after record 0: FAIL: precondition: no more"),
        (("--skip=1",), "after record 0 the guest reported 2"),
        (
            ("--serial=other",),
            "the guest has no disk of serial number 'avps-scratch' that can be written, and offers "
            "FLUSH: it has 'other'",
        ),
    ],
)
def test_cuts_that_can_not_be_made_say_why(
    tree: FakeTree, options: tuple[str, ...], why: str
) -> None:
    (told,) = run(tree, *options, cuts=1, silence_s=1.5)
    (cut,) = told["cuts"]
    assert (cut["why"], cut["lost"], cut["judged"]) == (why, None, 0)


def test_no_cuts_are_not_asked_for(tree: FakeTree) -> None:
    (told,) = run(tree, cuts=0)
    assert (told["done"], told["why"]) == (False, "none were to be made (--cuts 0)")


@pytest.mark.parametrize("cuts, actions", [(0, b"[]"), (1, b'["power-cuts"]')])
def test_the_probe_is_told_whether_there_are_cuts(
    tree: FakeTree, cuts: int, actions: bytes
) -> None:
    seen = tree.root / "seen"
    run(tree, f"--keep-initramfs={seen}", cuts=cuts)
    assert b'"host_actions": ' + actions in seen.read_bytes()


def test_a_target_that_can_not_do_it_is_told_of(tree: FakeTree) -> None:
    tree.target()
    ran = tree.avps("run", "-t", "fake", "--cuts", "3")
    assert ran.status == 2 and "--cuts 3: " in ran.err and "has no [host.power-cuts]" in ran.err
    assert tree.avps("run", "-t", "fake", "--cuts", "0").status == 0
    refused = tree.avps("run", "-t", "fake", "--cuts", "-1")
    assert refused.status == 2 and "must be a whole number, 0 for none" in refused.err


def test_many_cuts_come_in_pages(tree: FakeTree) -> None:
    (told,) = run(tree, cuts=40)
    assert told["total"] == 40
    assert [cut["number"] for cut in told["cuts"]] == list(range(32))
    assert [cut["after"] for cut in told["cuts"]] == afters(32)
    assert {tuple(cut["lost"]) for cut in told["cuts"]} == {()}


def children(tree: FakeTree) -> list[str]:
    """Processes of guests whose power is to be cut."""
    return [line for line in tree.leftovers() if "fake_writer" in line and "cut-" in line]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("cuts", [2, WHILE_RUNNING + 2])
def test_nothing_is_left_when_the_runner_ends(
    tree: FakeTree, number: signal.Signals, cuts: int
) -> None:
    """While guests of cuts run: beside the run's own, and before it."""
    killed = number == signal.SIGKILL
    target(tree, "--hang-after=1", *([] if killed else ["--fork"]))
    process = tree.start("run", "-t", "fake", "--cuts", str(cuts))
    wait_for(lambda: bool(children(tree)))
    process.send_signal(number)
    ran = ended(process)
    if killed:  # its temporary files stay
        wait_for(lambda: not children(tree))
    else:
        assert (ran.status, ran.err) == (2, "" if cuts == 2 else "avps: interrupted\n")
        assert tree.leftovers() == []


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


# Real devices.


def avps(*words: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if name != "AVPS_ROOT"}
    return subprocess.run([ROOT / "avps", *words], capture_output=True, text=True, env=environ)


def judged(target_: str, out: Path, *words: str) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Run the test that judges cuts; give its verdicts by ring, and the records of the cuts."""
    ran = avps("run", "-t", target_, "--out", str(out), "-k", TEST, "--profile", "none", *words)
    assert (out / "report.json").exists(), ran.stdout + ran.stderr
    report = json.loads((out / "report.json").read_text())
    assert report["run"]["complete"], report["run"]
    records = [
        json.loads(json.loads(line)["json"])
        for line in (out / "records.jsonl").read_text().splitlines()
    ]
    verdicts = {
        one["ring"]: one["verdict"]
        for one in report["results"]
        if one["verdict"] in ("PASS", "FAIL")
    }
    return verdicts, [one for one in records if one["type"] == "cut"]


on_refdev = pytest.mark.skipif(not PROBE_HOST.exists(), reason="there is no probe-host: run 'make'")


@on_refdev
def test_the_test_that_writes_is_no_test_to_be_run() -> None:
    listed = json.loads(subprocess.run([PROBE_HOST, "list"], capture_output=True).stdout)["tests"]
    assert [one["test"] for one in listed if one["on_demand"]] == [WRITER]
    assert WRITER not in Catalogue.load(Tree(ROOT)).tests
    assert TEST in Catalogue.load(Tree(ROOT)).tests


@on_refdev
def test_the_reference_disk_loses_nothing(tmp_path: Path) -> None:
    verdicts, cuts = judged("refdev", tmp_path / "out")
    assert verdicts == {"split": "PASS", "packed": "PASS"}
    assert sorted(cut["number"] for cut in cuts) == list(range(5))
    assert {cut["mode"] for cut in cuts} == set(MODES)
    assert all(cut["lost"] == [] and cut["judged"] > 0 for cut in cuts)


@on_refdev
@pytest.mark.parametrize(
    "defect, modes",
    [
        ("block.flush_is_a_lie", {"written-back", "flushed"}),
        ("block.flush_with_a_mode_is_a_lie", {"written-back"}),
        ("block.writing_through_is_only_said", {"written-through"}),
        ("block.nobody_flushes_and_writes_are_volatile", {"unflushed"}),
    ],
)
def test_a_disk_that_lies_is_found_within_five_cuts(
    tmp_path: Path, defect: str, modes: set[str]
) -> None:
    text = (ROOT / "runner/targets/refdev.toml").read_text()
    lying = tmp_path / "lying.toml"
    lying.write_text(text.replace('"run",', f'"run", "--defect", "{defect}",', 1))
    verdicts, cuts = judged(str(lying), tmp_path / "out")
    assert len(cuts) == 5 and "FAIL" in verdicts.values()
    assert {cut["mode"] for cut in cuts if cut["lost"]} == modes


@pytest.mark.qemu
@pytest.mark.skipif(not IMAGE.exists(), reason="the image is not built: run 'make'")
def test_qemu_loses_nothing(tmp_path: Path) -> None:
    verdicts, cuts = judged("qemu-q35", tmp_path / "out")
    assert verdicts == {"split": "PASS", "packed": "PASS"}
    assert len(cuts) == 5 and all(cut["lost"] == [] and cut["judged"] > 0 for cut in cuts)
