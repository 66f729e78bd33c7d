# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference devices and the probe are two readings of the standard: neither includes the other.

They meet in probe/io/sim*.c, and for hostile devices in probe/fuzz/.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from fake_tree import ROOT

_INCLUDE = re.compile(r"^[ \t]*#[ \t]*(?:include|include_next|import)\b[ \t]*(.*)$", re.MULTILINE)
_NAMED = re.compile(r'[<"]([^>"]+)[>"]')
_HERE = ("probe", "suite", "refdev")
_MEET = ("probe/io/sim.c", "probe/io/sim_host.c", "probe/fuzz/")


def included(root: Path, file: Path) -> list[str]:
    """Give the folders at the root that a C file takes something of, one for each #include."""
    found = []
    text = file.read_text(errors="replace").replace("\\\n", "")
    for line in _INCLUDE.findall(text):
        name = _NAMED.match(line)
        assert name, f"{file}: #include {line}: name the file"
        found.append(_folder(root, file, name[1]))
    return found


def _folder(root: Path, file: Path, name: str) -> str:
    """Say what the name after #include is of: one of our folders, or else its own first part."""
    beside = Path(os.path.normpath(file.parent / name))
    if beside.is_relative_to(root) and (beside.exists() or name.startswith("..")):
        return beside.relative_to(root).parts[0]
    first = Path(os.path.normpath(name)).parts[0]
    return "probe" if first == "avps" else first  # probe/include/avps


def trespasses(root: Path) -> list[str]:
    """Name each file that includes what it must not."""
    found = []
    for folder in _HERE:
        for file in sorted(root.joinpath(folder).rglob("*.[ch]")):
            name = str(file.relative_to(root))
            alien = ("probe", "suite") if folder == "refdev" else ("refdev",)
            if not name.startswith(_MEET):
                found += [f"{name}: {one}" for one in included(root, file) if one in alien]
    return found


def test_neither_includes_the_other() -> None:
    assert trespasses(ROOT) == []
    assert len(list(ROOT.joinpath("refdev").rglob("*.[ch]"))) > 10, "there is something to look at"


def test_only_the_meeting_place_names_the_reference_devices() -> None:
    meeting = ROOT / "probe/io/sim.c"
    assert "refdev" in included(ROOT, meeting)


@pytest.mark.parametrize(
    "name, line, right",
    [
        ("refdev/core/queue.c", '#include "avps/device.h"', False),
        ("refdev/core/queue.c", "#include <avps/device.h>", False),
        ("refdev/core/queue.c", '  #  include "probe/include/avps/device.h"', False),
        ("refdev/core/queue.h", '#include "../../probe/io/vfio.h"', False),
        ("refdev/core/queue.c", '#include "suite/harness.h"', False),
        ("refdev/core/queue.c", '#include "refdev/core/../../suite/harness.h"', False),
        ("refdev/core/queue.c", '#include \\\n"avps/device.h"', False),
        ("refdev/core/queue.c", '#include "refdev/core/queue.h"', True),
        ("refdev/core/queue.c", "#include <linux/virtio_ring.h>", True),
        ("probe/io/vfio.c", '#include "refdev/machine.h"', False),
        ("probe/io/sim_more.c", '#include "refdev/machine.h"', False),
        ("probe/tests/test_x.c", '#include "refdev/machine.h"', False),
        ("suite/core/core.h", '#include "refdev/core/queue.h"', False),
        ("suite/core/core.c", '#include "../../refdev/core/queue.h"', False),
        ("suite/core/core.c", '#include "avps/device.h"', True),
        ("probe/io/sim.c", '#include "refdev/machine.h"', True),
        ("probe/fuzz/fuzz.c", '#include "refdev/machine.h"', True),
    ],
)
def test_a_trespass_is_found(tmp_path: Path, name: str, line: str, right: bool) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True)
    file.write_text(f"/* SPDX */\n{line}\n")
    assert (trespasses(tmp_path) == []) == right


def test_an_include_that_names_no_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "refdev/x.c"
    file.parent.mkdir()
    file.write_text("#include HEADER\n")
    with pytest.raises(AssertionError, match="x.c: #include HEADER: name the file"):
        trespasses(tmp_path)
