"""What facts about other facts mean; a retraction also ends the postings of what it names."""

from __future__ import annotations

from typing import assert_never

from ledger.facts import corrections
from ledger.postings.born import noted
from ledger.postings.shapes import Postings
from ledger.statement import Statement


def post(fact: corrections.CorrectionFact, statement: Statement) -> Postings:
    """The postings of a fact of this theme."""
    match fact:
        case corrections.FactEndorsed():
            endorsed = noted(statement, fact.statement, "endorsed", by=statement.actor, role=fact.role)
            return Postings(marks=(endorsed,))
        case corrections.FlagJustified():
            justified = noted(statement, fact.statement, "justified", flag=fact.flag, grounds=fact.grounds)
            return Postings(marks=(justified,))
        case corrections.FactRetracted():
            retracted = noted(statement, fact.statement, "retracted", reason=fact.reason)
            return Postings(marks=(retracted,), ends=fact.statement)
        case _:
            assert_never(fact)
