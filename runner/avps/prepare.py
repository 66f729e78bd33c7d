# SPDX-License-Identifier: GPL-2.0-or-later
"""What a target's command line names, made for one run. What it does not name need not be there."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Callable, Mapping

from avps import disks, initramfs
from avps.targets import Disk, Target
from avps.tree import Tree

# Placeholders whose values are known only when the program is started.
_LATE = ("accel", "accel_args", "records_fd", "qmp_fd")


def prepare(
    tree: Tree, target: Target, options: Mapping[str, object], folder: Path
) -> dict[str, str | list[str]]:
    """Make the files that the command line of `target` names in `folder`; give what its
    placeholders stand for.

    `options` are those of docs/records.md. A placeholder of the command line is made, and no other:
    a target without `{kernel}` needs no kernel. Raises UserError for a placeholder that means
    nothing and for a part that is not built, OSError where a file can't be made.
    """
    makers: dict[str, Callable[[], str]] = {
        "kernel": lambda: str(tree.kernel(target.arch)),
        "initramfs": lambda: _initramfs(tree, target, options, folder),
        "cmdline": lambda: " ".join([*tree.cmdline(target.arch), *target.kernel_args]),
        "memory_mib": lambda: str(target.memory_mib),
        "cpus": lambda: str(target.cpus),
        "probe_host": lambda: str(tree.probe_host()),
        "options": lambda: _options(options, folder),
        **{f"disk.{disk.name}": partial(_disk, disk, folder) for disk in target.disks},
    }
    for name in sorted(target.placeholders):
        if name not in makers and name not in _LATE:
            raise target.means_nothing(name, [*makers, *_LATE])
    return {name: make() for name, make in makers.items() if name in target.placeholders}


def _initramfs(tree: Tree, target: Target, options: Mapping[str, object], folder: Path) -> str:
    path = folder / "initramfs"
    image = tree.initramfs(target.arch).read_bytes()
    path.write_bytes(initramfs.append(image, {"avps.json": json.dumps(options).encode()}))
    return str(path)


def _options(options: Mapping[str, object], folder: Path) -> str:
    path = folder / "avps.json"
    path.write_text(json.dumps(options))
    return str(path)


def _disk(disk: Disk, folder: Path) -> str:
    path = folder / f"{disk.name}.disk"
    disks.make_disk(path, disk.sectors)
    return str(path)
