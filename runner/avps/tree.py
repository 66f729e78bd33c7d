# SPDX-License-Identifier: GPL-2.0-or-later
"""Where things are in the repository."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from avps.errors import UserError

# What images/ and the Makefile call an architecture that uname calls otherwise.
_KERNEL_ARCH = {"aarch64": "arm64", "riscv64": "riscv"}


def same_arch(one: str, other: str) -> bool:
    """True if two names, of uname(1) or of the kernel's source, are of one architecture."""
    return _KERNEL_ARCH.get(one, one) == _KERNEL_ARCH.get(other, other)


def host_arch() -> str:
    """Give the architecture of this machine, in the words of the kernel's source."""
    machine = os.uname().machine
    return _KERNEL_ARCH.get(machine, machine)


@dataclass(frozen=True)
class Tree:
    """The repository at `root`: source and what make(1) built."""

    root: Path

    @classmethod
    def here(cls) -> Tree:
        """Give the tree that AVPS_ROOT names (our own tests have such), else this package's."""
        return cls(Path(os.environ.get("AVPS_ROOT") or Path(__file__).resolve().parents[2]))

    @property
    def targets(self) -> Path:
        """Folder of the target files."""
        return self.root / "runner/targets"

    @property
    def suite(self) -> Path:
        """Folder of the tests, with a folder a device type."""
        return self.root / "suite"

    @property
    def refdev(self) -> Path:
        """Folder of the reference devices, with a folder a device type."""
        return self.root / "refdev"

    @property
    def profiles(self) -> Path:
        """Folder of the profiles."""
        return self.suite / "profiles"

    def report(self, target: str) -> Path:
        """Folder that a target's report goes to unless the user names another."""
        return self.root / "build/report" / target

    def kernel(self, arch: str) -> Path:
        """The guest's kernel; raises UserError if it is not built."""
        return self._built(arch, "linux/kernel")

    def initramfs(self, arch: str) -> Path:
        """The guest's initramfs; raises UserError if it is not built."""
        return self._built(arch, "initramfs.cpio.gz")

    def probe(self) -> Path:
        """A probe that this machine can ask for its tests; raises UserError if none is built.

        There are two, out of the same sources: the one that was built last knows the most.
        """
        folder = self.root / "build" / host_arch()
        built = [path for path in (folder / "probe", folder / "probe-host") if path.exists()]
        if not built:
            return self._built(host_arch(), "probe")
        return max(built, key=lambda path: path.stat().st_mtime_ns)

    def probe_host(self) -> Path:
        """The probe with reference devices in its own process; raises UserError if not built."""
        return self._built(host_arch(), "probe-host")

    def cmdline(self, arch: str) -> list[str]:
        """Kernel arguments of the image (images/cmdline/ARCH); raises UserError without any."""
        path = self.root / "images/cmdline" / _KERNEL_ARCH.get(arch, arch)
        try:
            lines = path.read_text().splitlines()
        except OSError as error:
            raise UserError(
                f"{path}: {error.strerror}: no image is known for arch '{arch}'"
            ) from error
        words = (line.partition("#")[0].strip() for line in lines)
        return [word for word in words if word]

    def _built(self, arch: str, name: str) -> Path:
        path = self.root / "build" / _KERNEL_ARCH.get(arch, arch) / name
        if not path.exists():
            raise UserError(f"{path} is missing: run 'make' first")
        return path
