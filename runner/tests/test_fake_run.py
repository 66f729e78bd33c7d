# SPDX-License-Identifier: GPL-2.0-or-later
"""./avps run, whole, on a fake VMM that does well or fails in every way that a VMM can."""

from __future__ import annotations

import functools
import json
import signal
import subprocess
import xml.etree.ElementTree
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fake_tree import ROOT, SILENCE_S, FakeTree, ended

FIRST = "pci.caps[0000:00:02.0]"
SECOND = "block.reads[0000:00:02.0-split]"
END_OF_FIRST, BEGIN_OF_SECOND, END_OF_SECOND = 6, 7, 8


@functools.cache
def validator() -> Any:
    return jsonschema.Draft202012Validator(
        json.loads((ROOT / "reports/report.schema.json").read_text())
    )


def check_schema(report: dict[str, Any]) -> None:
    errors = [f"{error.json_path}: {error.message}" for error in validator().iter_errors(report)]
    assert errors == []


def results(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{one['test']}[{one['device']}{'-' + one['ring'] if one['ring'] else ''}]": one
        for one in report["results"]
    }


def clause(report: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in report["clauses"] if one["id"] == name)
    return found


def test_a_good_run(tree: FakeTree) -> None:
    ran, report = tree.run()
    check_schema(report)
    assert ran.status == 0
    assert ran.out.splitlines()[-2].startswith(
        "fake: conformant; 1 of 4 requirements not tested (tests: 8 PASS, 2 SKIP;"
    )
    assert ran.out.splitlines()[-1] == "report: build/report/fake/report.html"
    assert report["run"]["complete"] is True and report["run"]["cause"] is None
    assert report["summary"]["tests"] == {"PASS": 8, "FAIL": 0, "SKIP": 2, "ERROR": 0, "MISS": 0}
    verdicts = {one["id"]: one["verdict"] for one in report["clauses"]}
    assert verdicts == {
        "pci-001": "PASS",
        "blk-001": "PASS",
        "blk-002": "PASS",
        "blk-003": "PASS",
        "blk-004": "NOT-TESTED",
        "blk-005": "NOT-TESTED",
        "vsock-001": "NOT-APPLICABLE",
        "vsock-002": "NOT-APPLICABLE",
    }
    names = [feature["name"] for feature in report["devices"][0]["features"]]
    assert names == ["VIRTIO_BLK_F_FLUSH", "VIRTIO_F_VERSION_1"]
    assert tree.leftovers() == []


def test_the_files_of_a_run(tree: FakeTree) -> None:
    _, report = tree.run("--fail=block.reads", "--corrupt=6")
    out = tree.root / "build/report/fake"
    names = (
        "catalogue.json console.log junit.xml manifest.json profile.json records.jsonl"
        " report.html report.json report.ktap run.json"
    )
    assert sorted(path.name for path in out.iterdir()) == names.split()
    entries = [json.loads(line) for line in (out / "records.jsonl").read_text().splitlines()]
    assert sorted(entry["seq"] for entry in entries) == list(range(len(entries)))
    bye = json.loads(entries[-2]["json"])
    assert (bye["type"], bye["records"]) == ("bye", len(entries) - 1)
    assert entries[-1]["seq"] == END_OF_FIRST, "the record that was sent again came last"
    assert b"fake: booting" in (out / "console.log").read_bytes()
    suite = xml.etree.ElementTree.parse(out / "junit.xml").getroot()[0]
    assert [suite.get(key) for key in ("tests", "failures", "skipped", "errors")] == [
        "10",
        "2",
        "2",
        "0",
    ]
    case = suite.find(f"testcase[@name='{SECOND}']")
    assert case is not None and case.get("classname") == "fake" and case.get("time") == "0.002"
    assert report["target"]["command"][1].endswith("fake_vmm.py")


def test_a_failed_must_is_told_with_what_was_seen(tree: FakeTree) -> None:
    ran, report = tree.run("--fail=block.reads")
    check_schema(report)
    assert ran.status == 1
    assert f"FAIL  {SECOND}  blk-001 (MUST): expected 0, seen 1" in ran.out.splitlines()
    assert report["summary"]["verdict"] == "non-conformant"
    one = results(report)[SECOND]
    assert one["clauses"] == {"blk-001": "FAIL"}
    assert one["failures"] == [
        {"clause": "blk-001", "expected": "0", "seen": "1", "where": "suite/x.c:9"}
    ]
    assert (one["trace"], one["trace_lost"]) == (["write status 0", "read status 1"], 3)
    assert one["source"] == "suite/block/x.c:2"
    assert clause(report, "blk-001")["verdict"] == "FAIL"


def test_a_failed_should_is_advice(tree: FakeTree) -> None:
    ran, report = tree.run("--fail=block.flushes")
    assert ran.status == 0 and "(SHOULD, advice)" in ran.out
    assert clause(report, "blk-003")["verdict"] == "FAIL"
    assert "advice" in clause(report, "blk-003")["why"]


@pytest.mark.parametrize(
    "options",
    [
        ("--drop=1,3,6,9",),
        ("--corrupt=0,4,6",),
        ("--duplicate=0,3,6,7,8",),
        ("--delay=2,6,9",),
        ("--drop=4",),
        ("--child",),
    ],
)
def test_a_bad_line_costs_nothing(tree: FakeTree, options: tuple[str, ...]) -> None:
    ran, report = tree.run(*options)
    check_schema(report)
    assert (ran.status, report["run"]["complete"]) == (0, True)
    assert report["summary"]["tests"]["PASS"] == 8
    assert tree.leftovers() == []


def test_a_result_that_cannot_be_had_is_missing(tree: FakeTree) -> None:
    ran, report = tree.run(f"--stubborn={END_OF_FIRST}")
    check_schema(report)
    assert ran.status == 2
    assert "lost: records 6" in report["run"]["cause"]
    one = results(report)[FIRST]
    assert (one["verdict"], one["reason"]) == ("MISS", "record-lost")
    assert clause(report, "pci-001")["verdict"] == "INCONCLUSIVE"
    assert clause(report, "blk-001")["verdict"] == "PASS"


@pytest.mark.parametrize(
    "option, cause",
    [
        ("--bad-digest", "digest"),
        ("--nonce=abc", "nonce is 'abc'"),
        ("--contradict=7", "records 7 came with two contents"),
        (f"--malform={END_OF_SECOND}", "record 8: end.index is missing"),
    ],
)
def test_records_that_cannot_be_trusted_make_no_verdict(
    tree: FakeTree, option: str, cause: str
) -> None:
    ran, report = tree.run(option)
    check_schema(report)
    assert (ran.status, report["summary"]["verdict"]) == (2, "incomplete")
    assert cause in report["run"]["cause"]


@pytest.mark.parametrize(
    "option, reason, words",
    [
        (f"--exit-before={END_OF_SECOND}", "vmm-exited", "exited with status 3"),
        (f"--die-before={END_OF_SECOND}", "vmm-exited", "exited with signal 9"),
        (f"--hang-before={END_OF_SECOND}", "silent", "no record or console output for 1.5 s"),
    ],
)
def test_the_test_that_ran_when_the_guest_was_lost_is_named(
    tree: FakeTree, option: str, reason: str, words: str
) -> None:
    ran, report = tree.run(option, silence_s=SILENCE_S)
    check_schema(report)
    assert ran.status == 2
    assert any(line.startswith(f"MISS  {SECOND}  {reason}: ") for line in ran.out.splitlines())
    assert f"while {SECOND} ran" in report["run"]["cause"] and words in report["run"]["cause"]
    assert "  | fake: booting" in ran.out.splitlines()
    assert report["console_tail"] == ["fake: booting"]
    found = results(report)
    assert found[FIRST]["verdict"] == "PASS"
    assert (found[SECOND]["verdict"], found[SECOND]["reason"]) == ("MISS", reason)
    others = [one for name, one in found.items() if name not in (FIRST, SECOND)]
    assert {(one["verdict"], one["reason"]) for one in others} == {("MISS", "not-reached")}
    assert len(found) == 10
    assert tree.leftovers() == []


@pytest.mark.parametrize(
    "options, cause",
    [
        (("--mute",), "no record or console output for 1.5 s"),
        (("--garbage",), "no record or console output for 1.5 s"),
        (("--babble",), "no record for 4.5 s"),
        (("--exit-before=0",), "the VMM exited with status 3"),
    ],
)
def test_a_guest_that_never_speaks(tree: FakeTree, options: tuple[str, ...], cause: str) -> None:
    ran, report = tree.run(*options, silence_s=SILENCE_S)
    check_schema(report)
    assert ran.status == 2
    assert report["run"]["cause"] == f"never-spoke: {cause}"
    assert report["results"] == []
    assert clause(report, "blk-001")["verdict"] == "INCONCLUSIVE"
    assert clause(report, "blk-005")["verdict"] == "NOT-TESTED"
    assert tree.leftovers() == []


def test_a_guest_that_said_all_and_stays_is_ended_and_counts(tree: FakeTree) -> None:
    ran, report = tree.run("--stay", silence_s=SILENCE_S)
    assert (ran.status, report["run"]["complete"]) == (0, True)
    assert tree.leftovers() == []


def start_and_wait_for_hang(tree: FakeTree) -> subprocess.Popen[str]:
    """Start a run, and come back when its second test has begun and the guest does no more."""
    tree.target(f"--hang-before={END_OF_SECOND}")
    process = tree.start("run", "-t", "fake")
    assert process.stdout
    assert process.stdout.readline() == "probe: warning: hanging\n"
    return process


def guest_of(process: subprocess.Popen[str]) -> int:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) == 1
    return int(children[0])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_is_reported(tree: FakeTree, number: signal.Signals) -> None:
    process = start_and_wait_for_hang(tree)
    process.send_signal(number)
    ran = ended(process)
    report = tree.report()
    check_schema(report)
    assert ran.status == 2 and "Traceback" not in ran.err
    assert report["run"]["cause"].startswith("interrupted: the run was interrupted")
    found = results(report)
    assert found[FIRST]["verdict"] == "PASS"
    assert (found[SECOND]["verdict"], found[SECOND]["reason"]) == ("MISS", "interrupted")
    assert sum(one["reason"] == "not-reached" for one in found.values()) == 8
    assert tree.leftovers() == []


def test_nothing_outlives_a_runner_that_is_killed(tree: FakeTree) -> None:
    process = start_and_wait_for_hang(tree)
    guest = subprocess.Popen(["tail", f"--pid={guest_of(process)}", "-f", "/dev/null"])
    process.kill()
    process.communicate()
    assert guest.wait(timeout=60) == 0


@pytest.mark.parametrize(
    "select, names",
    [
        (SECOND, [SECOND]),
        (FIRST, [FIRST]),
        ("block.reads", [SECOND, "block.reads_twice[0000:00:02.0-split]"]),
        ("blk-002", ["block.reads_twice[0000:00:02.0-split]"]),
        ("block and not blk-001 and not flushes", ["block.trims[0000:00:02.0-split]"]),
    ],
)
def test_selection(tree: FakeTree, select: str, names: list[str]) -> None:
    _, report = tree.run(words=("-k", select))
    on_first = [name for name in results(report) if "02.0" in name]
    assert on_first == names
    assert report["run"]["complete"] is True
    records = (tree.root / "build/report/fake/records.jsonl").read_text()
    assert records.count('\\"begin\\"') == len(report["results"]), "the guest ran nothing else"


def test_the_reproduce_command_runs_just_that_test(tree: FakeTree) -> None:
    _, report = tree.run("--fail=block.reads")
    command = results(report)[SECOND]["reproduce"]
    assert command == f"./avps run -t fake -k '{SECOND}'"
    ran = tree.avps("run", "-t", "fake", "-k", SECOND)
    again = tree.report()
    assert ran.status == 1 and list(results(again)) == [SECOND]
    other = clause(again, "blk-003")
    assert (other["verdict"], "not selected" in other["why"]) == ("NOT-TESTED", True)


def test_a_selection_of_nothing_names_what_is_near(tree: FakeTree) -> None:
    ran, report = tree.run(words=("-k", "block.flushs"))
    assert (ran.status, report) == (2, {})
    expected = "avps: -k 'block.flushs' selects no test of fake: did you mean block.flushes"
    assert ran.err.startswith(expected)
    assert tree.leftovers() == []


def test_a_bad_expression_is_refused(tree: FakeTree) -> None:
    ran, report = tree.run(words=("-k", "block and ("))
    assert (ran.status, report) == (2, {})
    assert "Wrong expression" in ran.err
    assert tree.leftovers() == []


def test_options_of_pytest_pass(tree: FakeTree) -> None:
    junit = tree.root / "mine.xml"
    options = ("--fail=block.reads", "--hang-before=12")
    ran, report = tree.run(*options, words=("--", "-x", f"--junitxml={junit}"))
    assert ran.status == 2 and "pytest stopped early" in report["run"]["cause"]
    assert len(xml.etree.ElementTree.parse(junit).getroot()[0].findall("testcase")) == 2
    listed = tree.avps("run", "-t", "fake", "-k", "trims", "--", "--collect-only")
    names = [f"block.trims[0000:00:0{slot}.0-split]" for slot in (2, 3)]
    assert (listed.status, listed.out.split()) == (0, names)
    refused = tree.avps("run", "-t", "fake", "--", "--no-such-option")
    assert refused.status == 2 and "--no-such-option" in refused.err


def test_report_is_the_same_from_the_records(tree: FakeTree) -> None:
    _, report = tree.run("--fail=block.reads", f"--exit-before={15}")
    (tree.root / "build/report/fake/report.json").unlink()
    ran = tree.avps("report", "build/report/fake")
    assert ran.status == 2
    assert tree.report() == report


def test_report_refuses_what_is_none(tree: FakeTree) -> None:
    ran = tree.avps("report", "nowhere")
    assert ran.status == 2 and ran.err.startswith("avps: nowhere/run.json is missing")
    tree.run()
    records = tree.root / "build/report/fake/records.jsonl"
    records.write_text(records.read_text() + "{}\n")
    number = len(records.read_text().splitlines())
    ran = tree.avps("report", "build/report/fake")
    assert ran.status == 2 and f"records.jsonl:{number}: not a record" in ran.err


def test_out_is_only_written_over_if_it_holds_a_report(tree: FakeTree) -> None:
    tree.file("mine/thesis.txt", "years of work")
    ran, _ = tree.run(words=("--out", "mine"))
    assert ran.status == 2 and "holds something other than a report" in ran.err
    assert [path.name for path in (tree.root / "mine").iterdir()] == ["thesis.txt"]
    assert tree.run(words=("--out", "new"))[0].status == 0
    assert tree.run(words=("--out", "new"))[0].status == 0
    tree.file("file", "")
    ran, _ = tree.run(words=("--out", "file"))
    assert (
        ran.status == 2 and ran.err == "avps: file: no report can be written there: File exists\n"
    )


@pytest.mark.parametrize(
    "limit, message", [(4096, "the report can't be written: "), (256, "a temporary file can't be")]
)
def test_a_full_disk(tree: FakeTree, limit: int, message: str) -> None:
    _, before = tree.run()
    ran = ended(tree.start("run", "-t", "fake", file_limit=limit))
    assert ran.status == 2 and "Traceback" not in ran.err
    assert message in ran.err and "File too large" in ran.err
    assert tree.report() == before, "what was there is as it was"
    names = [path.name for path in (tree.root / "build/report/fake").iterdir()]
    assert not [name for name in names if name.startswith(".")]
    assert tree.leftovers() == []


def test_what_is_missing_is_named_with_its_remedy(tree: FakeTree) -> None:
    (tree.root / "build/x86_64/linux/kernel").unlink()
    ran, _ = tree.run()
    assert ran.status == 2 and "linux/kernel is missing: run 'make' first" in ran.err
    assert tree.leftovers() == []


def test_a_vmm_that_is_not_installed(tree: FakeTree) -> None:
    path = tree.target()
    path.write_text(path.read_text().replace("/usr/bin/python3", "no-such-vmm"))
    ran = tree.avps("run", "-t", str(path))
    assert ran.status == 2
    assert ran.err.startswith("avps: no-such-vmm can't be started: No such file or directory")


def test_unknown_names_are_told_what_is_near(tree: FakeTree) -> None:
    ran = tree.avps("run", "-t", "fke")
    assert (ran.status, ran.err) == (2, "avps: target 'fke' is not known: did you mean fake?\n")
    ran = tree.avps("run", "-t", "fake", "--profile", "avps-2.1")
    expected = "avps: profile 'avps-2.1' is not known: did you mean avps-2.0?\n"
    assert (ran.status, ran.err) == (2, expected)


def test_two_targets_make_two_reports(tree: FakeTree) -> None:
    tree.target("--fail=block.reads", name="other")
    ran = tree.avps("run", "-t", "fake", "-t", "other")
    assert ran.status == 1
    assert tree.report("fake")["summary"]["verdict"] == "conformant"
    assert tree.report("other")["summary"]["verdict"] == "non-conformant"


def test_lists(tree: FakeTree) -> None:
    assert tree.avps("list", "targets").out == "fake  a fake\n"
    tests = json.loads(tree.avps("list", "tests", "--json").out)
    assert {"test": "block.reads", "clauses": ["blk-001"], "source": "suite/block/x.c:2"} in tests
    clauses = json.loads(tree.avps("list", "clauses", "--json").out)
    assert [one["tests"] for one in clauses if one["clause"] == "blk-001"] == [
        ["block.reads", "block.reads_twice"]
    ]
