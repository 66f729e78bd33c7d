# SPDX-License-Identifier: GPL-2.0-or-later
"""How much of the catalogue the tests judge: counts for each suite, and what is left out."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Iterable

from avps import defects
from avps.catalogue import Catalogue, Clause
from avps.tree import Tree

_MANDATORY = ("MUST", "MUST NOT")


@dataclass
class Counts:
    """Clauses of one suite that stand in blocks of device requirements (`kind` block).

    `testable`, `tested`: a guest can judge it alone, and a test names it; `musts` are those of them
    with MUST or MUST NOT. `host`, `host_tested`: the host must act for it. `proved`: of all tested
    ones, those that a defect of a reference device is said to break; that a test notices each of
    them is what './avps defects' shows, and 'make test' demands.
    """

    testable: int = 0
    tested: int = 0
    host: int = 0
    host_tested: int = 0
    musts: int = 0
    musts_tested: int = 0
    proved: int = 0

    def add(self, other: Counts) -> None:
        """Add what `other` counted."""
        for name, count in asdict(other).items():
            setattr(self, name, getattr(self, name) + count)


@dataclass
class Coverage:
    """Counts by suite, and the testable clauses without a test."""

    suites: dict[str, Counts] = field(default_factory=dict)
    untested: list[Clause] = field(default_factory=list)

    @classmethod
    def of(cls, tree: Tree) -> Coverage:
        """Count. Raises UserError for a catalogue, list of defects or probe that can't be read."""
        catalogue = Catalogue.load(tree)
        named = {clause for test in catalogue.tests.values() for clause in test.clauses}
        known = defects.load(tree.refdev, catalogue.clauses)
        broken = {clause for defect in known for clause in defect.clauses}
        found = cls()
        for clause in catalogue.clauses.values():
            counts = found.suites.setdefault(clause.suite, Counts())
            if clause.kind == "block":
                found._count(counts, clause, clause.id in named, clause.id in broken)
        return found

    @property
    def total(self) -> Counts:
        """The sum over all suites."""
        total = Counts()
        for counts in self.suites.values():
            total.add(counts)
        return total

    def as_json(self) -> dict[str, dict[str, int]]:
        """Give `{suite: {testable: n, …}, …, "total": {…}}`."""
        return {name: asdict(counts) for name, counts in self._rows()}

    def as_text(self) -> str:
        """Give a table, and the list of what no test names."""
        lines = [
            f"{'':10}{'testable':>9}{'tested':>8}{'':>7}{'MUSTs':>7}{'tested':>8}"
            f"{'host':>7}{'tested':>8}{'proved':>8}"
        ]
        for name, one in self._rows():
            share = f"{one.tested / one.testable:.0%}" if one.testable else "-"
            lines.append(
                f"{name:10}{one.testable:9}{one.tested:8}{share:>7}{one.musts:7}"
                f"{one.musts_tested:8}{one.host:7}{one.host_tested:8}{one.proved:8}"
            )
        if self.untested:
            lines += ["", "A guest could judge these, and no test names them:"]
        for clause in self.untested:
            lines.append(f"  {clause.id:22}{clause.level:12}{clause.text or ''}")
            if clause.note:
                lines.append(f"  {'':34}Note: {clause.note}")
        return "\n".join(lines)

    def _rows(self) -> Iterable[tuple[str, Counts]]:
        return [*self.suites.items(), ("total", self.total)]

    def _count(self, counts: Counts, clause: Clause, named: bool, broken: bool) -> None:
        if clause.testable == "guest":
            must = clause.level in _MANDATORY
            counts.add(Counts(testable=1, tested=named, musts=must, musts_tested=must and named))
            if not named:
                self.untested.append(clause)
        elif clause.testable == "host":
            counts.add(Counts(host=1, host_tested=named))
        counts.proved += named and broken
