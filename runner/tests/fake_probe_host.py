#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The host's probe without devices: it says what a defect does to which test, as told here."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import fake_vmm

from avps.records import Record, RecordParser, encode

# What a defect does to tests: verdict, and how many checks of a clause fail.
EFFECTS: dict[str, dict[str, tuple[str, dict[str, int]]]] = {
    "block.wrong_data": {
        "block.reads": ("FAIL", {"blk-001": 2}),
        "block.reads_twice": ("FAIL", {"blk-001": 1, "blk-002": 1}),
    },
    "block.side_effect": {"pci.caps": ("FAIL", {"pci-001": 1})},
    "block.unseen": {},
    "block.breaks_the_setting": {"block.flushes": ("FAIL", {})},
    "block.upsets_us": {
        "block.flushes": ("ERROR", {"blk-003": 1}),
        "block.reads": ("MISS", {}),
    },
    "pci.undeclared": {"block.reads": ("FAIL", {"blk-003": 1})},
}
ALARM = {"block.flushes": ("FAIL", {"blk-003": 1})}
MOST_S = 60


class Host:
    """One run."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.stream = socket.socket(fileno=args.stream_fd)
        self.parser = RecordParser()
        self.options = json.loads(Path(args.options).read_text())
        self.sent: list[bytes] = []

    def say(self, body: dict[str, Any]) -> None:
        line = encode(len(self.sent), body)
        self.sent.append(line.split(b" ", 4)[4])
        self.stream.sendall(line)

    def listen(self) -> dict[str, Any]:
        while True:
            pieces = self.parser.feed(self.stream.recv(4096))
            for piece in pieces:
                if isinstance(piece, Record):
                    return piece.body

    def run(self) -> None:
        hello = fake_vmm.hello(self.options["nonce"])
        self.say({**hello, "interactive": self.options["interactive"]})
        for name in fake_vmm.DEVICES:
            self.say(fake_vmm.device(name))
        plan = fake_vmm.PLAN
        self.say({"type": "plan", "first": 0, "total": len(plan), "items": plan})
        if self.options["interactive"]:
            self.say({"type": "ask", "id": 1, "what": "select"})
            self.listen()
        for index, item in enumerate(plan):
            key = {name: item[name] for name in ("test", "device", "ring")}
            self.say({"type": "begin", "index": index, **key})
            if index == 1:
                self.misbehave()
            self.say({"type": "end", "index": index, **key, **self.result(item)})
        digest = hashlib.sha256(b"".join(self.sent)).hexdigest()
        self.say({"type": "bye", "records": len(self.sent), "sha256": digest})
        assert self.listen() == {"type": "done"}

    def misbehave(self) -> None:
        """Do what is worse than a failed test."""
        if self.args.defect == "block.crashes":
            print("fake: out of my depth", file=sys.stderr, flush=True)
            os.kill(os.getpid(), signal.SIGSEGV)
        if self.args.defect == "block.hangs":
            signal.alarm(MOST_S)
            signal.pause()
        while self.args.defect == "block.babbles":
            os.write(2, b"fake: and another thing\n" * 1000)
            self.stream.sendall(b"no record\n" * 1000)
        if self.args.defect == "block.drops":
            self.sent.append(b"{}\n")

    def result(self, item: dict[str, Any]) -> dict[str, Any]:
        effects = {**(ALARM if self.args.alarm else {}), **EFFECTS.get(self.args.defect, {})}
        passed: tuple[str, dict[str, int]] = ("PASS", {})
        verdict, failed = effects.get(item["test"], passed)
        judged = {} if verdict == "MISS" else dict.fromkeys([*item["clauses"], *failed], 0)
        return {
            "verdict": verdict,
            "reason": None,
            "message": None,
            "duration_us": 100,
            "checks": 2,
            "clauses": {one: {"pass": 2, "fail": failed.get(one, 0)} for one in judged},
        }


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--alarm", action="store_true", help="a test fails without a defect")
    parser.add_argument("--broken", action="store_true", help="nothing works")
    parser.add_argument("--unclean", metavar="DEFECT", help="ends with status 23 after bye")
    parser.add_argument("--version", action="store_true")
    parser.add_argument("what", nargs="?", default="")
    parser.add_argument("--stream-fd", type=int)
    parser.add_argument("--options")
    parser.add_argument("--disk", action="append")
    parser.add_argument("--defect", default="")
    args = parser.parse_args()
    if args.version:
        print("avps probe 0.1.7, with reference devices\nusage: …", file=sys.stderr)
        return 2
    if args.broken:
        print("fake: no memory", file=sys.stderr)
        return 2
    Host(args).run()
    return 23 if args.defect and args.defect == args.unclean else 0


if __name__ == "__main__":
    sys.exit(main())
