# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a run comes from: this avps, this host, and the SHA-256 of every part that took part."""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Iterator, Mapping, Sequence

from avps import VERSION
from avps.targets import Target
from avps.tree import Tree

ROOT = Path(__file__).resolve().parents[2]

# What has a say in what a report says and looks like.
_CODE = (
    "runner/avps/**/*.py",
    "reports/templates/*",
    "reports/*.json",
    "suite/*/features.json",
)
_CHUNK = 1 << 20
_BIGGEST = 1 << 29  # a bigger file is somebody's disk: the guest would wait for it


def gather(
    tree: Tree, target: Target, values: Mapping[str, str | list[str]], command: Sequence[str]
) -> dict[str, Any]:
    """Give the origin of a run that was started: `avps`, `host`, `parts` (run.json, `origin`).

    `values` are those of the placeholders in the target's command line, `command` is what they made
    of it. A part that can't be read any more is left out.
    """
    return {
        "avps": version(),
        "host": host(),
        "parts": list(_parts(tree, target, values, command)),
    }


@functools.cache
def version() -> dict[str, str]:
    """Give the version of this avps (`git describe`, else the file VERSION, else the package's),
    and the SHA-256 over the code, templates and tables that make a report.
    """
    total = hashlib.sha256()
    for path in sorted({path for pattern in _CODE for path in ROOT.glob(pattern)}):
        name = str(path.relative_to(ROOT))
        total.update(f"{name}\0{digest(path)}\n".encode())
    return {"version": _described() or _written() or VERSION, "sha256": total.hexdigest()}


def host() -> dict[str, str | None]:
    """Give processor model, kernel and operating system of this machine; None: not known."""
    system = os.uname()
    return {
        "cpu": _cpu(),
        "arch": system.machine,
        "kernel": f"{system.sysname} {system.release}",
        "os": _os(),
    }


def digest(path: Path) -> str:
    """Give the SHA-256 (hex) of a file. Raises OSError."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(_CHUNK):
            total.update(data)
    return total.hexdigest()


def _parts(
    tree: Tree, target: Target, values: Mapping[str, str | list[str]], command: Sequence[str]
) -> Iterator[dict[str, Any]]:
    named = {"target": target.path}
    if "kernel" in values:
        named["kernel"] = Path(str(values["kernel"]))
        named["kernel-config"] = named["kernel"].with_name("config")
    if "initramfs" in values:
        named["initramfs"] = tree.initramfs(target.arch)
        named["initramfs-as-booted"] = Path(str(values["initramfs"]))
        named["probe"] = named["initramfs"].with_name("probe")
    if "probe_host" in values:
        named["probe"] = Path(str(values["probe_host"]))
    named["vmm"] = Path(shutil.which(command[0]) or command[0]).absolute()
    known = {path.resolve() for path in named.values()}
    known |= {Path(str(value)).resolve() for value in values.values()}
    others = (path for path in _files(command[1:]) if path.resolve() not in known)
    named |= {f"argument-{number}": path for number, path in enumerate(others)}
    for part, path in named.items():
        try:
            size = path.stat().st_size
            content = digest(path) if size <= _BIGGEST else None
        except OSError:
            continue
        yield {"part": part, "file": _told(path, tree.root), "sha256": content, "size": size}


def _files(words: Sequence[str]) -> Iterator[Path]:
    """Give the files that a command line names, whole or in an option: disks, a foreign kernel,
    firmware, a program that an interpreter runs.
    """
    tokens = (token for word in words for token in re.split("[=,]", word))
    for token in dict.fromkeys(tokens):
        if token.startswith("/") and Path(token).is_file():
            yield Path(token)


def _told(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def _described() -> str | None:
    if not (ROOT / ".git").exists():
        return None
    words = ["describe", "--always", "--tags", "--dirty"]
    git = ["git", "--no-optional-locks", "-C", str(ROOT)]
    try:
        said = subprocess.run([*git, *words], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return said.stdout.strip() or None


def _written() -> str | None:
    try:
        return (ROOT / "VERSION").read_text().strip() or None
    except OSError:
        return None


def _cpu() -> str | None:
    """The processor's name; arm64's kernel tells only the machine's, in the device tree."""
    for path, pattern in (
        ("/proc/cpuinfo", r"^model name\s*:\s*(.+)$"),
        ("/proc/device-tree/model", r"^([^\0]+)"),
    ):
        try:
            found = re.search(pattern, Path(path).read_text(), re.MULTILINE)
        except OSError:
            continue
        if found:
            return found[1].strip()
    return None


def _os() -> str | None:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME")
    except OSError:
        return None
