# SPDX-License-Identifier: GPL-2.0-or-later
"""`avps run` for one target: pytest over the guest's tests, then the report."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from avps import output
from avps.errors import UserError, near
from avps.host.power_cuts import CUTS
from avps.host.settings import POWER_CUTS
from avps.measure import Measure
from avps.plugin import Plugin
from avps.progress import Progress
from avps.run import Run
from avps.summary import print_summary
from avps.targets import Target
from avps.tree import Tree
from avps.write import write_report

# The inner pytest is ours alone: no configuration, conftest or plugin of the folder that the user
# happens to be in.
_ARGS = (
    "-c",
    os.devnull,
    "--noconftest",
    "-p",
    "no:cacheprovider",
    "--capture=no",
)


def run_target(
    tree: Tree,
    target: Target,
    out: Path,
    accel: str,
    measure: Measure,
    select: str,
    verbose: bool,
    pytest_args: list[str],
    nonce: str | None = None,
    cuts: int | None = None,
) -> dict[str, Any] | None:
    """Run the tests of a target that `select` matches, write the report into `out`, and give it.

    `nonce` is what the probe has to echo, None: a word that nobody knows before. `cuts`: so many
    power cuts, None: the usual number, where the target can do that.
    None if pytest was told just to collect, so that there is nothing to report.

    Raises UserError if it can't be started, selects nothing, or can't be written.
    """
    output.check(out)
    if cuts and not target.host.power_cuts:
        raise UserError(
            f"--cuts {cuts}: {target.path} has no [host.{POWER_CUTS}]: "
            "docs/adding-a-target.md says what that needs"
        )
    cuts = CUTS if cuts is None else cuts
    profile = {"name": measure.profile.name, "virtio": measure.profile.virtio}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    with tempfile.TemporaryDirectory(prefix=output.STAGE, dir=out) as scratch, Run(
        tree, target, accel, profile, nonce=nonce, cuts=cuts
    ) as run:
        args = [*_ARGS, f"--rootdir={scratch}"]
        plugin = Plugin(run)
        try:
            status = pytest.main(
                [*args, *(["-k", select] if select else []), *pytest_args],
                [plugin, Progress(run, verbose)],
            )
        except KeyboardInterrupt:
            plugin.pytest_keyboard_interrupt()
            status = pytest.ExitCode.INTERRUPTED
        except OSError as error:  # of a file that an option of pytest names
            raise output.failure(out, error) from error
        if plugin.error:
            raise plugin.error
        if plugin.nothing_selected:
            known = [*measure.catalogue.tests, *measure.catalogue.clauses]
            raise UserError(
                f"-k '{select}' selects no test of {target.name}: {near(select, known)}"
            )
        if not run.boots and status == pytest.ExitCode.INTERRUPTED:
            raise KeyboardInterrupt
        if not run.boots or status == pytest.ExitCode.USAGE_ERROR:
            raise UserError("pytest refused its options, see above")
        if plugin.only_collects:
            return None
        evidence = run.evidence()
        evidence.given = measure.names
        report = write_report(out, evidence, measure)
    print_summary(report, out)
    return report
