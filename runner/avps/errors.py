# SPDX-License-Identifier: GPL-2.0-or-later
"""Errors that are the user's to mend, told in one line and without a traceback."""

from __future__ import annotations

import difflib
from typing import Iterable


class UserError(Exception):
    """Says what is wrong, where, and what to do about it; the command ends with status 2."""


def near(word: str, known: Iterable[str]) -> str:
    """Give the end of a message about an unknown `word`: what it may mean, or what is known."""
    names = sorted(set(known))
    meant = (
        difflib.get_close_matches(word, names, n=5, cutoff=0.5)
        or [name for name in names if word in name][:5]
    )
    if meant:
        return f"did you mean {', '.join(meant)}?"
    return (
        f"known: {', '.join(names[:20])}{', …' if len(names) > 20 else ''}"
        if names
        else "there are none"
    )
