# SPDX-License-Identifier: GPL-2.0-or-later
"""What one boot of the guest said, put in order: while it runs, or from records.jsonl."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from avps.records import Record, RecordLog
from avps.shapes import mismatch

PROTOCOL = "avps-records/1"
_MOST_RECORDS = 1_000_000


class Key(NamedTuple):
    """One run of a test: on which device, with which ring layout (None: it uses no ring)."""

    test: str
    device: str
    ring: str | None

    @classmethod
    def of(cls, body: dict[str, Any]) -> Key:
        """Give the key that a record or a plan's item is about."""
        return cls(body["test"], body["device"], body["ring"])

    def __str__(self) -> str:
        return f"{self.test}[{self.device}{'-' + self.ring if self.ring else ''}]"


@dataclass(frozen=True)
class Planned:
    """One item of the probe's plan."""

    index: int
    key: Key
    clauses: tuple[str, ...]


class Transcript:
    """The records of one boot by what they are about; they may come late, twice, in any order."""

    def __init__(self) -> None:
        self.log = RecordLog()
        self.malformed: list[str] = []
        self.hello: dict[str, Any] | None = None
        self.bye: dict[str, Any] | None = None
        self.total: int | None = None
        self.plan: dict[int, Planned] = {}
        self.devices: dict[str, dict[str, Any]] = {}
        self.begun: dict[Key, int] = {}
        self.ended: dict[Key, dict[str, Any]] = {}
        self._checks: dict[Key, dict[int, dict[str, Any]]] = {}
        self._traces: dict[Key, dict[str, Any]] = {}
        self._figures: dict[int, dict[str, Any]] = {}

    def add(self, record: Record) -> bool:
        """Take one record; False if it is known already, or lacks fields (docs/records.md)."""
        if not self.log.add(record):
            return False
        body = record.body
        wrong = mismatch(body)
        if wrong:
            self.malformed.append(f"record {record.seq}: {wrong}")
            return False
        if record.type == "hello":
            self.hello = body
        elif record.type == "device":
            self.devices[body["id"]] = body
        elif record.type == "plan":
            self.total = body["total"]
            for index, item in enumerate(body["items"], start=body["first"]):
                self.plan[index] = Planned(index, Key.of(item), tuple(item["clauses"]))
        elif record.type == "begin":
            self.begun[Key.of(body)] = record.seq
        elif record.type == "check":
            self._checks.setdefault(Key.of(body), {})[record.seq] = body
        elif record.type == "trace":
            self._traces[Key.of(body)] = body
        elif record.type == "figure":
            self._figures[record.seq] = body
        elif record.type == "end":
            self.ended[Key.of(body)] = body
        elif record.type == "bye":
            self.bye = body
        return True

    @property
    def running(self) -> Key | None:
        """The test that began last, if it has not ended."""
        last = max(self.begun, key=lambda key: self.begun[key], default=None)
        return None if last in self.ended else last

    @property
    def plan_complete(self) -> bool:
        """True when every item of the plan is known."""
        return self.total is not None and len(self.plan) == self.total

    def checks(self, key: Key) -> list[dict[str, Any]]:
        """Give the failed checks of one run of a test, in the order in which they failed."""
        found = self._checks.get(key, {})
        return [found[seq] for seq in sorted(found)]

    def trace(self, key: Key) -> tuple[list[str], int]:
        """Give the last accesses before a failure, and how many older ones are gone."""
        body = self._traces.get(key, {"entries": [], "lost": 0})
        return body["entries"], body["lost"]

    def figures(self) -> list[dict[str, Any]]:
        """Give what was measured, in the order in which it was sent."""
        return [self._figures[seq] for seq in sorted(self._figures)]

    def missing(self) -> list[int]:
        """Give the numbers of the records known to be lost; before `bye`: the gaps so far."""
        highest = max((record.seq for record in self.log), default=-1)
        count = int(self.bye["records"]) if self.bye else highest + 1
        return self.log.missing(min(count, _MOST_RECORDS))

    def problems(self, nonce: str) -> list[str]:
        """Say what keeps these records from being all that the run with that nonce said."""
        found = list(self.malformed)
        if self.log.conflicts:
            found.append(f"records {_numbers(self.log.conflicts)} came with two contents")
        if self.hello is None:
            found.append("the probe never said hello")
        elif self.hello["nonce"] != nonce:
            found.append(f"the probe's nonce is {self.hello['nonce']!r}, not this run's")
        if not self.plan_complete:
            total = "?" if self.total is None else self.total
            found.append(f"of {total} planned tests {len(self.plan)} are known")
        missing = self.missing()
        if missing:
            found.append(f"lost: records {_numbers(missing)}")
        if self.bye is None:
            found.append("the probe never said bye")
        elif not missing and self.log.digest(self.bye["records"]) != self.bye["sha256"]:
            found.append("the digest that the probe said bye with is not that of the records")
        return found


def _numbers(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:10])) + (
        f" and {len(numbers) - 10} more" if len(numbers) > 10 else ""
    )
