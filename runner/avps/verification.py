# SPDX-License-Identifier: GPL-2.0-or-later
"""What came of checking a report, and how it is told."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterable

from avps import sign
from avps.render.text import one_line

MOST = 12  # so much is told of one file


@dataclass
class Verification:
    """What came of it. `problems` are in the order of the checks, each names its file; `notes` are
    what a reader should know of a report that is as it was.
    """

    folder: Path
    manifest: dict[str, Any] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)
    signature: sign.Signature | None = None
    records: int = 0
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_text(self) -> str:
        """Tell it: what was found wrong, or who vouches for what; then the notes."""
        notes = [f"note: {one}" for one in self.notes]
        if self.problems:
            return _lines([*self.problems, *notes, f"{self.folder}: refused"])
        signed = self.signature and self.signature.principal
        lines = [
            f"report: {self.report['run']['id']}, {self.report['summary']['verdict']}",
            f"records: {self.records}, nonce {self.report['run']['nonce']}",
            f"files: {len(self.manifest['files'])}, all made again and the same",
        ]
        if self.signature and signed:
            lines.append(f"signature: {signed}, {self.signature.key}")
        return _lines([*lines, *notes, f"{self.folder}: verified"])

    def refuse(self, file: str, what: Iterable[str]) -> None:
        """Add problems of a file, but no more than people read, and nothing but what prints."""
        told = list(itertools.islice(what, MOST + 1))
        self.problems += [one_line(f"{file}: {one}") for one in told[:MOST]]
        if told[MOST:]:
            self.problems.append(one_line(f"{file}: and more"))


def _lines(lines: Iterable[str]) -> str:
    """Join lines; a name that somebody made up can't play with the reader's terminal."""
    return "\n".join(map(one_line, lines))
