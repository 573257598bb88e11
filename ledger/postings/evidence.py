"""What facts about evidence and incidents mean."""

from __future__ import annotations

from typing import assert_never

from ledger.facts import evidence
from ledger.postings.born import born, noted
from ledger.postings.shapes import Postings
from ledger.statement import Statement


def post(fact: evidence.EvidenceFact, statement: Statement) -> Postings:
    """The postings of a fact of this theme."""
    match fact:
        case evidence.EvidenceRecorded():
            assessed = (
                noted(
                    statement,
                    line.plot,
                    "evidence",
                    day=fact.assessed_on,
                    about=fact.about,
                    result=line.result,
                    provider=fact.provider,
                    version=fact.version,
                )
                for line in fact.plots
            )
            return Postings(marks=tuple(assessed))
        case evidence.IncidentRecorded():
            incident, about = fact.incident, fact.about
            return Postings(
                marks=(
                    born(statement, incident, "incident", about=about, kind=fact.kind, by=statement.actor),
                    noted(statement, about, "incident", day=fact.opened_on, incident=incident, kind=fact.kind),
                )
            )
        case evidence.IncidentClosed():
            return Postings(marks=(noted(statement, fact.incident, "closed", day=fact.closed_on),))
        case _:
            assert_never(fact)
