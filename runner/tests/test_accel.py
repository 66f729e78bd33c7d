# SPDX-License-Identifier: GPL-2.0-or-later
"""--accel auto: KVM only where a guest runs on it, asked once. The VMM is the fake one, /dev/kvm is
this host's or none.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from avps import accel, targets
from avps.errors import UserError
from avps.tree import Tree, same_arch
from avps.vmm.command import Adapter
from fake_tree import FakeTree


class Asked:
    """Counts how often a VMM was started to see whether KVM works, and answers for it."""

    def __init__(self, works: bool) -> None:
        self.times = 0
        self._works = works

    def __call__(self, target: Any, values: Any) -> bool:
        self.times += 1
        return self._works


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An x86-64 host with /dev/kvm and an empty cache; gives the file of answers."""
    monkeypatch.setattr("os.uname", lambda: SimpleNamespace(machine="x86_64"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("os.access", lambda path, mode: True)
    return tmp_path / "cache/avps/accel.json"


def choose(tree: FakeTree, asked: str = "auto", kernel: str = "build/x86_64/linux/kernel") -> str:
    path = tree.target(accel=("kvm", "tcg"))
    target = targets.load(Tree(tree.root), str(path))
    return accel.choose(asked, target, Adapter(), {"kernel": str(tree.root / kernel)})


@pytest.mark.parametrize("works, chosen", [(True, "kvm"), (False, "tcg")])
def test_the_answer_is_found_once_and_kept(
    tree: FakeTree, cache: Path, monkeypatch: pytest.MonkeyPatch, works: bool, chosen: str
) -> None:
    asked = Asked(works)
    monkeypatch.setattr(accel, "runs", asked)
    assert [choose(tree), choose(tree)] == [chosen, chosen]
    assert asked.times == 1
    assert cache.exists()


def test_another_kernel_or_another_boot_of_the_host_is_asked_again(
    tree: FakeTree, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(True)
    monkeypatch.setattr(accel, "runs", asked)
    choose(tree)
    tree.file("build/x86_64/linux/kernel", "another kernel")
    choose(tree)
    assert asked.times == 2
    monkeypatch.setattr(accel, "_BOOT_ID", tree.file("boot_id", "another boot"))
    choose(tree)
    choose(tree)
    assert asked.times == 3


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b'{"x": 3}'])
def test_a_corrupt_cache_is_asked_again(
    tree: FakeTree, cache: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    asked = Asked(False)
    monkeypatch.setattr(accel, "runs", asked)
    cache.parent.mkdir(parents=True)
    cache.write_bytes(content)
    assert [choose(tree), choose(tree)] == ["tcg", "tcg"]
    assert asked.times == 1


def test_a_cache_that_cannot_be_written_is_no_error(
    tree: FakeTree, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tree.file("a-file", "")))
    monkeypatch.setattr(accel, "runs", Asked(True))
    assert choose(tree) == "kvm"


def test_kvm_that_was_asked_for_and_does_not_work_is_an_error(
    tree: FakeTree, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accel, "runs", Asked(False))
    with pytest.raises(UserError, match="--accel kvm: /dev/kvm opens, but no guest runs on it"):
        choose(tree, "kvm")
    assert choose(tree, "tcg") == "tcg"
    with pytest.raises(UserError, match="--accel xen: .* has only accel"):
        choose(tree, "xen")


def test_without_dev_kvm_nobody_is_asked(
    tree: FakeTree, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(True)
    monkeypatch.setattr(accel, "runs", asked)
    monkeypatch.setattr("os.access", lambda path, mode: False)
    assert choose(tree) == "tcg"
    with pytest.raises(UserError, match="/dev/kvm is missing, or not yours to use"):
        choose(tree, "kvm")
    assert asked.times == 0


def test_kvm_runs_no_guest_of_another_architecture(
    tree: FakeTree, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(True)
    monkeypatch.setattr(accel, "runs", asked)
    monkeypatch.setattr("os.uname", lambda: SimpleNamespace(machine="aarch64"))
    assert choose(tree) == "tcg"
    with pytest.raises(UserError, match="this machine is aarch64, its guests can't be x86_64"):
        choose(tree, "kvm")
    assert asked.times == 0


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("arm64", "aarch64", True),
        ("x86_64", "x86_64", True),
        ("arm64", "x86_64", False),
    ],
)
def test_an_architecture_has_two_names(one: str, other: str, same: bool) -> None:
    assert same_arch(one, other) is same


@pytest.mark.parametrize(
    "options, runs", [((), True), (("--mute",), False), (("--exit-before=0", "--quiet"), False)]
)
def test_a_guest_runs_when_it_gives_a_sign_of_life(
    tree: FakeTree, options: tuple[str, ...], runs: bool
) -> None:
    path = tree.target(*options)
    target = targets.load(Tree(tree.root), str(path))
    image = tree.file("image", '{"nonce": "00"')
    assert (
        accel.runs(target, {"kernel": "", "initramfs": str(image)}, limit_s=20 if runs else 1)
        is runs
    )
    assert tree.leftovers() == []
