# SPDX-License-Identifier: GPL-2.0-or-later
"""The parser of the record stream, on streams that are whole and on streams that are not."""

from __future__ import annotations

import hashlib
import json
import zlib

import pytest
from avps.records import (
    MAX_JSON,
    Console,
    Damaged,
    Piece,
    Record,
    RecordLog,
    RecordParser,
    Unread,
    encode,
    encode_text,
)
from hypothesis import given
from hypothesis import strategies as st

texts = st.text(st.characters(blacklist_categories=["Cs"]), max_size=30)
bodies = st.fixed_dictionaries({"type": st.sampled_from(["log", "end", "check"]), "text": texts})
console = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b"@avps ", b"@avps 0 2 00000000 {}", b"@avps 1 99999 0 ", b"\r", b"[  0.1] up\n"]
    ),
)


def parse(data: bytes, cuts: list[int]) -> list[Piece]:
    """Parse `data`, fed in pieces that end at `cuts`."""
    parser = RecordParser()
    pieces: list[Piece] = []
    at = 0
    for cut in sorted(min(cut, len(data)) for cut in cuts) + [len(data)]:
        pieces += parser.feed(data[at:cut])
        at = cut
    return pieces + parser.close()


def records(pieces: list[Piece]) -> list[Record]:
    """Give just the records."""
    return [piece for piece in pieces if isinstance(piece, Record)]


def rest(pieces: list[Piece]) -> bytes:
    """Give all console text."""
    return b"".join(piece.data for piece in pieces if isinstance(piece, Console))


def sent(bodies_sent: list[dict[str, str]]) -> list[Record]:
    """Give what must come out for bodies that were sent with the numbers from 0."""
    return [
        Record(seq, json.dumps(body, ensure_ascii=False, separators=(",", ":")), body)
        for seq, body in enumerate(bodies_sent)
    ]


@given(st.lists(bodies, max_size=8), st.lists(st.integers(0, 900), max_size=12))
def test_all_records_come_whole_however_the_bytes_are_cut(
    bodies_sent: list[dict[str, str]], cuts: list[int]
) -> None:
    stream = b"".join(encode(seq, body) for seq, body in enumerate(bodies_sent))
    assert parse(stream, cuts) == sent(bodies_sent)


@given(st.lists(st.tuples(bodies, console)), st.lists(st.integers(0, 900), max_size=12))
def test_console_text_before_records_is_kept_byte_for_byte(
    mixed: list[tuple[dict[str, str], bytes]], cuts: list[int]
) -> None:
    stream = b"".join(text + encode(seq, body) for seq, (body, text) in enumerate(mixed))
    pieces = parse(stream, cuts)
    assert records(pieces) == sent([body for body, _ in mixed])
    assert rest(pieces) == b"".join(text for _, text in mixed)


@given(st.data(), st.lists(bodies, min_size=1, max_size=8))
def test_duplicated_and_reordered_records_all_come(
    data: st.DataObject, bodies_sent: list[dict[str, str]]
) -> None:
    order = data.draw(st.lists(st.sampled_from(range(len(bodies_sent))), max_size=20))
    pieces = parse(b"".join(encode(seq, bodies_sent[seq]) for seq in order), [])
    assert pieces == [sent(bodies_sent)[seq] for seq in order]


@given(st.data(), st.lists(bodies, min_size=1, max_size=6))
def test_a_truncated_record_costs_itself_only(
    data: st.DataObject, bodies_sent: list[dict[str, str]]
) -> None:
    lines = [encode(seq, body) for seq, body in enumerate(bodies_sent)]
    victim = data.draw(st.sampled_from(range(len(lines))))
    kept = data.draw(st.integers(0, len(lines[victim]) - 2))
    cut = lines[victim][:kept]
    pieces = parse(b"".join([*lines[:victim], cut, *lines[victim + 1 :]]), [])
    expected = sent(bodies_sent)
    assert records(pieces) == expected[:victim] + expected[victim + 1 :]
    assert rest(pieces) == cut


@given(st.data(), st.lists(bodies, min_size=1, max_size=6))
def test_a_damaged_byte_costs_at_most_its_record_and_forges_none(
    data: st.DataObject, bodies_sent: list[dict[str, str]]
) -> None:
    lines = [encode(seq, body) for seq, body in enumerate(bodies_sent)]
    victim = data.draw(st.sampled_from(range(len(lines))))
    payload = len(lines[victim]) - 1 - len(sent(bodies_sent)[victim].text.encode())
    at = data.draw(st.integers(payload, len(lines[victim]) - 2))
    bit = data.draw(st.integers(0, 7))
    line = bytearray(lines[victim])
    line[at] ^= 1 << bit
    pieces = parse(b"".join([*lines[:victim], bytes(line), *lines[victim + 1 :]]), [])
    expected = sent(bodies_sent)
    assert records(pieces) == expected[:victim] + expected[victim + 1 :]
    assert rest(pieces) == bytes(line)
    assert Damaged(victim) in pieces


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=6))
def test_noise_is_console_text(noise: bytes, cuts: list[int]) -> None:
    pieces = parse(noise, cuts)
    assert records(pieces) == []
    assert rest(pieces) == noise


def test_a_line_that_never_ends_is_not_kept_in_memory() -> None:
    parser = RecordParser()
    given_out = sum(len(rest(parser.feed(b"x" * 50_000))) for _ in range(20))
    assert given_out > 20 * 50_000 - 2 * MAX_JSON
    assert records(parser.feed(b"\n" + encode(0, {"type": "log"}))) == sent([{"type": "log"}])


def test_the_longest_record_comes_and_a_longer_one_is_refused() -> None:
    text = '{"type":"log","text":"' + "x" * (MAX_JSON - 24) + '"}'
    assert len(text) == MAX_JSON
    assert [record.text for record in records(parse(encode_text(3, text), []))] == [text]
    with pytest.raises(ValueError, match="65536 are allowed"):
        encode_text(3, text + " ")


@pytest.mark.parametrize(
    "text",
    [
        "[1]",
        "{}",
        '{"type":3}',
        '{"type":"log"',
        "nonsense",
        '{"type":"log","text":"\\ud800"}',
        '{"type":' + "[" * 60_000 + "}",
    ],
)
def test_what_has_a_checksum_and_is_no_record_is_console_text(text: str) -> None:
    line = encode_text(0, text)
    assert rest(parse(line, [])) == line


@pytest.mark.parametrize(
    "header",
    [
        b"@avps 00 %d %08x ",
        b"@avps -1 %d %08x ",
        b"@avps 1 0%d %08x ",
        b"@avps  1 %d %08x ",
        b"@avps 1 %d  %08x ",
        b"@AVPS 1 %d %08x ",
    ],
)
def test_a_header_has_one_form(header: bytes) -> None:
    text = b'{"type":"log"}'
    line = header % (len(text), zlib.crc32(text)) + text + b"\n"
    assert parse(line, []) == [Console(line)]


def test_a_carriage_return_that_a_terminal_added_belongs_to_the_record() -> None:
    line = encode(0, {"type": "log"})[:-1] + b"\r\n"
    assert parse(line, []) == sent([{"type": "log"}])


def test_log_knows_what_is_missing_and_the_digest_of_what_came() -> None:
    log = RecordLog()
    first, second, third = sent([{"type": "a"}, {"type": "b"}, {"type": "c"}])
    assert log.add(third) and log.add(first)
    assert log.missing(4) == [1, 3]
    with pytest.raises(KeyError):
        log.digest(3)
    assert log.add(second) and not log.add(second)
    assert [record.seq for record in log] == [0, 1, 2]
    assert log.digest(2) == hashlib.sha256(b'{"type":"a"}\n{"type":"b"}\n').hexdigest()
    assert log.conflicts == []
    assert not log.add(Record(1, '{"type":"x"}', {"type": "x"}))
    assert log.conflicts == [1]


def test_what_is_not_wanted_is_not_decoded() -> None:
    parser = RecordParser(lambda data: b"begin" not in data)
    begin, end = {"type": "begin"}, {"type": "end"}
    pieces = parser.feed(encode(0, begin) + encode(1, end) + b"@avps 2 5 00000000 begin\n")
    assert pieces[:2] == [Unread(0, b'{"type":"begin"}'), Record(1, '{"type":"end"}', end)]
    assert pieces[2] == Damaged(2), "it is checked all the same"
