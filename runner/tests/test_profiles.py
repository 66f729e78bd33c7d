# SPDX-License-Identifier: GPL-2.0-or-later
"""The profiles (docs/profiles.md): well-formed, complete, and at one with catalogue and tests."""

from __future__ import annotations

import json
import re
from collections import Counter
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Iterator

import pytest
from avps.catalogue import Catalogue, Clause
from avps.tree import Tree
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "suite/profiles/profile.schema.json"
FILES = {path.stem: path for path in sorted(SCHEMA.parent.glob("*.json")) if path != SCHEMA}

# Suites that hold for devices of every type.
COMMON = ("core", "pci", "mmio")

# Chapters of AVPS 2.0 that say something of their own, as its table of contents numbers them.
AVPS_CHAPTERS = (
    "2.5.1 2.6.1 2.7.1 2.7.2 2.7.3 2.7.4 2.8.1 2.8.2 2.8.3 2.8.4 2.9 2.10 2.11"
    " 2.12.1 2.12.2 2.12.3 2.12.4 2.12.5 2.13 2.14 2.15 2.16 2.17 2.18"
    " 2.19.1 2.19.2 2.19.3 2.19.4 2.20.1 2.20.2"
).split()

MODAL = {"SHOULD": "should", "MAY": "may"}

Entry = dict[str, Any]

each_profile = pytest.mark.parametrize("name", FILES)
each_virtio = pytest.mark.parametrize("name", [name for name in FILES if name.startswith("virtio")])


@cache
def load(name: str) -> Entry:
    """Return a profile."""
    profile = json.loads(FILES[name].read_text(encoding="utf-8"))
    assert isinstance(profile, dict), name
    return profile


@cache
def schema() -> Entry:
    """Return the schema of all profiles."""
    loaded: Entry = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return loaded


@cache
def catalogue() -> Catalogue:
    """Return all clauses, and the tests of the probe that is built."""
    return Catalogue.load(Tree(ROOT))


@cache
def features() -> dict[str, dict[str, str]]:
    """Return, by suite, each modern feature's name and the version that first has it."""
    return {
        path.parent.name: {
            feature["name"]: feature["since"]
            for feature in json.loads(path.read_text(encoding="utf-8"))["features"]
            if not feature["legacy"]
        }
        for path in (ROOT / "suite").glob("*/features.json")
    }


def requirements(name: str) -> list[Entry]:
    """Return the requirements of a profile."""
    found: list[Entry] = load(name)["requirements"]
    return found


def version(text: str) -> tuple[int, ...]:
    """Give a version, or a section, as numbers to be compared: 2.10 comes after 2.9."""
    return tuple(int(part) for part in text.split("."))


def bound(name: str, requirement: Entry) -> tuple[int, ...]:
    """Give the version of VIRTIO that a requirement binds."""
    return version(requirement["virtio"] or load(name)["virtio"])


def matching(pattern: str) -> list[Clause]:
    """Return the clauses that an id or glob means."""
    return [one for one in catalogue().clauses.values() if fnmatchcase(one.id, pattern)]


def suites() -> dict[str, list[Clause]]:
    """Return the clauses of each suite that has any."""
    found: dict[str, list[Clause]] = {}
    for clause in catalogue().clauses.values():
        found.setdefault(clause.suite, []).append(clause)
    return found


def one_entry_a_line(profile: Entry) -> str:
    """The one form of a profile, in which a changed requirement is a changed line."""
    return (
        "{\n"
        + ",\n".join(f"{json.dumps(key)}: {_value(profile[key])}" for key in profile)
        + "\n}\n"
    )


def _value(value: Any) -> str:
    if not isinstance(value, list) or not value:
        return json.dumps(value, ensure_ascii=False)
    return "[\n" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in value) + "\n]"


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())


@each_profile
def test_profile_keeps_the_schema(name: str) -> None:
    errors = Draft202012Validator(schema()).iter_errors(load(name))
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


@pytest.mark.parametrize(
    "change",
    [
        {"level": "MANDATORY"},
        {"status": "done"},
        {"provenance": "guess"},
        {"condition": {"device": "net", "ics": "arm"}},
        {"condition": "net"},
        {"text": "lower case, and no full stop"},
        {"features": ["F_FLUSH"]},
        {"clauses": ["BLK-*"]},
        {"unknown": None},
        # what is not known to be a requirement must not count
        {"provenance": "informative"},
        {"level": "INFORMATIVE"},
        {"status": "discussion"},
        # presence and features are those of devices; an excuse is one from features
        {"device": None},
        {"device": None, "present": False, "features": ["VIRTIO_F_VERSION_1"]},
        {"unless": ["VIRTIO_BLK_F_RO"]},
        # nothing could ever decide it
        {"present": False, "clauses": []},
    ],
    ids=str,
)
def test_schema_refuses(change: Entry) -> None:
    good = next(one for one in requirements("avps-2.0") if one["id"] == "AVPS-BLK-1")
    profile = load("avps-2.0")
    assert Draft202012Validator(schema()).is_valid({**profile, "requirements": [good]})
    bad = {**profile, "requirements": [{**good, **change}]}
    assert not Draft202012Validator(schema()).is_valid(bad)


@each_profile
def test_one_requirement_a_line(name: str) -> None:
    path = FILES[name]
    assert path.read_text(encoding="utf-8") == one_entry_a_line(load(name))


@each_profile
def test_keys_stand_in_the_order_of_the_schema(name: str) -> None:
    definitions = schema()["$defs"]["requirement"]
    assert list(definitions["properties"]) == definitions["required"]
    assert list(load(name)) == schema()["required"]
    for requirement in requirements(name):
        assert list(requirement) == definitions["required"], requirement["id"]


@each_profile
def test_profile_has_the_name_of_its_file(name: str) -> None:
    assert load(name)["name"] == name


@each_profile
def test_requirement_ids_are_unique_and_of_the_profile(name: str) -> None:
    counts = Counter(requirement["id"] for requirement in requirements(name))
    assert [one for one, count in counts.items() if count > 1] == []
    pattern = r"AVPS-[A-Z]+-\d+" if name.startswith("avps") else r"VIRTIO-[A-Z0-9]+"
    assert [one for one in counts if not re.fullmatch(pattern, one)] == []


@each_profile
def test_chapters_are_in_order_and_requirements_follow_them(name: str) -> None:
    chapters = [version(chapter["section"]) for chapter in load(name)["chapters"]]
    assert chapters == sorted(set(chapters))
    sections = [version(requirement["section"]) for requirement in requirements(name)]
    assert sections == sorted(sections)
    assert set(sections) <= set(chapters)


@each_profile
def test_every_chapter_has_a_requirement(name: str) -> None:
    """A heading has those of the chapters below it."""
    sections = {f"{requirement['section']}." for requirement in requirements(name)}
    for chapter in load(name)["chapters"]:
        start = f"{chapter['section']}."
        assert any(section.startswith(start) for section in sections), chapter


def test_avps_has_a_requirement_in_every_chapter() -> None:
    sections = {requirement["section"] for requirement in requirements("avps-2.0")}
    assert sorted(sections, key=version) == AVPS_CHAPTERS


@each_profile
def test_text_has_the_modal_verb_of_its_level(name: str) -> None:
    for requirement in requirements(name):
        assert " ".join(requirement["text"].split()) == requirement["text"], requirement["id"]
        verb = MODAL.get(requirement["level"])
        if verb:
            assert re.search(rf"\b{verb}\b", requirement["text"]), requirement["id"]
        elif requirement["level"] == "MUST":
            assert not re.search(r"\b(should|may|perhaps)\b", requirement["text"], re.I), (
                requirement["id"],
                "a plain statement stands for MUST",
            )


@each_profile
def test_guesses_never_count(name: str) -> None:
    for requirement in requirements(name):
        if requirement["provenance"] == "informative":
            assert requirement["level"] == "INFORMATIVE", requirement["id"]
            assert requirement["status"] != "firm", requirement["id"]


@each_profile
def test_device_types_are_suites(name: str) -> None:
    known = {None, *suites()} - set(COMMON)
    for requirement in requirements(name):
        condition = requirement["condition"] or {}
        assert {requirement["device"], condition.get("device")} <= known, requirement["id"]
        assert not requirement["present"] or "device" not in condition, (
            requirement["id"],
            "a device that has to be there cannot be its own condition",
        )


@each_profile
def test_clauses_exist_and_are_of_the_device(name: str) -> None:
    for requirement in requirements(name):
        found: list[Clause] = []
        for pattern in requirement["clauses"]:
            assert matching(pattern), (requirement["id"], pattern, "matches no clause")
            found += matching(pattern)
        if requirement["device"]:
            others = {one.suite for one in found} - {requirement["device"], *COMMON}
            assert others == set(), requirement["id"]
        if found and not (requirement["features"] or requirement["ics"]):
            oldest = min(version(one.since) for one in found)
            assert oldest <= bound(name, requirement), (requirement["id"], "nothing decides it")


@each_profile
def test_features_exist_and_are_old_enough(name: str) -> None:
    for requirement in requirements(name):
        if not requirement["features"]:
            continue
        offered = {**features()[requirement["device"]], **features()["core"]}
        for feature in (*requirement["features"], *requirement["unless"]):
            assert feature in offered, (requirement["id"], feature)
            since = version(offered[feature])
            assert since <= bound(name, requirement), (requirement["id"], feature)


@each_profile
def test_tests_exist(name: str) -> None:
    for requirement in requirements(name):
        for pattern in requirement["tests"]:
            assert any(fnmatchcase(one, pattern) for one in catalogue().tests), (
                requirement["id"],
                pattern,
            )


@each_profile
def test_questions_are_asked_and_used(name: str) -> None:
    questions = [question["id"] for question in load(name)["ics_questions"]]
    assert len(questions) == len(set(questions))
    assert set(questions) == set(asked(name))


def asked(name: str) -> Iterator[str]:
    """Yield the questions that the requirements of a profile ask."""
    for requirement in requirements(name):
        for question in (requirement["ics"], (requirement["condition"] or {}).get("ics")):
            if question:
                yield question


@each_virtio
def test_virtio_profile_names_every_clause_of_its_version(name: str) -> None:
    patterns = [pattern for one in requirements(name) for pattern in one["clauses"]]
    limit = version(load(name)["virtio"])
    for clauses in suites().values():
        for clause in clauses:
            if version(clause.since) <= limit:
                assert any(fnmatchcase(clause.id, one) for one in patterns), clause.id


@each_virtio
def test_virtio_profile_judges_each_device_type_by_itself(name: str) -> None:
    for requirement in requirements(name):
        device = requirement["device"]
        assert requirement["condition"] == (device and {"device": device}), requirement["id"]
        assert requirement["virtio"] is None, requirement["id"]
