"""What facts about agreements mean."""

from __future__ import annotations

from typing import assert_never

from ledger.facts import agreements
from ledger.postings.born import born, noted
from ledger.postings.shapes import Postings
from ledger.statement import Statement


def post(fact: agreements.AgreementFact, statement: Statement) -> Postings:
    """The postings of a fact of this theme."""
    match fact:
        case agreements.AgreementSigned():
            signed = born(
                statement,
                fact.agreement,
                "agreement",
                framework=fact.framework,
                level=fact.level,
                code=fact.code,
                parent=fact.parent,
                institutions=[{"party": i.party, "role": i.role} for i in fact.institutions],
                areas=list(fact.areas),
                commitments=[{"code": c.code, "kind": c.kind, "critical": c.critical} for c in fact.commitments],
                valid_from=fact.valid_from,
                valid_to=fact.valid_to,
                cascades=list(fact.cascades),
            )
            return Postings(marks=(signed,))
        case agreements.AgreementJoined():
            joined = noted(
                statement,
                fact.signatory,
                "agreement",
                day=fact.joined_on,
                agreement=fact.agreement,
                joined=True,
                household=fact.household,
            )
            return Postings(marks=(joined,))
        case _:
            assert_never(fact)
