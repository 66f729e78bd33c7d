# SPDX-License-Identifier: GPL-2.0-or-later
"""cpio archives in the newc form that the kernel unpacks: how the run's options get into the guest.
"""

from __future__ import annotations


def archive(files: dict[str, bytes]) -> bytes:
    """Give an archive of regular files, from path (without leading slash) to content.

    They have mode 0644, belong to root and are dated 0. An archive must start at a multiple of 4
    bytes, so its end is padded.
    """
    entries = [
        _entry(number, path, 0o100644, files[path])
        for number, path in enumerate(sorted(files), start=1)
    ]
    data = b"".join(entries) + _entry(0, "TRAILER!!!", 0, b"")
    return data + bytes(-len(data) % 512)


def append(image: bytes, files: dict[str, bytes]) -> bytes:
    """Give the initramfs `image` (compressed or not) with `files` added.

    The kernel unpacks one archive behind the other: a file that is in both is the added one.
    """
    return image + bytes(-len(image) % 4) + archive(files)


def _entry(inode: int, path: str, mode: int, content: bytes) -> bytes:
    name = path.encode() + b"\0"
    links, owner, group, dated, device = 1, 0, 0, 0, 0
    fields = (
        inode,
        mode,
        owner,
        group,
        links,
        dated,
        len(content),
        device,
        device,
        device,
        device,
        len(name),
        0,
    )
    header = b"070701" + b"".join(b"%08x" % field for field in fields) + name
    return header + bytes(-len(header) % 4) + content + bytes(-len(content) % 4)
