# SPDX-License-Identifier: GPL-2.0-or-later
"""Make text of unknown origin safe to show: what a device or a console says is not trusted."""

from __future__ import annotations

import unicodedata
from typing import Any

# Long enough for any honest message; a longer one is cut, so that one line cannot swamp a report.
LONGEST = 4000

# Controls, format characters (they can turn or hide text), surrogates, separators of lines.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def visible(text: str, keep: str = "\n\t") -> str:
    """Return `text` with every character that would not print written as an escape (`\\x1b`).

    `keep` lists the control characters that stay as they are.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        _escape(c) if unicodedata.category(c) in _HIDDEN and c not in keep else c for c in text
    )


def one_line(text: str) -> str:
    """Return `text` in one printable line, line ends and tabs escaped too."""
    return visible(text, keep="")


def clip(text: str, longest: int = LONGEST) -> str:
    """Return `text`, cut after `longest` characters with a note of how many are left out."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]} … ({len(text) - longest} more characters)"


def cleaned(value: Any) -> Any:
    """Return a copy of a JSON value with all its strings, keys too, made visible and clipped."""
    if isinstance(value, str):
        return visible(clip(value))
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    if isinstance(value, dict):
        return {visible(key): cleaned(item) for key, item in value.items()}
    return value


def _escape(char: str) -> str:
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
