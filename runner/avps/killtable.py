# SPDX-License-Identifier: GPL-2.0-or-later
"""The kill matrix as people read it."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import Callable, Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from avps.kills import Kill, Matrix

_WIDTH = 140  # where there is no terminal to ask
_MOST_TESTS = 4


def print_matrix(found: Matrix) -> None:
    """Print a row for each defect, then what is wrong, then the counts."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("defect", no_wrap=True)
    table.add_column("breaks")
    table.add_column("clauses that fail")
    table.add_column("in tests")
    for kill in found.kills:
        style = "red" if kill.why else None
        table.add_row(
            kill.defect.name,
            " ".join(kill.defect.clauses),
            " ".join(kill.clauses) or "-",
            _tests(kill),
            style=style,
        )
    console.print(table)
    _section(console, "survivors", [f"{one.defect.name}: {one.why}" for one in found.survivors])
    _section(console, "false alarms: not PASS with no defect on", found.false_alarms)
    _section(console, "clauses that a defect and a test name, and that never fail", found.unproved)
    console.print(
        f"\n{len(found.kills)} defects: {len(found.kills) - len(found.survivors)} killed, "
        f"{len(found.survivors)} survive ({len(found.broken)} of these in a run that failed); "
        f"{len(found.false_alarms)} false alarms; {found.duration_s:.1f} s"
    )


def _tests(kill: Kill) -> str:
    """Name the tests that failed, those first that kill."""
    names = [*kill.killers, *(test for test in kill.tests if test not in kill.killers)]
    more = f" +{len(names) - _MOST_TESTS}" if len(names) > _MOST_TESTS else ""
    return " ".join(names[:_MOST_TESTS]) + more or "-"


def _section(console: Console, title: str, lines: list[str]) -> None:
    if lines:
        console.print(f"\n[bold red]{escape(title)}[/]")
        for line in lines:
            console.print(f"  {escape(line)}", soft_wrap=True)


@contextmanager
def progress(total: int) -> Iterator[Callable[[int], None]]:
    """Give what tells how many of `total` runs are over: a bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

    columns = ("runs", BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("runs", total=total)
        yield lambda done: bar.update(task, completed=done)
