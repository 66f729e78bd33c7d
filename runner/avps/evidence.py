# SPDX-License-Identifier: GPL-2.0-or-later
"""All that is known of a run before anybody judges it, and the files that keep it."""

from __future__ import annotations

import datetime
import json
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from avps.boot import Arrival
from avps.errors import UserError
from avps.records import Record
from avps.shapes import RUN, check
from avps.transcript import Key, Transcript

SCHEMA = "avps-run/1"


@dataclass
class BootFacts:
    """How one boot went: why it ended before its time (None: it did not), the VMM's exit status."""

    cause: str | None
    detail: str | None
    exit: int | None
    duration_s: float


@dataclass
class Evidence:
    """A run: its circumstances, and what each boot of the guest said.

    `given`: the names under which the user gave files, by those of their copies in the folder.
    """

    id: str
    started: str
    nonce: str
    target: dict[str, Any]
    profile: dict[str, str]
    selected: set[Key] | None = None
    given: dict[str, str] = field(default_factory=dict)
    origin: dict[str, Any] = field(default_factory=dict)
    duration_s: float = 0.0
    boots: list[BootFacts] = field(default_factory=list)
    arrivals: list[tuple[int, Arrival]] = field(default_factory=list)
    console: bytes = b""

    @property
    def cause(self) -> str | None:
        """Why the last boot ended before its time; None if it did not."""
        return self.boots[-1].cause if self.boots else None

    @property
    def detail(self) -> str | None:
        """The same in words."""
        return self.boots[-1].detail if self.boots else None

    def transcript(self) -> Transcript:
        """Give what the guest said, put in order; of the last boot, as there is one so far."""
        found = Transcript()
        for boot, arrival in self.arrivals:
            if boot == len(self.boots) - 1:
                found.add(arrival.record)
        return found

    def console_lines(self, count: int) -> list[str]:
        """Give the last lines of the console that are not empty, printable characters only."""
        text = self.console[-400 * count :].decode(errors="replace")
        lines = (
            "".join(c if c.isprintable() else " " for c in line).rstrip()
            for line in text.splitlines()
        )
        return [line for line in lines if line][-count:]

    def write(self, folder: Path) -> None:
        """Write the three files into a folder. Raises OSError."""
        facts = {
            "schema": SCHEMA,
            "id": self.id,
            "started": self.started,
            "nonce": self.nonce,
            "duration_s": self.duration_s,
            "selected": None
            if self.selected is None
            else sorted((list(key) for key in self.selected), key=str),
            "target": self.target,
            "profile": self.profile,
            "given": self.given,
            "origin": self.origin,
            "boots": [asdict(boot) for boot in self.boots],
        }
        (folder / "run.json").write_text(json.dumps(facts, indent=1) + "\n")
        with (folder / "records.jsonl").open("w") as file:
            for boot, arrival in self.arrivals:
                record = arrival.record
                entry = {
                    "boot": boot,
                    "seq": record.seq,
                    "at": round(arrival.at, 6),
                    "crc": f"{zlib.crc32(record.text.encode()):08x}",
                    "json": record.text,
                }
                file.write(json.dumps(entry) + "\n")
        (folder / "console.log").write_bytes(self.console)

    @classmethod
    def read(cls, folder: Path) -> Evidence:
        """Read what `write` wrote. Raises UserError naming file and line of what is wrong."""
        path = folder / "run.json"
        try:
            facts = json.loads(path.read_text())
            if facts["schema"] != SCHEMA:
                raise ValueError(f"schema is {facts['schema']!r}, not '{SCHEMA}'")
            check(facts, RUN, "run")
            datetime.datetime.fromisoformat(facts["started"])
            selected = facts["selected"]
            return cls(
                id=facts["id"],
                started=facts["started"],
                nonce=facts["nonce"],
                target=facts["target"],
                profile=facts["profile"],
                selected=None if selected is None else {Key(*key) for key in selected},
                given=facts["given"],
                origin=facts.get("origin", {}),
                duration_s=facts["duration_s"],
                boots=[BootFacts(**boot) for boot in facts["boots"]],
                arrivals=_read_records(folder / "records.jsonl"),
                console=(folder / "console.log").read_bytes(),
            )
        except FileNotFoundError as error:
            raise UserError(
                f"{error.filename} is missing: {folder} is not the report of a run"
            ) from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(f"{path}: not the facts of a run: {error!r}") from error


def _read_records(path: Path) -> list[tuple[int, Arrival]]:
    arrivals = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        try:
            entry = json.loads(line)
            record = Record(entry["seq"], entry["json"], json.loads(entry["json"]))
            arrivals.append((entry["boot"], Arrival(entry["at"], record)))
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{path}:{number}: not a record: {error!r}") from error
    return arrivals
