#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A VMM for runs with power cuts: the guest of fake_vmm.py, or, where the options ask for that, one
that writes numbered records to a disk file, well or badly as told.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import fake_vmm  # noqa: E402
from avps.records import Record, RecordParser, encode  # noqa: E402

WRITER = "block.writes_numbered_records"
ASKER = "block.flushes"
PLACES = 32
SECTOR = 512


def sector_of(number: int) -> int:
    """Where a record begins."""
    return 2 + 5 * ((number - 1) % PLACES)


def record(number: int, sector: int | None = None) -> bytes:
    """Make a record of one sector."""
    sector = sector_of(number) if sector is None else sector
    head = struct.pack("<8sQQQ", b"avps-rec", sector, number, (number - 1) // PLACES)
    body = head + bytes([number & 0xFF]) * (SECTOR - 4 - len(head))
    return body + zlib.crc32(body).to_bytes(4, "little")


class Writer:
    """The guest whose power is to be cut."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.stream = socket.socket(fileno=args.fd)
        self.parser = RecordParser()
        self.inbox: list[dict[str, Any]] = []
        self.sent = 0

    def say(self, type_: str, **fields: Any) -> None:
        self.stream.sendall(encode(self.sent, {"type": type_, **fields}))
        self.sent += 1

    def listen(self) -> dict[str, Any]:
        while not self.inbox:
            data = self.stream.recv(4096)
            if not data:
                sys.exit(4)
            found = self.parser.feed(data)
            self.inbox += [piece.body for piece in found if isinstance(piece, Record)]
        return self.inbox.pop(0)

    def run(self) -> None:
        items = [
            {"test": WRITER, "device": "0000:00:02.0", "ring": ring, "clauses": ["blk-001"]}
            for ring in self.args.rings.split(",")
        ]
        self.say("plan", first=0, total=len(items), items=items)
        self.say("ask", id=1, what="select")
        (index,) = self.listen()["run"]
        key = {name: items[index][name] for name in ("test", "device", "ring")}
        self.say("begin", index=index, **key)
        modes = ["written-back", "written-through"]
        self.say("ask", id=2, what="write-records", disk=self.args.serial, modes=modes)
        answer = self.listen()
        if not answer["done"]:
            self.say("bye", records=self.sent, sha256="")
            signal.pause()
        assert answer["mode"] in modes
        for number in range(1, self.args.most + 1):
            self.write(number)
            if number == self.args.exit_after:
                print("fake: out of paper", flush=True)
                sys.exit(7)
            if number == self.args.hang_after:
                signal.pause()
            if number != self.args.skip:
                where = {"sector": sector_of(number), "sectors": 1}
                self.say("progress", index=index, **key, number=number, **where)
        end = {"verdict": "FAIL", "reason": "precondition", "message": "no more"}
        self.say("end", index=index, **key, **end, duration_us=1, checks=0, clauses={})
        signal.pause()

    def write(self, number: int) -> None:
        if self.args.lose and number % self.args.lose == 0:
            return
        with open(self.args.disk, "r+b") as file:
            file.seek(sector_of(number) * SECTOR)
            file.write(record(number))


class Main(fake_vmm.Guest):
    """The guest of the run itself, one of whose tests asks what came of the cuts."""

    def ask_host(self) -> str | None:
        told: list[dict[str, Any]] = []
        for ring in self.args.rings.split(","):
            request = {"what": "power-cuts", "disk": "avps-scratch", "ring": ring}
            self.say({"type": "ask", "id": len(self.sent), **request, "first": 0})
            told.append(self.listen())
        Path(self.args.told).write_text(json.dumps(told))
        why: str | None = told[0]["why"]
        return why


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--initramfs", required=True)
    parser.add_argument("--disk", required=True)
    parser.add_argument("--told", required=True, metavar="FILE", help="for what the host has told")
    parser.add_argument("--keep-initramfs", default="", metavar="FILE", help="to copy the run's to")
    parser.add_argument("--serial", default="avps-scratch")
    parser.add_argument("--rings", default="split")
    parser.add_argument("--lose", type=int, metavar="N", help="every Nth record")
    parser.add_argument("--skip", type=int, metavar="NUMBER", help="a progress that is not told")
    parser.add_argument("--most", type=int, default=20000, metavar="NUMBER")
    parser.add_argument("--exit-after", type=int, metavar="NUMBER")
    parser.add_argument("--hang-after", type=int, metavar="NUMBER")
    parser.add_argument("--mute", action="store_true")
    parser.add_argument("--fork", action="store_true", help="has a child that does nothing")
    args = parser.parse_args()
    if b'"only"' in Path(args.initramfs).read_bytes():
        if args.fork and os.fork() == 0:
            signal.pause()
        if args.mute:
            signal.pause()
        Writer(args).run()
        return
    words = ["--kernel=", f"--fd={args.fd}", f"--initramfs={args.initramfs}", f"--asker={ASKER}"]
    own = fake_vmm.arguments([*words, f"--keep-initramfs={args.keep_initramfs}"])
    own.rings, own.told = args.rings, args.told
    print("fake: booting", flush=True)
    Main(own).run()


if __name__ == "__main__":
    main()
