#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A VMM with a guest inside that speaks the record protocol, and misbehaves as told; no hypervisor
is involved.

Record numbers in the options: 0 is `hello`, 1 and 2 are devices, 3 is the plan, 4 asks for the
selection.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import signal
import socket
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from avps.records import Record, RecordParser, encode  # noqa: E402
from fake_qmp import FakeQmp  # noqa: E402

DEVICES = ("0000:00:02.0", "0000:00:03.0")
TESTS: list[dict[str, Any]] = [
    {
        "test": "pci.caps",
        "suite": "pci",
        "virtio_id": None,
        "transport": "pci",
        "ring": False,
        "clauses": ["pci-001"],
    },
    {"test": "block.reads", "suite": "block", "virtio_id": 2, "clauses": ["blk-001"]},
    {
        "test": "block.reads_twice",
        "suite": "block",
        "virtio_id": 2,
        "clauses": ["blk-001", "blk-002"],
    },
    {"test": "block.flushes", "suite": "block", "virtio_id": 2, "clauses": ["blk-003"]},
    {"test": "block.trims", "suite": "block", "virtio_id": 2, "clauses": ["blk-004"]},
    {"test": "vsock.connects", "suite": "vsock", "virtio_id": 19, "clauses": ["vsock-001"]},
]
for number, entry in enumerate(TESTS):
    entry.setdefault("transport", None)
    entry.setdefault("ring", True)
    entry |= {"needs": [], "file": f"suite/{entry['suite']}/x.c", "line": number + 1}
SKIPPED = "block.trims"
PLAN = [
    {
        "test": test["test"],
        "device": device,
        "ring": "split" if test["ring"] else None,
        "clauses": test["clauses"],
    }
    for device in DEVICES
    for test in TESTS
    if test["suite"] != "vsock"
]


def hello(nonce: str) -> dict[str, Any]:
    return {
        "type": "hello",
        "protocol": "avps-records/1",
        "probe": "0.1",
        "nonce": nonce,
        "arch": "x86_64",
        "kernel": "6.1.0",
        "cmdline": "",
        "memory_kib": 90000,
        "interactive": True,
    }


def device(name: str) -> dict[str, Any]:
    return {
        "type": "device",
        "id": name,
        "device_type": "block",
        "virtio_id": 2,
        "transport": "pci",
        "features": [9, 32],
        "rings": ["split"],
        "queues": [{"index": 0, "size": 256}],
        "interrupts": "msix",
        "vectors": 2,
        "bus": {"vendor": 0x1AF4, "device": 0x1042},
        "problem": None,
    }


class Guest:
    """What runs inside: sends the records of a run, unless `args` has it do otherwise."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.stream = socket.socket(fileno=args.fd)
        self.parser = RecordParser()
        self.inbox: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []
        self.held: bytes = b""

    def say(self, body: dict[str, Any]) -> None:
        """Send the next record, or do what is to happen in its place."""
        seq = len(self.sent)
        if seq == self.args.exit_before:
            sys.exit(3)
        if seq == self.args.die_before:
            os.kill(os.getpid(), signal.SIGKILL)
        if seq == self.args.hang_before:
            warning = {"type": "log", "level": "warning", "text": "hanging"}
            self.stream.sendall(encode(seq, warning))
            self.hang()
        if seq == self.args.malform:
            body = {"type": body["type"]}
        self.sent.append(body)
        line = encode(seq, body)
        if seq in self.args.corrupt or (seq in self.args.stubborn):
            line = line.replace(b'"', b"'", 1)
        if seq in self.args.drop:
            line = b""
        if seq in self.args.duplicate:
            line += line
        if seq in self.args.contradict:
            line += encode(seq, {"type": "log", "level": "info", "text": "another"})
        if seq in self.args.delay:
            self.held = line
            return
        self.stream.sendall(line + self.held)
        self.held = b""

    def hang(self) -> None:
        """Be there, and do nothing."""
        while True:
            signal.pause()

    def listen(self) -> dict[str, Any]:
        """Wait for the next line of the host."""
        while not self.inbox:
            data = self.stream.recv(4096)
            if not data:
                sys.exit(4)
            self.inbox += [
                piece.body for piece in self.parser.feed(data) if isinstance(piece, Record)
            ]
        return self.inbox.pop(0)

    def run(self) -> None:
        """One run from hello to power-off."""
        image = Path(self.args.initramfs).read_bytes()
        if self.args.keep_initramfs:
            Path(self.args.keep_initramfs).write_bytes(image)
        found = re.search(rb'{"nonce": "([^"]+)"', image)
        assert found
        self.say(hello(self.args.nonce or found[1].decode()))
        for name in DEVICES:
            self.say(device(name))
        self.say({"type": "plan", "first": 0, "total": len(PLAN), "items": PLAN})
        self.say({"type": "ask", "id": 7, "what": "select"})
        run = "all" if 4 in self.args.drop + self.args.corrupt else self.listen()["run"]
        for index, item in enumerate(PLAN):
            if run == "all" or index in run:
                self.run_one(
                    index, {key: item[key] for key in ("test", "device", "ring")}, item["clauses"]
                )
        self.leave()

    def run_one(self, index: int, key: dict[str, Any], clauses: Any) -> None:
        """One test."""
        verdict, reason, judged = (
            "PASS",
            None,
            {clause: {"pass": 2, "fail": 0} for clause in clauses},
        )
        self.say({"type": "begin", "index": index, **key})
        if key["test"] == SKIPPED:
            verdict, reason, judged = "SKIP", "not-offered", {}
        if key["test"] in self.args.fail:
            verdict, judged = "FAIL", {clauses[0]: {"pass": 1, "fail": 1}}
            check = {
                "clause": clauses[0],
                "verdict": "FAIL",
                "expected": "0",
                "seen": "1",
                "where": "suite/x.c:9",
            }
            self.say({"type": "check", **key, **check})
            self.say(
                {"type": "trace", **key, "lost": 3, "entries": ["write status 0", "read status 1"]}
            )
        message = None
        if key["test"] == self.args.asker:
            message = self.ask_host()
        if message:
            verdict, reason, judged = "SKIP", "host-cannot", {}
        end = {
            "verdict": verdict,
            "reason": reason,
            "message": message,
            "duration_us": 1500,
            "checks": 2,
            "clauses": judged,
        }
        self.say({"type": "end", "index": index, **key, **end})

    def ask_host(self) -> str | None:
        """Ask for a host action, in the middle of a test; give why it was not done."""
        ask = {"type": "ask", "id": len(self.sent), **json.loads(self.args.ask)}
        self.say(ask)
        answer = self.listen()
        assert set(answer) == {"type", "id", "done", "why"} and answer["id"] == ask["id"]
        assert answer["done"] is (answer["why"] is None)
        why: str | None = answer["why"]
        return why

    def leave(self) -> None:
        """Say bye, send again what the host lost, and end."""
        lines = [
            json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            for body in self.sent
        ]
        digest = hashlib.sha256(b"".join(lines)).hexdigest()
        if self.args.bad_digest:
            digest = digest[::-1]
        self.say({"type": "bye", "records": len(self.sent), "sha256": digest})
        while (body := self.listen())["type"] == "resend":
            for seq in body["seqs"]:
                line = encode(seq, self.sent[seq])
                self.stream.sendall(
                    line.replace(b'"', b"'", 1) if seq in self.args.stubborn else line
                )
        if self.args.stay:
            self.hang()


def numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """Read `words`, or those of the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--initramfs", required=True)
    parser.add_argument("--nonce", help="in place of the run's own")
    for name in ("drop", "corrupt", "stubborn", "duplicate", "contradict", "delay"):
        parser.add_argument(f"--{name}", type=numbers, default=[], metavar="SEQ,…")
    for name in ("exit-before", "die-before", "hang-before", "malform"):
        parser.add_argument(f"--{name}", type=int, metavar="SEQ")
    parser.add_argument("--fail", action="append", default=[], metavar="TEST")
    parser.add_argument("--asker", metavar="TEST", help="which makes the request --ask of the host")
    parser.add_argument("--ask", metavar="JSON")
    parser.add_argument("--keep-initramfs", metavar="FILE", help="to copy it to")
    parser.add_argument("--qmp-fd", type=int, help="to talk QMP on")
    parser.add_argument("--qmp", default="works", help="how that does, see fake_qmp.py")
    for name in ("mute", "garbage", "babble", "bad-digest", "stay", "child", "quiet"):
        parser.add_argument(f"--{name}", action="store_true")
    return parser.parse_args(words)


def main() -> None:
    args = arguments()
    guest = Guest(args)
    if args.qmp_fd is not None:
        FakeQmp(socket.socket(fileno=args.qmp_fd), args.qmp).start()
    if args.child and os.fork() == 0:
        guest.hang()
    if args.mute:
        guest.hang()
    if not args.quiet:
        print("fake: booting", flush=True)
    if args.garbage:
        guest.stream.sendall(b"\xff\x00@avps 1 2 3 {}\n@avps 0 2 00000000 {}\n@avps @avps 9 ")
        os.write(1, b"\x1b[31mpanic\x00\xfe\n" * 50)
        guest.hang()
    while args.babble:
        os.write(1, b"rcu: stall\n" * 100)
    guest.run()
    print("fake: power off", flush=True)


if __name__ == "__main__":
    main()
