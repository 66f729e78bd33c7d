# SPDX-License-Identifier: GPL-2.0-or-later
"""Every target of the project on QEMU, and machines that are theirs but for a few words: a run is
complete, and finds the devices in the way that the machine has them.
"""

from __future__ import annotations

import json
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
from avps import targets
from avps.errors import UserError
from avps.tree import Tree
from fake_tree import ROOT

TREE = Tree(ROOT)
QEMU = [name for name in targets.names(TREE) if name.startswith("qemu-")]
TYPES = ["block", "block", "entropy", "net"]

pytestmark = pytest.mark.qemu


def need_image(arch: str) -> None:
    """Skip the test if there is no image to boot."""
    try:
        TREE.kernel(arch), TREE.initramfs(arch)
    except UserError as error:
        pytest.skip(str(error))


def run(target: str | Path, folder: Path) -> dict[str, Any]:
    """Run a target and give its report."""
    need_image(targets.load(TREE, str(target)).arch)
    ran = subprocess.run(
        ["./avps", "run", "-t", str(target), "--out", str(folder / "out")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode in (0, 1, 2), ran.stderr
    report: dict[str, Any] = json.loads((folder / "out/report.json").read_text())
    return report


def changed(folder: Path, name: str, *replacements: tuple[str, str]) -> Path:
    """Write a target that is another one but for some words."""
    text = (TREE.targets / f"{name}.toml").read_text()
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "changed.toml"
    path.write_text(text)
    return path


def check_whole(report: dict[str, Any]) -> None:
    """The run came to its end, and all that was planned has a result."""
    assert report["run"]["complete"] is True, report["run"]["cause"]
    assert report["summary"]["tests"]["ERROR"] == report["summary"]["tests"]["MISS"] == 0
    assert sorted(device["type"] for device in report["devices"]) == TYPES
    assert [device["problem"] for device in report["devices"]] == [None] * len(TYPES)


def verdicts(report: dict[str, Any], test: str) -> set[str]:
    """Give what came of a test on all devices."""
    return {result["verdict"] for result in report["results"] if result["test"] == test}


@pytest.mark.parametrize("name", QEMU)
def test_a_run_of_every_target_is_complete(name: str, tmp_path: Path) -> None:
    report = run(name, tmp_path)
    check_whole(report)
    transport = "mmio" if name in ("qemu-microvm", "qemu-arm64-mmio") else "pci"
    kind = "intx" if transport == "mmio" else "msix"
    for device in report["devices"]:
        assert (device["transport"], device["interrupts"]) == (transport, kind)
        assert device["rings"] == ["split", "packed"]
    assert verdicts(report, "core.interrupt_for_used_buffer") == {"PASS"}


def test_the_device_tree_describes_the_devices(tmp_path: Path) -> None:
    report = run("qemu-arm64-mmio", tmp_path)
    for number, device in enumerate(report["devices"], start=28):  # the last of 32 places
        base = 0x0A000000 + 0x200 * number
        assert device["id"] == f"{base:x}.virtio_mmio"
        facts = {"base": base, "size": 0x200, "interrupt": 16 + number, "version": 2}
        assert device["bus"].items() >= facts.items()
    for test in ("window", "interrupt"):
        assert verdicts(report, f"mmio.tree_names_the_{test}") == {"PASS"}
    assert verdicts(report, "mmio.tree_says_that_the_device_is_coherent") == {"PASS"}


def test_acpi_names_the_devices(tmp_path: Path) -> None:
    devices = run("qemu-microvm", tmp_path)["devices"]
    assert {device["id"] for device in devices} == {f"LNRO0005:0{n}" for n in range(4)}
    bases = [device["bus"]["base"] for device in devices]
    assert bases == sorted(bases) and bases[0] >= 0xFEB00000


def test_the_command_line_names_the_devices(tmp_path: Path) -> None:
    """Without ACPI the kernel makes no devices of them, so that nobody has interrupts."""
    words = '"-machine", "microvm"', '"-machine", "microvm,acpi=off"'
    report = run(changed(tmp_path, "qemu-microvm", words), tmp_path)
    check_whole(report)
    assert [device["id"] for device in report["devices"]] == [
        f"feb00{n:x}00" for n in range(8, 16, 2)
    ]
    assert {device["interrupts"] for device in report["devices"]} == {"none"}
    assert verdicts(report, "core.interrupt_for_used_buffer") == {"SKIP"}
    assert verdicts(report, "mmio.used_buffer_sets_its_bit_until_acknowledged") == {"PASS"}


def test_a_legacy_register_layout_is_told(tmp_path: Path) -> None:
    words = '"-global", "virtio-mmio.force-legacy=false",', ""
    report = run(changed(tmp_path, "qemu-microvm", words), tmp_path)
    assert report["run"]["complete"] is True, report["run"]["cause"]
    assert sorted(device["type"] for device in report["devices"]) == TYPES
    assert {device["problem"] for device in report["devices"]} == {
        "legacy (version 1) register layout"
    }
    assert {
        (result["test"], result["verdict"], result["clauses"]["mmio-002"])
        for result in report["results"]
    } == {("mmio.place_shows_a_device", "FAIL", "FAIL")}
    assert report["summary"]["verdict"] == "non-conformant"


def test_messages_through_the_older_interrupt_controller(tmp_path: Path) -> None:
    words = "gic-version=3", "gic-version=2"
    report = run(changed(tmp_path, "qemu-arm64-pci", words), tmp_path)
    check_whole(report)
    assert verdicts(report, "core.interrupt_for_used_buffer") == {"PASS"}


def packed(tree: bytes) -> bytes:
    """Take the room for more, which QEMU leaves in a device tree, off its end."""
    magic, _, structure, strings, *_, strings_len, structure_len = struct.unpack(">10I", tree[:40])
    end = max(structure + structure_len, strings + strings_len)
    return struct.pack(">2I", magic, end) + tree[8:end]


def test_a_tree_that_hides_the_coherence_is_told(tmp_path: Path) -> None:
    """The machine's own tree, with one property spelt wrong."""
    need_image("arm64")
    tree = tmp_path / "machine.dtb"
    machine = f"virt,gic-version=3,dumpdtb={tree}"
    command = ["qemu-system-aarch64", "-nodefaults", "-display", "none", "-cpu", "max", "-m", "128"]
    subprocess.run([*command, "-machine", machine], check=True, capture_output=True, timeout=60)
    blob = packed(tree.read_bytes())
    assert b"dma-coherent\0" in blob
    tree.write_bytes(blob.replace(b"dma-coherent\0", b"dma-coherant\0"))
    words = '"-kernel"', f'"-dtb", "{tree}", "-kernel"'
    report = run(changed(tmp_path, "qemu-arm64-mmio", words), tmp_path)
    check_whole(report)
    assert verdicts(report, "mmio.tree_says_that_the_device_is_coherent") == {"FAIL"}
    assert verdicts(report, "mmio.tree_names_the_window") == {"PASS"}
