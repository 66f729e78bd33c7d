# SPDX-License-Identifier: GPL-2.0-or-later
"""Verdicts of a profile's requirements, by section 3 of docs/verdicts.md.

The numbers in comments are those of the rules there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Callable, Iterable, Sequence

from avps.catalogue import Catalogue, Clause
from avps.clauses import ClauseVerdict, Scope, Scopes
from avps.profiles import Profile, Requirement, version
from avps.statement import Statement
from avps.verdicts import BINDING, Result, told
from avps.waivers import Excuses, Waiver

DECIDES, ADVICE, SHOWN = "decides", "advice", "shown"
ADVISORY, PERMISSION, OUTSIDE = "advisory", "permission", "outside"

# What a clause may be to requirements, the strongest first.
ROLES = (DECIDES, ADVICE, ADVISORY, PERMISSION, OUTSIDE)

# As `V1` to `V5` try them.
_ORDER = ("FAIL", "INCONCLUSIVE", "NOT-TESTED", "PASS", "NOT-APPLICABLE")


@dataclass(frozen=True)
class Part:
    """What came out of one part of a requirement; `why` is None where nothing is to be said."""

    part: str
    verdict: str
    why: str | None


@dataclass(frozen=True)
class RequirementVerdict:
    """What came out for one requirement; section 8 explains the fields.

    `waivers` are those that excuse it; `decided` are the clauses that decide it.
    """

    requirement: Requirement
    weight: str
    applies: bool
    verdict: str
    why: str | None
    parts: tuple[Part, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    decided: tuple[str, ...] = ()
    judged: int = 0
    advice: tuple[str, ...] = ()
    advisory: tuple[str, ...] = ()

    @property
    def waived(self) -> bool:
        """True for a FAIL that waivers excuse (W5)."""
        return bool(self.waivers)

    @property
    def declared(self) -> bool:
        """True for a PASS that rests on the statement alone (V4)."""
        passed = [one.part for one in self.parts if one.verdict == "PASS"]
        return self.verdict == "PASS" and passed == ["statement"]


def weight(requirement: Requirement) -> str:
    """Say what a requirement's verdict means for the platform (G1 to G3)."""
    if requirement.status != "firm" or requirement.level not in ("MUST", "SHOULD"):
        return SHOWN
    return DECIDES if requirement.level == "MUST" else ADVICE


def kind(clause: Clause, bound: str) -> str:
    """Say what a clause is to a requirement that binds a version: one of `ROLES`."""
    if version(clause.since) > version(bound):
        return ADVISORY
    if clause.level in BINDING:
        return DECIDES
    return PERMISSION if clause.level == "MAY" else ADVICE


def judge(
    profile: Profile,
    catalogue: Catalogue,
    scopes: Scopes,
    statement: Statement | None,
    excuses: Excuses,
) -> list[RequirementVerdict]:
    """Judge every requirement, in the order of the profile."""
    return [
        _Judge(one, profile, catalogue, scopes, statement, excuses).verdict()
        for one in profile.requirements
    ]


def role(clause: Clause, judged: Iterable[RequirementVerdict]) -> str:
    """Give the strongest role that requirements, those that name the clause, give it."""
    found = {OUTSIDE}
    for one in judged:
        is_a = kind(clause, one.requirement.bound)
        if is_a == DECIDES and not (one.applies and one.weight == DECIDES):
            is_a = ADVICE
        found.add(is_a)
    return min(found, key=ROLES.index)


class _Judge:
    """One requirement at work."""

    def __init__(
        self,
        requirement: Requirement,
        profile: Profile,
        catalogue: Catalogue,
        scopes: Scopes,
        statement: Statement | None,
        excuses: Excuses,
    ) -> None:
        self._one = requirement
        self._profile = profile
        self._catalogue = catalogue
        self._scopes = scopes
        self._scope: Scope = scopes.of(requirement.device)
        self._statement = statement
        self._excuses = excuses

    def verdict(self) -> RequirementVerdict:
        """Judge it: whether it applies, its parts, and whether waivers excuse what fails."""
        deciding = [one for one in self._clauses() if self._kind(one) == DECIDES]
        judged = [one for one in deciding if one.verdict in ("PASS", "FAIL")]
        shared = RequirementVerdict(
            requirement=self._one,
            weight=weight(self._one),
            applies=True,
            verdict="NOT-APPLICABLE",
            why=None,
            decided=tuple(one.clause.id for one in deciding),
            judged=len(judged),
        )
        condition = self._condition()
        if condition:
            return replace(shared, applies=False, verdict=condition[0], why=condition[1])
        parts = self._parts(self._clauses(), self._results())
        verdict, why = self._sum(parts)
        return replace(
            shared,
            verdict=verdict,
            why=why,
            parts=tuple(parts),
            waivers=self._waivers() if verdict == "FAIL" else (),
            advice=self._failed(ADVICE),
            advisory=self._failed(ADVISORY),
        )

    def _condition(self) -> tuple[str, str] | None:
        """Give the verdict of a requirement that does not apply (A3 to A5, A7, A8); else None."""
        wanted, question = self._one.device_condition, self._one.ics_condition
        if wanted and not self._scopes.of(wanted).devices:
            if not self._scope.discovered:  # A3
                return "INCONCLUSIVE", f"the run broke off before all devices were known: {wanted}?"
            if self._statement and wanted in self._statement.devices:  # A4
                return "FAIL", f"claimed, not offered: there is no {wanted} device"
            return "NOT-APPLICABLE", f"there is no {wanted} device"  # A5
        if question:
            answer = self._answer(question)
            if answer is None:  # A8
                return "NOT-TESTED", f"{self._silent()} whether it applies ({question})"
            if not answer:  # A7
                return "NOT-APPLICABLE", f"the statement answers no ({question})"
        return None

    def _parts(self, clauses: Sequence[ClauseVerdict], results: Sequence[Result]) -> list[Part]:
        """Judge the parts that there are, by these clauses and results."""
        found = [
            self._presence(),
            self._of_devices("features", bool(self._one.features), self._features),
            self._of_devices(
                "clauses",
                any(self._kind(one) == DECIDES for one in clauses),  # K6
                lambda: self._decide(clauses),
            ),
            self._of_devices(
                "tests", bool(self._one.tests), lambda: self._by_tests(self._one.tests, results)
            ),
            self._declared(),
        ]
        return [part for part in found if part]

    def _presence(self) -> Part | None:
        """P1 to P3."""
        if not self._one.present or self._scope.devices:
            return None
        if not self._scope.discovered:
            return Part(
                "presence", "INCONCLUSIVE", "the run broke off before all devices were known"
            )
        return Part("presence", "FAIL", f"there is no {self._one.device} device")

    def _of_devices(
        self, name: str, filled: bool, judge_part: Callable[[], tuple[str, str | None]]
    ) -> Part | None:
        """Judge a part that asks devices, if there are any to ask (D1 to D3)."""
        if not filled:
            return None
        if self._one.device and not self._scope.devices:
            if self._scope.discovered:
                return Part(name, "NOT-APPLICABLE", f"there is no {self._one.device} device")
            return Part(name, "INCONCLUSIVE", "the run broke off before all devices were known")
        verdict, why = judge_part()
        broken = [one for one in self._scope.devices if one["problem"]] if self._one.device else []
        if broken and verdict in ("PASS", "NOT-TESTED", "NOT-APPLICABLE"):
            told_of = "; ".join(f"{one['id']}: {one['problem']}" for one in broken)
            return Part(name, "INCONCLUSIVE", f"no test can run on {told_of}")
        return Part(name, verdict, why)

    def _features(self) -> tuple[str, str | None]:
        """F1 to F3."""
        types, wanted = self._catalogue.types, self._one.device or ""
        bits = {name: types.bit(wanted, name) for name in self._one.features}
        unless = {types.bit(wanted, name) for name in self._one.unless}
        asked = [one for one in self._scope.devices if not unless & set(one["features"])]
        lacking = [
            f"{one['id']} does not offer {', '.join(missing)}"
            for one in asked
            if not (one["problem"] and not one["features"])
            for missing in [[name for name, bit in bits.items() if bit not in one["features"]]]
            if missing
        ]
        if lacking:
            return "FAIL", "; ".join(lacking)
        if not asked:
            return "NOT-APPLICABLE", f"every device is excused by {' or '.join(self._one.unless)}"
        return "PASS", f"offered by {_some([one['id'] for one in asked])}"

    def _decide(self, clauses: Sequence[ClauseVerdict]) -> tuple[str, str | None]:
        """K1 to K5."""
        deciding = [one for one in clauses if self._kind(one) == DECIDES]
        for verdict in ("FAIL", "INCONCLUSIVE", "PASS", "NOT-TESTED"):
            found = [one for one in deciding if one.verdict == verdict]
            if found and verdict == "PASS":
                return verdict, f"{len(found)} of {len(deciding)} clauses judged, and they hold"
            if found:
                count = f"{len(found)} clauses: " if len(found) > 1 else ""
                return verdict, count + _some(
                    [f"{one.clause.id}: {one.why}" for one in found], joint="; "
                )
        return "NOT-APPLICABLE", "none of its clauses has an occasion here"

    def _by_tests(self, names: Sequence[str], results: Sequence[Result]) -> tuple[str, str | None]:
        """T1 to T5."""
        for verdict, kinds in (("FAIL", ("FAIL",)), ("INCONCLUSIVE", ("ERROR", "MISS"))):
            found = [one for one in results if one.verdict in kinds]
            if found:
                return verdict, f"{told(found, with_verdict=True)}"
        if not results and not self._scope.discovered:
            return "INCONCLUSIVE", "the run broke off before its tests were known"
        passed = [one for one in results if one.verdict == "PASS"]
        if passed:
            return "PASS", f"passed: {told(passed)}"
        tests = [self._catalogue.tests[name] for name in names]
        if not results and not self._scope.fits(tests):
            return "NOT-APPLICABLE", "there is no device that its tests are for"
        if results and all(one.reason == "absent" for one in results):
            return "NOT-APPLICABLE", f"what its tests need is absent: {told(results)}"
        reasons = sorted({f"{one.reason}: {one.message or one.key.test}" for one in results})
        return "NOT-TESTED", "; ".join(reasons[:3]) or (
            f"not selected, or not planned: {', '.join(names)}"
        )

    def _declared(self) -> Part | None:
        """S1 to S3."""
        if not self._one.ics:
            return None
        answer = self._answer(self._one.ics)
        if answer is None:
            why = f"a guest cannot see it, and {self._silent()} ({self._one.ics})"
            return Part("statement", "NOT-TESTED", why)
        said = "yes" if answer else "no"
        why = f"declared: the statement answers {said} ({self._one.ics})"
        return Part("statement", "PASS" if answer else "FAIL", why)

    def _sum(self, parts: Sequence[Part]) -> tuple[str, str | None]:
        """V1 to V6."""
        for verdict in _ORDER:
            found = [part for part in parts if part.verdict == verdict]
            if found:
                whys = [part.why for part in found if part.why]
                return verdict, "; ".join(dict.fromkeys(whys)) or None
        if self._one.level == "MAY":
            why = "a permission: nothing can break it"
        elif self._one.status == "discussion":
            why = "the document only discusses it"
        elif self._one.status == "pending":
            why = "the document leaves it to a later version"
        else:
            why = f"none of its sentences decides under VIRTIO {self._one.bound}"
        return "NOT-APPLICABLE", why

    def _waivers(self) -> tuple[Waiver, ...]:
        """Give the waivers that excuse this FAIL; none if something fails without them (W5)."""
        clauses, results = self._clauses(), self._results()
        kept = [one for one in clauses if not self._excuses.of_clause(one)]
        left = [one for one in results if not self._excuses.of_result(one)]
        parts = self._parts(kept, left)
        if self._sum(parts)[0] == "FAIL":
            return ()
        found = {
            waiver.number: waiver
            for waivers in (
                *(self._excuses.of_clause(one) for one in clauses if self._kind(one) == DECIDES),
                *(self._excuses.of_result(one) for one in results),
            )
            for waiver in waivers
        }
        return tuple(found[number] for number in sorted(found))

    def _clauses(self) -> list[ClauseVerdict]:
        return [self._scope.clause(name) for name in self._one.clauses]

    def _results(self) -> list[Result]:
        return [one for one in self._scope.results if one.key.test in self._one.tests]

    def _kind(self, judged: ClauseVerdict) -> str:
        return kind(judged.clause, self._one.bound)

    def _failed(self, of_kind: str) -> tuple[str, ...]:
        return tuple(
            one.clause.id
            for one in self._clauses()
            if one.verdict == "FAIL" and self._kind(one) == of_kind
        )

    def _answer(self, question: str) -> bool | None:
        return self._statement.answers.get(question) if self._statement else None

    def _silent(self) -> str:
        return "the statement does not say" if self._statement else "there is no statement to say"


def _some(names: Sequence[str], most: int = 3, joint: str = ", ") -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return joint.join(names[:most]) + more
