"""What judging a statement will want: first what it names and moves, then what that brought to light."""

from __future__ import annotations

from ledger.facts.agreements import (
    AgreementJoined,
    AgreementMonitored,
    AgreementSigned,
    AgreementStatusSet,
    BreachRecorded,
)
from ledger.facts.audits import AccessUsed, FindingRecorded
from ledger.facts.certificates import (
    CertificateRecorded,
    ClaimRelinquished,
    MassBalanceCredited,
    MemberStatusSet,
    TransactionCertificateRecorded,
)
from ledger.facts.corrections import FactEndorsed, FactRetracted, FlagJustified
from ledger.facts.deliveries import DeliveryConfirmed, DeliveryDisputed
from ledger.facts.land import EstimateMade, EstimateRevised, HerdShorn, PlotMapped, drawn_plots
from ledger.facts.log import KeyAuthorised, StatementVouched
from ledger.facts.payments import PaymentConfirmed
from ledger.facts.premium import PremiumConfirmed
from ledger.facts.privacy import ErasureDone, StatementWithheld
from ledger.facts.producers import InspectionMade
from ledger.facts.trade import ContractAmended, ContractSigned, LotSold, PledgeRecorded
from ledger.log.claimed import claimed_origin
from ledger.postings import Postings, post
from ledger.postings.land import FIBRES
from ledger.postings.log import LOG, RULES, pack_subject, thumbprint
from ledger.state.keys_wanted import Wants
from ledger.state.loaded import State
from ledger.state.records import PLEDGED, LotBooks
from ledger.statement import Statement, meant, parse_statement

JUDGED_ACCOUNTS = frozenset(
    {"stock", "title", "transit", "return", "estimate", "volume", "credit", "contract", "pledge", "money"}
)
"""Kinds of account whose balance rules look at; the others are only ever summed for reports."""

_JUDGED_BY = ("scheme", "framework")
"""Fields that name a pack beside the commodity's, in facts and in births."""

_UNDER_A_PACK = frozenset({"agreement", "certificate"})


def wants(statement: Statement, postings: Postings) -> Wants:
    """The first round: everything a statement names, and the accounts it moves."""
    envelope = statement.envelope
    wanted = Wants()
    subjects = wanted.subjects
    subjects.update((statement.kid, envelope.by, LOG, RULES))
    if envelope.on_behalf_of is not None:
        subjects.add(envelope.on_behalf_of)
    for reference in statement.references:
        subjects.add(reference.thing)
        if "lot" in reference.kinds:
            wanted.lots.add(reference.thing)
            if not reference.born:
                wanted.balances.add(("stock", reference.thing))
    # Lists of members (`m/...`) only answer who is reached; judging one more never reads the others.
    subjects.update(mark.subject for mark in postings.marks if not mark.subject.startswith("m/"))
    if "commodity" in type(statement.fact).model_fields:
        subjects.add(pack_subject("commodity", statement.fact.commodity))  # type: ignore[attr-defined]
    for kind in _JUDGED_BY:
        code = getattr(statement.fact, kind, None)
        if isinstance(code, str):
            subjects.add(pack_subject(kind, code))
    wanted.balances.update((m.account.kind, m.account.a) for m in postings.moves if m.account.kind in JUDGED_ACCOUNTS)
    if isinstance(statement.fact, StatementVouched):
        inner = parse_statement(statement.fact.jws.encode())
        wanted.add(wants(inner, post(inner)))
        wanted.subjects.add(inner.digest)
        wanted.digests.add(inner.digest)
    # Whether this very statement is in the log already shows in its id: the digest covers it.
    wanted.ids.add(envelope.id)
    if envelope.seq is not None:
        wanted.seqs.add((statement.kid, envelope.seq))
    _want_named(statement, wanted)
    _want_contradicted(statement, wanted)
    _want_evidence(statement, wanted)
    _want_traded(statement, wanted)
    _want_certified(statement, wanted)
    return wanted


def _want_named(statement: Statement, wanted: Wants) -> None:
    fact = statement.fact
    if statement.envelope.replaces is not None:
        wanted.digests.add(statement.envelope.replaces)
    match fact:
        case FactEndorsed() | FlagJustified() | FactRetracted() | StatementWithheld():
            wanted.digests.add(fact.statement)
        case DeliveryConfirmed() | DeliveryDisputed():
            wanted.digests.add(fact.statement)
        case KeyAuthorised():
            wanted.subjects.add(thumbprint(fact.key))
        case ErasureDone():
            wanted.keeping.add(fact.person)
        case EstimateMade() | EstimateRevised():
            wanted.balances.add(("estimate", fact.grown))
        case InspectionMade():
            wanted.balances.update(("estimate", line.grown) for line in fact.estimates)
        case HerdShorn():
            wanted.subjects.update(pack_subject("commodity", fibre) for fibre in FIBRES.values())
        case PlotMapped():
            wanted.subjects.update(overlap.other for overlap in fact.overlaps)
        case _:
            pass
    for drawn in drawn_plots(fact):
        if drawn.checked is not None:
            # Plots a check names need not stand; where they do, their area and holders count.
            wanted.subjects.update(seen.other for seen in (*drawn.checked.duplicates_of, *drawn.checked.overlaps))


def _want_contradicted(statement: Statement, wanted: Wants) -> None:
    """The keys of the log whose checkpoints a finding shows: another log's are known where this one trusts it."""
    shown = statement.fact.contradiction if isinstance(statement.fact, FindingRecorded) else None
    if shown is not None:
        origins = (claimed_origin(note.encode()) for note in (shown.first, shown.second))
        wanted.subjects.update(origin for origin in origins if origin is not None)


def _want_traded(statement: Statement, wanted: Wants) -> None:
    match statement.fact:
        case PledgeRecorded(lot=lot):
            wanted.balances.add(("title", lot))
        case ContractSigned(lines=lines) | ContractAmended(lines=lines):
            wanted.subjects.update(pack_subject("commodity", line.commodity) for line in lines)
        case _:
            pass
    if isinstance(statement.fact, LotSold):
        claims = (claim for line in statement.fact.lots for claim in line.claims if claim.kind == "certificate")
        wanted.subjects.update(pack_subject("scheme", claim.name) for claim in claims)


def _want_certified(statement: Statement, wanted: Wants) -> None:
    match statement.fact:
        case CertificateRecorded(products=products, volumes=volumes):
            named = {line.commodity for line in products} | {line.commodity for line in volumes}
            wanted.subjects.update(pack_subject("commodity", commodity) for commodity in named)
        case ClaimRelinquished(lot=lot):
            wanted.balances.add(("title", lot))
        case MemberStatusSet(plots=plots):
            wanted.balances.update(("estimate", plot) for plot in plots)
        case MassBalanceCredited(lots=lines):
            wanted.balances.update(("title", line.lot) for line in lines)
        case _:
            pass


def _want_listed(statement: Statement, state: State, wanted: Wants) -> None:
    """The other certificates that list a member, and the other papers that cover the same goods."""
    match statement.fact:
        case MemberStatusSet(producer=producer):
            wanted.subjects.update(str(mark.value["certificate"]) for mark in state.marks(producer, "member"))
            wanted.balances.update(("estimate", str(mark.value["plot"])) for mark in state.marks(producer, "holds"))
        case TransactionCertificateRecorded(lines=lines):
            for thing in {line.sale or line.lot for line in lines} - {None}:
                papers = state.marks(str(thing), "transaction-certificate")
                wanted.subjects.update(str(mark.value["transaction_certificate"]) for mark in papers)
        case _:
            pass


def _want_pledges(books: LotBooks | None, wanted: Wants) -> None:
    pledged = {block.lot for block in books.blocks if block.kind == PLEDGED} if books is not None else set()
    wanted.balances.update((kind, lot) for lot in pledged for kind in ("pledge", "title"))


def _want_payee(statement: Statement, state: State, wanted: Wants) -> None:
    if isinstance(statement.fact, PaymentConfirmed | PremiumConfirmed):
        payment = state.birth(statement.fact.payment)
        if payment is not None:
            wanted.subjects.add(str(payment["payee"]))


def _want_audited(statement: Statement, state: State, wanted: Wants) -> None:
    """The party a grant was given to: whether it still holds its role is asked at every look."""
    if isinstance(statement.fact, AccessUsed):
        auditor = (state.birth(statement.fact.grant) or {}).get("auditor")
        if auditor is not None:
            wanted.subjects.add(str(auditor))


def _want_agreed(statement: Statement, state: State, wanted: Wants) -> None:
    """What stands above an agreement, in which others a family stands, and in which area a plot lies."""
    match statement.fact:
        case AgreementSigned(parent=parent) if parent is not None:
            wanted.subjects.add(str((state.birth(parent) or {}).get("parent", parent)))
        case AgreementJoined(signatory=signatory, household=household):
            for subject in {signatory, household or signatory}:
                wanted.subjects.update(str(mark.value["agreement"]) for mark in state.marks(subject, "agreement"))
        case AgreementMonitored(plot=plot) | BreachRecorded(plot=plot) | AgreementStatusSet(plot=plot):
            within = (state.birth(plot) or {}).get("within") if plot is not None else None
            if within is not None:
                wanted.subjects.add(str(within))
        case _:
            pass


def _want_evidence(statement: Statement, wanted: Wants) -> None:
    """Where a claim is sold or turned into credit, everything the lot's claims rest on is asked."""
    fact = statement.fact
    if isinstance(fact, MassBalanceCredited) or (isinstance(fact, LotSold) and any(line.claims for line in fact.lots)):
        wanted.evidence.update(line.lot for line in fact.lots)


def further_wants(statement: Statement, state: State) -> Wants:
    """The second round: what the first one brought to light (the statement to correct, mixed origins)."""
    wanted = Wants()
    if isinstance(statement.fact, StatementVouched):
        wanted.add(further_wants(meant(statement), state))
    for reference in statement.references:
        if "lot" in reference.kinds and not reference.born:
            books = state.lot(reference.thing)
            if books is not None and books.origin_set is not None:
                wanted.origin_sets.add(books.origin_set)
            _want_pledges(books, wanted)
            born = state.birth(reference.thing)
            if born is not None and "commodity" in born:
                wanted.subjects.add(pack_subject("commodity", str(born["commodity"])))
        elif "lot" in reference.kinds and state.lot(reference.thing) is not None:
            # Its first birth was retracted: what was made of it meanwhile must not become its own ancestor.
            wanted.downstream.add(reference.thing)
        elif not reference.born and not _UNDER_A_PACK.isdisjoint(reference.kinds):
            born = state.birth(reference.thing) or {}
            wanted.subjects.update(pack_subject(kind, str(born[kind])) for kind in _JUDGED_BY if born.get(kind))
    _want_agreed(statement, state, wanted)
    _want_payee(statement, state, wanted)
    _want_audited(statement, state, wanted)
    _want_listed(statement, state, wanted)
    principal = statement.envelope.on_behalf_of
    if principal is not None:
        wanted.subjects.update(str(mark.value["mandate"]) for mark in state.marks(principal, "mandate"))
    ended = statement.envelope.replaces
    if isinstance(statement.fact, FactRetracted):
        ended = statement.fact.statement
    if ended is not None:
        known = state.known(ended)
        if known is not None:
            _want_correction(known.statement, wanted)
    return wanted


def _want_correction(old: Statement, wanted: Wants) -> None:
    postings = post(old)
    wanted.add(wants(old, postings))
    wanted.actors.add(old.digest)
    wanted.subjects.add(old.digest)
    for reference in meant(old).references:
        if reference.born:
            wanted.actors.add(reference.thing)
            if "lot" in reference.kinds:
                wanted.downstream.add(reference.thing)
