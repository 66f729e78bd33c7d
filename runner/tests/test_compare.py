# SPDX-License-Identifier: GPL-2.0-or-later
"""./avps compare: what counts as regressed and as fixed, rule by rule as in docs/compare.md."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, Callable, Sequence

import jsonschema
import pytest
from avps.cli import main
from avps.compare import compare
from avps.render import sample
from avps.render.compare import render_compare
from avps.render.html import render_html
from avps.render.paths import REPORTS

Report = dict[str, Any]
Edit = Callable[[Report], None]

DISK, NET = "0000:00:01.0", "0000:00:02.0"
FLUSH, WRITE, MAC = "block.flush", "block.write", "net.mac"
CLAUSES = {"blk-001": FLUSH, "blk-002": WRITE, "net-001": MAC}


def _schema(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads((REPORTS / name).read_text()))


REPORT, COMPARISON = _schema("report.schema.json"), _schema("compare.schema.json")


def good() -> Report:
    """A report in which all is well: two devices, three tests of one clause each."""
    device: Report = {
        **{"transport": "pci", "features": [], "rings": ["split"], "queues": []},
        **{"interrupts": "msix", "vectors": 2, "bus": {}, "problem": None},
    }
    return {
        "schema": "avps-report/1",
        "run": {
            **{"id": "night", "started": "2026-11-01T22:00:00+00:00", "duration_s": 3, "boots": 1},
            **{"complete": True, "nonce": "n", "cause": None, "probe": "0.1.0", "kernel": "6.1"},
        },
        "target": {
            **{"name": "box", "description": "", "vmm": "QEMU", "version": "7.2"},
            **{"arch": "x86_64", "accel": "tcg", "command": ["qemu"]},
        },
        "profile": {
            **{"name": "avps-2.0", "title": "AVPS", "virtio": "1.1", "note": None},
            "chapters": [{"section": "2.6.1", "title": "Block devices"}],
        },
        "summary": {"verdict": "conformant", "headline": "conformant", "waivers": 0},
        "figures": [],
        "devices": [
            {"id": DISK, "type": "block", "virtio_id": 2, **device},
            {"id": NET, "type": "net", "virtio_id": 1, **device},
        ],
        "results": [_result(FLUSH, DISK), _result(WRITE, DISK), _result(MAC, NET)],
        "clauses": [_clause(id, test) for id, test in CLAUSES.items()],
        "requirements": [_requirement("AVPS-BLK-1", ["blk-001", "blk-002"])],
        **{"statement": None, "waivers": [], "console_tail": []},
    }


def _result(test: str, device: str) -> Report:
    clause = next(id for id, name in CLAUSES.items() if name == test)
    return {
        **{"test": test, "device": device, "ring": "split", "verdict": "PASS", "reason": None},
        **{"message": None, "waived": False, "duration_ms": 1, "checks": 1, "failures": []},
        **{"clauses": {clause: "PASS"}, "trace": [], "trace_lost": 0, "source": None},
        "reproduce": f"./avps run -k {test}",
    }


def _clause(id: str, test: str) -> Report:
    return {
        **{"id": id, "level": "MUST", "section": "5.2.6", "target": test.split(".")[0]},
        **{"text": f"What {id} asks.", "since": "1.0", "role": "decides", "verdict": "PASS"},
        **{"waived": False, "why": None, "tests": [test]},
    }


def _requirement(id: str, clauses: list[str]) -> Report:
    return {
        **{"id": id, "section": "2.6.1", "level": "MUST", "status": "firm", "condition": None},
        **{"device": "block", "text": "There is a disk.", "provenance": "draft", "note": None},
        **{"weight": "decides", "verdict": "PASS", "why": None, "declared": False},
        **{"waived": False, "parts": [], "clauses": clauses, "tests": []},
        **{"judged": {"deciding": 2, "judged": 2}, "advice": [], "advisory": []},
    }


# What can be wrong with a report.


def clause(verdict: str, id: str = "blk-001", waived: bool = False) -> Edit:
    """Give a clause, and nothing else, another verdict."""

    def edit(report: Report) -> None:
        entry = next(one for one in report["clauses"] if one["id"] == id)
        entry.update(verdict=verdict, waived=waived, why=None if verdict == "PASS" else "so it is")

    return edit


def requirement(verdict: str) -> Edit:
    """Give the requirement another verdict."""
    return key("requirements", 0, "verdict", value=verdict)


def platform(verdict: str) -> Edit:
    """Give the platform another verdict."""
    return key("summary", "verdict", value=verdict)


def result(verdict: str, reason: str | None = None, test: str = FLUSH) -> Edit:
    """Give a test another result."""

    def edit(report: Report) -> None:
        entry = next(one for one in report["results"] if one["test"] == test)
        judged = {id: "FAIL" for id in entry["clauses"]} if verdict == "FAIL" else {}
        entry.update(verdict=verdict, reason=reason, clauses=judged)

    return edit


def no_result(test: str = FLUSH) -> Edit:
    """Drop the results of a test that stays known."""

    def edit(report: Report) -> None:
        report["results"] = [one for one in report["results"] if one["test"] != test]

    return edit


def no_device(id: str = NET) -> Edit:
    """Drop a device with its results."""

    def edit(report: Report) -> None:
        report["devices"] = [one for one in report["devices"] if one["id"] != id]
        report["results"] = [one for one in report["results"] if one["device"] != id]

    return edit


def no_clause(id: str = "blk-001") -> Edit:
    """Drop a clause from the catalogue, with its test."""

    def edit(report: Report) -> None:
        no_result(CLAUSES[id])(report)
        report["clauses"] = [one for one in report["clauses"] if one["id"] != id]
        for one in report["requirements"]:
            one["clauses"] = [name for name in one["clauses"] if name != id]

    return edit


def broke_off(report: Report) -> None:
    """End the run before its time."""
    report["run"].update(complete=False, cause="vmm-exited")
    report["summary"]["verdict"] = "incomplete"


def selection(report: Report) -> None:
    """Say that two of three tests were selected, and drop the first."""
    report["summary"]["selected"] = {"tests": 2, "of": 3}
    no_result()(report)


def key(*path: str | int, value: Any) -> Edit:
    """Set one value anywhere in the report."""

    def edit(report: Report) -> None:
        inner: Any = report
        for name in path[:-1]:
            inner = inner[name]
        inner[path[-1]] = value

    return edit


class Nights:
    """Report folders of one night after another."""

    def __init__(self, root: Path) -> None:
        """Put them below `root`."""
        self.root = root
        self.folders: list[Path] = []

    def add(self, *edits: Edit, target: str = "box", day: int | None = None) -> Path:
        """Write the report of the next night, valid by the schema."""
        report = copy.deepcopy(good())
        number = len(self.folders) + 1
        report["run"]["id"] = f"night-{number}"
        report["run"]["started"] = f"2026-11-{day or number:02}T22:00:00+00:00"
        report["target"]["name"] = target
        for edit in edits:
            edit(report)
        words = ("PASS", "FAIL", "SKIP", "ERROR", "MISS")
        report["summary"].setdefault("selected", {"tests": 3, "of": 3})
        report["summary"]["tests"] = _tally(report["results"], words)
        words = ("PASS", "FAIL", "INCONCLUSIVE", "NOT-APPLICABLE", "NOT-TESTED")
        report["summary"]["clauses"] = _tally(report["clauses"], words)
        report["summary"]["requirements"] = _tally(report["requirements"], words)
        REPORT.validate(report)
        folder = self.root / f"night-{number}"
        folder.mkdir()
        (folder / "report.json").write_text(json.dumps(report))
        (folder / "report.html").write_text("")
        self.folders.append(folder)
        return folder

    def compare(self) -> Report:
        """Compare them all; what comes out is valid by its schema, and can be shown."""
        compared = compare(self.folders, self.root / "out")
        COMPARISON.validate(compared)
        assert "<table" in render_compare(compared)
        return compared

    def told(self) -> list[str]:
        """Give what was told of the only target, short."""
        (series,) = self.compare()["series"]
        return [
            f"{one['change']} {one['kind']} {one['id']} {one['from']['verdict']}"
            f">{one['to']['verdict']}"
            for kind in ("regressed", "fixed", "changed")
            for one in series[kind]
        ]


def _tally(entries: list[Report], words: Sequence[str]) -> dict[str, int]:
    return {word: sum(one["verdict"] == word for one in entries) for word in words}


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    """No nights yet."""
    return Nights(tmp_path)


# Rules 1 to 4: a pair of nights.
PAIRS: list[tuple[list[Edit], list[Edit], list[str]]] = [
    ([], [], []),
    ([], [clause("FAIL")], ["regressed clause blk-001 PASS>FAIL"]),
    ([], [clause("INCONCLUSIVE")], ["regressed clause blk-001 PASS>INCONCLUSIVE"]),
    ([], [clause("NOT-TESTED")], ["regressed clause blk-001 PASS>NOT-TESTED"]),
    ([], [clause("NOT-APPLICABLE")], ["changed clause blk-001 PASS>NOT-APPLICABLE"]),
    ([clause("FAIL")], [], ["fixed clause blk-001 FAIL>PASS"]),
    ([clause("INCONCLUSIVE")], [], ["fixed clause blk-001 INCONCLUSIVE>PASS"]),
    ([clause("NOT-TESTED")], [], ["changed clause blk-001 NOT-TESTED>PASS"]),
    ([clause("NOT-TESTED")], [clause("FAIL")], ["changed clause blk-001 NOT-TESTED>FAIL"]),
    ([clause("FAIL")], [clause("NOT-TESTED")], ["changed clause blk-001 FAIL>NOT-TESTED"]),
    ([clause("FAIL")], [clause("INCONCLUSIVE")], ["changed clause blk-001 FAIL>INCONCLUSIVE"]),
    ([clause("FAIL")], [clause("FAIL")], []),
    ([], [requirement("FAIL")], ["regressed requirement AVPS-BLK-1 PASS>FAIL"]),
    ([], [requirement("NOT-TESTED")], ["regressed requirement AVPS-BLK-1 PASS>NOT-TESTED"]),
    ([requirement("FAIL")], [], ["fixed requirement AVPS-BLK-1 FAIL>PASS"]),
    ([], [platform("non-conformant")], ["regressed platform box conformant>non-conformant"]),
    ([], [platform("incomplete")], ["regressed platform box conformant>incomplete"]),
    ([platform("non-conformant")], [], ["fixed platform box non-conformant>conformant"]),
    ([], [result("FAIL")], ["regressed test block.flush PASS>FAIL"]),
    ([], [result("ERROR", "crashed")], ["regressed test block.flush PASS>ERROR"]),
    ([], [result("MISS", "timeout")], ["regressed test block.flush PASS>MISS"]),
    ([], [result("SKIP", "not-offered")], ["regressed test block.flush PASS>SKIP"]),
    ([], [result("SKIP", "absent")], ["changed test block.flush PASS>SKIP"]),
    ([result("FAIL")], [], ["fixed test block.flush FAIL>PASS"]),
    ([], [no_result()], ["regressed test block.flush PASS>vanished"]),
    ([result("FAIL")], [no_result()], ["changed test block.flush FAIL>vanished"]),
    ([no_result()], [], ["changed test block.flush vanished>PASS"]),
    ([], [no_device()], ["regressed device 0000:00:02.0 present>vanished"]),
    ([no_device()], [], []),
    (
        [],
        [key("devices", 1, "problem", value="no BAR")],
        ["regressed device 0000:00:02.0 present>problem"],
    ),
]


@pytest.mark.parametrize("before, after, told", PAIRS)
def test_a_pair_of_nights(
    nights: Nights, before: list[Edit], after: list[Edit], told: list[str]
) -> None:
    nights.add(*before)
    nights.add(*after)
    assert nights.told() == told
    status = nights.compare()["summary"]["status"]
    assert status == any(one.startswith("regressed") for one in told)


# Rule 5: the order is that of run.started.
def test_order_is_that_of_time_not_of_the_command_line(nights: Nights) -> None:
    nights.add(clause("FAIL"), day=2)
    nights.add(day=1)
    assert nights.told() == ["regressed clause blk-001 PASS>FAIL"]
    runs = nights.compare()["runs"]
    assert [run["id"] for run in runs] == ["night-2", "night-1"]


def test_order_knows_offsets_from_utc(nights: Nights) -> None:
    nights.add(key("run", "started", value="2026-11-01T01:00:00+02:00"), clause("FAIL"))
    nights.add(key("run", "started", value="2026-10-31T23:30:00Z"))
    assert nights.told() == ["fixed clause blk-001 FAIL>PASS"]


# Rule 6: a regression stands until a run shows it fixed.
def test_a_regression_that_was_fixed_is_told_and_costs_nothing(nights: Nights) -> None:
    for verdict in "PASS", "FAIL", "PASS":
        nights.add(clause(verdict))
    compared = nights.compare()
    (change,) = compared["series"][0]["regressed"]
    assert (change["stands"], change["until"]) == (False, 2)
    wanted = {"status": 0, "regressed": 0, "waived": 0, "passing": 1, "fixed": 1, "incomplete": 0}
    assert compared["summary"] == wanted
    assert [cell["mark"] for cell in compared["clauses"][0]["cells"]] == [
        None,
        "regressed",
        "fixed",
    ]


def test_a_regression_stands_over_many_nights(nights: Nights) -> None:
    for verdict in "PASS", "FAIL", "INCONCLUSIVE", "NOT-APPLICABLE", "NOT-TESTED":
        nights.add(clause(verdict))
    compared = nights.compare()
    (change,) = compared["series"][0]["regressed"]
    assert (change["from"]["run"], change["to"]["run"]) == (0, 1)
    assert change["now"] == {"run": 4, "verdict": "NOT-TESTED"}
    assert compared["summary"]["status"] == 1


def test_it_can_regress_again(nights: Nights) -> None:
    for verdict in "PASS", "FAIL", "PASS", "FAIL":
        nights.add(clause(verdict))
    compared = nights.compare()
    assert [one["stands"] for one in compared["series"][0]["regressed"]] == [False, True]
    assert compared["summary"]["status"] == 1


def test_what_comes_after_a_fix_is_no_part_of_the_regression(nights: Nights) -> None:
    for verdict in "PASS", "FAIL", "PASS", "NOT-APPLICABLE":
        nights.add(clause(verdict))
    (change,) = nights.compare()["series"][0]["regressed"]
    assert (change["now"]["run"], change["until"]) == (1, 2)


def test_what_did_not_apply_for_a_night_is_compared_with_the_night_before(nights: Nights) -> None:
    for verdict in "PASS", "NOT-APPLICABLE", "FAIL":
        nights.add(clause(verdict))
    assert "regressed clause blk-001 PASS>FAIL" in nights.told()


# Rule 7: incomplete runs.
@pytest.mark.parametrize("incomplete", [broke_off, platform("incomplete")])
def test_an_incomplete_run_fixes_nothing(nights: Nights, incomplete: Edit) -> None:
    nights.add(clause("FAIL"), result("FAIL"), requirement("FAIL"), platform("non-conformant"))
    nights.add(incomplete)
    compared = nights.compare()
    assert compared["series"][0]["fixed"] == []
    assert compared["series"][0]["regressed"] == []
    assert compared["runs"][1]["complete"] is False
    assert compared["summary"]["incomplete"] == 1
    nights.add()
    fixed = nights.compare()["series"][0]["fixed"]
    assert {one["kind"] for one in fixed} == {"clause", "test", "requirement", "platform"}
    assert {one["to"]["run"] for one in fixed} == {2}


def test_what_an_incomplete_run_passed_cannot_regress_while_it_was_not_fixed(
    nights: Nights,
) -> None:
    nights.add(clause("FAIL"))
    nights.add(broke_off)
    nights.add(clause("FAIL"))
    (series,) = nights.compare()["series"]
    assert [one["kind"] for one in series["regressed"]] == ["platform"]


def test_an_incomplete_run_can_regress(nights: Nights) -> None:
    nights.add()
    nights.add(broke_off, clause("INCONCLUSIVE"))
    assert nights.told() == [
        "regressed platform box conformant>incomplete",
        "regressed clause blk-001 PASS>INCONCLUSIVE",
    ]


def test_what_a_run_that_broke_off_lacks_did_not_vanish(nights: Nights) -> None:
    nights.add()
    nights.add(broke_off, no_device(), no_result())
    assert nights.told() == ["regressed platform box conformant>incomplete"]


# Rule 8: selections.
def test_a_selection_says_nothing_of_what_it_left_out(nights: Nights) -> None:
    nights.add()
    nights.add(selection, clause("NOT-TESTED"), requirement("NOT-TESTED"), platform("incomplete"))
    assert nights.told() == []
    nights.add(clause("FAIL"))
    assert nights.told() == ["regressed clause blk-001 PASS>FAIL"]


def test_a_selection_fixes_tests_only(nights: Nights) -> None:
    nights.add(clause("FAIL", "blk-002"), result("FAIL", test=WRITE), platform("non-conformant"))
    nights.add(selection)
    assert nights.told() == [
        "fixed test block.write FAIL>PASS",
        "changed clause blk-002 FAIL>PASS",
    ]


def test_a_selection_can_regress(nights: Nights) -> None:
    nights.add()
    nights.add(selection, clause("FAIL", "blk-002"), platform("non-conformant"))
    assert nights.compare()["summary"]["regressed"] == 2


# Rule 9: waivers.
def test_a_waived_regression_is_told_and_costs_nothing(nights: Nights) -> None:
    nights.add()
    nights.add(clause("FAIL", waived=True))
    compared = nights.compare()
    assert nights.told() == ["regressed clause blk-001 PASS>FAIL"]
    assert (compared["summary"]["status"], compared["summary"]["waived"]) == (0, 1)
    nights.add(clause("FAIL"))  # the waiver is gone, the fault is not
    assert nights.compare()["summary"]["status"] == 1


# Rule 10: what the suite added and removed.
def test_new_and_removed_clauses_stand_apart(nights: Nights) -> None:
    nights.add(no_clause("net-001"))
    nights.add(no_clause("blk-001"))
    assert nights.told() == []
    compared = nights.compare()
    (step,) = compared["series"][0]["catalogue"]
    assert step["clauses"] == {"new": ["net-001"], "removed": ["blk-001"], "changed": []}
    assert step["tests"] == {"new": [MAC], "removed": [FLUSH], "changed": []}
    everywhere = {row["id"]: row["everywhere"] for row in compared["clauses"]}
    assert everywhere == {"blk-001": False, "blk-002": True, "net-001": False}
    assert "Not known to every run" in render_compare(compared)


def test_a_reworded_clause_is_named(nights: Nights) -> None:
    nights.add()
    nights.add(key("clauses", 0, "text", value="Something else."))
    (step,) = nights.compare()["series"][0]["catalogue"]
    assert step["clauses"]["changed"] == ["blk-001"]


# Rule 11: profiles and versions.
@pytest.mark.parametrize(
    "edit, what",
    [
        (key("profile", "name", value="virtio-1.2"), "profile"),
        (key("profile", "virtio", value="1.2"), "profile"),
        (key("requirements", 0, "text", value="Otherwise."), "profile's text"),
        (key("clauses", 0, "text", value="Otherwise."), "catalogue of clauses and tests"),
        (key("clauses", 0, "tests", value=[WRITE]), "catalogue of clauses and tests"),
        (key("run", "probe", value="0.2.0"), "probe"),
        (key("target", "version", value="8.0"), "hypervisor"),
        (key("target", "accel", value="kvm"), "acceleration"),
        (key("run", "kernel", value="6.12"), "guest kernel"),
        (selection, "selection"),
    ],
)
def test_what_differs_is_pointed_out(nights: Nights, edit: Edit, what: str) -> None:
    nights.add()
    nights.add(edit)
    compared = nights.compare()
    (one,) = compared["differences"]
    assert (one["what"], [value["runs"] for value in one["values"]]) == (what, [[0], [1]])
    assert "Not the same in all runs" in render_compare(compared)


def test_equal_runs_differ_in_nothing(nights: Nights) -> None:
    nights.add()
    nights.add()
    assert nights.compare()["differences"] == []


def test_verdicts_under_different_profiles_are_not_compared(nights: Nights) -> None:
    nights.add()
    nights.add(
        key("profile", "virtio", value="1.4"),
        *(requirement("FAIL"), platform("non-conformant"), clause("FAIL", "blk-002")),
    )
    assert nights.told() == ["regressed clause blk-002 PASS>FAIL"]
    rows = nights.compare()["requirements"]
    assert [[cell and cell["verdict"] for cell in row["cells"]] for row in rows] == [
        ["PASS", None],
        [None, "FAIL"],
    ]


# Rule 12: several targets.
def test_targets_are_set_side_by_side(nights: Nights) -> None:
    nights.add()
    nights.add(clause("FAIL"), no_device(), platform("non-conformant"), target="other")
    compared = nights.compare()
    assert compared["summary"]["status"] == 0
    assert not any(one["regressed"] or one["changed"] for one in compared["series"])
    assert [row["different"] for row in compared["clauses"]] == [True, False, False]
    assert "2 targets side by side" in render_compare(compared)


def test_several_nights_of_several_targets(nights: Nights) -> None:
    nights.add(target="left", day=1)
    nights.add(clause("FAIL"), target="right", day=1)
    nights.add(clause("FAIL"), target="left", day=2)
    nights.add(target="right", day=2)
    compared = nights.compare()
    left, right = compared["series"]
    assert [(one["target"], one["runs"]) for one in (left, right)] == [
        ("left", [0, 1]),
        ("right", [2, 3]),
    ]
    assert [len(left["regressed"]), len(left["fixed"])] == [1, 0]
    assert [len(right["regressed"]), len(right["fixed"])] == [0, 1]
    marks = [cell["mark"] for cell in compared["clauses"][0]["cells"]]
    assert marks == [None, "regressed", None, "fixed"]


# Rule 13: devices that move.
@pytest.mark.parametrize("features", [[], [{"bit": 5, "name": "VIRTIO_NET_F_MAC"}]])
def test_a_device_that_moved_is_the_same(nights: Nights, features: list[Report]) -> None:
    nights.add(key("devices", 1, "features", value=features))

    def move(report: Report) -> None:
        for one in report["devices"][1], report["results"][2]:
            one["id" if "id" in one else "device"] = "0000:00:09.0"

    nights.add(move, result("FAIL", test=MAC))
    assert nights.told() == ["regressed test net.mac PASS>FAIL"]
    (step,) = nights.compare()["series"][0]["catalogue"]
    assert step["devices"]["moved"] == ["net 0000:00:02.0 → 0000:00:09.0"]


def test_a_second_device_is_new(nights: Nights) -> None:
    nights.add()

    def more(report: Report) -> None:
        report["devices"].append({**report["devices"][0], "id": "0000:00:05.0"})

    nights.add(more)
    assert nights.told() == []
    (step,) = nights.compare()["series"][0]["catalogue"]
    assert step["devices"]["new"] == ["block 0000:00:05.0"]
    nights.add()
    assert nights.told() == ["regressed device 0000:00:05.0 present>vanished"]


def test_a_changed_test_names_device_and_ring(nights: Nights) -> None:
    nights.add()
    nights.add(result("FAIL"), clause("FAIL"), requirement("FAIL"))
    changes = {one["kind"]: one for one in nights.compare()["series"][0]["regressed"]}
    assert changes["test"]["places"] == [{"device": DISK, "ring": "split"}]
    assert changes["test"]["clauses"] == ["blk-001"]
    assert changes["clause"]["tests"] == [FLUSH]
    assert changes["clause"]["requirements"] == ["AVPS-BLK-1"]
    assert changes["requirement"]["clauses"] == ["blk-001"]


# The command.
def _run(*words: str | Path) -> int:
    return main(["compare", *map(str, words)])


def test_exit_status_and_files(nights: Nights, capsys: pytest.CaptureFixture[str]) -> None:
    out = nights.root / "out"
    first, same = nights.add(), nights.add()
    worse = nights.add(clause("FAIL"))
    assert _run(first, same, "--out", out) == 0
    assert "0 regressed, 0 fixed" in capsys.readouterr().out
    assert _run(first, worse, "--out", out, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads((out / "compare.json").read_text())
    assert sorted(path.name for path in out.iterdir()) == ["compare.html", "compare.json"]


def test_the_terminal_names_what_regressed(
    nights: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    nights.add()
    nights.add(result("FAIL"), clause("FAIL"))
    assert _run(*nights.folders, "--out", nights.root / "out") == 1
    out = capsys.readouterr().out
    assert "regressed box: clause blk-001 (MUST) PASS in run 1, FAIL in 2: block.flush" in out


def test_links_are_relative_and_quoted(nights: Nights) -> None:
    folder = nights.add()
    odd = nights.root / "night #2 %"
    nights.add().rename(odd)
    nights.folders[1] = odd
    (folder / "report.html").unlink()
    compared = nights.compare()
    assert [run["href"] for run in compared["runs"]] == [
        None,
        "../night%20%232%20%25/report.html",
    ]
    assert 'href="../night%20%232%20%25/report.html#c-blk-001"' in render_compare(compared)


def _spoil(folder: Path, text: str | None) -> None:
    path = folder / "report.json"
    path.unlink() if text is None else path.write_text(text)


@pytest.mark.parametrize(
    "text, words",
    [
        (None, ["holds no report.json", "avps run"]),
        ("", ["not JSON", "avps report"]),
        ("[" * 100000, ["not JSON", "avps report"]),
        ("[]", ["schema is null, not 'avps-report/1'"]),
        ('{"schema": "avps-report/9"}', ['schema is "avps-report/9"']),
        ('{"schema": "avps-report/1"}', ["'run' is no object"]),
    ],
)
def test_what_is_no_report_is_refused(
    nights: Nights, capsys: pytest.CaptureFixture[str], text: str | None, words: list[str]
) -> None:
    nights.add()
    bad = nights.add()
    _spoil(bad, text)
    assert _run(*nights.folders, "--out", nights.root / "out") == 2
    told = capsys.readouterr().err
    assert all(word in told for word in [str(bad), *words])
    assert not (nights.root / "out").exists()


@pytest.mark.parametrize(
    "edit, words",
    [
        (lambda report: report["clauses"][1].pop("verdict"), "'clauses[1]' lacks verdict"),
        (key("clauses", 0, "verdict", value="GREAT"), 'clauses[0].verdict is "GREAT"'),
        (key("clauses", 0, "verdict", value=[]), "clauses[0].verdict is []"),
        (key("summary", "verdict", value=None), "summary.verdict is null"),
        (key("run", "started", value="yesterday"), "run.started is no time"),
        (key("run", "started", value="2026-11-01T22:00:00"), "it has no offset from UTC"),
        (key("results", value=None), "'results' is no list"),
    ],
)
def test_a_crooked_report_is_refused(
    nights: Nights, capsys: pytest.CaptureFixture[str], edit: Edit, words: str
) -> None:
    nights.add()
    path = nights.add() / "report.json"
    report = json.loads(path.read_text())
    edit(report)
    path.write_text(json.dumps(report))
    assert _run(*nights.folders, "--out", nights.root / "out") == 2
    told = capsys.readouterr().err
    assert f"{path}: " in told and words in told and "avps report" in told


def test_folders_that_cannot_be_compared(
    nights: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = nights.add()
    link = nights.root / "latest"
    link.symlink_to(folder)
    cases: list[tuple[list[str | Path], str]] = [
        ([folder], "name two report folders"),
        ([folder, link], "name two report folders"),
        ([folder, nights.root / "none"], "none: no such folder"),
        ([folder, folder / "report.json"], "report.json: is a file"),
        ([folder, nights.root], "name those below it that do ("),
        ([folder, folder, "--out", folder], "holds a report"),
    ]
    for words, told in cases:
        assert _run("--out", nights.root / "out", *words) == 2
        assert told in capsys.readouterr().err


def test_a_link_to_the_newest_night_adds_nothing(nights: Nights) -> None:
    nights.add()
    (nights.root / "latest").symlink_to(nights.add())
    nights.folders.append(nights.root / "latest")
    assert len(nights.compare()["runs"]) == 2


def test_one_run_in_two_folders_is_pointed_out(nights: Nights) -> None:
    nights.add(key("run", "id", value="night-2"))
    nights.add()
    (one,) = nights.compare()["differences"]
    assert one["what"] == "one run in several folders"


def test_a_report_of_an_earlier_avps_is_compared(nights: Nights) -> None:
    nights.add()
    nights.add(clause("FAIL"))
    path = nights.folders[0] / "report.json"
    report = json.loads(path.read_text())
    for name in "statement", "waivers", "figures":
        del report[name]
    for one in report["clauses"] + report["results"] + report["requirements"]:
        del one["waived"]
    for name in "headline", "waivers", "selected":
        del report["summary"][name]
    path.write_text(json.dumps(report))
    assert nights.told() == ["regressed clause blk-001 PASS>FAIL"]


def test_the_page_lets_nothing_in(nights: Nights) -> None:
    script = "<script>alert(1)</script>\x1b[2J"
    nights.add()
    nights.add(clause("FAIL"), key("clauses", 0, "why", value=script))
    text = render_compare(nights.compare())
    assert "<script>alert" not in text and "\x1b" not in text
    assert text.count("<script>") == 1
    assert "Content-Security-Policy" in text
    assert "http://" not in text and "https://" not in text


def test_links_lead_to_rows_of_the_report() -> None:
    report = sample.with_requirements(sample.non_conformant())
    page = render_html(report)
    wanted = ["devices", f"t-{report['results'][0]['test']}"]
    wanted += [f"c-{one['id']}" for one in report["clauses"]]
    wanted += [f"r-{one['id']}" for one in report["requirements"]]
    assert [id for id in wanted if f'id="{id}"' not in page] == []


def test_reports_of_real_runs(tmp_path: Path) -> None:
    found = sorted(path.parent for path in (REPORTS.parent / "build/report").glob("*/report.json"))
    if len(found) < 2:
        pytest.skip("fewer than two reports in build/report: ./avps run -t refdev makes one")
    compared = compare(found, tmp_path)
    COMPARISON.validate(compared)
    assert [run["folder"] for run in compared["runs"]] == [str(folder) for folder in found]
    assert compared["summary"]["status"] == 0
    text = render_compare(compared)
    assert all(f'id="m-{row["id"]}"' in text for row in compared["clauses"])


def test_many_columns_are_narrow(nights: Nights) -> None:
    for _ in range(20):
        nights.add()
    text = render_compare(nights.compare())
    assert '<table class="matrix narrow">' in text
    assert text.count('href="../night-7/report.html#c-blk-002"') == 1
