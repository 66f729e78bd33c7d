# SPDX-License-Identifier: GPL-2.0-or-later
"""./avps verify: it passes what ./avps run wrote, and names whatever was changed since."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import zlib
from pathlib import Path
from typing import Any, Callable

import pytest
from fake_tree import ROOT, FakeTree, Ran

from avps import bundle
from avps.errors import UserError
from avps.tree import host_arch
from avps.verify import verify

PROBE_HOST = ROOT / "build" / host_arch() / "probe-host"
NONCE = "carmaker-2026-11.1"
PROFILE: dict[str, Any] = {
    "name": "small",
    "title": "A small profile",
    "virtio": "1.1",
    "note": None,
    "chapters": [{"section": "1", "title": "Storage"}],
    "ics_questions": [{"id": "is-fast", "text": "Is it fast?", "answer": "yes/no"}],
    "requirements": [
        {
            "id": "SMALL-BLK-1",
            "section": "1",
            "level": "MUST",
            "status": "firm",
            "condition": None,
            "device": "block",
            "present": True,
            "text": "Disks keep the standard.",
            "provenance": "published",
            "features": [],
            "unless": [],
            "clauses": ["blk-*"],
            "tests": [],
            "ics": "is-fast",
            "virtio": None,
            "note": None,
        }
    ],
}
STATEMENT = """
contact = "vendor@example.com"
date = 2026-11-01
[product]
vendor = "Vendor"
name = "Product"
version = "1"
[claims]
devices = ["block"]
features = {}
[answers]
is-fast = "yes"
"""
WAIVERS = """
[[waiver]]
clause = "blk-001"
target = "waived"
reason = "known"
link = "https://example.com/1"
expires = 9999-12-31
"""
READS = "block.reads[0000:00:02.0-split]"


class Bundle:
    """A copy of a report, and what somebody may do to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def json(self, name: str) -> Any:
        """Read a file."""
        return json.loads((self.folder / name).read_text())

    def put(self, name: str, value: Any) -> None:
        """Write a file as avps does."""
        self.text(name, json.dumps(value, indent=1) + "\n")

    def text(self, name: str, text: str) -> None:
        """Write a file."""
        (self.folder / name).write_text(text)

    def replace(self, name: str, old: str, new: str) -> None:
        """Change a text that a file has."""
        text = (self.folder / name).read_text()
        assert old in text and old != new
        self.text(name, text.replace(old, new, 1))

    def records(self) -> list[dict[str, Any]]:
        """Read the lines of the records."""
        return [
            json.loads(line) for line in (self.folder / "records.jsonl").read_text().splitlines()
        ]

    def put_records(self, entries: list[dict[str, Any]]) -> None:
        """Write them."""
        self.text("records.jsonl", "".join(json.dumps(entry) + "\n" for entry in entries))

    def seal(self) -> None:
        """Make the manifest fit the files, as somebody would who knows how."""
        self.put(
            "manifest.json", {**self.json("manifest.json"), "files": bundle.files(self.folder)}
        )

    def problems(self, **options: Any) -> list[str]:
        """Verify it."""
        return verify(self.folder, **options).problems


def with_crc(entry: dict[str, Any], text: str) -> dict[str, Any]:
    """Give a line of the records with another JSON text, and the CRC that it should have."""
    return {**entry, "json": text, "crc": f"{zlib.crc32(text.encode()):08x}"}


def said_goodbye(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Number records anew, and make the probe's bye fit them."""
    digest = hashlib.sha256()
    fitting = []
    for seq, entry in enumerate(entries):
        body = json.loads(entry["json"])
        if body["type"] == "bye":
            body |= {"records": seq, "sha256": digest.hexdigest()}
        text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
        digest.update(text.encode() + b"\n")
        fitting.append(with_crc({**entry, "seq": seq}, text))
    return fitting


def find(entries: list[dict[str, Any]], **fields: Any) -> int:
    """Give the place of the first record with these fields."""
    for at, entry in enumerate(entries):
        if json.loads(entry["json"]).items() >= fields.items():
            return at
    raise AssertionError(fields)


@pytest.fixture(scope="session")
def fake(tmp_path_factory: pytest.TempPathFactory) -> FakeTree:
    """A tree with runs of the fake VMM in which a test fails: `fake`, `other`, and `waived`, in
    which that is excused.
    """
    tree = FakeTree(tmp_path_factory.mktemp("fake"))
    tree.file("suite/profiles/small.json", json.dumps(PROFILE, indent=1) + "\n")
    files = {
        "--ics": tree.file("vendor.toml", STATEMENT),
        "--waivers": tree.file("w.toml", WAIVERS),
    }
    given = [str(word) for pair in files.items() for word in pair]
    runs: list[tuple[str, list[str], int]] = [
        ("fake", ["--nonce", NONCE], 1),
        ("other", [], 1),
        ("waived", given, 0),
    ]
    for name, words, status in runs:
        tree.target("--fail=block.reads", name=name)
        ran = tree.avps("run", "-t", name, "--profile", "small", *words)
        assert (ran.status, ran.err) == (status, ""), ran.out + ran.err
    return tree


@pytest.fixture(scope="session")
def refdev(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run of the reference devices."""
    if not PROBE_HOST.exists():
        pytest.skip(f"{PROBE_HOST} is missing: run 'make'")
    out = tmp_path_factory.mktemp("refdev") / "report"
    environ = {name: value for name, value in os.environ.items() if name != "AVPS_ROOT"}
    command = [str(ROOT / "avps"), "run", "-t", "refdev", "--out", str(out)]
    ran = subprocess.run(command, capture_output=True, text=True, env=environ)
    assert (out / "manifest.json").exists(), ran.stdout + ran.stderr
    return out


def copied(source: Path, tmp_path: Path) -> Bundle:
    return Bundle(Path(shutil.copytree(source, tmp_path / "elsewhere" / source.name)))


@pytest.fixture
def own(fake: FakeTree, tmp_path: Path) -> Bundle:
    """A copy of the fake's report."""
    return copied(fake.root / "build/report/fake", tmp_path)


@pytest.fixture
def other(fake: FakeTree) -> Bundle:
    """The report of another run."""
    return Bundle(fake.root / "build/report/other")


@pytest.fixture
def excused(fake: FakeTree, tmp_path: Path) -> Bundle:
    """A copy of the report of a run with statement and waivers."""
    return copied(fake.root / "build/report/waived", tmp_path)


@pytest.fixture(params=["fake", "waived", "refdev"])
def any_bundle(request: pytest.FixtureRequest, fake: FakeTree, tmp_path: Path) -> Bundle:
    """A copy of each report in turn."""
    if request.param == "refdev":
        return copied(request.getfixturevalue("refdev"), tmp_path)
    return copied(fake.root / "build/report" / request.param, tmp_path)


def test_the_reports_are_made_of_what_the_tests_change(own: Bundle, other: Bundle) -> None:
    """Else the tests below would show nothing."""
    report = own.json("report.json")
    assert report["summary"]["tests"]["FAIL"] == 2 and report["run"]["complete"]
    assert other.json("run.json")["nonce"] != own.json("run.json")["nonce"] == NONCE


def test_an_intact_report_verifies_where_it_was_made(fake: FakeTree) -> None:
    ran = fake.avps("verify", "build/report/fake")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.splitlines()[-1] == "build/report/fake: verified"
    assert f"nonce {NONCE}" in ran.out and "note: not signed" in ran.out


def test_an_intact_report_verifies_elsewhere(any_bundle: Bundle) -> None:
    found = verify(any_bundle.folder)
    assert found.problems == []
    assert found.records == len(any_bundle.records())
    assert found.report == any_bundle.json("report.json")


def test_what_this_avps_would_judge_by_is_no_news(refdev: Path) -> None:
    assert verify(refdev).notes == ["not signed: nothing says who made this report"]


def test_another_measure_is_told(fake: FakeTree, refdev: Path, tmp_path: Path) -> None:
    """Somebody makes the profile easier and a clause weaker, and has all the rest made to fit."""
    notes = verify(fake.root / "build/report/fake").notes
    assert "profile.json: this avps has no profile small: read what it asks" in notes
    bundle = copied(refdev, tmp_path)
    catalogue = bundle.json("catalogue.json")
    next(one for one in catalogue["clauses"] if one["id"] == "blk-001")["level"] = "MAY"
    bundle.text("catalogue.json", json.dumps(catalogue))
    bundle.replace("profile.json", '"level": "MUST"', '"level": "SHOULD"')
    assert fake.avps("report", str(bundle.folder)).status in (0, 1, 2)
    found = verify(bundle.folder)
    assert found.problems == []
    assert found.notes[1:] == [
        "profile.json is not the profile avps-2.0 that this avps has: compare them",
        "catalogue.json: 1 clause(s) not as this avps has them: blk-001",
    ]


def test_another_avps_is_told(own: Bundle) -> None:
    run = own.json("run.json")
    run["origin"]["written_by"] = {"version": "9.9", "sha256": "0" * 64}
    own.put("run.json", run)
    manifest = own.json("manifest.json")
    manifest["avps"]["wrote"] = run["origin"]["written_by"]
    own.put("manifest.json", manifest)
    own.seal()
    found = verify(own.folder)
    assert found.problems == []
    assert any(
        note.startswith("the report was written by avps 9.9, and this is ") for note in found.notes
    )


def test_it_needs_no_tree_and_no_vmm(refdev: Path, tmp_path: Path) -> None:
    ran = _alone("verify", refdev, cwd=tmp_path)
    assert (ran.status, ran.err) == (0, ""), ran.out


def _alone(*words: str | Path, cwd: Path) -> Ran:
    """Run ./avps where nothing is built and no program can be found."""
    environ = {"PATH": str(cwd), "AVPS_ROOT": str(cwd / "nowhere"), "PYTHONHASHSEED": "7"}
    command = ["/usr/bin/python3", str(ROOT / "avps"), *map(str, words)]
    ran = subprocess.run(command, capture_output=True, text=True, env=environ, cwd=cwd)
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def test_a_read_only_report_verifies(any_bundle: Bundle) -> None:
    before = {path.name: path.read_bytes() for path in any_bundle.folder.iterdir()}
    for path in any_bundle.folder.iterdir():
        path.chmod(0o444)
    any_bundle.folder.chmod(0o555)
    try:
        assert any_bundle.problems() == []
    finally:
        any_bundle.folder.chmod(0o755)
    assert before == {path.name: path.read_bytes() for path in any_bundle.folder.iterdir()}


def test_a_report_written_anew_verifies(fake: FakeTree) -> None:
    fake.target("--fail=block.flushes", name="anew")
    fake.avps("run", "-t", "anew", "--profile", "none")
    folder = fake.root / "build/report/anew"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    fake.avps("report", str(folder))
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}
    assert verify(folder).problems == []


@pytest.mark.parametrize("option", ["--stubborn=6", "--exit-before=9", "--bad-digest", "--drop=4"])
def test_an_incomplete_run_is_reported_as_such(fake: FakeTree, option: str) -> None:
    """What the run itself lost is no tampering: the report says that it is missing."""
    fake.target(option, name="broken")
    ran = fake.avps("run", "-t", "broken", "--profile", "none")
    found = verify(fake.root / "build/report/broken")
    assert found.problems == []
    assert (ran.status == 2) == (option != "--drop=4")
    assert any("records.jsonl: " in note for note in found.notes) == (ran.status == 2)


def test_the_verifiers_nonce(own: Bundle) -> None:
    assert own.problems(nonce=NONCE) == []
    assert own.problems(nonce="other") == [
        f"manifest.json: run.nonce: expected 'other' (--nonce), found '{NONCE}'"
    ]


@pytest.mark.parametrize("nonce", ["", "a b", 'a"', "ä", "a" * 65, "a\n"])
def test_a_nonce_that_is_none(fake: FakeTree, nonce: str) -> None:
    ran = fake.avps("run", "-t", "fake", "--nonce", nonce)
    assert ran.status == 2 and "must be 1 to 64 of 0-9, A-Z, a-z" in ran.err


# Each does something to a bundle, and gives what of it has to be named.
Tampering = Callable[[Bundle], list[str]]


def verdict_in_the_report(bundle: Bundle) -> list[str]:
    bundle.replace("report.json", '"verdict": "non-conformant"', '"verdict": "conformant"')
    return [
        "report.json: was changed: SHA-256 expected",
        'report.json: summary.verdict: expected "non-conformant", found "conformant"',
    ]


def result_in_the_report(bundle: Bundle) -> list[str]:
    report = bundle.json("report.json")
    one = next(one for one in report["results"] if one["verdict"] == "FAIL")
    one |= {"verdict": "PASS"}
    bundle.put("report.json", report)
    bundle.seal()
    return [f'report.json: results[{READS}].verdict: expected "FAIL", found "PASS"']


def result_left_out_of_the_report(bundle: Bundle) -> list[str]:
    report = bundle.json("report.json")
    at = next(at for at, one in enumerate(report["results"]) if one["verdict"] == "FAIL")
    del report["results"][at]
    bundle.put("report.json", report)
    bundle.seal()
    return [f"report.json: results[{READS}] is missing, expected {{"]


def result_added_to_the_report(bundle: Bundle) -> list[str]:
    report = bundle.json("report.json")
    report["results"].append({**report["results"][1], "test": "block.dreams"})
    bundle.put("report.json", report)
    bundle.seal()
    return ["report.json: results[block.dreams[0000:00:02.0-split]] was added: {"]


def results_in_another_order(bundle: Bundle) -> list[str]:
    report = bundle.json("report.json")
    report["results"][:2] = report["results"][1::-1]
    bundle.put("report.json", report)
    bundle.seal()
    first = "pci.caps[0000:00:02.0]"
    return [f"report.json: results: other order: expected [{first}], found [{READS}] in its place"]


def second_value_of_a_key(bundle: Bundle) -> list[str]:
    """Some readers take the first, Python the last."""
    bundle.replace("report.json", '"verdict": ', '"verdict": "conformant",\n  "verdict": ')
    bundle.seal()
    return ["report.json: line "]


def result_in_the_records(bundle: Bundle) -> list[str]:
    entries = bundle.records()
    at = find(entries, type="end", verdict="FAIL")
    entries[at]["json"] = entries[at]["json"].replace('"FAIL"', '"PASS"')
    bundle.put_records(entries)
    return [
        "records.jsonl: was changed: SHA-256 expected",
        f"records.jsonl: line {at + 1}: record {entries[at]['seq']} was changed: CRC expected "
        f"{entries[at]['crc']}, found ",
    ]


def result_in_the_records_with_its_crc(bundle: Bundle) -> list[str]:
    entries = bundle.records()
    at = find(entries, type="end", verdict="FAIL")
    entries[at] = with_crc(entries[at], entries[at]["json"].replace('"FAIL"', '"PASS"'))
    bundle.put_records(entries)
    bundle.seal()
    return [
        "records.jsonl: SHA-256 of the records: expected ",
        f'report.json: results[{READS}].verdict: expected "PASS", found "FAIL"',
    ]


def result_in_the_records_with_all_digests(bundle: Bundle) -> list[str]:
    """The records are a lie then, and whole; but the report tells another."""
    entries = bundle.records()
    at = find(entries, type="end", verdict="FAIL")
    entries[at]["json"] = entries[at]["json"].replace('"FAIL"', '"PASS"')
    bundle.put_records(said_goodbye(entries))
    bundle.seal()
    return [f'report.json: results[{READS}].verdict: expected "PASS", found "FAIL"']


def record_taken_out(bundle: Bundle) -> list[str]:
    entries = bundle.records()
    at = find(entries, type="check")
    seq = entries.pop(at)["seq"]
    bundle.put_records(entries)
    bundle.seal()
    return [
        f"records.jsonl: records are missing: {seq}",
        "report.json: run.complete: expected false, found true",
    ]


def record_taken_out_and_numbered_anew(bundle: Bundle) -> list[str]:
    entries = bundle.records()
    del entries[find(entries, type="check")]
    bundle.put_records(said_goodbye(entries))
    bundle.seal()
    return [f"report.json: results[{READS}].failures"]


def records_swapped(bundle: Bundle) -> list[str]:
    entries = bundle.records()
    at = find(entries, type="check")
    entries[at : at + 2] = entries[at + 1], entries[at]
    bundle.put_records(entries)
    bundle.seal()
    return [f"records.jsonl: line {at + 2}: record {entries[at + 1]['seq']} came at "]


def contents_of_records_swapped(bundle: Bundle) -> list[str]:
    entries = bundle.records()
    at = find(entries, type="end", verdict="FAIL")
    one, two = entries[at], entries[at + 1]
    entries[at : at + 2] = with_crc(one, two["json"]), with_crc(two, one["json"])
    bundle.put_records(entries)
    bundle.seal()
    return ["records.jsonl: SHA-256 of the records: expected "]


def record_added(bundle: Bundle) -> list[str]:
    entries = bundle.records()
    last = entries[-1]
    log = json.dumps({"type": "log", "level": "info", "text": "all is well"})
    entries.append(with_crc({**last, "seq": last["seq"] + 1}, log))
    bundle.put_records(entries)
    bundle.seal()
    return [
        f"records.jsonl: line {len(entries)}: record {last['seq'] + 1} has a number after that of "
        "the probe's bye"
    ]


def whole_boot_added(bundle: Bundle) -> list[str]:
    """Nothing is judged by it, but it stands there."""
    entries = bundle.records()
    bundle.put_records([*entries, *({**entry, "boot": 1} for entry in entries)])
    bundle.seal()
    return ["records.jsonl: boot 1: run.json knows of 1 boot(s), counted from 0"]


def second_content_of_a_record(bundle: Bundle) -> list[str]:
    entries = bundle.records()
    at = find(entries, type="end", verdict="FAIL")
    entries.insert(at, with_crc(entries[at], entries[at]["json"].replace('"FAIL"', '"PASS"')))
    bundle.put_records(entries)
    bundle.seal()
    return [f"records.jsonl: record {entries[at]['seq']} is there with two contents"]


def records_cut_off(bundle: Bundle) -> list[str]:
    text = (bundle.folder / "records.jsonl").read_text()
    bundle.text("records.jsonl", text[: len(text) * 2 // 3])
    bundle.seal()
    return [
        "records.jsonl: the last line has no end: the file was cut off",
        "records.jsonl: the probe's bye is missing: the end was cut off",
    ]


def records_cut_off_at_a_line(bundle: Bundle) -> list[str]:
    bundle.put_records(bundle.records()[:-1])
    bundle.seal()
    return [
        "records.jsonl: the probe's bye is missing: the end was cut off",
        "report.json: run.complete: expected false, found true",
    ]


def verdict_in_the_manifest(bundle: Bundle) -> list[str]:
    bundle.replace("manifest.json", '"verdict": "non-conformant"', '"verdict": "conformant"')
    return ['manifest.json: verdict: expected "non-conformant", found "conformant"']


def image_in_the_manifest(bundle: Bundle) -> list[str]:
    manifest = bundle.json("manifest.json")
    entry = next(one for one in manifest["parts"] if one["part"] == "kernel")
    right, entry["sha256"] = entry["sha256"], "0" * 64
    bundle.put("manifest.json", manifest)
    return [f'manifest.json: parts[kernel].sha256: expected "{right}", found "{"0" * 64}"']


def digest_in_the_manifest(bundle: Bundle) -> list[str]:
    manifest = bundle.json("manifest.json")
    entry = next(one for one in manifest["files"] if one["file"] == "console.log")
    right, entry["sha256"] = entry["sha256"], "0" * 64
    bundle.put("manifest.json", manifest)
    return [f"console.log: was changed: SHA-256 expected {'0' * 64}, found {right}"]


def manifest_with_another_key(bundle: Bundle) -> list[str]:
    bundle.put("manifest.json", {**bundle.json("manifest.json"), "approved": True})
    return ["manifest.json: $: Additional properties are not allowed ('approved' was unexpected)"]


def manifest_that_is_none(bundle: Bundle) -> list[str]:
    bundle.text("manifest.json", "{")
    return ["manifest.json: is not JSON: "]


def manifest_in_another_form(bundle: Bundle) -> list[str]:
    bundle.text("manifest.json", json.dumps(bundle.json("manifest.json")))
    return ["manifest.json: line 1: expected "]


def command_in_run_json(bundle: Bundle) -> list[str]:
    run = bundle.json("run.json")
    run["target"]["command"].append("--cheat")
    bundle.put("run.json", run)
    bundle.seal()
    return [
        'manifest.json: command[6] is missing, expected "--cheat"',
        'report.json: target.command[6] is missing, expected "--cheat"',
    ]


def nonce_in_run_json(bundle: Bundle) -> list[str]:
    bundle.put("run.json", {**bundle.json("run.json"), "nonce": "0123"})
    bundle.seal()
    return [
        f"records.jsonl: the probe's nonce is '{NONCE}', that of run.json '0123': records of "
        "another run",
        'manifest.json: run.nonce: expected "0123", found ',
    ]


def nonce_nowhere(bundle: Bundle) -> list[str]:
    bundle.text("run.json", "[]")
    bundle.seal()
    return ["run.json: not the facts of a run: "]


def line_in_the_page(bundle: Bundle) -> list[str]:
    bundle.replace("report.html", "<body", "<body data-x")
    bundle.seal()
    return ["report.html: line "]


def line_in_ktap(bundle: Bundle) -> list[str]:
    bundle.replace("report.ktap", "not ok", "ok")
    bundle.seal()
    return ["report.ktap: line "]


def failure_in_junit(bundle: Bundle) -> list[str]:
    bundle.replace("junit.xml", 'failures="2"', 'failures="0"')
    bundle.seal()
    return ["junit.xml: line 2: expected "]


def console(bundle: Bundle) -> list[str]:
    bundle.replace("console.log", "fake: booting", "fake: beaming")
    return ["console.log: was changed: SHA-256 expected "]


def level_in_the_catalogue(bundle: Bundle) -> list[str]:
    catalogue = bundle.json("catalogue.json")
    next(one for one in catalogue["clauses"] if one["id"] == "blk-001")["level"] = "SHOULD"
    bundle.text("catalogue.json", json.dumps(catalogue, indent=0, ensure_ascii=False) + "\n")
    bundle.seal()
    return [
        'report.json: clauses[blk-001].level: expected "SHOULD", found "MUST"',
        "manifest.json: catalogue.sha256: expected ",
    ]


def profile(bundle: Bundle) -> list[str]:
    bundle.put("profile.json", {**bundle.json("profile.json"), "title": "Easier"})
    bundle.seal()
    return [
        'report.json: profile.title: expected "Easier", found ',
        "manifest.json: profile.sha256: expected ",
    ]


def waivers_added(bundle: Bundle) -> list[str]:
    (bundle.folder / "waivers.toml").write_text("")
    return ["waivers.toml: was added, the manifest does not name it"]


def file_taken_out(bundle: Bundle) -> list[str]:
    (bundle.folder / "console.log").unlink()
    return ["console.log: is missing, the manifest names it"]


def file_taken_out_of_the_manifest_too(bundle: Bundle) -> list[str]:
    (bundle.folder / "junit.xml").unlink()
    bundle.seal()
    return ["junit.xml: is missing, the records make one"]


def file_added(bundle: Bundle) -> list[str]:
    bundle.text("approval.pdf", "approved")
    return ["approval.pdf: was added: no report has such a file"]


def file_added_to_the_manifest_too(bundle: Bundle) -> list[str]:
    bundle.text("approval.pdf", "approved")
    bundle.seal()
    return ["approval.pdf: was added: no report has such a file"]


def link_in_place_of_a_file(bundle: Bundle) -> list[str]:
    path = bundle.folder / "report.json"
    path.rename(bundle.folder.parent / "report.json")
    path.symlink_to(bundle.folder.parent / "report.json")
    return ["report.json: is not a regular file, as all of a report are"]


def pipe_in_place_of_a_file(bundle: Bundle) -> list[str]:
    (bundle.folder / "report.html").unlink()
    os.mkfifo(bundle.folder / "report.html")
    return ["report.html: is not a regular file, as all of a report are"]


TAMPERINGS: list[Tampering] = [
    verdict_in_the_report,
    result_in_the_report,
    result_left_out_of_the_report,
    result_added_to_the_report,
    results_in_another_order,
    second_value_of_a_key,
    result_in_the_records,
    result_in_the_records_with_its_crc,
    result_in_the_records_with_all_digests,
    record_taken_out,
    record_taken_out_and_numbered_anew,
    records_swapped,
    contents_of_records_swapped,
    record_added,
    whole_boot_added,
    second_content_of_a_record,
    records_cut_off,
    records_cut_off_at_a_line,
    verdict_in_the_manifest,
    image_in_the_manifest,
    digest_in_the_manifest,
    manifest_with_another_key,
    manifest_that_is_none,
    manifest_in_another_form,
    command_in_run_json,
    nonce_in_run_json,
    nonce_nowhere,
    line_in_the_page,
    line_in_ktap,
    failure_in_junit,
    console,
    level_in_the_catalogue,
    profile,
    waivers_added,
    file_taken_out,
    file_taken_out_of_the_manifest_too,
    file_added,
    file_added_to_the_manifest_too,
    link_in_place_of_a_file,
    pipe_in_place_of_a_file,
]


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda one: str(one.__name__))
def test_tampering_is_named(own: Bundle, tamper: Tampering) -> None:
    named = tamper(own)
    problems = own.problems()
    for start in named:
        assert any(one.startswith(start) for one in problems), "\n".join([start, "", *problems])


def test_records_of_another_run(own: Bundle, other: Bundle) -> None:
    theirs = other.json("run.json")["nonce"]
    shutil.copy(other.folder / "records.jsonl", own.folder)
    own.seal()
    assert (
        f"records.jsonl: the probe's nonce is '{theirs}', that of run.json '{NONCE}': records of "
        "another run"
    ) in own.problems()


def test_a_whole_other_run_under_this_nonce(own: Bundle, other: Bundle) -> None:
    """Records, circumstances and report of one run, with the other's nonce written into them."""
    theirs = other.json("run.json")["nonce"]
    for path in other.folder.iterdir():
        (own.folder / path.name).write_bytes(
            path.read_bytes().replace(theirs.encode(), NONCE.encode())
        )
    own.seal()
    assert any(
        one.startswith("records.jsonl: line 1: record 0 was changed: CRC expected")
        for one in own.problems()
    )


@pytest.mark.parametrize(
    "edit",
    [
        lambda report: report["results"][0].update(verdict="FAIL"),
        lambda report: report["clauses"].pop(),
        lambda report: report["devices"].reverse(),
        lambda report: report["figures"][0].update(most=1_000_000_000),
        lambda report: report["figures"].pop(),
        lambda report: report["summary"]["clauses"].update(PASS=968),
        lambda report: report["run"].update(duration_s=1),
    ],
)
def test_each_key_of_a_real_report_counts(
    refdev: Path, tmp_path: Path, edit: Callable[[dict[str, Any]], None]
) -> None:
    bundle = copied(refdev, tmp_path)
    report = bundle.json("report.json")
    edit(report)
    bundle.put("report.json", report)
    bundle.seal()
    problems = bundle.problems()
    assert problems and all(one.startswith("report.json: ") for one in problems)


@pytest.mark.parametrize(
    "name, old, new, named",
    [
        ("waivers.toml", '"known"', '"new"', 'report.json: waivers[1].reason: expected "new"'),
        ("waivers.toml", '"waived"', '"other"', "report.json: requirements[SMALL-BLK-1].waived: "),
        ("waivers.toml", "9999-12-31", "2000-01-01", "report.json: summary.verdict: expected "),
        ("statement.toml", '"yes"', '"no"', "report.json: statement.answers.is-fast: expected "),
        ("statement.toml", '"1"', '"2"', 'report.json: statement.product.version: expected "2"'),
        ("statement.toml", "[product]", "[", "the report can't be made again: statement.toml: "),
        ("profile.json", '"blk-*"', '"blk-002"', "report.json: requirements[SMALL-BLK-1]"),
    ],
)
def test_what_it_was_judged_by(excused: Bundle, name: str, old: str, new: str, named: str) -> None:
    excused.replace(name, old, new)
    assert any(one.startswith(f"{name}: was changed: SHA-256") for one in excused.problems())
    excused.seal()
    problems = excused.problems()
    assert any(one.startswith(named) for one in problems), "\n".join(problems)


def test_waivers_taken_out(excused: Bundle) -> None:
    (excused.folder / "waivers.toml").unlink()
    excused.seal()
    assert any("waivers.toml" in one for one in excused.problems())
    run = excused.json("run.json")
    del run["given"]["waivers.toml"]
    excused.put("run.json", run)
    excused.seal()
    assert "report.json: waivers[1] was added: {" in "\n".join(excused.problems())


def test_a_record_that_came_twice_is_told(own: Bundle) -> None:
    """A stream may do that, and it changes nothing."""
    entries = own.records()
    own.put_records([*entries[:6], entries[5], *entries[6:]])
    own.seal()
    found = verify(own.folder)
    assert found.problems == []
    assert "records.jsonl: line 7: record 5 came before, with the same content" in found.notes


@pytest.mark.parametrize("name", ["run.json", "records.jsonl", "catalogue.json", "profile.json"])
def test_evidence_taken_out(own: Bundle, name: str) -> None:
    (own.folder / name).unlink()
    own.seal()
    problems = own.problems()
    assert any(name in one and "missing" in one for one in problems), "\n".join(problems)
    assert not any("/tmp" in one for one in problems)


def test_a_copy_that_lies_elsewhere(excused: Bundle) -> None:
    """Nobody's file is read or written because a report says so."""
    victim = excused.folder.parent / "victim"
    victim.write_text(WAIVERS)
    written = victim.stat().st_mtime_ns
    run = excused.json("run.json")
    run["given"] = {str(victim): "w.toml"}
    excused.put("run.json", run)
    excused.seal()
    assert any(one.startswith("run.json: given: ") for one in excused.problems())
    assert victim.stat().st_mtime_ns == written


def test_the_command_says_what_is_wrong_and_refuses(own: Bundle, fake: FakeTree) -> None:
    named = verdict_in_the_report(own)
    ran = fake.avps("verify", str(own.folder))
    lines = ran.out.splitlines()
    assert (ran.status, ran.err) == (1, "")
    assert lines[-1] == f"{own.folder}: refused"
    assert all(any(line.startswith(start) for line in lines) for start in named)


def test_many_differences_are_not_all_told(own: Bundle) -> None:
    report = own.json("report.json")
    for number, one in enumerate(report["results"]):
        one["message"] = f"{number}"
        one["checks"] += 1
    own.put("report.json", report)
    assert own.problems()[-1] == "report.json: and more"
    assert len(own.problems()) < 20


def test_what_is_shown_is_text(own: Bundle) -> None:
    """A name in a report can't play with the verifier's terminal."""
    own.put("report.json", {**own.json("report.json"), "\x1b[2J": "\x1b[1A"})
    assert r"report.json: \x1b[2J was added: " in "\n".join(own.problems())
    assert all(one.isprintable() for one in own.problems())


def test_what_is_no_report_cannot_be_read(tmp_path: Path, own: Bundle, fake: FakeTree) -> None:
    with pytest.raises(
        UserError, match="manifest.json is missing, or no file: nothing says what the report"
    ):
        verify(tmp_path)
    with pytest.raises(UserError, match="nowhere: No such file or directory: name the folder"):
        verify(tmp_path / "nowhere")
    with pytest.raises(UserError, match="Not a directory: name the folder of a report"):
        verify(own.folder / "run.json")
    ran = fake.avps("verify", str(tmp_path))
    assert ran.status == 2 and ran.err.startswith(f"avps: {tmp_path}/manifest.json is missing")
    (own.folder / "manifest.json").rename(tmp_path / "moved")
    (own.folder / "manifest.json").symlink_to(tmp_path / "moved")
    with pytest.raises(UserError, match="is missing, or no file"):
        verify(own.folder)
