# SPDX-License-Identifier: GPL-2.0-or-later
"""Bring your own kernel: our initramfs under one that is not made for it, Debian's for clouds."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.qemu


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The report of the q35 target with the kernel exchanged."""
    kernel = subprocess.run(
        [ROOT / "images/debian-kernel.sh"], capture_output=True, text=True, check=True
    ).stdout.strip()
    folder = tmp_path_factory.mktemp("byok")
    text = (ROOT / "runner/targets/qemu-q35.toml").read_text()
    changed = text.replace('"{kernel}"', json.dumps(kernel)).replace(
        "memory_mib = 96", "memory_mib = 256"
    )
    assert changed.count(kernel) == 1 and "memory_mib = 256" in changed
    target = folder / "byok.toml"
    target.write_text(changed)
    run = subprocess.run(
        [ROOT / "avps", "run", "-t", target, "--out", folder / "out"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode in (0, 1), run.stdout + run.stderr
    result: dict[str, object] = json.loads((folder / "out/report.json").read_text())
    return result


def test_run_is_complete(report: dict[str, dict[str, object]]) -> None:
    assert report["run"]["complete"]
    assert "cloud" in str(report["run"]["kernel"])
    tests = report["summary"]["tests"]
    assert isinstance(tests, dict)
    assert tests["ERROR"] == tests["MISS"] == 0
    assert tests["PASS"] > 200


def test_devices_have_no_interrupts(report: dict[str, list[dict[str, object]]]) -> None:
    assert [device["interrupts"] for device in report["devices"]] == ["none"] * 4


def test_tests_of_interrupts_are_skipped_with_the_reason(
    report: dict[str, list[dict[str, object]]]
) -> None:
    of_interrupts = [
        result for result in report["results"] if result["test"] == "core.interrupt_for_used_buffer"
    ]
    assert of_interrupts
    for result in of_interrupts:
        assert (result["verdict"], result["reason"]) == ("SKIP", "absent")
        assert "interrupt" in str(result["message"])
