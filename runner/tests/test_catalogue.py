# SPDX-License-Identifier: GPL-2.0-or-later
"""The clause catalogue (docs/clauses.md): complete, well-formed, and consistent with itself."""

import json
import re
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

SUITE = Path(__file__).resolve().parents[2] / "suite"
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

# Suites whose ids abbreviate the folder's name.
ABBREVIATED = {"block": "blk", "sound": "snd"}

# VIRTIO 1.4: how many device sentences each suite has, and how many of those in blocks of
# requirements a guest can judge. A gap in the numbers shows without this; a lost end does not.
SENTENCES = {
    "core": (75, 43),
    "pci": (76, 53),
    "mmio": (12, 10),
    "block": (62, 38),
    "net": (164, 47),
    "entropy": (1, 1),
}
FEATURE_COUNTS = {"core": 16, "block": 16, "net": 45, "entropy": 0}

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
    prefix = r"core-[a-z]+" if suite == "core" else re.escape(ABBREVIATED.get(suite, suite))
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


def test_clause_ids_are_unique() -> None:
    counts = Counter(clause["id"] for clause in all_clauses())
    assert [clause for clause, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("suite", SENTENCES)
def test_no_clause_is_missing(suite: str) -> None:
    clauses = [c for c in load(SUITE / suite / "clauses.json") if c["kind"] != "prose"]
    guest = [c for c in clauses if c["kind"] == "block" and c["testable"] == "guest"]
    assert (len(clauses), len(guest)) == SENTENCES[suite]


@each_clause_file
def test_text_is_a_sentence(path: Path) -> None:
    for clause in load(path):
        text = clause["text"]
        if clause["testable"] == "guest":
            assert text, (clause["id"], "a clause that a guest can judge needs a text")
        if text:
            assert text.endswith("."), clause["id"]
            assert len(text) <= LONGEST_TEXT, clause["id"]
        for words in (text, clause["note"] or ""):
            assert words == " ".join(words.split()), (clause["id"], "line break or stray space")


@each_clause_file
def test_text_has_the_modal_verb_of_its_level(path: Path) -> None:
    verbs = {"SHOULD": "should", "SHOULD NOT": "should", "MAY": "may"}
    for clause in load(path):
        verb = verbs.get(clause["level"])
        if verb and clause["text"]:
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
    prefix = (
        "VIRTIO_F_" if suite == "core" else f"VIRTIO_{ABBREVIATED.get(suite, suite).upper()}_F_"
    )
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


@pytest.mark.parametrize("suite", FEATURE_COUNTS)
def test_no_feature_is_missing(suite: str) -> None:
    assert len(load_features(SUITE / suite / "features.json")) == FEATURE_COUNTS[suite]


def test_feature_names_are_unique() -> None:
    names = sorted(feature["name"] for feature in all_features())
    assert [name for name, group in groupby(names) if len(list(group)) > 1] == []
