# SPDX-License-Identifier: GPL-2.0-or-later
"""The runs of one target in time order: what regressed, what was fixed, what else changed."""

from __future__ import annotations

import functools
from typing import Any, Iterable, Iterator, Sequence

from avps.compare.rules import Sighting, State, Step, steps
from avps.compare.runs import Run
from avps.compare.tracks import Tracks

_CLAUSE = {
    "PASS": State.GOOD,
    "FAIL": State.BAD,
    "INCONCLUSIVE": State.BAD,
    "NOT-TESTED": State.LOST,
    "NOT-APPLICABLE": State.OTHER,
}
_TEST = {"PASS": State.GOOD, "FAIL": State.BAD, "ERROR": State.BAD, "MISS": State.BAD}
_PLATFORM = {"conformant": State.GOOD, "non-conformant": State.BAD, "incomplete": State.BAD}
VANISHED = "vanished"

Change = dict[str, Any]
Place = tuple[int, str | None]  # device by its track, ring


class Series:
    """Runs of one target; `first` is the column of the earliest."""

    def __init__(self, runs: Sequence[Run], first: int) -> None:
        """Take the runs, which are in time order."""
        self.runs = list(runs)
        self.first = first
        self.target = runs[0].target

    @property
    def columns(self) -> range:
        """The columns of its runs."""
        return range(self.first, self.first + len(self.runs))

    def changes(self, kind: str) -> list[Change]:
        """Give the changes of a kind: `regressed`, `fixed` or `changed`."""
        return [change for change in self._changes if change["change"] == kind]

    def marks(self, kind: str, id: str, profile: str | None = None) -> dict[int, str]:
        """Give by column what became of a clause or requirement there: `regressed` or `fixed`."""
        return {
            change["to"]["run"]: change["change"]
            for change in self._by_thing.get((kind, id, profile), [])
            if change["change"] != "changed"
        }

    def as_json(self) -> dict[str, Any]:
        """Give its entry in compare.json."""
        return {
            "target": self.target,
            "runs": list(self.columns),
            "regressed": self.changes("regressed"),
            "fixed": self.changes("fixed"),
            "changed": self.changes("changed"),
            "catalogue": list(self._catalogues()),
        }

    @functools.cached_property
    def _by_thing(self) -> dict[tuple[str, str, str | None], list[Change]]:
        found: dict[tuple[str, str, str | None], list[Change]] = {}
        for change in self._changes:
            key = (change["kind"], change["id"], change["profile"])
            found.setdefault(key, []).append(change)
        return found

    @functools.cached_property
    def _changes(self) -> list[Change]:
        return [
            *self._platform(),
            *self._requirements(),
            *self._clauses(),
            *self._tests(),
            *self._devices(),
        ]

    @functools.cached_property
    def _profiles(self) -> list[str]:
        return list(dict.fromkeys(run.profile for run in self.runs))

    def _numbered(self) -> Iterable[tuple[int, Run]]:
        return zip(self.columns, self.runs)

    def _run(self, column: int) -> Run:
        return self.runs[column - self.first]

    def _platform(self) -> Iterator[Change]:
        for profile in self._profiles:
            seen = []
            for column, run in self._numbered():
                verdict = run.report["summary"]["verdict"]
                state = _PLATFORM[verdict]
                # What is left of a platform by a selection can only show that it is broken.
                if run.profile != profile or run.selected and verdict != "non-conformant":
                    state = State.SILENT
                seen.append(Sighting(column, verdict, state, run.complete))
            for step in steps(seen):
                yield self._change("platform", self.target, step, profile=profile)

    def _requirements(self) -> Iterator[Change]:
        for profile in self._profiles:
            of_profile = [run for run in self.runs if run.profile == profile]
            for id in dict.fromkeys(id for run in of_profile for id in run.requirements):
                seen = [
                    _judged(column, run, run.requirements.get(id))
                    for column, run in self._numbered()
                    if run.profile == profile
                ]
                for step in steps(seen):
                    yield self._requirement(id, profile, step)

    def _requirement(self, id: str, profile: str, step: Step) -> Change:
        before, after = self._run(step.before.run), self._run(step.after.run)
        entry, was = after.requirements[id], before.clauses
        bad = step.after if step.kind == "regressed" else step.before
        at = self._run(bad.run)
        clauses = [
            clause
            for clause in at.requirements[id]["clauses"]
            if clause in at.clauses
            and clause in was
            and clause in after.clauses
            and at.clauses[clause]["verdict"] == bad.verdict
            and was[clause]["verdict"] != after.clauses[clause]["verdict"]
        ]
        return self._change("requirement", id, step, entry, profile=profile, clauses=clauses)

    def _clauses(self) -> Iterator[Change]:
        for id in dict.fromkeys(id for run in self.runs for id in run.clauses):
            seen = [_judged(column, run, run.clauses.get(id)) for column, run in self._numbered()]
            for step in steps(seen):
                yield self._clause(id, step)

    def _clause(self, id: str, step: Step) -> Change:
        after = self._run(step.after.run)
        bad = self._run((step.before if step.kind == "fixed" else step.after).run)
        named = bad.clauses[id]["tests"]
        results = [result for result in bad.report["results"] if result["test"] in named]
        broke = [result for result in results if result["clauses"].get(id) == "FAIL"]
        broke = broke or [result for result in results if _TEST.get(result["verdict"]) is State.BAD]
        return self._change(
            "clause",
            id,
            step,
            after.clauses[id],
            tests=list(dict.fromkeys(result["test"] for result in broke)) or named,
            requirements=[
                one["id"] for one in after.report["requirements"] if id in one["clauses"]
            ],
        )

    def _tests(self) -> Iterator[Change]:
        """Changes of results; those of a test that changed alike are told once, with the places."""
        same: dict[tuple[str, Step], list[Place]] = {}
        for (test, track, ring), seen in self._results().items():
            for step in steps(seen):
                same.setdefault((test, step), []).append((track, ring))
        for (test, step), places in same.items():
            after, column = self._run(step.after.run), step.after.run
            there = [(self._tracks.id_at(column, track), ring) for track, ring in places]
            results = [
                result
                for result in after.report["results"]
                if result["test"] == test and (result["device"], result["ring"]) in there
            ]
            broken = {
                id for one in results for id, word in one["clauses"].items() if word != "PASS"
            }
            named = [one["id"] for one in after.report["clauses"] if test in one["tests"]]
            why = results[0].get("message") or results[0]["reason"] if results else None
            yield self._change(
                "test",
                test,
                step,
                {"why": why},
                clauses=[id for id in named if id in broken] or named,
                places=[{"device": device, "ring": ring} for device, ring in there],
            )

    def _results(self) -> dict[tuple[str, int, str | None], list[Sighting]]:
        """What each run says of each test on each device and ring."""
        rows = [
            {
                (result["test"], self._tracks.of(column, result["device"]), result["ring"]): result
                for result in run.report["results"]
            }
            for column, run in self._numbered()
        ]
        return {
            key: [
                self._result(column, run, row.get(key), key[0], key[1])
                for (column, run), row in zip(self._numbered(), rows)
            ]
            for key in dict.fromkeys(key for row in rows for key in row)
        }

    def _result(
        self, column: int, run: Run, result: dict[str, Any] | None, test: str, track: int
    ) -> Sighting:
        if result:
            verdict = result["verdict"]
            state = _TEST.get(verdict, State.LOST)
            if result["reason"] == "absent":
                state = State.OTHER
            return Sighting(column, verdict, state, run.complete, bool(result.get("waived")))
        told_elsewhere = test not in run.tests or not self._tracks.has(column, track)
        if told_elsewhere or run.selected or not run.through:
            return Sighting(column, VANISHED, State.SILENT)
        return Sighting(column, VANISHED, State.LOST)

    def _devices(self) -> Iterator[Change]:
        for track in self._tracks.all():
            seen = []
            for column, run in self._numbered():
                device = self._tracks.device(column, track)
                if device is None:
                    state = State.LOST if run.through else State.SILENT
                    seen.append(Sighting(column, VANISHED, state))
                elif device["problem"]:
                    seen.append(Sighting(column, "problem", State.BAD, run.complete))
                else:
                    seen.append(Sighting(column, "present", State.GOOD, run.complete))
            # A device that comes later is one that was missing so far.
            start = next(number for number, one in enumerate(seen) if one.verdict != VANISHED)
            for step in steps(seen[start:]):
                yield self._device(track, step)

    def _device(self, track: int, step: Step) -> Change:
        column = step.after.run if step.after.verdict != VANISHED else step.before.run
        device = self._tracks.device(column, track)
        assert device is not None  # one of the two has it
        results = self._run(column).report["results"]
        tests = dict.fromkeys(one["test"] for one in results if one["device"] == device["id"])
        entry = {"why": device["problem"], "device_type": device["type"]}
        return self._change("device", device["id"], step, entry, tests=list(tests))

    @functools.cached_property
    def _tracks(self) -> Tracks:
        return Tracks([run.report["devices"] for run in self.runs], self.first)

    def _change(
        self,
        kind: str,
        id: str,
        step: Step,
        entry: dict[str, Any] | None = None,
        profile: str | None = None,
        **about: list[Any],
    ) -> Change:
        entry = entry or {}
        return {
            "change": step.kind,
            "kind": kind,
            "id": id,
            "profile": profile,
            "level": entry.get("level"),
            "device_type": entry.get("device_type"),
            "from": {"run": step.before.run, "verdict": step.before.verdict},
            "to": {"run": step.after.run, "verdict": step.after.verdict},
            "now": {"run": step.now.run, "verdict": step.now.verdict},
            "why": entry.get("why"),
            "waived": step.now.waived,
            "stands": step.kind == "regressed" and step.until is None,
            "until": step.until,
            "clauses": about.get("clauses", []),
            "requirements": about.get("requirements", []),
            "tests": about.get("tests", []),
            "places": about.get("places", []),
        }

    def _catalogues(self) -> Iterator[dict[str, Any]]:
        """What each run knew that the one before did not, or no longer knew, or put otherwise."""
        for number, (before, after) in enumerate(zip(self.runs, self.runs[1:]), self.first + 1):
            found = {
                "clauses": _apart(before.clause_texts, after.clause_texts),
                "tests": _apart(dict.fromkeys(before.tests, ""), dict.fromkeys(after.tests, "")),
                "requirements": (
                    _apart(before.requirement_texts, after.requirement_texts)
                    if before.profile == after.profile
                    else _apart({}, {})
                ),
                "devices": {
                    "new": self._tracks.new_at(number),
                    "moved": self._tracks.moved_at(number),
                },
            }
            if any(names for one in found.values() for names in one.values()):
                yield {"run": number, **found}


def _judged(column: int, run: Run, entry: dict[str, Any] | None) -> Sighting:
    """What a run says of a clause or requirement."""
    if entry is None:
        return Sighting(column, "", State.SILENT)
    state = _CLAUSE[entry["verdict"]]
    if state is State.LOST and run.selected:
        state = State.SILENT
    settles = run.complete and not run.selected
    return Sighting(column, entry["verdict"], state, settles, bool(entry.get("waived")))


def _apart(before: dict[str, str], after: dict[str, str]) -> dict[str, list[str]]:
    return {
        "new": sorted(set(after) - set(before)),
        "removed": sorted(set(before) - set(after)),
        "changed": sorted(id for id in set(before) & set(after) if before[id] != after[id]),
    }
