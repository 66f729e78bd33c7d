# SPDX-License-Identifier: GPL-2.0-or-later
"""A report folder, read for comparing: what is needed of it is there, or the user is told."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import urllib.parse
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Iterable

from avps.errors import UserError

SCHEMA = "avps-report/1"
TEST_VERDICTS = ("PASS", "FAIL", "SKIP", "ERROR", "MISS")
CLAUSE_VERDICTS = ("PASS", "FAIL", "INCONCLUSIVE", "NOT-APPLICABLE", "NOT-TESTED")
PLATFORM_VERDICTS = ("conformant", "non-conformant", "incomplete")

# What a comparison can't do without. Reports of other versions of avps are compared too, so that no
# more is asked of them than this, and newer fields have a default where they are used.
_OBJECTS = {
    "run": ("id", "started", "complete", "cause"),
    "target": ("name", "vmm", "version", "arch", "accel"),
    "profile": ("name", "virtio"),
    "summary": ("verdict", "tests", "clauses", "requirements"),
}
_LISTS = {
    "devices": ("id", "type", "transport", "features", "problem"),
    "results": ("test", "device", "ring", "verdict", "reason", "clauses"),
    "clauses": ("id", "level", "section", "target", "text", "verdict", "why", "tests"),
    "requirements": ("id", "level", "section", "verdict", "why", "clauses", "tests"),
}
_WORDS = {
    "results": TEST_VERDICTS,
    "clauses": CLAUSE_VERDICTS,
    "requirements": CLAUSE_VERDICTS,
}
_CLAUSE = ("level", "section", "since", "text")
_REQUIREMENT = (
    *("section", "level", "status", "condition", "device", "text", "provenance", "weight"),
)


@dataclass(frozen=True)
class Run:
    """The report of one run, and the folder it was read from."""

    folder: Path
    report: dict[str, Any]
    started: datetime

    @property
    def target(self) -> str:
        """Name of the target: runs with the same one are a series."""
        name: str = self.report["target"]["name"]
        return name

    @property
    def complete(self) -> bool:
        """False if the platform verdict is `incomplete`, whatever the reason."""
        verdict: str = self.report["summary"]["verdict"]
        return bool(self.report["run"]["complete"]) and verdict != "incomplete"

    @property
    def through(self) -> bool:
        """True if the run came to its end: what is not in its report was not there."""
        return bool(self.report["run"]["complete"])

    @property
    def selected(self) -> bool:
        """True if only some tests were selected (`-k`)."""
        chosen = self.report["summary"].get("selected")
        return bool(chosen) and chosen["tests"] < chosen["of"]

    @property
    def profile(self) -> str:
        """What it was measured against; verdicts on requirements compare only within one."""
        return f"{self.report['profile']['name']} (VIRTIO {self.report['profile']['virtio']})"

    @functools.cached_property
    def clauses(self) -> dict[str, dict[str, Any]]:
        """Clauses by id."""
        return {clause["id"]: clause for clause in self.report["clauses"]}

    @functools.cached_property
    def requirements(self) -> dict[str, dict[str, Any]]:
        """Requirements by id."""
        return {one["id"]: one for one in self.report["requirements"]}

    @functools.cached_property
    def tests(self) -> set[str]:
        """Names of all tests that the run knew of, whether they ran or not."""
        named = {test for clause in self.report["clauses"] for test in clause["tests"]}
        return named | {result["test"] for result in self.report["results"]}

    @functools.cached_property
    def clause_texts(self) -> dict[str, str]:
        """What each clause was, by id, as a word that changes when that does."""
        return {id: _digest(one, _CLAUSE) for id, one in self.clauses.items()}

    @functools.cached_property
    def requirement_texts(self) -> dict[str, str]:
        """What each requirement was, in the same way."""
        return {id: _digest(one, _REQUIREMENT) for id, one in self.requirements.items()}

    @functools.cached_property
    def catalogue(self) -> str:
        """A word that changes when a clause, a test or what a test judges does."""
        named = {clause["id"]: sorted(clause["tests"]) for clause in self.report["clauses"]}
        return _hash([self.clause_texts, named, sorted(self.tests)])

    @functools.cached_property
    def profile_text(self) -> str:
        """A word that changes when the profile or one of its requirements does."""
        return _hash([self.profile, self.requirement_texts])

    def as_json(self, out: Path) -> dict[str, Any]:
        """Give its entry in compare.json; links are from the folder `out`."""
        run, target, summary = (self.report[key] for key in ("run", "target", "summary"))
        return {
            "folder": str(self.folder),
            "href": _href(self.folder / "report.html", out),
            "id": run["id"],
            "started": run["started"],
            "duration_s": run.get("duration_s"),
            "target": self.target,
            "vmm": target["vmm"],
            "version": target["version"],
            "arch": target["arch"],
            "accel": target["accel"],
            "probe": run.get("probe"),
            "kernel": run.get("kernel"),
            "profile": self.profile,
            "profile_digest": self.profile_text,
            "catalogue_digest": self.catalogue,
            "verdict": summary["verdict"],
            "headline": summary.get("headline"),
            "complete": self.complete,
            "cause": run["cause"],
            "selected": summary.get("selected") if self.selected else None,
            "counts": {
                "tests": _counts(self.report["results"], TEST_VERDICTS),
                "clauses": _counts(self.report["clauses"], CLAUSE_VERDICTS),
                "requirements": _counts(self.report["requirements"], CLAUSE_VERDICTS),
            },
        }


def read(folder: Path) -> Run:
    """Read the report in `folder`. Raises UserError naming the file and the remedy."""
    path = folder / "report.json"
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "no such folder"
        raise UserError(f"{folder}: {what}: name the folder of a report, which holds report.json")
    try:
        report = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise UserError(f"{folder} holds no report.json: {_remedy(folder)}") from error
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}: see that it can be read") from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: not JSON ({error}): {_again(folder)}") from error
    wrong = _wrong(report)
    if wrong:
        raise UserError(f"{path}: no report that can be compared: {wrong}: {_again(folder)}")
    try:
        started = datetime.fromisoformat(report["run"]["started"])
        if started.tzinfo is None:
            raise ValueError("it has no offset from UTC")
    except (TypeError, ValueError) as error:
        raise UserError(f"{path}: run.started is no time ({error}): {_again(folder)}") from error
    return Run(folder, report, started)


def _wrong(report: Any) -> str | None:
    """Say what a comparison misses in a report; None if nothing."""
    if not isinstance(report, dict) or report.get("schema") != SCHEMA:
        schema = report.get("schema") if isinstance(report, dict) else None
        return f"schema is {json.dumps(schema)}, not '{SCHEMA}'"
    for name, keys in _OBJECTS.items():
        wrong = _lacks(name, report.get(name), keys)
        if wrong:
            return wrong
    if report["summary"]["verdict"] not in PLATFORM_VERDICTS:
        return f"summary.verdict is {json.dumps(report['summary']['verdict'])}"
    for name, keys in _LISTS.items():
        if not isinstance(report.get(name), list):
            return f"'{name}' is no list"
        for number, entry in enumerate(report[name]):
            wrong = _lacks(f"{name}[{number}]", entry, keys)
            if wrong:
                return wrong
            if name in _WORDS and entry["verdict"] not in _WORDS[name]:
                return f"{name}[{number}].verdict is {json.dumps(entry['verdict'])}"
    return None


def _lacks(name: str, value: Any, keys: Iterable[str]) -> str | None:
    if not isinstance(value, dict):
        return f"'{name}' is no object"
    missing = [key for key in keys if key not in value]
    return f"'{name}' lacks {', '.join(missing)}" if missing else None


def _again(folder: Path) -> str:
    return f"judge the run again with './avps report {folder}', or leave the folder out"


def _remedy(folder: Path) -> str:
    below = sorted(path.parent for path in folder.glob("*/report.json"))
    if below:
        return f"name those below it that do ({', '.join(map(str, below[:5]))})"
    return f"make one with './avps run --out {folder}', or leave the folder out"


def _href(page: Path, out: Path) -> str | None:
    """Give the way to `page` from a page in `out`: relative if that is one, null without a page."""
    if not page.exists():
        return None
    page, out = page.resolve(), out.resolve()
    if os.path.commonpath([page, out]) == os.sep:
        return page.as_uri()
    return urllib.parse.quote(os.path.relpath(page, out))


def _counts(entries: Iterable[dict[str, Any]], words: Iterable[str]) -> dict[str, int]:
    found = [entry["verdict"] for entry in entries]
    return {word: found.count(word) for word in words}


def _digest(entry: dict[str, Any], keys: Iterable[str]) -> str:
    return _hash([entry.get(key) for key in keys])


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
