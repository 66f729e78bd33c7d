# SPDX-License-Identifier: GPL-2.0-or-later
"""The clause catalogue (docs/clauses.md): complete, well-formed, and consistent with itself.

So are the ways between it and the tests: a clause that a test names is in it and is judged by a
check, and the line where a test is said to be is that test.
"""

import json
import re
import subprocess
from collections import Counter
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from fake_tree import ROOT

from avps.catalogue import Catalogue
from avps.errors import UserError
from avps.tree import Tree

SUITE = ROOT / "suite"
CLAUSE_FILES = sorted(SUITE.glob("*/clauses.json"))
FEATURE_FILES = sorted(SUITE.glob("*/features.json"))

CLAUSE_TYPES: dict[str, type | tuple[type, ...]] = {
    "id": str,
    "sha8": str,
    "section": str,
    "level": str,
    "since": str,
    "kind": str,
    "testable": str,
    "features": list,
    "text": str,
    "note": (str, type(None)),
}
FEATURE_TYPES: dict[str, type] = {"bit": int, "name": str, "since": str, "legacy": bool}

VERSIONS = {"1.0", "1.1", "1.2", "1.3", "1.4"}
ENUMS = {
    "level": {"MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY"},
    "since": VERSIONS,
    "kind": {"block", "inline", "prose"},
    "testable": {"guest", "host", "no"},
}
PATTERNS = {
    "sha8": re.compile(r"[0-9a-f]{8}"),
    "section": re.compile(r"[1-9]\d*(\.\d+)+"),
}
LONGEST_TEXT = 400
FEATURE_NAME = re.compile(r"VIRTIO_(?:[A-Z0-9]+_)?F_[A-Z0-9_]+")

# Suites whose ids, and those whose feature bits, abbreviate the folder's name.
ID_PREFIX = {"block": "blk"}
FEATURE_PREFIX = {"block": "BLK", "sound": "SND"}

# VIRTIO 1.4: how many device sentences each suite has, how many of those in blocks of requirements
# a guest can judge, and how many of these are MUST or MUST NOT. A gap in the numbers shows without
# this; a lost end does not.
SENTENCES = {
    "admin": (92, 77, 61),
    "balloon": (20, 1, 1),
    "block": (62, 38, 37),
    "can": (4, 2, 2),
    "console": (8, 2, 2),
    "core": (75, 43, 37),
    "crypto": (51, 46, 46),
    "entropy": (1, 1, 1),
    "fs": (9, 5, 5),
    "gpio": (13, 8, 8),
    "gpu": (15, 3, 3),
    "i2c": (7, 6, 6),
    "input": (4, 1, 1),
    "iommu": (60, 52, 17),
    "media": (9, 8, 8),
    "mem": (50, 31, 30),
    "mmio": (12, 10, 10),
    "net": (164, 47, 35),
    "pci": (76, 53, 47),
    "pmem": (7, 6, 5),
    "rpmb": (37, 27, 8),
    "rtc": (87, 58, 53),
    "scmi": (16, 10, 9),
    "scsi": (31, 3, 3),
    "sound": (17, 15, 14),
    "spi": (5, 5, 5),
    "vsock": (8, 5, 3),
}

# How many feature bits, and which section of the standard describes the device type.
DEVICE_TYPES = {
    "balloon": (6, "5.5"),
    "block": (16, "5.2"),
    "can": (4, "5.20"),
    "console": (3, "5.3"),
    "crypto": (6, "5.9"),
    "entropy": (0, "5.4"),
    "fs": (1, "5.11"),
    "gpio": (1, "5.18"),
    "gpu": (6, "5.7"),
    "i2c": (1, "5.16"),
    "input": (0, "5.8"),
    "iommu": (7, "5.13"),
    "media": (0, "5.22"),
    "mem": (3, "5.15"),
    "net": (45, "5.1"),
    "pmem": (1, "5.19"),
    "rpmb": (0, "5.12"),
    "rtc": (1, "5.23"),
    "scmi": (2, "5.17"),
    "scsi": (4, "5.6"),
    "sound": (1, "5.14"),
    "spi": (0, "5.21"),
    "vsock": (3, "5.10"),
}
EVERY_DEVICE = ("core", 16)  # where the feature bits of all device types are, and how many

Entry = dict[str, Any]


def load(path: Path) -> list[Entry]:
    """Return the entries of a catalogue file; an error of form names the file."""
    entries = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(entries, list), f"{path}: not a list"
    return entries


def suite_name(path: Path) -> str:
    """Name of the suite that a catalogue file belongs to, for ids of parametrized tests."""
    return path.parent.name


def section_numbers(clause: Entry) -> list[int]:
    """Section as a list of numbers: 2.10 comes after 2.9."""
    return [int(part) for part in clause["section"].split(".")]


def all_clauses() -> list[Entry]:
    """Every clause of every suite."""
    return [clause for path in CLAUSE_FILES for clause in load(path)]


def load_features(path: Path) -> list[Entry]:
    """Return the feature bits of one device type; an error of form names the file."""
    data = json.loads(path.read_text(encoding="utf-8"))
    assert list(data) == ["virtio_id", "features"], path
    features = data["features"]
    assert isinstance(features, list), path
    return features


def all_features() -> list[Entry]:
    """Every feature bit of every suite."""
    return [feature for path in FEATURE_FILES for feature in load_features(path)]


each_clause_file = pytest.mark.parametrize("path", CLAUSE_FILES, ids=suite_name)
each_feature_file = pytest.mark.parametrize("path", FEATURE_FILES, ids=suite_name)


def one_entry_a_line(entries: list[Entry]) -> str:
    """The one form of a catalogue file, in which a changed entry is a changed line."""
    if not entries:
        return "[]\n"
    return "[\n" + ",\n".join(json.dumps(e, ensure_ascii=False) for e in entries) + "\n]\n"


@each_clause_file
def test_one_clause_a_line(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == one_entry_a_line(load(path))


@each_feature_file
def test_one_feature_a_line(path: Path) -> None:
    number = json.loads(path.read_text())["virtio_id"]
    lines = one_entry_a_line(load_features(path)).rstrip("\n")
    expected = f'{{"virtio_id": {json.dumps(number)}, "features": {lines}}}\n'
    assert path.read_text(encoding="utf-8") == expected


def test_each_device_type_has_one_folder() -> None:
    numbers = [json.loads(path.read_text())["virtio_id"] for path in FEATURE_FILES]
    assert len(numbers) == len(set(numbers))


def test_no_folder_is_missing() -> None:
    assert set(map(suite_name, CLAUSE_FILES)) == set(SENTENCES)
    assert set(map(suite_name, FEATURE_FILES)) == {EVERY_DEVICE[0], *DEVICE_TYPES}


@each_clause_file
def test_clause_has_all_fields_in_order_and_of_the_right_type(path: Path) -> None:
    for clause in load(path):
        assert list(clause) == list(CLAUSE_TYPES), clause
        for field, expected in CLAUSE_TYPES.items():
            assert isinstance(clause[field], expected), (clause["id"], field)


@each_clause_file
def test_clause_values_are_in_range(path: Path) -> None:
    for clause in load(path):
        for field, allowed in ENUMS.items():
            assert clause[field] in allowed, (clause["id"], field)
        for field, pattern in PATTERNS.items():
            assert pattern.fullmatch(clause[field]), (clause["id"], field)
        assert clause["note"] != "", (clause["id"], "an empty note is null")


@each_clause_file
def test_clause_ids_have_the_prefix_of_their_suite_and_no_gaps(path: Path) -> None:
    suite = suite_name(path)
    prefix = r"core-[a-z]+" if suite == "core" else re.escape(ID_PREFIX.get(suite, suite))
    numbers: dict[str, list[int]] = {}
    for clause in load(path):
        number = r"p\d{2}" if clause["kind"] == "prose" else r"\d{3}"
        match = re.fullmatch(rf"({prefix}-p?)({number.removeprefix('p')})", clause["id"])
        assert match and match[1].endswith("p") == (clause["kind"] == "prose"), clause["id"]
        numbers.setdefault(match[1], []).append(int(match[2]))
    for part, found in numbers.items():
        assert sorted(found) == list(range(1, len(found) + 1)), part


@each_clause_file
def test_clauses_are_in_the_order_of_the_standard(path: Path) -> None:
    clauses = load(path)
    assert clauses == sorted(clauses, key=lambda c: (section_numbers(c), c["id"]))


@pytest.mark.parametrize("suite", DEVICE_TYPES)
def test_sections_are_those_of_the_device_type(suite: str) -> None:
    chapter = DEVICE_TYPES[suite][1]
    for clause in load(SUITE / suite / "clauses.json"):
        assert f"{clause['section']}.".startswith(f"{chapter}."), clause["id"]


def test_clause_ids_are_unique() -> None:
    counts = Counter(clause["id"] for clause in all_clauses())
    assert [clause for clause, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("suite", SENTENCES)
def test_no_clause_is_missing(suite: str) -> None:
    clauses = [c for c in load(SUITE / suite / "clauses.json") if c["kind"] != "prose"]
    guest = [c for c in clauses if c["kind"] == "block" and c["testable"] == "guest"]
    musts = [c for c in guest if c["level"] in ("MUST", "MUST NOT")]
    assert (len(clauses), len(guest), len(musts)) == SENTENCES[suite]


def test_the_table_in_the_docs_has_the_same_counts() -> None:
    lines = (ROOT / "docs/clauses.md").read_text(encoding="utf-8").splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| `")]
    told = {row[0].strip("`"): [int(cell) for cell in row[3:]] for row in rows if len(row) == 9}
    assert set(told) == set(SENTENCES)
    for suite, counts in told.items():
        clauses = [c for c in load(SUITE / suite / "clauses.json") if c["kind"] != "prose"]
        blocks = [clause for clause in clauses if clause["kind"] == "block"]
        judged = Counter(clause["testable"] for clause in blocks)
        musts = SENTENCES[suite][2]
        by_judge = [judged["guest"], musts, judged["host"], judged["no"]]
        assert counts == [len(clauses), len(blocks), *by_judge], suite


@each_clause_file
def test_no_two_clauses_have_one_text(path: Path) -> None:
    counts = Counter(clause["text"] for clause in load(path))
    assert [text for text, count in counts.items() if count > 1] == []


@each_clause_file
def test_fingerprint_of_our_own_rules_is_that_of_their_text(path: Path) -> None:
    for clause in load(path):
        if clause["kind"] == "prose":
            assert sha256(clause["text"].encode()).hexdigest()[:8] == clause["sha8"], clause["id"]


@each_clause_file
def test_text_is_a_sentence(path: Path) -> None:
    for clause in load(path):
        text = clause["text"]
        assert text.endswith("."), clause["id"]
        assert len(text) <= LONGEST_TEXT, clause["id"]
        for words in (text, clause["note"] or ""):
            assert words == " ".join(words.split()), (clause["id"], "line break or stray space")


@each_clause_file
def test_text_has_the_modal_verb_of_its_level(path: Path) -> None:
    verbs = {"SHOULD": "should", "SHOULD NOT": "should", "MAY": "may"}
    for clause in load(path):
        verb = verbs.get(clause["level"])
        if verb:
            assert re.search(rf"\b{verb}\b", clause["text"]), clause["id"]


@each_clause_file
def test_permission_is_not_testable(path: Path) -> None:
    for clause in load(path):
        assert clause["level"] != "MAY" or clause["testable"] == "no", clause["id"]


def test_features_named_by_clauses_exist() -> None:
    known = {feature["name"] for feature in all_features()}
    for clause in all_clauses():
        named = clause["features"]
        assert named == sorted(set(named)), (clause["id"], "sorted, each once")
        for name in [*named, *FEATURE_NAME.findall(clause["text"])]:
            assert name in known, (clause["id"], name)


@each_feature_file
def test_feature_entries_are_well_formed(path: Path) -> None:
    for feature in load_features(path):
        assert list(feature) == list(FEATURE_TYPES), feature
        for field, expected in FEATURE_TYPES.items():
            # Exactly this type: for isinstance, true is an int as well.
            assert type(feature[field]) is expected, (feature["name"], field)
        assert feature["since"] in VERSIONS, feature["name"]


@each_feature_file
def test_feature_names_belong_to_their_suite(path: Path) -> None:
    suite = suite_name(path)
    owner = "" if suite == "core" else FEATURE_PREFIX.get(suite, suite.upper()) + "_"
    prefix = f"VIRTIO_{owner}F_"
    for feature in load_features(path):
        assert feature["name"].startswith(prefix), feature["name"]


@each_feature_file
def test_feature_bits_are_sorted_and_allotted_to_their_suite(path: Path) -> None:
    """Section 2.2 says which bits belong to a device type and which to all devices."""
    every_device = {*range(24, 42), 43}
    device_type = {*range(0, 24), 41, 42, *range(50, 128)}
    allotted = every_device if suite_name(path) == "core" else device_type
    bits = [feature["bit"] for feature in load_features(path)]
    assert bits == sorted(set(bits))
    assert set(bits) <= allotted


@pytest.mark.parametrize(
    "suite, count", [EVERY_DEVICE, *((name, one[0]) for name, one in DEVICE_TYPES.items())]
)
def test_no_feature_is_missing(suite: str, count: int) -> None:
    assert len(load_features(SUITE / suite / "features.json")) == count


def test_feature_names_are_unique() -> None:
    names = sorted(feature["name"] for feature in all_features())
    assert [name for name, group in groupby(names) if len(list(group)) > 1] == []


@pytest.fixture(scope="module")
def listing() -> dict[str, list[dict[str, Any]]]:
    """What the probe says of its tests and checks."""
    try:
        probe = Tree(ROOT).probe()
    except UserError as error:
        pytest.skip(str(error))
    newest = max(path.stat().st_mtime for path in SUITE.glob("**/*.[ch]"))
    if newest > probe.stat().st_mtime:
        pytest.skip(f"{probe} is older than the tests: run 'make'")
    said = subprocess.run([probe, "list"], stdout=subprocess.PIPE, timeout=60, check=True).stdout
    found: dict[str, list[dict[str, Any]]] = json.loads(said)
    return found


def test_every_test_names_clauses_that_can_be_judged(listing: dict[str, Any]) -> None:
    by_id = {clause["id"]: clause for clause in all_clauses()}
    for test in listing["tests"]:
        assert test["clauses"], test["test"]
        for name in test["clauses"]:
            assert name in by_id, (test["test"], name)
            assert by_id[name]["testable"] != "no", (test["test"], name)


def test_clauses_that_tests_name_and_clauses_that_checks_judge_are_the_same(
    listing: dict[str, Any],
) -> None:
    named = {name for test in listing["tests"] for name in test["clauses"]}
    judged = {check["clause"] for check in listing["checks"]}
    assert (sorted(named - judged), sorted(judged - named)) == ([], [])


def test_tests_and_checks_are_where_the_probe_says(listing: dict[str, Any]) -> None:
    """At the line of a check its macro begins, or one made of them, which is in capitals too."""
    for test in listing["tests"]:
        suite, name = test["test"].split(".")
        assert re.search(rf"\bAVPS_TEST\(\w+, {name},", line_of(test)), test["test"]
        assert test["file"].startswith(f"suite/{suite}/"), test["test"]
    for check in listing["checks"]:
        assert check["clause"] in line_of(check) or re.search(r"\b[A-Z_]+\(", line_of(check)), check


def line_of(entry: dict[str, Any]) -> str:
    """The line of source that an entry of the probe's list names, and the one after it."""
    lines = (ROOT / entry["file"]).read_text(encoding="utf-8").splitlines()
    return "\n".join(lines[entry["line"] - 1 :][:2])


def test_the_way_from_a_test_to_its_clauses_leads_back(listing: dict[str, Any]) -> None:
    catalogue = Catalogue.load(Tree(ROOT))
    assert set(catalogue.clauses) == {clause["id"] for clause in all_clauses()}
    assert set(catalogue.tests) == {
        test["test"] for test in listing["tests"] if not test["on_demand"]
    }
    for name, test in catalogue.tests.items():
        for clause in test.clauses:
            there = catalogue.clauses[clause]
            tests = [one.test for one in catalogue.tests.values() if there.id in one.clauses]
            assert name in tests, (name, clause)
