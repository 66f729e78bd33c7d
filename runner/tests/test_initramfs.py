# SPDX-License-Identifier: GPL-2.0-or-later
"""Options for the guest, read back with cpio(1); and the disks' content."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from avps import disks, initramfs


@pytest.mark.parametrize("content", [b"", b"{}", b"x" * 4097, bytes(range(256))])
def test_cpio_reads_what_we_wrote(tmp_path: Path, content: bytes) -> None:
    files = {"avps.json": content, "b": b"other"}
    command = ["cpio", "--extract", "--quiet"]
    subprocess.run(command, input=initramfs.archive(files), cwd=tmp_path, check=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == files
    assert (tmp_path / "avps.json").stat().st_mode & 0o7777 == 0o644


@pytest.mark.parametrize("length", range(5))
def test_what_is_appended_starts_where_the_kernel_looks_for_it(length: int) -> None:
    image = b"i" * length
    whole = initramfs.append(image, {"avps.json": b"{}"})
    start = whole.index(b"070701")
    assert whole.startswith(image) and start % 4 == 0 and start < length + 4
    assert set(whole[length:start]) <= {0}


def test_every_sector_of_a_disk_tells_its_number(tmp_path: Path) -> None:
    disks.make_disk(tmp_path / "disk", 300)
    data = (tmp_path / "disk").read_bytes()
    assert len(data) == 300 * 512
    assert data[299 * 512 : 299 * 512 + 16] == b"\x2b\x01\0\0\0\0\0\0" * 2
    assert data[512:1024] == disks.pattern(1)
