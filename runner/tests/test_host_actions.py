# SPDX-License-Identifier: GPL-2.0-or-later
"""Host actions: their settings in target files, QMP, and a fake guest that asks for them."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any, Iterator

import pytest
from avps import targets
from avps.errors import UserError
from avps.host.actions import Actions
from avps.host.qmp import Qmp
from avps.host.settings import Settings
from avps.shapes import mismatch
from avps.tree import Tree
from fake_qmp import EVENT, GREETING
from fake_tree import ROOT, FakeTree

GOOD = """
description = "a machine"
vmm = "qemu"
arch = "x86_64"
command = ["vmm", "--fd={records_fd}", "--qmp-fd={qmp_fd}"]
[host]
qmp = true
[host.block-resize]
avps-scratch = "scratch"
"""
RESIZE = {"type": "ask", "id": 9, "what": "block-resize", "disk": "avps-scratch", "sectors": [80]}


def load(folder: Path, text: str) -> targets.Target:
    path = folder / "mine.toml"
    path.write_text(text)
    return targets.load(Tree(ROOT), str(path))


# The settings.


def test_settings_of_a_good_file(tmp_path: Path) -> None:
    target = load(tmp_path, GOOD)
    assert target.host == Settings(True, {"avps-scratch": "scratch"})
    assert target.host.actions == ["block-resize"]
    assert target.sockets == ("records_fd", "qmp_fd")


def test_a_file_without_host_can_do_nothing(tmp_path: Path) -> None:
    target = load(tmp_path, GOOD.partition("[host]")[0])
    assert target.host == Settings() and target.host.actions == []


def test_a_command_without_qmp_gets_no_socket_for_it(tmp_path: Path) -> None:
    text = GOOD.partition("[host]")[0].replace(', "--qmp-fd={qmp_fd}"', "")
    assert load(tmp_path, text).sockets == ("records_fd",)


@pytest.mark.parametrize("name", [one for one in targets.names(Tree(ROOT)) if "qemu" in one])
def test_every_qemu_of_the_project_can_resize(name: str) -> None:
    assert "block-resize" in targets.load(Tree(ROOT), name).host.actions


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("qmp = true", "qpm = true", "host.qpm: is no host action and no setting: .*qmp"),
        ("qmp = true", "qmp = 1", "host.qmp: must be true or false, not 1"),
        ("qmp = true", "", "host.block-resize: is done over QMP: say qmp = true"),
        (', "--qmp-fd={qmp_fd}"', "", "host.qmp: the command has no '{qmp_fd}'"),
        ("block-resize", "block-rezise", "host.block-rezise: .*did you mean block-resize"),
        ('= "scratch"', "= 3", "host.block-resize.avps-scratch: must be the id of a drive, not 3"),
        ('= "scratch"', '= ""', "host.block-resize.avps-scratch: must be the id of a drive"),
        ("avps-scratch", "of-more-than-20-bytes", "is no serial number: those have 1 to 20"),
        (GOOD[GOOD.index("[host]") :], "[[host]]", r"host: must be a table: \[host\]"),
        ("[host.block-resize]\navps-scratch", "block-resize", r"must be a table: \[host.block"),
    ],
)
def test_a_bad_file_is_told_by_file_and_key(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in GOOD
    with pytest.raises(UserError, match=message) as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert str(caught.value).startswith(f"{tmp_path}/mine.toml: host")


def test_what_a_question_must_have() -> None:
    assert mismatch(RESIZE) is None
    assert mismatch({"type": "ask", "id": 1, "what": "select"}) is None
    assert mismatch({**RESIZE, "sectors": 80}) == "ask.sectors is 80"
    assert mismatch({**RESIZE, "sectors": [80, "1"]}) == "ask.sectors[1] is '1'"
    assert mismatch({"type": "ask", "id": 1, "what": "block-resize"}) == "ask.disk is missing"


# QMP, both of whose ends the test holds.


class Server:
    """QEMU's end."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock

    def say(self, *messages: dict[str, Any]) -> None:
        for message in messages:
            self.sock.sendall(json.dumps(message).encode() + b"\r\n")

    def heard(self) -> list[dict[str, Any]]:
        try:
            data = self.sock.recv(65536, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return []
        return [json.loads(line) for line in data.splitlines()]


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, Server]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, Server(theirs)


def connected(ends: tuple[socket.socket, Server]) -> tuple[Qmp, Server]:
    qmp, server = Qmp(ends[0]), ends[1]
    server.say(GREETING)
    assert qmp.read()
    assert server.heard() == [{"execute": "qmp_capabilities", "id": 0}]
    server.say({"return": {}, "id": 0})
    assert qmp.read()
    return qmp, server


def test_a_command_waits_for_the_greeting(ends: tuple[socket.socket, Server]) -> None:
    qmp, server, ended = Qmp(ends[0]), ends[1], list[str | None]()
    qmp.execute("stop", {}, ended.append)
    assert server.heard() == []
    server.say(GREETING)
    qmp.read()
    assert [one["execute"] for one in server.heard()] == ["qmp_capabilities"]
    server.say({"return": {}, "id": 0})
    qmp.read()
    assert server.heard() == [{"execute": "stop", "arguments": {}, "id": 1}]
    server.say(EVENT, {"return": {}, "id": 1})
    qmp.read()
    assert ended == [None]


def test_answers_are_told_apart_by_their_ids(ends: tuple[socket.socket, Server]) -> None:
    qmp, server = connected(ends)
    ended: list[tuple[str, str | None]] = []
    qmp.execute("cont", {"a": 1}, lambda why: ended.append(("cont", why)))
    qmp.execute("stop", {}, lambda why: ended.append(("stop", why)))
    assert [one["id"] for one in server.heard()] == [1, 2]
    server.say({"error": {"class": "X", "desc": "no"}, "id": 2}, {"return": {}, "id": 7})
    server.say({"return": {}, "id": 1}, {"return": {}, "id": 1})
    assert qmp.read()
    assert ended == [("stop", "no"), ("cont", None)]


def test_a_message_may_come_in_pieces(ends: tuple[socket.socket, Server]) -> None:
    qmp, server = connected(ends)
    ended: list[str | None] = []
    qmp.execute("stop", {}, ended.append)
    for byte in b'{"return": {}, "id": 1}\r\n':
        assert not ended and qmp.read()  # nothing there is nothing lost
        server.sock.sendall(bytes([byte]))
        assert qmp.read()
    assert ended == [None]


@pytest.mark.parametrize(
    "data, why",
    [
        (b"hello\n", "QMP: this is no message: b'hello'"),
        (b"[1]\n", "QMP: this is no message: b'[1]'"),
        (b"x" * 70 + b"\n", f"QMP: this is no message: {b'x' * 60!r}"),
        (b'{"error": {"desc": "not now"}, "id": 0}\n', "QMP: not now"),
        (b'{"error": 3, "id": 0}\n', "QMP: 3"),
    ],
)
def test_what_is_no_qmp_ends_it(ends: tuple[socket.socket, Server], data: bytes, why: str) -> None:
    qmp, ended = Qmp(ends[0]), list[str | None]()
    qmp.execute("stop", {}, ended.append)
    ends[1].sock.sendall(data)
    assert not qmp.read() and not qmp.read()
    qmp.execute("cont", {}, ended.append)
    assert ended == [why, why] and qmp.lost == why


def test_the_end_of_qemu_ends_what_waits(ends: tuple[socket.socket, Server]) -> None:
    qmp, server = connected(ends)
    ended: list[str | None] = []
    qmp.execute("stop", {}, ended.append)
    server.sock.shutdown(socket.SHUT_RDWR)
    assert not qmp.read()
    assert ended == ["QEMU has closed its QMP socket"]


def test_a_line_without_end_ends_it(ends: tuple[socket.socket, Server]) -> None:
    qmp, server = connected(ends)
    for _ in range(40):
        server.sock.sendall(b"x" * 32768)
        qmp.read()
    assert qmp.lost == "QMP: a line of more than 1048576 bytes came"


# The actions.

SETTINGS = Settings(True, {"avps-scratch": "scratch"})


def acting(
    ends: tuple[socket.socket, Server], limit_s: float = 60
) -> tuple[Actions, Server, list[str | None]]:
    actions, server = Actions(SETTINGS, ends[0], limit_s), ends[1]
    server.say(GREETING, {"return": {}, "id": 0})
    for _, read in actions.sources:
        read()
    server.heard()
    return actions, server, []


def test_a_resize_is_over_when_the_device_has_seen_it(ends: tuple[socket.socket, Server]) -> None:
    actions, server, ended = acting(ends)
    actions.act({**RESIZE, "sectors": [80, 16]}, ended.append)
    asked = server.heard()
    assert [(one["execute"], one["arguments"]) for one in asked] == [
        ("block_resize", {"device": "scratch", "size": 40960}),
        ("block_resize", {"device": "scratch", "size": 8192}),
        ("query-version", {}),
    ]
    for one in asked:
        assert ended == []
        server.say({"return": {}, "id": one["id"]})
        actions.sources[0][1]()
    assert ended == [None] and actions.deadline is None


def test_a_resize_that_fails_says_why(ends: tuple[socket.socket, Server]) -> None:
    actions, server, ended = acting(ends)
    actions.act({**RESIZE, "sectors": [80, 16]}, ended.append)
    first, second, last = server.heard()
    server.say({"return": {}, "id": first["id"]})
    server.say({"error": {"desc": "no room"}, "id": second["id"]}, {"return": {}, "id": last["id"]})
    actions.sources[0][1]()
    assert ended == ["no room"]


def test_what_takes_too_long_is_not_done(ends: tuple[socket.socket, Server]) -> None:
    actions, server, ended = acting(ends, limit_s=0)
    actions.act(RESIZE, ended.append)
    deadline = actions.deadline
    assert ended == [] and deadline is not None and deadline <= time.monotonic()
    actions.expire()
    assert ended == ["it was not done after 0 s"] and actions.deadline is None
    for one in server.heard():
        server.say({"return": {}, "id": one["id"]})
    actions.sources[0][1]()
    actions.expire()
    assert ended == ["it was not done after 0 s"]


@pytest.mark.parametrize(
    "ask, why",
    [
        ({"what": "block-rezise"}, "'block-rezise' is no host action: did you mean block-resize"),
        ({"disk": "avps-sealed"}, "[host.block-resize] has no disk of serial number 'avps-sealed'"),
        ({"sectors": [0]}, "sectors must be of 1 to"),
        ({"sectors": []}, "sectors must be of 1 to"),
        ({"sectors": [1 << 40]}, "sectors must be of 1 to"),
    ],
)
def test_what_cannot_be_done_is_not_tried(
    ends: tuple[socket.socket, Server], ask: dict[str, Any], why: str
) -> None:
    actions, server, ended = acting(ends)
    actions.act({**RESIZE, **ask}, ended.append)
    assert len(ended) == 1 and str(ended[0]).startswith(why)
    assert server.heard() == [] and actions.deadline is None


def test_a_target_without_the_action_says_so() -> None:
    ended: list[str | None] = []
    actions = Actions()
    actions.act(RESIZE, ended.append)
    assert ended == ["the target has no [host.block-resize]"] and actions.sources == []


# Whole runs.


def run_and_ask(
    tree: FakeTree, *options: str, host: str = GOOD[GOOD.index("[host]") :], **ask: Any
) -> tuple[dict[str, Any], str]:
    """Run the fake guest with a test that asks; give its first result, and the console."""
    words = ("--asker=block.flushes", f"--ask={json.dumps({**RESIZE, **ask})}")
    path = tree.target(*words, *(["--qmp-fd={qmp_fd}"] if "qmp" in host else []), *options)
    path.write_text(path.read_text() + host)
    ran = tree.avps("run", "-t", "fake")
    assert "Traceback" not in ran.err + ran.out, ran.err + ran.out
    report = tree.report()
    assert report["run"]["complete"] is True, report["run"]
    found: dict[str, Any] = next(one for one in report["results"] if one["test"] == "block.flushes")
    assert report["summary"]["tests"]["PASS"] == (8 if found["verdict"] == "PASS" else 6)
    console = (tree.root / "build/report/fake/console.log").read_text()
    return found, console


def test_a_test_has_the_host_act(tree: FakeTree) -> None:
    found, console = run_and_ask(tree)
    assert (found["verdict"], found["message"]) == ("PASS", None)
    assert console.count("qmp: block_resize {'device': 'scratch', 'size': 40960}") == 2
    assert tree.leftovers() == []


@pytest.mark.parametrize(
    "qmp, message",
    [
        ("refuses", "Cannot grow device files"),
        ("closes", "QEMU has closed its QMP socket"),
        ("nonsense", "QMP: this is no message: b'HTTP/1.1 400 Bad Request\\r'"),
        ("silent", "it was not done after 3 s"),
    ],
)
def test_what_the_host_could_not_do_is_no_verdict(tree: FakeTree, qmp: str, message: str) -> None:
    found, _ = run_and_ask(tree, f"--qmp={qmp}")
    assert (found["verdict"], found["reason"]) == ("SKIP", "host-cannot")
    assert found["message"] == message


def test_a_target_that_can_do_nothing_says_so(tree: FakeTree) -> None:
    found, _ = run_and_ask(tree, host="")
    assert (found["reason"], found["message"]) == (
        "host-cannot",
        "the target has no [host.block-resize]",
    )


def test_an_action_that_nobody_knows(tree: FakeTree) -> None:
    found, _ = run_and_ask(tree, what="meteor")
    assert found["message"].startswith("'meteor' is no host action")


def test_the_probe_is_told_what_the_target_can_do(tree: FakeTree) -> None:
    seen = tree.root / "seen"
    path = tree.target(f"--keep-initramfs={seen}", "--qmp-fd={qmp_fd}")
    path.write_text(path.read_text() + GOOD[GOOD.index("[host]") :])
    assert tree.avps("run", "-t", "fake").status == 0
    assert b'"host_actions": ["block-resize"]' in seen.read_bytes()


# What the storage behind a disk is like.

FACTS = (
    GOOD
    + """
[host.block-facts]
avps-scratch = ["lifetime"]
avps-sealed = []
"""
)


def facts_of(folder: Path, disk: str) -> tuple[list[str | None], list[dict[str, Any]]]:
    """The answer about a disk: how it ended, and what was told."""
    ended: list[str | None] = []
    told: list[dict[str, Any]] = []
    ask = {"type": "ask", "id": 9, "what": "block-facts", "disk": disk}
    assert mismatch(ask) is None
    actions = Actions(load(folder, FACTS).host)
    actions.act(ask, ended.append, lambda fields: told.append(dict(fields)))
    return ended, told


def test_facts_are_those_of_the_file(tmp_path: Path) -> None:
    assert load(tmp_path, FACTS).host.actions == ["block-resize", "block-facts"]
    assert facts_of(tmp_path, "avps-scratch") == ([None], [{"zoned": False, "lifetime": True}])
    assert facts_of(tmp_path, "avps-sealed") == ([None], [{"zoned": False, "lifetime": False}])


def test_nothing_is_told_of_an_unknown_disk(tmp_path: Path) -> None:
    ended, told = facts_of(tmp_path, "avps-scratsch")
    assert told == []
    assert (
        ended[0] and "[host.block-facts] has no disk of serial number 'avps-scratsch'" in ended[0]
    )


@pytest.mark.parametrize(
    "line, complaint",
    [
        ('avps-scratch = "zoned"', "must be a list out of zoned, lifetime, not 'zoned'"),
        ('avps-scratch = ["zones"]', "must be a list out of zoned, lifetime, not ['zones']"),
        ('"" = []', "is no serial number"),
    ],
)
def test_facts_that_make_no_sense(tmp_path: Path, line: str, complaint: str) -> None:
    with pytest.raises(UserError, match="host.block-facts") as error:
        load(tmp_path, GOOD + f"[host.block-facts]\n{line}\n")
    assert complaint in str(error.value)
