# SPDX-License-Identifier: GPL-2.0-or-later
"""Kinds of virtual machine monitors: a module here for each, named as target files name it (`vmm =
"qemu"`).
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Protocol

from avps.errors import UserError, near


class Vmm(Protocol):
    """What the runner must know of a kind of VMM beyond the target's command line."""

    name: str

    def version(self, binary: str) -> str | None:
        """Give the version that the program says it has; None if it does not say."""

    def accel_args(self, accel: str) -> list[str]:
        """Give the arguments that `{accel_args}` in a command line stands for."""


def adapter(kind: str) -> Vmm:
    """Give the adapter of a kind of VMM. Raises UserError if there is none of that name."""
    kinds = [module.name for module in pkgutil.iter_modules(__path__) if module.name != "process"]
    if kind not in kinds:
        raise UserError(f"vmm '{kind}' is not known: {near(kind, kinds)}")
    found: Vmm = importlib.import_module(f"avps.vmm.{kind}").Adapter()
    return found
