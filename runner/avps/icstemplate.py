# SPDX-License-Identifier: GPL-2.0-or-later
"""A conformance statement to be filled in (`./avps ics --template`), made from a finished run."""

from __future__ import annotations

import json
import textwrap
from typing import Iterator

from avps.clauses import Scopes
from avps.evidence import Evidence
from avps.measure import Measure

_WIDTH = 98


def template(evidence: Evidence, measure: Measure) -> str:
    """Give the text of a statement that claims what the devices of this run offered, and puts the
    profile's questions as comments.
    """
    return "\n".join(_lines(evidence, measure)) + "\n"


def _lines(evidence: Evidence, measure: Measure) -> Iterator[str]:
    types, transcript = measure.catalogue.types, evidence.transcript()
    scopes = Scopes(measure.catalogue, transcript, [])
    present = [name for name in types.names() if scopes.of(name).devices]
    yield from _comment(
        "Conformance statement, to be filled in by the vendor. Claims are what the run "
        f"{evidence.id} found; take out what the product does not promise, add what it does and "
        "that run did not show. Whatever is claimed and not offered makes a platform "
        "non-conformant."
    )
    yield ""
    yield 'contact = "" # whom to ask: a name, a mail address'
    yield f"date = {evidence.started[:10]} # of this statement"
    yield ""
    yield "[product]"
    yield 'vendor = ""'
    yield 'name = ""'
    yield 'version = ""'
    yield ""
    yield "[claims]"
    yield f"devices = {json.dumps(present)}"
    yield ""
    yield "# A feature is claimed for at least one device of its type."
    yield "[claims.features]"
    for name in present:
        bits = sorted({bit for device in scopes.of(name).devices for bit in device["features"]})
        known = [types.feature_name(types.ids[name] or 0, bit) for bit in bits]
        yield f"{name} = ["
        yield from (f"  {json.dumps(one)}," for one in known if one)
        yield "]"
    yield ""
    yield "[answers]"
    if measure.profile.questions:
        yield from _comment(
            f'What a guest can\'t see, as {measure.profile.name} asks it. Answer "yes" or "no"; '
            "a question that is left out is reported as not tested."
        )
    for question, text in measure.profile.questions.items():
        yield ""
        yield from _comment(text)
        yield f'#{question} = "yes"'


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="# ", subsequent_indent="# ")
