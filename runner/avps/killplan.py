# SPDX-License-Identifier: GPL-2.0-or-later
"""What is run with which defect, so that the whole matrix is a matter of seconds.

A defect in the model of a bus or of a type of device is tried on the devices which that model is
part of: on others the same code runs as without it. On all of these run the tests that name a
clause which it breaks. The rest of the suite, which shows its side effects, runs on one device:
that on which most can be judged.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping, Sequence

from avps.catalogue import ProbeTest
from avps.defects import Defect
from avps.prepare import prepare
from avps.targets import Target
from avps.tree import Tree


@dataclass(frozen=True)
class Place:
    """A device, the models that it consists of, and how many tests pass on it."""

    device: str
    parts: set[str]
    passed: int


class Commands:
    """The command lines of the runs. `places` are known once one run, without a defect, is over."""

    def __init__(
        self,
        tree: Tree,
        target: Target,
        options: Mapping[str, Any],
        tests: Mapping[str, ProbeTest],
        scratch: Path,
    ) -> None:
        """Make them for `target` with `options` (docs/records.md), their files in `scratch`."""
        self.places: list[Place] = []
        self._tree = tree
        self._target = target
        self._options = options
        self._tests = tests
        self._scratch = scratch

    def command_for(self, defect: Defect | None, fd: int) -> list[str]:
        """Give the one of a run with a defect; None: with none, of all tests on all devices."""
        only = {"only": select(defect, self.places, self._tests)} if defect else {}
        folder = self._scratch / (defect.name if defect else "none")
        folder.mkdir()
        values = prepare(self._tree, self._target, {**self._options, **only}, folder)
        # What such a run leaves on a disk is for nobody.
        nowhere = {name: os.devnull for name in values if name.startswith("disk.")}
        late: dict[str, str | list[str]] = {"records_fd": str(fd), "accel": "none"}
        command = self._target.expand({**values, **nowhere, **late, "accel_args": []})
        return command + (["--defect", defect.name] if defect else [])


def select(
    defect: Defect, places: Sequence[Place], tests: Mapping[str, ProbeTest]
) -> list[dict[str, str]]:
    """Give what to run with a defect, as the option `only` of docs/records.md."""
    model = defect.name.partition(".")[0]
    mine = [place for place in places if model in place.parts] or list(places)
    naming = [name for name, test in tests.items() if set(test.clauses) & set(defect.clauses)]
    shown = max(mine, key=lambda place: place.passed, default=None)
    return [
        *([{"device": shown.device}] if shown else []),
        *({"test": name, "device": place.device} for name in naming for place in mine),
    ]
