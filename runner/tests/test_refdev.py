# SPDX-License-Identifier: GPL-2.0-or-later
"""The real reference devices: the whole suite passes on them, and notices every defect."""

from __future__ import annotations

import json
import os
import subprocess
import time
from typing import Any

import pytest
from avps.coverage import Coverage
from avps.tree import Tree, host_arch
from fake_tree import ROOT

PROGRAM = ROOT / "build" / host_arch() / "probe-host"
RUN_MOST_S = 3.0
MATRIX_MOST_S = 60.0
FEWEST_DEFECTS = 140
PROVED = ("core", "pci", "mmio", "block", "entropy")

Ran = tuple[dict[str, Any], subprocess.CompletedProcess[str], float]

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason=f"{PROGRAM} is missing: run 'make'")


def avps(*words: str) -> tuple[subprocess.CompletedProcess[str], float]:
    """Run ./avps; give how it ended, and how long it took in seconds."""
    environ = {name: value for name, value in os.environ.items() if name != "AVPS_ROOT"}
    started = time.monotonic()
    ran = subprocess.run([ROOT / "avps", *words], capture_output=True, text=True, env=environ)
    return ran, time.monotonic() - started


@pytest.fixture(scope="module")
def ran_once(
    tmp_path_factory: pytest.TempPathFactory,
) -> Ran:
    """The report of a run, how the command ended, and how long it took."""
    out = tmp_path_factory.mktemp("report") / "refdev"
    ran, took = avps("run", "-t", "refdev", "--out", str(out))
    assert (out / "report.json").exists(), ran.stdout + ran.stderr
    return json.loads((out / "report.json").read_text()), ran, took


def test_a_run_is_conformant_and_quick(ran_once: Ran) -> None:
    report, ran, took = ran_once
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    assert report["run"]["complete"] and report["summary"]["verdict"] == "conformant"
    assert {name: report["summary"]["tests"][name] for name in ("FAIL", "ERROR", "MISS")} == {
        "FAIL": 0,
        "ERROR": 0,
        "MISS": 0,
    }
    assert {device["transport"] for device in report["devices"]} == {"pci", "mmio"}
    assert {ring for device in report["devices"] for ring in device["rings"]} == {"split", "packed"}
    assert took <= RUN_MOST_S


def test_every_tested_clause_is_judged_on_them(ran_once: Ran) -> None:
    """A clause that is skipped everywhere is not shown to hold, and no defect of it could fail."""
    report, _, _ = ran_once
    open_ones = [
        clause["id"]
        for clause in report["clauses"]
        if clause["tests"] and clause["target"] in PROVED and clause["verdict"] != "PASS"
    ]
    assert open_ones == []


def test_every_defect_is_killed() -> None:
    ran, took = avps("defects", "--json")
    assert ran.returncode in (0, 1), ran.stderr
    found = json.loads(ran.stdout)
    assert found["why"] == {} and found["survivors"] == []
    assert (found["false_alarms"], found["false_alarm_tests"]) == (0, [])
    assert found["killed"] == found["defects"] >= FEWEST_DEFECTS
    assert len(found["matrix"]) == found["defects"] and all(found["matrix"].values())
    assert found["unproved"] == []
    assert ran.returncode == 0
    assert took <= MATRIX_MOST_S


def test_every_tested_clause_is_proved() -> None:
    coverage = Coverage.of(Tree(ROOT)).as_json()
    for suite in PROVED:
        counts = coverage[suite]
        assert counts["proved"] == counts["tested"] + counts["host_tested"], suite


def test_the_build_finds_nothing_amiss() -> None:
    ran = subprocess.run([ROOT / "refdev/check.py", PROGRAM], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
