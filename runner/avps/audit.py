# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether records.jsonl holds what the probe said, and all of it."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from avps.records import Record, RecordLog

_FIELDS: dict[str, type | tuple[type, ...]] = {
    "boot": int,
    "seq": int,
    "at": (int, float),
    "crc": str,
    "json": str,
}
_CRC = re.compile(r"[0-9a-f]{8}")
_MOST = 10


@dataclass
class _Boot:
    """What was read of one boot of the guest."""

    log: RecordLog = field(default_factory=RecordLog)
    at: float = 0.0
    last: int = -1
    bye: Record | None = None


@dataclass
class Audit:
    """What is wrong with the records.

    `faults` are in no file that avps wrote. `losses` may have happened in the run: then it is not
    complete, and its report says so. `oddities` change nothing.
    """

    faults: list[str] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)
    oddities: list[str] = field(default_factory=list)
    records: int = 0


def audit(path: Path, nonce: str, boots: int) -> Audit:
    """Check each line of records.jsonl (its fields, its CRC, its place), then each boot: numbers
    without a gap, the count and the SHA-256 that the probe said bye with, the nonce that it echoed.

    `nonce` and the number of `boots` are those of run.json. Raises OSError.
    """
    found = Audit()
    by_boot: dict[int, _Boot] = {}
    text = path.read_bytes().decode(errors="replace")
    if text and not text.endswith("\n"):
        found.faults.append("the last line has no end: the file was cut off")
    for number, line in enumerate(text.split("\n")[:-1], start=1):
        entry = _entry(line)
        if isinstance(entry, str):
            found.faults.append(f"line {number}: {entry}")
        else:
            found.records += 1
            _place(found, number, entry, by_boot.setdefault(entry["boot"], _Boot()))
    for number, boot in sorted(by_boot.items()):
        which = f"boot {number}: " if len(by_boot) > 1 else ""
        if not 0 <= number < boots:
            found.faults.append(f"{which}run.json knows of {boots} boot(s), counted from 0")
        _whole(found, which, boot, nonce)
    if not by_boot:
        found.losses.append("there are no records")
    return found


def _entry(line: str) -> dict[str, Any] | str:
    """Give the fields of a line, its record under `body`; or say what is wrong with it."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return "not JSON"
    if not isinstance(entry, dict) or entry.keys() != _FIELDS.keys():
        return f"must have the fields {', '.join(_FIELDS)}, and no others"
    for name, kind in _FIELDS.items():
        if not isinstance(entry[name], kind) or isinstance(entry[name], bool):
            return f"{name} is {entry[name]!r:.40}"
    try:
        data = entry["json"].encode()
        body = json.loads(data)
    except (ValueError, RecursionError):
        return f"record {entry['seq']} is not JSON"
    crc = f"{zlib.crc32(data):08x}"
    if entry["crc"] != crc:
        what = entry["crc"] if _CRC.fullmatch(entry["crc"]) else "no CRC"
        return f"record {entry['seq']} was changed: CRC expected {what}, found {crc}"
    if not isinstance(body, dict) or not isinstance(body.get("type"), str):
        return f"record {entry['seq']} is no object with a type"
    return {**entry, "body": body}


def _place(found: Audit, number: int, entry: dict[str, Any], boot: _Boot) -> None:
    """Take a record, and see that it may stand where it stands."""
    seq, where = entry["seq"], f"line {number}: record {entry['seq']}"
    record = Record(seq, entry["json"], entry["body"])
    if entry["at"] < boot.at:
        found.faults.append(f"{where} came at {entry['at']} s, the one above it at {boot.at} s")
    if boot.bye and seq > boot.bye.seq:
        found.faults.append(f"{where} has a number after that of the probe's bye")
    elif seq < boot.last and not boot.bye:
        found.oddities.append(f"{where} came after record {boot.last}")
    if not boot.log.add(record) and seq not in boot.log.conflicts:
        found.oddities.append(f"{where} came before, with the same content")
    boot.at = max(boot.at, entry["at"])
    boot.last = seq
    if record.type == "bye" and not boot.bye:
        boot.bye = record


def _whole(found: Audit, which: str, boot: _Boot, nonce: str) -> None:
    """See that a boot's records are all that its probe sent."""
    log = boot.log
    for seq in sorted(set(log.conflicts)):
        found.losses.append(f"{which}record {seq} is there with two contents")
    hellos = [record for record in log if record.type == "hello"]
    if not hellos:
        found.losses.append(f"{which}the probe never says hello")
    for hello in hellos:
        if hello.body.get("nonce") != nonce:
            found.faults.append(
                f"{which}the probe's nonce is {hello.body.get('nonce')!r:.80}, that of run.json "
                f"{nonce!r:.80}: records of another run"
            )
    highest = max((record.seq for record in log), default=-1)
    missing = log.missing(min(highest + 1, 2 * len(log) + _MOST))
    if missing:
        told = ", ".join(map(str, missing[:_MOST])) + (" and more" if missing[_MOST:] else "")
        found.losses.append(f"{which}records are missing: {told}")
    if not boot.bye:
        found.losses.append(f"{which}the probe's bye is missing: the end was cut off")
        return
    count, digest = boot.bye.body.get("records"), boot.bye.body.get("sha256")
    if count != boot.bye.seq:
        found.losses.append(f"{which}the probe said bye after {count} records, as {boot.bye.seq}th")
    elif not missing and log.digest(boot.bye.seq) != digest:
        found.losses.append(
            f"{which}SHA-256 of the records: expected {str(digest):.64} (the probe's bye), "
            f"found {log.digest(boot.bye.seq)}"
        )
