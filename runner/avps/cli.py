# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: `./avps run|report|ics|sign|verify|list|coverage|defects|bench|compare`."""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType
from typing import Any, Sequence

from avps import VERSION, defects, profiles, targets
from avps.catalogue import Catalogue
from avps.errors import UserError
from avps.measure import Measure
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
    except Exception:  # Python's own status for it is 1, which would say: not conformant
        traceback.print_exc()
        print("avps: this is a fault of avps itself; please report it", file=sys.stderr)
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
    _add_measure(run)
    run.add_argument(
        "--nonce",
        type=_nonce,
        metavar="TEXT",
        help="word that the probe has to echo, from whoever is to verify the report",
    )
    run.add_argument(
        "--cuts",
        type=_count,
        metavar="N",
        help="power cuts, each of a guest of its own (default 5, where the target can do that)",
    )
    run.add_argument("-v", "--verbose", action="store_true", help="a line for each test")
    run.epilog = "Options after -- go to pytest: ./avps run -- -x"
    run.set_defaults(command=_run)

    ics = commands.add_parser(
        "ics", help="write a conformance statement to be filled in, from what a run has found"
    )
    ics.add_argument(
        "--template",
        type=Path,
        nargs="?",
        metavar="DIR",
        required=True,
        help=f"the report of that run (default build/report/{DEFAULT_TARGET})",
    )
    ics.set_defaults(command=_ics)

    signing = commands.add_parser("sign", help="sign the manifest of a report, after checking it")
    signing.add_argument("dir", type=Path, metavar="DIR")
    signing.add_argument(
        "--key", type=Path, required=True, metavar="FILE", help="private key, as for ssh-keygen -Y"
    )
    signing.set_defaults(command=_sign)

    checking = commands.add_parser(
        "verify",
        help="see that a report is whole, unchanged, and what its records say",
        epilog="Exit status: 0 verified, 1 refused, 2 can't be read.",
    )
    checking.add_argument("dir", type=Path, metavar="DIR")
    checking.add_argument(
        "--allowed-signers",
        type=Path,
        metavar="FILE",
        help="require a signature by a key in this file (see ssh-keygen(1))",
    )
    checking.add_argument(
        "--nonce", metavar="TEXT", help="require that the run was made with this --nonce"
    )
    checking.set_defaults(command=_verify)

    listing = commands.add_parser("list", help="show what there is")
    listing.add_argument("what", choices=("tests", "clauses", "targets", "defects"))
    listing.add_argument("--json", action="store_true", help="for programs")
    listing.set_defaults(command=_list)

    report = commands.add_parser(
        "report", help="judge a run again from its records, and write its report anew"
    )
    report.add_argument("dir", type=Path, metavar="DIR")
    _add_measure(report)
    report.epilog = "Without options it is judged by the copies in DIR, with one by today's files."
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

    compare = commands.add_parser(
        "compare",
        help="targets side by side, or the nights of a target: what regressed, what was fixed",
        epilog="Exit status: 0 no regression, 1 a regression, 2 a folder that is no report.",
    )
    compare.add_argument(
        "dirs", nargs="+", type=Path, metavar="DIR", help="folder of a report, two or more"
    )
    compare.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="where compare.html and compare.json go (default build/compare)",
    )
    compare.add_argument("--json", action="store_true", help="print compare.json, for programs")
    compare.set_defaults(command=_compare)
    return parser


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a whole number above 0")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) > 100000:
        raise argparse.ArgumentTypeError("must be a whole number, 0 for none")
    return int(text)


def _add_measure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--profile",
        metavar="NAME",
        help=f"what to measure against (default {profiles.DEFAULT}; {profiles.NONE}: every clause)",
    )
    parser.add_argument(
        "--ics", type=Path, metavar="FILE", help="the vendor's conformance statement"
    )
    parser.add_argument(
        "--waivers", type=Path, metavar="FILE", help="failures that are known and accepted"
    )


def _nonce(text: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z._:-]{1,64}", text):
        raise argparse.ArgumentTypeError("must be 1 to 64 of 0-9, A-Z, a-z, '.', '_', ':', '-'")
    return text


def _run(args: argparse.Namespace) -> int:
    from avps.runtarget import run_target  # takes pytest in, which the other commands don't need

    tree = Tree.here()
    chosen = [targets.load(tree, name) for name in dict.fromkeys(args.target or [DEFAULT_TARGET])]
    if args.out and len(chosen) > 1:
        raise UserError("--out names one folder; leave it out, or name one target")
    measure = Measure.load(tree, args.profile, args.ics, args.waivers)
    for target in chosen:
        measure.refuse_expired(target.name)
    status = 0
    for target in chosen:
        out = args.out or tree.report(target.name)
        report = run_target(
            tree,
            target,
            out,
            args.accel,
            measure,
            args.k,
            args.verbose,
            args.pytest_args,
            args.nonce,
            args.cuts,
        )
        if report:
            status = max(status, STATUS[report["summary"]["verdict"]])
    return status


def _report(args: argparse.Namespace) -> int:
    from avps.evidence import Evidence
    from avps.summary import print_summary
    from avps.write import write_report

    evidence = Evidence.read(args.dir)
    if args.profile or args.ics or args.waivers:
        measure = Measure.load(
            Tree.here(), args.profile or evidence.profile["name"], args.ics, args.waivers
        )
        evidence.given = measure.names
        evidence.profile = {"name": measure.profile.name, "virtio": measure.profile.virtio}
    else:
        measure = Measure.read(args.dir, evidence.given)
    report = write_report(args.dir, evidence, measure)
    print_summary(report, args.dir)
    return STATUS[report["summary"]["verdict"]]


def _ics(args: argparse.Namespace) -> int:
    from avps.evidence import Evidence
    from avps.icstemplate import template

    folder = args.template or Tree.here().report(DEFAULT_TARGET)
    evidence = Evidence.read(folder)
    print(template(evidence, Measure.read(folder, evidence.given)), end="")
    return 0


def _sign(args: argparse.Namespace) -> int:
    from avps.sign import sign
    from avps.verify import verify

    found = verify(args.dir, to_be_signed=True)
    if found.problems:
        print(found.as_text(), file=sys.stderr)
        raise UserError(f"{args.dir}: not signed")
    print(f"signature: {sign(args.dir, args.key)}")
    return 0


def _verify(args: argparse.Namespace) -> int:
    from avps.verify import verify

    found = verify(args.dir, args.allowed_signers, args.nonce)
    print(found.as_text())
    return int(bool(found.problems))


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


def _compare(args: argparse.Namespace) -> int:
    from avps.compare import compare, tell

    out = args.out or Tree.here().root / "build/compare"
    tell.check(out)
    compared = compare(args.dirs, out)
    tell.write(compared, out)
    print(json.dumps(compared, indent=1) if args.json else tell.as_text(compared, out))
    status: int = compared["summary"]["status"]
    return status


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
