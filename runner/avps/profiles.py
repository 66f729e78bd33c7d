# SPDX-License-Identifier: GPL-2.0-or-later
"""Profiles (docs/profiles.md): what a target is measured against."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Iterable, Iterator, Sequence

from avps.catalogue import Catalogue
from avps.errors import UserError, near
from avps.lines import Step, json_line
from avps.tree import Tree

DEFAULT = "avps-2.0"
NONE = "none"
# The copy of it in a report's folder, by which the report can be made again.
FILE = "profile.json"

_SCHEMA = Path(__file__).resolve().parents[2] / "suite/profiles/profile.schema.json"

# Without a profile there are no requirements, every clause counts, and all of them are of this
# version at most.
_EVERYTHING: dict[str, Any] = {
    "name": "virtio",
    "title": "VIRTIO 1.4, every sentence, without a profile",
    "virtio": "1.4",
    "note": None,
    "chapters": [],
    "ics_questions": [],
    "requirements": [],
}


@dataclass(frozen=True)
class Requirement:
    """One line of a profile; docs/profiles.md explains the fields. Globs are written out."""

    id: str
    section: str
    level: str
    status: str
    device_condition: str | None
    ics_condition: str | None
    device: str | None
    present: bool
    text: str
    provenance: str
    features: tuple[str, ...]
    unless: tuple[str, ...]
    clauses: tuple[str, ...]
    tests: tuple[str, ...]
    ics: str | None
    bound: str
    note: str | None


@dataclass(frozen=True)
class Profile:
    """One profile; `text` is the file as it was read."""

    name: str
    title: str
    virtio: str
    note: str | None
    chapters: tuple[dict[str, str], ...]
    questions: dict[str, str]
    requirements: tuple[Requirement, ...]
    text: str

    @classmethod
    def load(cls, tree: Tree, name: str | None, catalogue: Catalogue) -> Profile:
        """Give a profile of suite/profiles by name; None: the default one; `none`: none.

        Raises UserError naming file, line and remedy.
        """
        if name in (NONE, _EVERYTHING["name"]):
            return cls._of(_EVERYTHING, _text(_EVERYTHING), catalogue)
        path = tree.profiles / f"{name or DEFAULT}.json"
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise UserError(
                f"profile '{name or DEFAULT}' is not known: "
                f"{near(name or DEFAULT, [*names(tree), NONE])}"
            ) from error
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"{path}: {error}") from error
        return cls.parse(text, path, catalogue, path.stem)

    @classmethod
    def read(cls, folder: Path, catalogue: Catalogue) -> Profile:
        """Read what `write` wrote into a report's folder; raises UserError as `load` does."""
        path = folder / FILE
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise UserError(f"{path} is missing: {folder} is not the report of a run") from error
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"{path}: {error}") from error
        if text == _text(_EVERYTHING):
            return cls._of(_EVERYTHING, text, catalogue)
        return cls.parse(text, path, catalogue)

    def write(self, folder: Path) -> None:
        """Write it into a report's folder, as it was read. Raises OSError."""
        (folder / FILE).write_text(self.text, encoding="utf-8", newline="")

    @classmethod
    def parse(cls, text: str, path: Path, catalogue: Catalogue, name: str | None = None) -> Profile:
        """Take the text of the file `path`, which has to be called `name` (None: anything).

        Raises UserError naming file, line and remedy.
        """
        import jsonschema

        try:
            data = json.loads(text)
        except ValueError as error:
            raise UserError(f"{path}: not JSON: {error}") from error
        except RecursionError as error:
            raise UserError(f"{path}: not a profile: nested too deep") from error
        # best_match goes down into what `anyOf` admits, to the one that nearly fits
        wrong = jsonschema.exceptions.best_match(
            jsonschema.Draft202012Validator(_schema()).iter_errors(data)
        )
        if wrong:
            raise _bad(path, text, list(wrong.absolute_path), wrong.message)
        if name is not None and data["name"] != name:
            raise _bad(path, text, ["name"], f"'{data['name']}' must be the file's name, '{name}'")
        for where, problem in _problems(data, catalogue):
            raise _bad(path, text, where, problem)
        return cls._of(data, text, catalogue)

    @classmethod
    def _of(cls, data: dict[str, Any], text: str, catalogue: Catalogue) -> Profile:
        return cls(
            name=data["name"],
            title=data["title"],
            virtio=data["virtio"],
            note=data["note"],
            chapters=tuple(data["chapters"]),
            questions={one["id"]: one["text"] for one in data["ics_questions"]},
            requirements=tuple(_requirement(one, data, catalogue) for one in data["requirements"]),
            text=text,
        )


def names(tree: Tree) -> list[str]:
    """Give the names of the profiles there are."""
    return sorted(path.stem for path in tree.profiles.glob("*.json") if path.stem != _SCHEMA.stem)


def version(text: str) -> tuple[int, ...]:
    """Give a version as numbers, which compare: 1.10 is newer than 1.9."""
    return tuple(int(part) for part in text.split("."))


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    return schema


def _text(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=1) + "\n"


def _requirement(entry: dict[str, Any], data: dict[str, Any], catalogue: Catalogue) -> Requirement:
    condition = entry["condition"] or {}
    return Requirement(
        id=entry["id"],
        section=entry["section"],
        level=entry["level"],
        status=entry["status"],
        device_condition=condition.get("device"),
        ics_condition=condition.get("ics"),
        device=entry["device"],
        present=entry["present"],
        text=entry["text"],
        provenance=entry["provenance"],
        features=tuple(entry["features"]),
        unless=tuple(entry["unless"]),
        clauses=_written_out(entry["clauses"], catalogue.clauses),
        tests=_written_out(entry["tests"], catalogue.tests),
        ics=entry["ics"],
        bound=entry["virtio"] or data["virtio"],
        note=entry["note"],
    )


def _written_out(globs: Sequence[str], known: Iterable[str]) -> tuple[str, ...]:
    """Give the names that one of the globs matches, in the order of the catalogue."""
    return tuple(name for name in known if any(fnmatchcase(name, glob) for glob in globs))


def _problems(data: dict[str, Any], catalogue: Catalogue) -> Iterator[tuple[list[Step], str]]:
    """Say what names nothing, and where it stands: what a schema can't know."""
    sections = [chapter["section"] for chapter in data["chapters"]]
    questions = [question["id"] for question in data["ics_questions"]]
    types, seen = catalogue.types.names(), set()
    for number, entry in enumerate(data["requirements"]):
        where: list[Step] = ["requirements", number]
        condition = entry["condition"] or {}
        if entry["id"] in seen:
            yield where, f"{entry['id']} is there twice: ids are unique"
        seen.add(entry["id"])
        uses: list[tuple[str, Any, Sequence[str]]] = [
            ("section", entry["section"], sections),
            ("condition", condition.get("device"), types),
            ("condition", condition.get("ics"), questions),
            ("device", entry["device"], types),
            ("ics", entry["ics"], questions),
        ]
        if entry["device"] in types:
            offered = [one.name for one in catalogue.types.of_type(entry["device"])]
            uses += [(key, one, offered) for key in ("features", "unless") for one in entry[key]]
        for key, used, known in uses:
            if used is not None and used not in known:
                yield [*where, key], f"{entry['id']}: {key}: '{used}' is not known: " + near(
                    used, known
                )
        for key, known in (("clauses", [*catalogue.clauses]), ("tests", [*catalogue.tests])):
            for glob in entry[key]:
                if not _written_out([glob], known):
                    yield [*where, key], f"{entry['id']}: {key}: '{glob}' matches none: " + near(
                        glob, known
                    )


def _bad(path: Path, text: str, where: Sequence[Step], problem: str) -> UserError:
    key = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in where).strip(".")
    return UserError(f"{path}:{json_line(text, where)}: {key + ': ' if key else ''}{problem}")
