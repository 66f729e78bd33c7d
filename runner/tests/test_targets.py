# SPDX-License-Identifier: GPL-2.0-or-later
"""Target files, good and bad."""

from __future__ import annotations

from pathlib import Path

import pytest
from avps import targets
from avps.errors import UserError
from avps.targets import Disk
from avps.tree import Tree
from fake_tree import ROOT

GOOD = """
description = "a machine"
vmm = "qemu"
arch = "x86_64"
accel = ["kvm", "tcg"]
command = ["vmm", "-m", "{memory_mib}M", "{accel_args}", "-d", "{disk.one}", '{"json": {"a": 1}}']
[[disks]]
name = "one"
sectors = 8
"""


def write(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize("name", targets.names(Tree(ROOT)))
def test_every_target_of_the_project_loads(name: str) -> None:
    target = targets.load(Tree(ROOT), name)
    assert target.name == name and target.command


def test_a_good_file(tmp_path: Path) -> None:
    target = targets.load(Tree(ROOT), write(tmp_path, GOOD))
    assert (target.name, target.accel, target.silence_s) == ("mine", ("kvm", "tcg"), 20.0)
    assert target.disks == (Disk("one", 8),)
    values: dict[str, str | list[str]] = {
        "memory_mib": "96",
        "accel_args": ["-accel", "tcg"],
        "disk.one": "/x",
    }
    words = ["vmm", "-m", "96M", "-accel", "tcg", "-d", "/x", '{"json": {"a": 1}}']
    assert target.expand(values) == words


def test_a_placeholder_that_means_nothing(tmp_path: Path) -> None:
    target = targets.load(Tree(ROOT), write(tmp_path, GOOD))
    with pytest.raises(UserError, match=r"mine.toml: command: '{disk.one}' means nothing"):
        target.expand({"memory_mib": "96", "accel_args": []})


@pytest.mark.parametrize(
    "old, new, message",
    [
        ('vmm = "qemu"', "", "vmm: is missing"),
        ('vmm = "qemu"', "vmm = 3", "vmm: must be a text, not 3"),
        ('vmm = "qemu"', 'vmm = "qemu"\nmemory = 3', "memory: .*did you mean memory_mib"),
        ('vmm = "qemu"', 'vmm = "qemu"\nmemory_mib = -3', "memory_mib: .* above 0, not -3"),
        ('vmm = "qemu"', 'vmm = "qemu"\ncpus = true', "cpus: .*not True"),
        ('vmm = "qemu"', 'vmm = "qemu"\nsilence_s = 10', r"silence_s: .*test_limit_s \(10\)"),
        ('["kvm", "tcg"]', "[]", "accel: must name at least one"),
        ('["kvm", "tcg"]', '["kmv"]', "accel: is not known: did you mean kvm"),
        ('["kvm", "tcg"]', '"kvm"', "accel: must be a list of texts"),
        ('["vmm", "-m"', '[3, "-m"', "command: must be a list of texts"),
        ("sectors = 8", "sectors = 0", r"disks\[0\].sectors: must be 1 to 2097152"),
        ("sectors = 8", "size = 8", r"disks\[0\].size: is no key of a disk"),
        ('name = "one"', 'name = "a/b"', r"disks\[0\].name: must be of"),
        ("[[disks]]", "[disks]", r"disks: must be tables: \[\[disks\]\]"),
        (
            "sectors = 8",
            'sectors = 8\n[[disks]]\nname="one"\nsectors=1',
            "disks: .*different names",
        ),
        ("sectors = 8", "sectors = ", "mine.toml: Invalid value"),
    ],
)
def test_a_bad_file_is_told_by_file_and_key(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in GOOD
    with pytest.raises(UserError, match=message) as caught:
        targets.load(Tree(ROOT), write(tmp_path, GOOD.replace(old, new, 1)))
    assert str(caught.value).startswith(f"{tmp_path}/mine.toml: ")


def test_a_name_that_is_none_is_told_what_is_near() -> None:
    with pytest.raises(UserError, match="target 'qemu-q53' is not known: did you mean qemu-q35"):
        targets.load(Tree(ROOT), "qemu-q53")
