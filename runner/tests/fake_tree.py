# SPDX-License-Identifier: GPL-2.0-or-later
"""A repository with a fake target in place of built images, and the runner's command on it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Sequence

import fake_vmm

from avps.tree import host_arch

ROOT = Path(__file__).resolve().parents[2]
SILENCE_S = 1.5
LEVELS = {"blk-003": "SHOULD"}
CLAUSES = {
    "pci": ["pci-001"],
    "block": ["blk-001", "blk-002", "blk-003", "blk-004", "blk-005"],
    "vsock": ["vsock-001", "vsock-002"],
}

# A profile with a line of each kind: one decided by clauses, by features, by the statement; one for
# a device that is not there.
QUESTION = "entropy-is-physical"
_LINE: dict[str, Any] = {
    "section": "1",
    "level": "MUST",
    "status": "firm",
    "text": "A requirement.",
    "provenance": "draft",
    "present": False,
    **dict.fromkeys(("condition", "device", "ics", "virtio", "note")),
    **{key: [] for key in ("features", "unless", "clauses", "tests")},
}
PROFILE: dict[str, Any] = {
    "name": "avps-2.0",
    "title": "A profile of the fake",
    "virtio": "1.1",
    "note": None,
    "chapters": [{"section": "1", "title": "Everything"}],
    "ics_questions": [{"id": QUESTION, "text": "Is the entropy physical?", "answer": "yes/no"}],
    "requirements": [
        {
            **_LINE,
            **{"id": "AVPS-BLK-1", "device": "block", "present": True},
            "clauses": ["blk-*", "pci-*"],
        },
        {**_LINE, "id": "AVPS-BLK-2", "device": "block", "features": ["VIRTIO_BLK_F_FLUSH"]},
        {
            **_LINE,
            **{"id": "AVPS-VSK-1", "condition": {"device": "vsock"}, "device": "vsock"},
            "clauses": ["vsock-*"],
        },
        {**_LINE, "id": "AVPS-RNG-3", "ics": QUESTION},
    ],
}


@dataclass
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str


class FakeTree:
    """A tree in a folder, its target `fake`, and ./avps on it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.tmp = root / "tmp"
        self.tmp.mkdir()
        self.file("runner/targets/.keep", "")
        self.file("images/cmdline/x86_64", "quiet # few words\n\n# a comment\nconsole=ttyS0\n")
        self.file("build/x86_64/linux/kernel", "a kernel")
        self.file("build/x86_64/initramfs.cpio.gz", "an image")
        listing = json.dumps({"tests": fake_vmm.TESTS, "checks": []})
        self.file(f"build/{os.uname().machine}/probe", f"#!/bin/sh\necho '{listing}'\n").chmod(
            0o755
        )
        for suite, ids in CLAUSES.items():
            self.file(f"suite/{suite}/clauses.json", json.dumps([_clause(one) for one in ids]))
        for path in (ROOT / "suite").glob("*/features.json"):
            self.file(f"suite/{path.parent.name}/features.json", path.read_text())
        self.profile()
        self.target()

    def profile(self, **changes: Any) -> Path:
        """Write the default profile, with changes."""
        return self.file("suite/profiles/avps-2.0.json", json.dumps({**PROFILE, **changes}))

    def file(self, name: str, text: str) -> Path:
        """Write a file of the tree."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def target(
        self,
        *options: str,
        name: str = "fake",
        silence_s: float = 20,
        accel: tuple[str, ...] = ("none",),
    ) -> Path:
        """Write a target that starts the fake VMM with these options."""
        command = [
            sys.executable,
            fake_vmm.__file__,
            "--fd={records_fd}",
            "--kernel={kernel}",
            "--initramfs={initramfs}",
            *options,
        ]
        text = f"""
            description = "a fake"
            vmm = "command"
            arch = "x86_64"
            accel = {json.dumps(list(accel))}
            silence_s = {silence_s}
            test_limit_s = 1
            command = {json.dumps(command)}
            """
        return self.file(f"runner/targets/{name}.toml", text)

    def refdev(self, *options: str, defects: Sequence[tuple[str, str]] = ()) -> None:
        """Add the real target `refdev` with the fake host's probe and its options, and defects by
        name and clauses.
        """
        text = (ROOT / "runner/targets/refdev.toml").read_text()
        self.file("runner/targets/refdev.toml", text)
        path = f"{ROOT / 'runner'}:{ROOT / 'runner/tests'}"
        words = [sys.executable, str(Path(fake_vmm.__file__).parent / "fake_probe_host.py")]
        script = (
            '#!/bin/sh\n[ "$1" != list ] || exec "${0%-host}" list\n'
            f'PYTHONPATH={path} exec {shlex.join([*words, *options])} "$@"\n'
        )
        self.file(f"build/{host_arch()}/probe-host", script).chmod(0o755)
        entries: dict[str, list[dict[str, Any]]] = {}
        for name, clauses in defects:
            entry = {"name": name, "text": f"what {name} does", "clauses": clauses.split()}
            entries.setdefault(name.partition(".")[0], []).append(entry)
        for folder, listed in entries.items():
            self.file(f"refdev/{folder}/defects.json", json.dumps(listed))

    def start(self, *words: str, file_limit: int | None = None) -> subprocess.Popen[str]:
        """Start ./avps, as on a disk with room for files of `file_limit` bytes only."""
        limited = ["prlimit", f"--fsize={file_limit}"] if file_limit else []
        env = {
            **os.environ,
            "AVPS_ROOT": str(self.root),
            "TMPDIR": str(self.tmp),
            "XDG_CACHE_HOME": str(self.root / "cache"),
        }
        return subprocess.Popen(
            [*limited, str(ROOT / "avps"), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=env,
            cwd=self.root,
        )

    def avps(self, *words: str) -> Ran:
        """Run ./avps to its end."""
        return ended(self.start(*words))

    def run(
        self, *options: str, silence_s: float = 20, words: tuple[str, ...] = ()
    ) -> tuple[Ran, dict[str, Any]]:
        """Run the fake target with options for the fake VMM; give the outcome and the report."""
        self.target(*options, silence_s=silence_s)
        ran = self.avps("run", "-t", "fake", *words)
        assert "Traceback" not in ran.err + ran.out, ran.err + ran.out
        return ran, self.report()

    def report(self, target: str = "fake") -> dict[str, Any]:
        """Read the report that was written."""
        path = self.root / "build/report" / target / "report.json"
        report: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        return report

    def leftovers(self) -> list[str]:
        """Name temporary files, and processes that were started with a file of this tree."""
        found = [str(path) for path in self.tmp.iterdir()]
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                command = path.read_bytes()
            except OSError:
                continue
            if str(self.tmp).encode() in command:
                found.append(command.decode(errors="replace"))
        return found


def ended(process: subprocess.Popen[str]) -> Ran:
    """Wait for a started command."""
    out, err = process.communicate(timeout=60)
    return Ran(process.returncode, out, err)


def _clause(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "sha8": "00000000",
        "section": "5.2",
        "level": LEVELS.get(name, "MUST"),
        "since": "1.1",
        "kind": "block",
        "testable": "guest",
        "text": f"what {name} asks",
        "note": None,
    }
