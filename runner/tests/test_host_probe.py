# SPDX-License-Identifier: GPL-2.0-or-later
"""The suite on the reference devices, run in ways that find mistakes in our own C code."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any, Iterable

import pytest
from avps.hostruns import HostRun, run_all
from avps.tree import host_arch
from fake_tree import ROOT

BUILD = ROOT / "build" / host_arch()
PLAIN = BUILD / "probe-host"
SANITIZED = BUILD / "unit/probe-host"
DYNAMIC = BUILD / "unit/probe-host-dynamic"
MEMCHECK = ["valgrind", "--quiet", "--error-exitcode=9"]
MOST_S = 900.0  # of one run: valgrind takes its time

# What differs from run to run: how long it took (of figures all but how many), what the host has.
_TIMES = {"duration_us", "median", "p99", "most", "memory_kib"}

pytestmark = pytest.mark.skipif(not PLAIN.exists(), reason=f"{PLAIN} is missing: run 'make host'")


def run(command: list[str], tmp_path: Path, devices: Iterable[str] = ()) -> HostRun:
    """Run the whole suite once in a program, with no defect, on these devices (none: on all)."""
    options = tmp_path / "avps.json"
    only = [{"device": device} for device in devices]
    wanted = {"nonce": "host", "test_limit_s": 120, **({"only": only} if only else {})}
    options.write_text(json.dumps(wanted))
    with closing(
        run_all(
            [None],
            lambda _, fd: [*command, "run", "--stream-fd", str(fd), "--options", str(options)],
            1,
            MOST_S,
        )
    ) as runs:
        return next(runs)


def bodies(host_run: HostRun) -> list[dict[str, Any]]:
    """The records, without what is about time, and without the digest of all."""
    return [
        {name: value for name, value in record.body.items() if name not in _TIMES}
        for record in host_run.records
        if record.type != "bye"
    ]


def assert_all_well(host_run: HostRun) -> None:
    assert host_run.problem is None
    ends = [record.body for record in host_run.records if record.type == "end"]
    assert len(ends) > 500
    assert [end for end in ends if end["verdict"] not in ("PASS", "SKIP")] == []


def test_two_runs_are_the_same(tmp_path: Path) -> None:
    first, second = (run([str(PLAIN)], tmp_path) for _ in range(2))
    assert_all_well(first)
    assert bodies(first) == bodies(second)


def test_no_sanitizer_complains(tmp_path: Path) -> None:
    """A complaint ends its process: a test is ERROR, or the run has a problem."""
    assert_all_well(run([str(SANITIZED)], tmp_path))


@pytest.mark.timeout(MOST_S)
def test_valgrind_does_not_complain(tmp_path: Path) -> None:
    """Likewise: --error-exitcode makes an ERROR of a test in which it does.

    It takes its time: so the suite runs on one device of each type and bus.
    """
    plain = run([str(PLAIN)], tmp_path)
    devices = [record.body for record in plain.records if record.type == "device"]
    kinds = {(one["transport"], one["virtio_id"]): one["id"] for one in reversed(devices)}
    assert len(kinds) == 10
    assert_all_well(run([*MEMCHECK, str(DYNAMIC)], tmp_path, kinds.values()))
