# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading a profile: bad ones are refused with file, line and remedy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import made_run
import pytest
from fake_tree import FakeTree

from avps.errors import UserError
from avps.lines import json_line, toml_line
from avps.profiles import Profile

LINES: list[dict[str, Any]] = [
    {**made_run.LINE, "id": "REQ-1", "clauses": ["blk-*"], "device": "block", "present": True},
    {**made_run.LINE, "id": "REQ-2", "ics": "is-physical"},
]
GOOD: dict[str, Any] = {
    "name": "made",
    "title": "A made-up profile",
    "virtio": "1.1",
    "note": None,
    "chapters": [{"section": "1", "title": "Everything"}],
    "ics_questions": [{"id": "is-physical", "text": "Is it?", "answer": "yes/no"}],
    "requirements": LINES,
}


def text(profile: dict[str, Any]) -> str:
    """Write a profile as the real ones are: an entry of a list is a line."""
    keys = []
    for key, value in profile.items():
        one = json.dumps(value)
        if isinstance(value, list):
            one = "[\n" + ",\n".join(json.dumps(entry) for entry in value) + "\n]"
        keys.append(f"{json.dumps(key)}: {one}")
    return "{\n" + ",\n".join(keys) + "\n}\n"


def read(content: str) -> Profile:
    return Profile.parse(content, Path("made.json"), made_run.catalogue(), "made")


def test_a_good_profile() -> None:
    profile = read(text(GOOD))
    first, second = profile.requirements
    assert first.clauses == tuple(f"blk-00{number}" for number in range(1, 7))
    assert (first.bound, first.device, second.ics) == ("1.1", "block", "is-physical")
    assert profile.questions == {"is-physical": "Is it?"}
    assert profile.text == text(GOOD)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"level": "MUSTY"}, "made.json:14: requirements[1].level: 'MUSTY' is not one of ['MUST"),
        ({"id": "REQ-1"}, "made.json:14: requirements[1]: REQ-1 is there twice: ids are unique"),
        ({"section": "2"}, "made.json:14: requirements[1].section: REQ-2: section: '2' is not kn"),
        ({"ics": "is-physicel"}, "made.json:14: requirements[1].ics: REQ-2: ics: 'is-physicel' is"),
        (
            {"condition": {"ics": "was"}},
            "made.json:14: requirements[1].condition: REQ-2: condition: 'was' is not known: known:",
        ),
        (
            {"condition": {"device": "blok"}},
            "made.json:14: requirements[1].condition: REQ-2: condition: 'blok' is",
        ),
        (
            {"device": "core"},
            "made.json:14: requirements[1].device: REQ-2: device: 'core' is not known",
        ),
        (
            {"device": "block", "features": ["VIRTIO_NET_F_MAC"]},
            "made.json:14: requirements[1].features: REQ-2: features: 'VIRTIO_NET_F_MAC' is not kn",
        ),
        (
            {"clauses": ["blk-01*"]},
            "made.json:14: requirements[1].clauses: REQ-2: clauses: 'bl",
        ),
        (
            {"tests": ["block.too"]},
            "made.json:14: requirements[1].tests: REQ-2: tests: 'block.too' m",
        ),
    ],
)
def test_a_bad_line_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as error:
        read(text({**GOOD, "requirements": [LINES[0], {**LINES[1], **change}]}))
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    "content, message",
    [
        (
            "{\n,}",
            "made.json: not JSON: Expecting property name enclosed in double quotes: line 2 c",
        ),
        ("[" * 100_000, "made.json: not a profile: nested too deep"),
        ("[]", "made.json:1: [] is not of type 'object'"),
        (text({**GOOD, "virtio": "one"}), "made.json:4: virtio: 'one' does not match"),
        (
            text({**GOOD, "name": "other"}),
            "made.json:2: name: 'other' must be the file's name, 'ma",
        ),
        (
            text({**GOOD, "extra": 1}),
            "made.json:1: Additional properties are not allowed ('extra' ",
        ),
    ],
)
def test_a_file_that_is_no_profile(content: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        read(content)
    assert str(error.value).startswith(message)


def test_the_default_profile_and_none(tree: FakeTree) -> None:
    _, report = tree.run()
    assert report["profile"]["name"] == "avps-2.0" and len(report["requirements"]) == 4
    for name in ("none", "virtio"):
        ran, report = tree.run(words=("--profile", name))
        assert report["profile"]["name"] == "virtio" and report["profile"]["virtio"] == "1.4"
        assert (report["requirements"], report["profile"]["chapters"]) == ([], [])
        assert report["summary"]["requirements"] == {} and ran.status == 0
        assert tree.avps("report", "build/report/fake").status == 0
        assert tree.report() == report


def test_a_bad_profile_starts_nothing(tree: FakeTree) -> None:
    path = tree.profile(virtio="x")
    ran, report = tree.run()
    assert (ran.status, ran.out, report) == (2, "", {})
    assert ran.err.startswith(f"avps: {path}:1: virtio: 'x' does not match")


def test_a_report_without_its_copies_is_refused(tree: FakeTree) -> None:
    tree.run()
    for name in ("profile.json", "catalogue.json"):
        (tree.root / "build/report/fake" / name).unlink()
        ran = tree.avps("report", "build/report/fake")
        assert ran.status == 2 and f"{name} is missing" in ran.err


JSON = '{"a": [1,\n {"b": "]}",\n  "c": [\n2]}],\n"d": {}}'
TOML = """\
top = 1 # [no.table]
[one]
key = 1
[one.two]
list = [
  "a",
  'b',
]
[[many]]
key = 1
[[many]]
"quoted" = 2
"""


@pytest.mark.parametrize(
    "path, line",
    [([], 1), (["a"], 1), (["a", 1], 2), (["a", 1, "c"], 3), (["a", 1, "c", 0], 4), (["d"], 5)]
    + [(["a", 7], 1), (["d", "e"], 5), (["a", 0, "x"], 1)],
)
def test_json_line(path: list[str | int], line: int) -> None:
    assert json_line(JSON, path) == line


@pytest.mark.parametrize(
    "place, line",
    [
        (("", "top"), 1),
        (("one",), 2),
        (("one", "key"), 3),
        (("one", "list"), 2),
        (("one.two", "list"), 5),
        (("one.two", "list", "b"), 7),
        (("one.two", "list", "c"), 5),
        (("many", "key"), 10),
        (("many", "quoted", "", 2), 12),
        (("many", "key", "", 2), 11),
        (("none", "key"), 3),
        (("none", "nothing"), 1),
    ],
)
def test_toml_line(place: tuple[Any, ...], line: int) -> None:
    assert toml_line(TOML, *place) == line


@pytest.mark.parametrize(
    "name, path, value, message",
    [
        ("run.json", ["started"], "yesterday", "Invalid isoformat string: 'yesterday'"),
        ("run.json", ["boots"], [{}], "run.boots[0].cause is missing"),
        ("run.json", ["given"], {"../secret": "x"}, "no file of a report is '../secret'"),
        ("run.json", ["target", "name"], None, "run.target.name is None"),
        ("catalogue.json", ["clauses", 0, "since"], "x", "invalid literal for int()"),
        (
            "catalogue.json",
            ["clauses", 0, "level"],
            "OUGHT",
            "catalogue.clauses[0].level is 'OUGHT'",
        ),
        ("catalogue.json", ["tests", 1, "clauses"], None, "catalogue.tests[1].clauses is None"),
        ("catalogue.json", ["types", "block"], 2, "catalogue.types.block is 2"),
        ("profile.json", ["virtio"], "x", "profile.json:1: virtio: 'x' does not match"),
    ],
)
def test_a_copy_that_is_damaged_is_refused(
    tree: FakeTree, name: str, path: list[str | int], value: Any, message: str
) -> None:
    tree.run()
    file = tree.root / "build/report/fake" / name
    data = json.loads(file.read_text())
    inner = data
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    file.write_text(json.dumps(data))
    ran = tree.avps("report", "build/report/fake")
    assert ran.status == 2 and ran.err.startswith(f"avps: build/report/fake/{name}:"), ran.err
    assert message in ran.err and "Traceback" not in ran.err
