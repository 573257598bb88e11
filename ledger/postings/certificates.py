"""What facts about certificates, their members, volume, credits and papers mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from ledger.facts import certificates
from ledger.postings.born import born, noted, own_number, reached_by
from ledger.postings.land import season_key
from ledger.postings.shapes import Account, Mark, Move, Postings
from ledger.statement import Statement


def members_of(certificate: str) -> str:
    """Under which subject the producers a certificate ever listed are marked: for reports, never loaded by judge."""
    return reached_by("certificate", certificate)


def number_subject(scheme: str, number: str) -> str:
    """Under which subject the use of a certificate's number is marked."""
    return "n/" + own_number(scheme, number)


def paper_subject(body: str, kind: str, number: str) -> str:
    """Under which subject the use of a transaction certificate's number is marked."""
    return "t/" + own_number(body, f"{kind} {number}")


def credit_key(commodity: str, form: str, season: str, expires_on: str) -> str:
    """The word under which mass-balance credits that expire on one day are summed."""
    return f"{season_key(commodity, form, season)}/{expires_on}"


def post(fact: certificates.CertificateFact, statement: Statement) -> Postings:
    """The postings of a fact of this theme."""
    match fact:
        case certificates.VolumeAdjusted():
            return _adjusted(fact, statement)
        case certificates.VolumeAllocated():
            return _allocated(fact, statement)
        case certificates.MassBalanceCredited():
            return _credited(fact, statement)
        case certificates.CertificateRecorded():
            moves = tuple(
                Move(Account("volume", fact.certificate, "", season_key(v.commodity, v.form, v.season)), v.grams)
                for v in fact.volumes
            )
            return Postings(moves=moves, marks=tuple(_recorded(fact, statement)))
        case certificates.TransactionCertificateRecorded():
            return Postings(marks=tuple(_paper(fact, statement)))
        case _:
            return Postings(marks=_marks(fact, statement))


def _marks(
    fact: certificates.MemberStatusSet
    | certificates.CertificateStatusSet
    | certificates.CertificateExtended
    | certificates.TransactionCertificateWithdrawn
    | certificates.RegistryChecked
    | certificates.ReleaseRecorded
    | certificates.ClaimRelinquished,
    statement: Statement,
) -> tuple[Mark, ...]:
    match fact:
        case certificates.MemberStatusSet(certificate=certificate, producer=producer):
            member = noted(
                statement,
                producer,
                "member",
                day=fact.effective_from,
                certificate=certificate,
                season=fact.season,
                status=fact.status,
                plots=list(fact.plots),
            )
            about = {name: value for name, value in member.value.items() if name != "certificate"}
            return (
                member,
                member._replace(subject=members_of(certificate), kind="listed", value={"producer": producer, **about}),
            )
        case certificates.CertificateStatusSet(certificate=certificate, status=status):
            day = fact.effective_from
            return (noted(statement, certificate, "certificate-status", day=day, status=status, reason=fact.reason),)
        case certificates.CertificateExtended(certificate=certificate):
            first, last = fact.valid_from, fact.valid_to
            return (noted(statement, certificate, "extended", day=first, valid_from=first, valid_to=last),)
        case certificates.TransactionCertificateWithdrawn(transaction_certificate=paper):
            return (noted(statement, paper, "withdrawn", day=fact.effective_from, reason=fact.reason),)
        case certificates.RegistryChecked():
            checked = noted(
                statement,
                fact.certificate,
                "registry",
                day=fact.checked_on,
                register=fact.register_code,
                result=fact.result,
                status=fact.status_found,
                checked_on=fact.checked_on,
                checked_by=statement.actor,
            )
            return (checked,)
        case certificates.ReleaseRecorded():
            return _released(fact, statement)
        case certificates.ClaimRelinquished(lot=lot, scheme=scheme):
            return (noted(statement, lot, "relinquished", scheme=scheme, certificate=fact.certificate),)
        case _:
            assert_never(fact)


def _recorded(fact: certificates.CertificateRecorded, statement: Statement) -> Iterator[Mark]:
    certificate = fact.certificate
    yield born(
        statement,
        certificate,
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
        # By these two is found whether the body itself stated or countersigned it.
        party=statement.actor,
        statement=statement.digest,
    )
    yield noted(statement, number_subject(fact.scheme, fact.number), "number", certificate=certificate)
    for facility in dict.fromkeys(u.facility for u in fact.units if u.facility is not None):
        yield noted(statement, facility, "certified", certificate=certificate)
    roles = [
        (fact.holder, "holder"),
        *((seller, "seller") for seller in fact.sellers),
        *((u.party, "unit") for u in fact.units),
    ]
    for party, role in dict.fromkeys(roles):
        yield noted(statement, party, "certificate-of", certificate=certificate, **{"as": role})


def _adjusted(fact: certificates.VolumeAdjusted, statement: Statement) -> Postings:
    key = season_key(fact.commodity, fact.form, fact.season)
    moves = (Move(Account("volume", fact.certificate, "", key), fact.delta_grams),) if fact.delta_grams else ()
    adjusted = noted(
        statement, fact.certificate, "volume-adjusted", account=key, grams=fact.delta_grams, reason=fact.reason
    )
    return Postings(moves=moves, marks=(adjusted,))


def _allocated(fact: certificates.VolumeAllocated, statement: Statement) -> Postings:
    """Inside this log the grams change accounts; what goes to another log leaves this one, and its mark says where."""
    key = season_key(fact.commodity, fact.form, fact.season)
    moves = [Move(Account("volume", fact.certificate, "", key), -fact.grams)]
    if fact.seller is not None:
        moves.append(Move(Account("volume", fact.certificate, fact.seller, key), fact.grams))
    allocated = noted(
        statement,
        fact.certificate,
        "volume-allocated",
        account=key,
        grams=fact.grams,
        seller=fact.seller,
        log=fact.to_log,
        party_there=fact.party_there,
    )
    return Postings(moves=moves, marks=(allocated,))


def _credited(fact: certificates.MassBalanceCredited, statement: Statement) -> Postings:
    key = credit_key(fact.commodity, fact.form, fact.season, fact.expires_on)
    move = Move(Account("credit", fact.certificate, fact.facility, key), fact.grams)
    # The mark carries the scheme, so that a gram is seen to be spent whichever of its certificates is asked.
    marks = tuple(
        noted(
            statement,
            line.lot,
            "credited",
            scheme=fact.scheme,
            certificate=fact.certificate,
            facility=fact.facility,
            grams=line.grams,
        )
        for line in fact.lots
    )
    return Postings(moves=(move,), marks=marks)


def _paper(fact: certificates.TransactionCertificateRecorded, statement: Statement) -> Iterator[Mark]:
    paper = fact.transaction_certificate
    yield born(
        statement,
        paper,
        "transaction-certificate",
        kind=fact.kind,
        number=fact.number,
        body=fact.body,
        certificate=fact.certificate,
        buyer=fact.buyer,
        issued_on=fact.issued_on,
        by=statement.actor,
    )
    number = paper_subject(fact.body, fact.kind, fact.number)
    yield noted(statement, number, "number", transaction_certificate=paper)
    for line in fact.lines:
        thing = line.sale or line.lot
        if thing is not None:
            yield noted(
                statement,
                thing,
                "transaction-certificate",
                day=fact.issued_on,
                transaction_certificate=paper,
                kind=fact.kind,
                number=fact.number,
                grams=line.grams,
            )


def _released(fact: certificates.ReleaseRecorded, statement: Statement) -> tuple[Mark, ...]:
    release, certificate = fact.release, fact.certificate
    period = {"from": fact.released_from, "to": fact.released_to}
    released = noted(
        statement,
        certificate,
        "release",
        release=release,
        lots=list(fact.lots) or None,
        producers=list(fact.producers) or None,
        grounds=fact.grounds,
    )
    said = {**released.value, **{name: day for name, day in period.items() if day is not None}}
    return (
        born(statement, release, "release", certificate=certificate),
        released._replace(value=said),
        *(noted(statement, lot, "released-claim", certificate=certificate, release=release) for lot in fact.lots),
    )
