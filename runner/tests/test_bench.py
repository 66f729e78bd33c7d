# SPDX-License-Identifier: GPL-2.0-or-later
"""What ./avps bench measures, on a fake VMM."""

from __future__ import annotations

import json
from pathlib import Path

import fake_vmm
import pytest
from fake_tree import FakeTree

from avps.bench import Bench
from avps.transcript import Key

# The fake guest with the one option that it does not know.
VMM = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(Path(fake_vmm.__file__).parent)!r})
import fake_vmm
image = next(word.partition("=")[2] for word in sys.argv if word.startswith("--initramfs="))
bare = b'"only": []' in Path(image).read_bytes()
with open({{log!r}}, "a") as log:
    log.write("bare " if bare else "full ")
if bare:
    fake_vmm.PLAN.clear()
fake_vmm.main()
"""


@pytest.fixture
def benched(tree: FakeTree) -> FakeTree:
    """A tree whose fake VMM keeps a log of its boots."""
    script = tree.file("vmm.py", VMM.format(log=str(tree.root / "log")))
    target = tree.target().read_text()
    tree.file("runner/targets/fake.toml", target.replace(fake_vmm.__file__, str(script)))
    return tree


def test_full_runs_and_bare_boots_take_turns(benched: FakeTree) -> None:
    ran = benched.avps("bench", "-n", "3", "--json", "--out", "bench.json")
    assert ran.status == 0, ran.err
    assert (benched.root / "log").read_text().split() == ["full", "bare"] * 3
    (one,) = json.loads(ran.out)
    assert json.loads((benched.root / "bench.json").read_text()) == [one]
    assert one["target"] == "fake" and one["measured"].startswith("wall time of the VMM's process")
    for kind in ("full", "bare"):
        seconds = one[kind]["each_s"]
        assert len(seconds) == 3 and all(0 < second < 30 for second in seconds)
        assert one[kind]["median_s"] == sorted(seconds)[1]
        assert (one[kind]["least_s"], one[kind]["most_s"]) == (min(seconds), max(seconds))
    assert one["ratio"] == round(one["full"]["median_s"] / one["bare"]["median_s"], 3)
    assert len(one["guest"]["tests"]) == len(fake_vmm.PLAN)
    assert one["guest"]["total_us"] == 1500 * len(fake_vmm.PLAN)
    assert benched.leftovers() == []


def test_people_get_the_ratio_and_the_longest_tests() -> None:
    times = {Key(f"block.t{n}", "0000:00:02.0", "split"): [n * 1000, n * 1000] for n in range(12)}
    bench = Bench("fake", "QEMU", "7", "tcg", [3.0, 5.0, 4.0], [2.0, 1.0, 2.5], times)
    lines = bench.as_text().splitlines()
    assert lines[2:5] == [
        "  full run   4.00 (3.00 to 5.00)",
        "  bare boot  2.00 (1.00 to 2.50)",
        "  ratio      2.00",
    ]
    assert lines[6] == "       11.0  block.t11[0000:00:02.0-split]"
    assert len(lines) == 6 + 10


@pytest.mark.parametrize(
    "words, message",
    [
        (("-n", "0"), "must be a whole number above 0"),
        (("-t", "fakee"), "target 'fakee' is not known: did you mean fake"),
        (("-n", "1", "--out", "nowhere/bench.json"), "nowhere/bench.json: No such file"),
    ],
)
def test_bad_options(benched: FakeTree, words: tuple[str, ...], message: str) -> None:
    ran = benched.avps("bench", *words)
    assert ran.status == 2 and message in ran.err and "Traceback" not in ran.err


def test_no_image_is_built(benched: FakeTree) -> None:
    (benched.root / "build/x86_64/linux/kernel").unlink()
    ran = benched.avps("bench")
    assert (ran.status, ran.err) == (2, "avps: no target's image is built: run 'make' first\n")


def test_a_boot_that_breaks_off_is_no_measurement(tree: FakeTree) -> None:
    tree.target("--die-before=6")
    ran = tree.avps("bench", "-n", "1")
    assert ran.status == 2 and ran.out == ""
    assert (
        "fake: a boot broke off, so nothing was measured: the VMM exited with signal 9" in ran.err
    )


def test_a_probe_that_does_not_know_how_to_run_nothing(tree: FakeTree) -> None:
    ran = tree.avps("bench", "-n", "1")  # the fake guest without our addition
    assert ran.status == 2 and "run 'make'" in ran.err
    assert f"planned {len(fake_vmm.PLAN)} tests for a bare boot" in ran.err
