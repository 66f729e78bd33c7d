# SPDX-License-Identifier: GPL-2.0-or-later
"""The lines of the record stream (docs/records.md): parser, encoder, and what came so far."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from dataclasses import dataclass
from typing import Any, Callable, Iterator, NamedTuple, Union

MAX_JSON = 65536
_MARK = b"@avps "
_HEADER = re.compile(rb"@avps (0|[1-9][0-9]{0,9}) ([1-9][0-9]{0,4}) ([0-9a-f]{8}) ")
_MAX_LINE = MAX_JSON + len(b"@avps 9999999999 65536 00000000 \r\n")


@dataclass(frozen=True)
class Record:
    """One record that came intact: `text` is its JSON as received, `body` the object in it."""

    seq: int
    text: str
    body: dict[str, Any]

    @property
    def type(self) -> str:
        """What kind of record it is (`hello`, `end`, …)."""
        return str(self.body["type"])


@dataclass(frozen=True)
class Console:
    """Bytes that are no record, as they came."""

    data: bytes


@dataclass(frozen=True)
class Damaged:
    """A line that starts like record `seq` and is none; its bytes come as `Console` too."""

    seq: int


class Unread(NamedTuple):
    """A record that came intact, with JSON that was not wanted and not looked into."""

    seq: int
    data: bytes


Piece = Union[Record, Console, Damaged, Unread]
Wanted = Callable[[bytes], bool]


def encode(seq: int, body: dict[str, Any]) -> bytes:
    """Give the line that carries `body` as record number `seq`.

    Raises ValueError if the JSON is longer than a record may be.
    """
    return encode_text(seq, json.dumps(body, ensure_ascii=False, separators=(",", ":")))


def encode_text(seq: int, text: str) -> bytes:
    """Give the line that carries the JSON `text`, unchanged; raises as `encode` does."""
    data = text.encode()
    if len(data) > MAX_JSON:
        raise ValueError(
            f"record {seq} has {len(data)} bytes of JSON; at most {MAX_JSON} are allowed"
        )
    return b"@avps %d %d %08x %s\n" % (seq, len(data), zlib.crc32(data), data)


class RecordParser:
    """Incremental: feed it bytes in pieces of any size; nothing that is fed is dropped."""

    def __init__(self, wanted: Wanted = lambda _: True) -> None:
        """`wanted` says of a record's JSON whether to decode it; what is not comes as `Unread`."""
        self._rest = bytearray()
        self._wanted = wanted

    def feed(self, data: bytes) -> list[Piece]:
        """Take the next bytes and give what is complete: whole lines only."""
        self._rest += data
        end = self._rest.rfind(b"\n") + 1
        whole = bytes(self._rest[:end])
        del self._rest[:end]
        pieces: list[Piece] = []
        for line in whole.split(b"\n")[:-1]:
            pieces += _parse_line(line + b"\n", self._wanted)
        if len(self._rest) > _MAX_LINE:  # older bytes than these can't belong to a record any more
            excess = len(self._rest) - _MAX_LINE
            pieces.append(Console(bytes(self._rest[:excess])))
            del self._rest[:excess]
        return pieces

    def close(self) -> list[Piece]:
        """Give what the last line without an end holds; the stream is over."""
        rest = bytes(self._rest)
        self._rest.clear()
        return _parse_line(rest, self._wanted)


def _parse_line(line: bytes, wanted: Wanted) -> list[Piece]:
    """Split one line into console text and records; a record may start anywhere in it."""
    pieces: list[Piece] = []
    text_from = 0
    at = line.find(_MARK)
    while at >= 0:
        header = _HEADER.match(line, at)
        record = _record(line, header, wanted) if header else None
        if header and record:
            if at > text_from:
                pieces.append(Console(line[text_from:at]))
            pieces.append(record)
            text_from = header.end() + int(header[2])
            at = line.find(_MARK, text_from)
        else:
            if header:
                pieces.append(Damaged(int(header[1])))
            at = line.find(_MARK, at + 1)
    rest = line[text_from:]
    if rest and not (
        text_from > 0 and rest in (b"\n", b"\r\n")
    ):  # a record's own end of line is no text
        pieces.append(Console(rest))
    return pieces


def _record(line: bytes, header: re.Match[bytes], wanted: Wanted) -> Record | Unread | None:
    length = int(header[2])
    data = line[header.end() : header.end() + length]
    if length > MAX_JSON or len(data) < length or zlib.crc32(data) != int(header[3], 16):
        return None
    if not wanted(data):
        return Unread(int(header[1]), data)
    try:
        text = data.decode()
        body = json.loads(text)
        if (
            "\\u" in text
        ):  # an escaped half of a surrogate pair is no text, and can't be written again
            json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict) or not isinstance(body.get("type"), str):
        return None
    return Record(int(header[1]), text, body)


class RecordLog:
    """The records of one boot by number, however often and in whatever order they came."""

    def __init__(self) -> None:
        self._by_seq: dict[int, Record] = {}
        self.conflicts: list[int] = []

    def add(self, record: Record) -> bool:
        """Keep a record; True if it is new.

        One with a known number and other content is a conflict, and not kept.
        """
        known = self._by_seq.get(record.seq)
        if known is None:
            self._by_seq[record.seq] = record
        elif known.text != record.text:
            self.conflicts.append(record.seq)
        return known is None

    def __iter__(self) -> Iterator[Record]:
        return iter([self._by_seq[seq] for seq in sorted(self._by_seq)])

    def __len__(self) -> int:
        return len(self._by_seq)

    def missing(self, count: int) -> list[int]:
        """Give the numbers below `count` that have not come."""
        return [seq for seq in range(count) if seq not in self._by_seq]

    def digest(self, count: int) -> str:
        """Give the SHA-256 (hex) over the first `count` JSON texts in order, a newline after each.

        Raises KeyError if one of them has not come.
        """
        total = hashlib.sha256()
        for seq in range(count):
            total.update(self._by_seq[seq].text.encode() + b"\n")
        return total.hexdigest()
