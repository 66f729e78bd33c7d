# SPDX-License-Identifier: GPL-2.0-or-later
"""Arrange what the certification page shows: requirements by chapter, and what was left open."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from avps.render import view

Requirement = dict[str, Any]

# What a requirement says of its wording, for a reader who has no profile at hand.
PROVENANCE = {
    "published": "read in the published document",
    "draft": "read in a draft or in minutes",
    "recollected": "remembered from the published text, read nowhere",
    "informative": "guessed from a title or from context; never counts",
}

WEIGHT = {
    "decides": "A FAIL makes the platform non-conformant.",
    "advice": "A FAIL is advice, and makes nothing fail.",
    "shown": "Shown for information; decides nothing.",
}

ROLE = {
    "decides": "decides",
    "advice": "advice",
    "advisory": "newer",
    "permission": "permission",
    "outside": "outside",
}

WAIVER_STATE = {
    "used": "used",
    "unused": "unused: it excuses nothing that failed",
    "expired": "expired",
    "other-target": "for another target",
    "not-selected": "its tests were not selected",
}

_WEB = re.compile(r"https?://[^\s<>\"']+")


@dataclasses.dataclass(frozen=True)
class Chapter:
    """A chapter of the profile that has requirements, under the heading of the chapter above."""

    section: str
    title: str
    above: str | None
    requirements: list[Requirement]

    @property
    def deciding(self) -> list[Requirement]:
        """The requirements that decide the verdict."""
        return [one for one in self.requirements if one["weight"] == "decides"]

    @property
    def counts(self) -> dict[str, int]:
        """How many requirements that decide have each verdict."""
        return view.tally(self.deciding, view.CLAUSE_VERDICTS)

    @property
    def judged(self) -> dict[str, int] | None:
        """`{deciding, judged}` of the deciding requirement that names most clauses: those of the
        others are among them. None where no clause can decide, or nothing in the chapter applies.
        """
        applying = [one for one in self.deciding if one["verdict"] != "NOT-APPLICABLE"]
        most = max((one["judged"] for one in applying), key=_deciding, default=None)
        return most if most and most["deciding"] else None


def chapters(report: dict[str, Any]) -> list[Chapter]:
    """Return the chapters that have requirements, in the profile's order.

    A section that the profile does not list comes after them, under its number alone.
    """
    titles = {one["section"]: one["title"] for one in report["profile"]["chapters"]}
    by_section: dict[str, list[Requirement]] = {section: [] for section in titles}
    for requirement in report["requirements"]:
        by_section.setdefault(requirement["section"], []).append(requirement)
    return [
        Chapter(section, titles.get(section, ""), titles.get(section.rpartition(".")[0]), found)
        for section, found in by_section.items()
        if found
    ]


def left_open(report: dict[str, Any]) -> list[Requirement]:
    """Return the requirements that are NOT-TESTED or INCONCLUSIVE, those that decide first."""
    found = [one for one in report["requirements"] if one["verdict"] in _OPEN]
    return sorted(found, key=lambda one: (_WEIGHTS.index(one["weight"]), _OPEN[one["verdict"]]))


def open_clauses(report: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return by reason the clauses that decide and were not tested or not settled.

    Without a profile all clauses decide. The reason that most share comes first.
    """
    chosen = [
        clause
        for clause in report["clauses"]
        if clause["verdict"] in _OPEN
        and (clause["role"] == "decides" or not report["requirements"])
    ]
    reasons: dict[str, list[dict[str, Any]]] = {}
    for clause in chosen:
        reasons.setdefault(clause["why"] or "no reason is given", []).append(clause)
    return dict(sorted(reasons.items(), key=lambda item: -len(item[1])))


def naming(report: dict[str, Any]) -> dict[str, list[Requirement]]:
    """Return for each clause the requirements that decide and name it."""
    found: dict[str, list[Requirement]] = {}
    for requirement in report["requirements"]:
        if requirement["weight"] == "decides":
            for clause in requirement["clauses"]:
                found.setdefault(clause, []).append(requirement)
    return found


def partial(report: dict[str, Any]) -> bool:
    """Return whether only some of the tests were selected, so that this is no certificate."""
    selected = report["summary"]["selected"]
    return bool(selected and selected["tests"] != selected["of"])


def web_address(text: str | None) -> str | None:
    """Return `text` if it is an address that a reader may follow, else None: it is then shown."""
    return text if text and _WEB.fullmatch(text) else None


_OPEN = {"INCONCLUSIVE": 0, "NOT-TESTED": 1}
_WEIGHTS = ["decides", "advice", "shown"]


def _deciding(judged: dict[str, int]) -> int:
    return judged["deciding"]
