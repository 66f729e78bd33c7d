# SPDX-License-Identifier: GPL-2.0-or-later
"""The whole way, on QEMU: the built image on the devices of the target qemu-q35."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
from pathlib import Path
from typing import Any, Iterator

import jsonschema
import pytest
from fake_tree import ROOT, Ran, ended

BUILT = (ROOT / "build/x86_64/initramfs.cpio.gz").exists()
pytestmark = [
    pytest.mark.qemu,
    pytest.mark.skipif(not BUILT, reason="the image is not built: run 'make'"),
]


class Runner:
    """./avps on this repository, with temporary files and reports in a folder of the test's."""

    def __init__(self, folder: Path) -> None:
        self.out = folder / "out"
        self.tmp = folder / "tmp"
        self.tmp.mkdir()

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["./avps", *words, "--out", str(self.out)],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(self.tmp)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str) -> Ran:
        return ended(self.start(*words))

    @property
    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads((self.out / "report.json").read_text())
        return report

    def processes(self) -> list[int]:
        """Give the processes that were started with our temporary files."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if str(self.tmp).encode() in path.read_bytes():
                    found.append(int(path.parent.name))
            except OSError:
                pass
        return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Runner, Ran]]:
    """One run of everything."""
    runner = Runner(tmp_path_factory.mktemp("whole"))
    yield runner, runner.run("run", "-t", "qemu-q35")


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def test_the_report_is_complete_and_valid(whole: tuple[Runner, Ran]) -> None:
    runner, ran = whole
    report = runner.report
    schema = json.loads((ROOT / "reports/report.schema.json").read_text())
    errors = jsonschema.Draft202012Validator(schema).iter_errors(report)
    assert [f"{error.json_path}: {error.message}" for error in errors] == []
    assert report["run"]["complete"] is True, report["run"]["cause"]
    assert ran.status == {"conformant": 0, "non-conformant": 1}[report["summary"]["verdict"]]
    assert report["summary"]["tests"]["ERROR"] == report["summary"]["tests"]["MISS"] == 0
    assert sum(report["summary"]["clauses"][verdict] for verdict in ("PASS", "FAIL")) >= 30
    assert ran.out.splitlines()[-2].startswith(f"qemu-q35: {report['summary']['verdict']}; ")
    assert ran.out.splitlines()[-1] == f"report: {runner.out}/report.html"


def test_every_verdict_on_a_clause_comes_from_checks_on_a_device(whole: tuple[Runner, Ran]) -> None:
    report = whole[0].report
    devices = {device["id"] for device in report["devices"]}
    for one in report["clauses"]:
        if one["verdict"] in ("PASS", "FAIL"):
            judges = [r for r in report["results"] if one["id"] in r["clauses"]]
            assert judges and all(r["checks"] > 0 and r["device"] in devices for r in judges), one
    listed = {one["id"] for one in report["clauses"]}
    judged = {name for result in report["results"] for name in result["clauses"]}
    assert judged <= listed


def test_the_devices_are_those_of_the_target(whole: tuple[Runner, Ran]) -> None:
    devices = whole[0].report["devices"]
    assert [device["type"] for device in devices] == ["block", "block", "net", "entropy"]
    for device in devices:
        names = {feature["name"] for feature in device["features"]}
        assert "VIRTIO_F_VERSION_1" in names and device["problem"] is None


def test_nothing_is_left_behind(whole: tuple[Runner, Ran]) -> None:
    runner, _ = whole
    assert list(runner.tmp.iterdir()) == []
    assert runner.processes() == []


def test_the_reproduce_command_runs_exactly_that_test(
    whole: tuple[Runner, Ran], runner: Runner
) -> None:
    results = [r for r in whole[0].report["results"] if r["ring"] and r["verdict"] != "SKIP"]
    first = results[0]
    words = shlex.split(first["reproduce"])
    assert words[0] == "./avps"
    runner.run(*words[1:])
    (again,) = runner.report["results"]
    same = ("test", "device", "ring", "verdict", "clauses", "reproduce")
    assert {key: again[key] for key in same} == {key: first[key] for key in same}
    assert runner.report["run"]["complete"] is True


def test_qemu_killed_in_mid_run(runner: Runner) -> None:
    process = runner.start("run", "-t", "qemu-q35", "-v", "--cuts", "0")
    assert process.stdout
    shown = [process.stdout.readline() for _ in range(5)]
    (qemu,) = runner.processes()
    os.kill(qemu, signal.SIGKILL)
    out, err = process.communicate(timeout=5)
    assert process.returncode == 2, err
    report = runner.report
    assert report["summary"]["verdict"] == "incomplete"
    assert report["run"]["cause"].startswith("vmm-exited: the VMM exited with signal 9")
    assert report["summary"]["tests"]["MISS"] > 0
    running = [r for r in report["results"] if r["reason"] == "vmm-exited"]
    for result in running:  # none, if it was killed between two tests
        assert f"while {result['test']}[{result['device']}" in report["run"]["cause"]
    assert len(running) <= 1
    assert sum(line.startswith(("PASS", "FAIL", "SKIP")) for line in shown) == 5, shown
    assert list(runner.tmp.iterdir()) == []
    assert runner.processes() == []
