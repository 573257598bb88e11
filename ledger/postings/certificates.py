"""What facts about certificates and their members mean."""

from __future__ import annotations

from typing import assert_never

from ledger.facts import certificates
from ledger.postings.born import born, noted
from ledger.postings.shapes import Account, Move, Postings
from ledger.statement import Statement


def post(fact: certificates.CertificateFact, statement: Statement) -> Postings:
    """The postings of a fact of this theme."""
    match fact:
        case certificates.CertificateRecorded():
            return _recorded(fact, statement)
        case certificates.MemberStatusSet():
            member = noted(
                statement,
                fact.producer,
                "member",
                day=fact.effective_from,
                certificate=fact.certificate,
                season=fact.season,
                status=fact.status,
                plots=list(fact.plots),
            )
            return Postings(marks=(member,))
        case _:
            assert_never(fact)


def _recorded(fact: certificates.CertificateRecorded, statement: Statement) -> Postings:
    recorded = born(
        statement,
        fact.certificate,
        "certificate",
        scheme=fact.scheme,
        scheme_version=fact.scheme_version,
        number=fact.number,
        holder=fact.holder,
        sellers=list(fact.sellers),
        units=[
            {
                "party": u.party,
                "facility": u.facility,
                "activities": list(u.activities),
                "subcontractor": u.subcontractor,
            }
            for u in fact.units
        ],
        body=fact.body,
        products=[{"commodity": p.commodity, "form": p.form} for p in fact.products],
        models=list(fact.models),
        valid_from=fact.valid_from,
        valid_to=fact.valid_to,
    )
    moves = tuple(
        Move(Account("volume", fact.certificate, "", f"{v.commodity}/{v.form}/{v.season}"), v.grams)
        for v in fact.volumes
    )
    return Postings(moves=moves, marks=(recorded,))
