# SPDX-License-Identifier: GPL-2.0-or-later
"""Disk images of a target: small files with known content."""

from __future__ import annotations

from pathlib import Path

SECTOR = 512


def pattern(sector: int) -> bytes:
    """Give what a fresh disk holds in a sector: its number, 8 bytes little-endian, 64 times.

    A read of the wrong sector, of part of one, or of another disk's buffer thus shows.
    """
    return sector.to_bytes(8, "little") * (SECTOR // 8)


def make_disk(path: Path, sectors: int) -> None:
    """Write a disk image of `sectors` sectors of 512 bytes, each filled by `pattern`.

    Raises OSError if it can't be written.
    """
    path.write_bytes(b"".join(map(pattern, range(sectors))))
