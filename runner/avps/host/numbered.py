# SPDX-License-Identifier: GPL-2.0-or-later
"""Numbered records on a disk (docs/records.md): which of those that have to be there are there."""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from avps.disks import SECTOR, pattern

_MAGIC = b"avps-rec"
_HEAD = struct.Struct("<8sQQ")  # magic, sector, number


@dataclass(frozen=True)
class Reported:
    """A record that the guest has reported to be stable; `sector` is the first of its `sectors`."""

    number: int
    sector: int
    sectors: int


@dataclass(frozen=True)
class Found:
    """What there is of the records: `lost` are those of the `judged` ones that are not there.

    `seen` says of the first of them what is there instead. `next` is what the place of the next
    record holds: `new`, `old` or `torn`; None if no record was there before.
    """

    judged: int
    lost: tuple[int, ...] = ()
    seen: str | None = None
    next: str | None = None


def look(disk: Path, reported: Sequence[Reported]) -> Found:
    """See what a disk's file holds of records that were reported, from number 1 on without a gap.

    A record has to be there unless a later one of those reported took its place. Of the place that
    the next one would take nothing is demanded: the guest may have begun to write it, and until
    that is stable what it covers is undefined (VIRTIO 1.4, 5.2.6.2). Raises OSError.
    """
    places = {one.sector: one for one in reported}
    next_place = None
    if len(places) < len(reported):
        next_place = places.pop(reported[-len(places)].sector)
    lost, seen = [], None
    with disk.open("rb") as file:
        held = {one.number: _held(_read(file.fileno(), one), one) for one in places.values()}
        doubt = _next(_read(file.fileno(), next_place), next_place) if next_place else None
    for number, wrong in sorted(held.items()):
        if wrong:
            lost.append(number)
            seen = seen or f"record {number}: {wrong}"
    return Found(len(held), tuple(lost), seen, doubt)


def _read(fd: int, record: Reported) -> bytes:
    return os.pread(fd, record.sectors * SECTOR, record.sector * SECTOR)


def _held(data: bytes, record: Reported) -> str | None:
    """Say what is wrong with the place of a record; None if it, or a later one, is there."""
    for at in range(record.sectors):
        sector = record.sector + at
        one = data[at * SECTOR : (at + 1) * SECTOR]
        number = _number(one, sector)
        if number is None or number < record.number:
            return f"sector {sector} {_words(one, sector, number)}"
    return None


def _next(data: bytes, old: Reported) -> str:
    numbers = {
        _number(data[at * SECTOR : (at + 1) * SECTOR], old.sector + at) for at in range(old.sectors)
    }
    if numbers == {old.number}:
        return "old"
    return "torn" if len(numbers) > 1 or None in numbers else "new"


def _number(data: bytes, sector: int) -> int | None:
    """Give the number of the record that a sector is of; None if it is not a whole one."""
    if len(data) < SECTOR or zlib.crc32(data[:-4]) != int.from_bytes(data[-4:], "little"):
        return None
    magic, own, number = _HEAD.unpack_from(data)
    return int(number) if magic == _MAGIC and own == sector else None


def _words(data: bytes, sector: int, number: int | None) -> str:
    if number is not None:
        return f"holds record {number}"
    if len(data) < SECTOR:
        return "is behind the end of the file"
    if data == pattern(sector):
        return "holds what was there before the guest began"
    whole = zlib.crc32(data[:-4]) == int.from_bytes(data[-4:], "little")
    if whole and data.startswith(_MAGIC):
        return f"holds a record of sector {_HEAD.unpack_from(data)[1]}"
    return f"holds no whole record: it begins with {data[:16].hex(' ')}"
