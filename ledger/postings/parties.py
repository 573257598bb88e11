"""What facts about parties, places, mandates and documents mean."""

from __future__ import annotations

from typing import assert_never

from ledger.facts import parties
from ledger.postings.born import born, noted, own_number
from ledger.postings.shapes import Postings
from ledger.statement import Statement


def papers_about(thing: str) -> str:
    """Under which subject the documents attached to a thing are listed; judge never loads such lists."""
    return f"m/p/{thing}"


def document_number_subject(issuer: str, kind: str, number: str) -> str:
    """Under which subject the use of an issuer's number for a kind of paper is marked."""
    return "d/" + own_number(issuer, f"{kind} {number}")


def post(fact: parties.PartyFact, statement: Statement) -> Postings:
    """The postings of a fact of this theme."""
    match fact:
        case parties.PartyRegistered():
            mark = born(
                statement,
                fact.party,
                "party",
                kind=fact.kind,
                name=fact.name,
                country=fact.country,
                district=fact.district,
            )
            return Postings(marks=(mark,))
        case parties.FacilityRegistered():
            mark = born(
                statement,
                fact.facility,
                "facility",
                kind=fact.kind,
                party=fact.party,
                code=fact.code,
                name=fact.name,
                country=fact.country,
                district=fact.district,
                within=fact.within,
            )
            return Postings(marks=(mark,))
        case parties.VesselEmptied():
            return Postings(marks=(noted(statement, fact.vessel, "emptied", last_lot=fact.last_lot),))
        case parties.MandateGiven():
            mandate = noted(
                statement,
                fact.principal,
                "mandate",
                day=fact.valid_from,
                mandate=fact.mandate,
                agent=fact.agent,
                themes=list(fact.themes),
                facilities=list(fact.facilities),
                valid_to=fact.valid_to,
            )
            return Postings(
                marks=(born(statement, fact.mandate, "mandate", principal=fact.principal, agent=fact.agent), mandate)
            )
        case parties.MandateEnded():
            return Postings(marks=(noted(statement, fact.mandate, "ended", day=fact.effective_from),))
        case parties.DocumentAttached():
            attached = noted(
                statement,
                fact.document,
                "document",
                kind=fact.kind,
                number=fact.number,
                media_type=fact.media_type,
                personal=fact.personal,
                about=list(fact.about),
            )
            # The way back, for whoever asks which papers there are about a thing.
            listed = (
                noted(statement, papers_about(thing), "paper", document=fact.document, personal=fact.personal)
                for thing in fact.about
            )
            marks = (attached, *listed)
            if fact.number is not None:
                numbered = document_number_subject(fact.issuer or statement.actor, fact.kind, fact.number)
                marks = (*marks, noted(statement, numbered, "number", document=fact.document))
            return Postings(marks=marks)
        case _:
            assert_never(fact)
