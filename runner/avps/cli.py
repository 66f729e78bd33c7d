# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: `./avps run|list|report|coverage|defects|bench`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any, Sequence

from avps import VERSION, defects, targets
from avps.catalogue import Catalogue
from avps.errors import UserError
from avps.profiles import load_profile
from avps.targets import ACCELS
from avps.tree import Tree

STATUS = {"conformant": 0, "non-conformant": 1, "incomplete": 2}
FAILED = 2
DEFAULT_TARGET = "qemu-q35"


def main(argv: Sequence[str]) -> int:
    """Run the command `argv` and give its exit status.

    0: conformant, or all is well; 1: not conformant; 2: incomplete or failed.
    """
    words, pytest_args = _split(list(argv))
    args = _parser().parse_args(words)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        if pytest_args and args.command is not _run:
            raise UserError("only 'avps run' takes options of pytest after '--'")
        args.pytest_args = pytest_args
        status: int = args.command(args)
        return status
    except UserError as error:
        print(f"avps: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("avps: interrupted", file=sys.stderr)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has seen enough
    return FAILED


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _split(argv: list[str]) -> tuple[list[str], list[str]]:
    if "--" not in argv:
        return argv, []
    at = argv.index("--")
    return argv[:at], argv[at + 1 :]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="avps",
        description="Conformance suite for automotive virtual platforms.",
        epilog="Exit status: 0 conformant (or all well), 1 not conformant, 2 incomplete or failed.",
    )
    parser.add_argument("--version", action="version", version=f"avps {VERSION}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="boot a target, test its devices, write a report")
    run.add_argument(
        "-t",
        "--target",
        action="append",
        help=f"name or path of a target file (default {DEFAULT_TARGET})",
    )
    run.add_argument(
        "-k",
        metavar="EXPR",
        default="",
        help="only tests that match, as pytest's -k; clause ids match too",
    )
    run.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="where the report goes (default build/report/TARGET)",
    )
    run.add_argument(
        "--accel",
        choices=("auto", *ACCELS),
        default="auto",
        help="auto: KVM where a guest runs on it",
    )
    run.add_argument("--profile", metavar="NAME", help="what to measure against")
    run.add_argument("-v", "--verbose", action="store_true", help="a line for each test")
    run.epilog = "Options after -- go to pytest: ./avps run -- -x"
    run.set_defaults(command=_run)

    listing = commands.add_parser("list", help="show what there is")
    listing.add_argument("what", choices=("tests", "clauses", "targets", "defects"))
    listing.add_argument("--json", action="store_true", help="for programs")
    listing.set_defaults(command=_list)

    report = commands.add_parser(
        "report", help="judge a run again from its records, and write its report anew"
    )
    report.add_argument("dir", type=Path, metavar="DIR")
    report.set_defaults(command=_report)

    coverage = commands.add_parser("coverage", help="how many clauses have a test, and which not")
    coverage.add_argument("--json", action="store_true", help="for programs: the counts alone")
    coverage.set_defaults(command=_coverage)

    matrix = commands.add_parser(
        "defects", help="the kill matrix: which tests notice which defect of the reference devices"
    )
    matrix.add_argument("--json", action="store_true", help="for programs")
    matrix.add_argument(
        "-k", metavar="EXPR", default="", help="only defects that match by name or clause"
    )
    matrix.add_argument(
        "-j",
        type=_number,
        metavar="N",
        default=len(os.sched_getaffinity(0)) + 1,
        help="runs at a time (default: one for each processor, and one more)",
    )
    matrix.set_defaults(command=_defects)

    bench = commands.add_parser(
        "bench", help="time a full run against a bare boot and power-off of the same image"
    )
    bench.add_argument(
        "-t", "--target", action="append", help="default: every target whose image is built"
    )
    bench.add_argument(
        "-n", type=_number, default=5, metavar="N", help="pairs of boots (default 5)"
    )
    bench.add_argument("--accel", choices=("auto", *ACCELS), default="auto")
    bench.add_argument("--json", action="store_true", help="print every figure, for programs")
    bench.add_argument(
        "--out", type=Path, metavar="FILE", help="write every figure there too, as JSON"
    )
    bench.set_defaults(command=_bench)
    return parser


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a whole number above 0")
    return int(text)


def _run(args: argparse.Namespace) -> int:
    from avps.runtarget import run_target  # takes pytest in, which the other commands don't need

    tree = Tree.here()
    chosen = [targets.load(tree, name) for name in dict.fromkeys(args.target or [DEFAULT_TARGET])]
    if args.out and len(chosen) > 1:
        raise UserError("--out names one folder; leave it out, or name one target")
    profile = load_profile(tree, args.profile)
    status = 0
    for target in chosen:
        out = args.out or tree.report(target.name)
        report = run_target(
            tree, target, out, args.accel, profile, args.k, args.verbose, args.pytest_args
        )
        if report:
            status = max(status, STATUS[report["summary"]["verdict"]])
    return status


def _report(args: argparse.Namespace) -> int:
    from avps.evidence import Evidence
    from avps.summary import print_summary
    from avps.write import write_report

    evidence = Evidence.read(args.dir)
    report = write_report(args.dir, evidence, Catalogue.load(Tree.here()))
    print_summary(report, args.dir)
    return STATUS[report["summary"]["verdict"]]


def _coverage(args: argparse.Namespace) -> int:
    from avps.coverage import Coverage

    coverage = Coverage.of(Tree.here())
    print(json.dumps(coverage.as_json(), indent=1) if args.json else coverage.as_text())
    return 0


def _defects(args: argparse.Namespace) -> int:
    from avps import kills

    tree = Tree.here()
    catalogue = Catalogue.load(tree)
    chosen = defects.select(defects.load(tree.refdev, catalogue.clauses), args.k)
    if args.json:
        found = kills.matrix(tree, chosen, catalogue.tests, args.j)
        print(json.dumps(found.as_json(), indent=1))
    else:
        from avps.killtable import print_matrix, progress

        with progress(len(chosen) + 1) as tell:
            found = kills.matrix(tree, chosen, catalogue.tests, args.j, tell)
        print_matrix(found)
    return FAILED if found.broken else int(bool(found.survivors or found.false_alarms))


def _bench(args: argparse.Namespace) -> int:
    from avps import bench

    tree = Tree.here()
    chosen = [targets.load(tree, name) for name in dict.fromkeys(args.target or [])]
    figures = [
        bench.measure(tree, target, args.accel, args.n, lambda line: print(line, file=sys.stderr))
        for target in chosen or bench.built(tree)
    ]
    every = json.dumps([one.as_json() for one in figures], indent=1)
    print(every if args.json else "\n\n".join(one.as_text() for one in figures))
    if args.out:
        try:
            args.out.write_text(every + "\n")
        except OSError as error:
            raise UserError(f"{args.out}: {error.strerror}: name a file with --out") from error
    return 0


def _list(args: argparse.Namespace) -> int:
    tree = Tree.here()
    rows: list[dict[str, Any]]
    if args.what == "targets":
        rows = [
            {"target": name, "description": targets.load(tree, name).description}
            for name in targets.names(tree)
        ]
    elif args.what == "defects":
        rows = [
            {"defect": one.name, "clauses": list(one.clauses), "text": one.text}
            for one in defects.load(tree.refdev, Catalogue.load(tree).clauses)
        ]
    elif args.what == "tests":
        tests = Catalogue.load(tree).tests.values()
        rows = [
            {"test": test.test, "clauses": list(test.clauses), "source": test.source}
            for test in tests
        ]
    else:
        catalogue = Catalogue.load(tree)
        rows = [
            {
                "clause": clause.id,
                "level": clause.level,
                "section": clause.section,
                "tests": [
                    test.test for test in catalogue.tests.values() if clause.id in test.clauses
                ],
                "text": clause.text,
            }
            for clause in catalogue.clauses.values()
        ]
    print(json.dumps(rows, indent=1) if args.json else _table(rows))
    return 0


def _table(rows: list[dict[str, Any]]) -> str:
    cells = [
        [" ".join(v) if isinstance(v, list) else str(v or "") for v in row.values()] for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*cells)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in cells
    )
    return "\n".join(lines)
