# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run is judged by: catalogue, profile, and if there are any, statement and waivers.

Copies of all of them lie in a report's folder, so that the report can be made again of it alone.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from pathlib import Path
from typing import Collection

from avps import profiles, statement, waivers
from avps.catalogue import Catalogue
from avps.errors import UserError
from avps.profiles import Profile
from avps.statement import Statement
from avps.tree import Tree
from avps.waivers import Waiver


@dataclass(frozen=True)
class Given:
    """A file that the user gave: the name it had, where it is read from, and its text."""

    name: str
    path: Path
    text: str

    @classmethod
    def load(cls, path: Path) -> Given:
        """Read it. Raises UserError if it can't be read."""
        try:
            with path.open(encoding="utf-8", newline="") as file:
                return cls(path.name, path, file.read())
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise UserError(f"{path}: can't be read: {reason}") from error


@dataclass(frozen=True)
class Measure:
    """All that the verdicts of a run are made by, beside the run itself."""

    catalogue: Catalogue
    profile: Profile
    statement: Statement | None = None
    waivers: tuple[Waiver, ...] = ()
    given: dict[str, Given] = field(default_factory=dict)

    @classmethod
    def load(
        cls,
        tree: Tree,
        profile: str | None = None,
        ics: Path | None = None,
        waived: Path | None = None,
    ) -> Measure:
        """Read what the user named; without a profile's name the default one.

        Raises UserError naming file, line and remedy.
        """
        catalogue = Catalogue.load(tree)
        chosen = profiles.Profile.load(tree, profile, catalogue)
        # One statement serves all profiles, so it may answer what another one asks.
        questions = set(chosen.questions)
        if ics:
            for name in profiles.names(tree):
                questions |= set(Profile.load(tree, name, catalogue).questions)
        given = {
            name: Given.load(path)
            for name, path in ((statement.FILE, ics), (waivers.FILE, waived))
            if path
        }
        return cls._of(catalogue, chosen, given, questions)

    @classmethod
    def read(cls, folder: Path, names: dict[str, str]) -> Measure:
        """Read the copies in a report's folder; `names` says under which names some were given.

        Nothing else is read. Raises UserError naming file, line and remedy.
        """
        unknown = set(names) - {statement.FILE, waivers.FILE}
        if unknown:
            raise UserError(
                f"{folder / 'run.json'}: given: no file of a report is {min(unknown)!r}"
            )
        catalogue = Catalogue.read(folder)
        chosen = Profile.read(folder, catalogue)
        given = {
            file: Given(name, folder / file, Given.load(folder / file).text)
            for file, name in names.items()
        }
        return cls._of(catalogue, chosen, given, None)

    @classmethod
    def _of(
        cls,
        catalogue: Catalogue,
        profile: Profile,
        given: dict[str, Given],
        questions: Collection[str] | None,
    ) -> Measure:
        claims, excuses = given.get(statement.FILE), given.get(waivers.FILE)
        return cls(
            catalogue,
            profile,
            statement.parse(claims.text, claims.path, catalogue.types, questions, claims.name)
            if claims
            else None,
            waivers.parse(excuses.text, excuses.path, catalogue) if excuses else (),
            given,
        )

    def refuse_expired(self, target: str) -> None:
        """Raise UserError if a waiver for this target has expired today (W7)."""
        excuses = self.given.get(waivers.FILE)
        if excuses:
            today = datetime.datetime.now(datetime.timezone.utc).date()
            waivers.refuse_expired(self.waivers, target, today, excuses.path, excuses.text)

    @property
    def names(self) -> dict[str, str]:
        """The names of the files that were given, by those of their copies, as `read` wants."""
        return {file: one.name for file, one in self.given.items()}

    def write(self, folder: Path) -> None:
        """Write the copies into a report's folder. Raises OSError."""
        self.catalogue.write(folder)
        self.profile.write(folder)
        for file, one in self.given.items():
            (folder / file).write_text(one.text, encoding="utf-8", newline="")
