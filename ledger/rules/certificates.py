"""Certificates: who speaks of them, what they may cover, whom they list, and papers and releases that fit them.

Eligibility is never decided here: a delivery of a member who is not listed is taken, and its claim is not carried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from ledger.claims.calendar import months_later
from ledger.claims.certificate import words
from ledger.errors import Problem
from ledger.facts.certificates import (
    CertificateExtended,
    CertificateRecorded,
    CertificateStatusSet,
    ClaimRelinquished,
    MemberStatusSet,
    RegistryChecked,
    ReleaseRecorded,
    TransactionCertificateRecorded,
    TransactionCertificateWithdrawn,
    VolumeAdjusted,
    VolumeAllocated,
)
from ledger.facts.land import PlotStatusSet
from ledger.packs.figure import Figure
from ledger.packs.scheme import EVERY_COMMODITY, SchemePack
from ledger.postings import Account
from ledger.postings.certificates import number_subject, paper_subject
from ledger.rules.base import Heard, Packs, rule
from ledger.rules.identity import has_role
from ledger.state import State
from ledger.statement import meant
from ledger.values import day_of

_OF_CERTIFICATE = (
    MemberStatusSet,
    CertificateStatusSet,
    CertificateExtended,
    VolumeAdjusted,
    VolumeAllocated,
    RegistryChecked,
    ReleaseRecorded,
)
LATE_LIST: Final = timedelta(days=30)
"""So late the season's list may be entered without a question."""

_LOOKERS = ("auditor", "authority", "buyer", "registrar")
"""Roles that may say what stood in a public register, whoever's certificate it is."""


# ---------------------------------------------------------------- who speaks


@rule(CertificateRecorded, *_OF_CERTIFICATE, TransactionCertificateRecorded)
def body_or_holder_speaks_of_certificate(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A certificate is spoken of by its body or holder; what is better for the holder, by the body or from its paper.

    A certifier says nothing of another body's certificates, and only the body itself releases.
    """
    del packs
    fact, actor = heard.fact, heard.actor
    if isinstance(fact, CertificateRecorded):
        body, holder, sellers = fact.body, fact.holder, frozenset(fact.sellers)
    elif isinstance(fact, (*_OF_CERTIFICATE, TransactionCertificateRecorded)):
        born = state.birth(fact.certificate)
        if born is None:
            return
        body, holder, sellers = str(born.get("body")), str(born.get("holder")), frozenset(words(born.get("sellers")))
    else:
        return
    if isinstance(fact, TransactionCertificateRecorded):
        # The paper's own body issues it: a trader's shipment may be certified by another body than the group's.
        may = {fact.body, body, holder, fact.buyer, *sellers}
    elif isinstance(fact, ReleaseRecorded):
        may = {body}
    elif isinstance(fact, RegistryChecked):
        looks = any(has_role(state, actor, role) for role in _LOOKERS)
        may = {body, holder, *sellers, *({actor} if looks else ())}
    else:
        may = {body, *({holder} if _holder_may(fact) else ())}
    if actor not in may:
        only_body = has_role(state, actor, "certifier") or isinstance(fact, ReleaseRecorded) or actor == holder
        yield Problem("not-the-body" if only_body else "certificate-not-yours", "/by", actor, body)
    elif isinstance(fact, CertificateRecorded) and actor != body and fact.document is None:
        yield from (
            Problem("certificate-widened-without-paper", f"/body/{name}", retry="after-change")
            for name in _widened(heard, fact, state)
        )


def _widened(heard: Heard, fact: CertificateRecorded, state: State) -> Iterator[str]:
    """What a correction of a certificate says anew of what it covers: its holder may say that from its paper alone."""
    replaced = heard.statement.envelope.replaces
    known = state.known(replaced) if replaced is not None else None
    old = meant(known.statement).fact if known is not None else None
    if isinstance(old, CertificateRecorded):
        covers = ("scheme", "sellers", "units", "body", "products", "models", "valid_from", "valid_to", "volumes")
        yield from (name for name in covers if getattr(fact, name) != getattr(old, name))


def _holder_may(fact: object) -> bool:
    """What the holder may say itself: what its certificate reads, what is worse for it, or what a document shows."""
    if isinstance(fact, CertificateStatusSet):
        return fact.status != "restored" or fact.document is not None
    if isinstance(fact, CertificateExtended | VolumeAdjusted):
        return fact.document is not None
    return True


@rule(TransactionCertificateWithdrawn)
def issuer_takes_its_paper_back(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A transaction certificate is taken back by its body, or by whoever recorded it from a document that says so."""
    del packs
    fact = heard.fact
    born = state.birth(fact.transaction_certificate) if isinstance(fact, TransactionCertificateWithdrawn) else None
    if not isinstance(fact, TransactionCertificateWithdrawn) or born is None:
        return
    if heard.actor != born.get("body") and (heard.actor != born.get("by") or fact.document is None):
        yield Problem("not-the-body", "/by", heard.actor, str(born.get("body")))


@rule(ClaimRelinquished)
def holder_gives_up_its_own_claim(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Only who has the lot in hand or owns it gives up its claim."""
    del packs
    fact = heard.fact
    if not isinstance(fact, ClaimRelinquished) or state.lot(fact.lot) is None:
        return
    if not any(state.balance(Account(kind, fact.lot, heard.actor)) > 0 for kind in ("stock", "title")):
        yield Problem("not-the-custodian", "/body/lot", fact.lot, details={"party": heard.actor})


@rule(CertificateRecorded, effect="flag")
def body_is_not_the_holder(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Nobody certifies itself."""
    del state, packs
    fact = heard.fact
    if isinstance(fact, CertificateRecorded) and fact.body in (fact.holder, *fact.sellers):
        yield Problem("certifies-itself", "/body/body", fact.body)


# ---------------------------------------------------------------- what it covers


@rule(CertificateRecorded, VolumeAdjusted, VolumeAllocated)
def scope_names_known_products(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Every commodity and form in scope or volume is one the log has a pack for."""
    fact = heard.fact
    if isinstance(fact, CertificateRecorded):
        named = [(f"/body/products/{i}", p.commodity, p.form) for i, p in enumerate(fact.products)]
        named += [(f"/body/volumes/{i}", v.commodity, v.form) for i, v in enumerate(fact.volumes)]
    elif isinstance(fact, VolumeAdjusted | VolumeAllocated):
        named = [("/body", fact.commodity, fact.form)]
    else:
        return
    for where, commodity, form in named:
        pack = packs.in_force(state, commodity)
        if pack is None:
            yield Problem("commodity-unknown", f"{where}/commodity", commodity, retry="after-change")
        elif form is not None and form not in pack.forms:
            yield Problem("scope-form-unknown", f"{where}/form", form, ", ".join(pack.forms))


@rule(CertificateRecorded, effect="flag")
def models_are_allowed(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Each custody model is one the scheme allows for a product in scope. A document says what it says: it is flagged.

    The claim never carries under a model the scheme does not allow, whatever the document says.
    """
    fact = heard.fact
    scheme = packs.scheme(state, fact.scheme) if isinstance(fact, CertificateRecorded) else None
    if not isinstance(fact, CertificateRecorded) or scheme is None:
        return
    allowed = {model for product in fact.products for model in _models(scheme, product.commodity, product.form)}
    for place, model in enumerate(fact.models):
        if model not in allowed:
            yield Problem("model-not-allowed", f"/body/models/{place}", model, ", ".join(sorted(allowed)) or "-")


def _models(scheme: SchemePack, commodity: str, form: str | None) -> set[str]:
    if form is not None:
        return set(scheme.models_for(commodity, form))
    rows = [row for row in scheme.products if row.commodity == commodity]
    rows = rows or [row for row in scheme.products if row.commodity == EVERY_COMMODITY]
    return {model for row in rows for model in row.models}


@rule(CertificateRecorded, effect="flag")
def certificate_number_is_used_once(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A number of a scheme stands for one certificate."""
    del packs
    fact = heard.fact
    if isinstance(fact, CertificateRecorded):
        for mark in state.marks(number_subject(fact.scheme, fact.number), "number"):
            if mark.value["certificate"] != fact.certificate:
                yield Problem("certificate-number-repeated", "/body/number", fact.number)
                return


# ---------------------------------------------------------------- when


@rule(CertificateStatusSet)
def status_begins_with_the_certificate(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """No certificate is suspended before its first day."""
    del packs
    fact = heard.fact
    born = state.birth(fact.certificate) if isinstance(fact, CertificateStatusSet) else None
    if isinstance(fact, CertificateStatusSet) and born is not None:
        first = str(born.get("valid_from", ""))
        if fact.effective_from < first:
            yield Problem("status-before-certificate", "/body/effective_from", fact.effective_from, first)


@rule(CertificateExtended)
def extension_adds_days(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """An extension ends later than what stood; a certificate without an end has none to move."""
    del packs
    fact = heard.fact
    born = state.birth(fact.certificate) if isinstance(fact, CertificateExtended) else None
    if not isinstance(fact, CertificateExtended) or born is None:
        return
    ends = [str(mark.value["valid_to"]) for mark in state.marks(fact.certificate, "extended")]
    last = max([str(born.get("valid_to", "9999-12-31")), *ends])
    if fact.valid_to <= last:
        yield Problem("extension-adds-nothing", "/body/valid_to", fact.valid_to, last)


@rule(ReleaseRecorded)
def release_frees_something(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A release names lots, members, or the days it frees: nothing is freed wholesale."""
    del state, packs
    fact = heard.fact
    if isinstance(fact, ReleaseRecorded) and not (fact.lots or fact.producers):
        missing = [name for name in ("released_from", "released_to") if getattr(fact, name) is None]
        if missing:
            yield Problem("release-unlimited", f"/body/{missing[0]}")


@rule(PlotStatusSet, effect="flag")
def conversion_takes_its_time(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Land is not organic before the scheme's months of conversion are over, nor so soon after a forbidden input."""
    fact = heard.fact
    scheme = packs.scheme(state, fact.scheme) if isinstance(fact, PlotStatusSet) else None
    if not isinstance(fact, PlotStatusSet) or scheme is None or scheme.conversion_months is None:
        return
    if fact.status != "organic":
        return
    for name, day in (
        ("conversion_started", fact.conversion_started),
        ("last_forbidden_input", fact.last_forbidden_input),
    ):
        if day is not None:
            ready = months_later(day, _whole(scheme.conversion_months))
            if fact.effective_from < ready:
                yield Problem("conversion-too-short", f"/body/{name}", fact.effective_from, ready)


def _whole(figure: Figure) -> int:
    return figure.ratio.floor_of(1)


# ---------------------------------------------------------------- members


@rule(MemberStatusSet, effect="flag")
def member_is_in_one_group(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A producer is a member of one group per scheme and season: the same harvest is not certified twice."""
    del packs
    fact = heard.fact
    own = state.birth(fact.certificate) if isinstance(fact, MemberStatusSet) else None
    if not isinstance(fact, MemberStatusSet) or own is None or fact.status != "listed":
        return
    latest: dict[str, Mapping[str, object]] = {}
    for mark in sorted(state.marks(fact.producer, "member"), key=lambda mark: (mark.effective_from, mark.index)):
        if mark.value.get("season") == fact.season:
            latest[str(mark.value["certificate"])] = mark.value
    for certificate, value in latest.items():
        other = state.birth(certificate) or {}
        same_group = certificate == fact.certificate or other.get("holder") == own.get("holder")
        if not same_group and other.get("scheme") == own.get("scheme") and value.get("status") == "listed":
            yield Problem("member-of-two-groups", "/body/producer", fact.producer, details={"certificate": certificate})


@rule(MemberStatusSet, effect="flag")
def listing_comes_before_the_delivery(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Nobody is listed as of long ago once the season's harvest of the listed (or held) land has come in.

    A list may reach the office late; further back than that it would certify what was delivered without it.
    """
    del packs
    fact = heard.fact
    if not isinstance(fact, MemberStatusSet) or fact.status != "listed":
        return
    told_on = date.fromisoformat(day_of(heard.recorded_at))
    if date.fromisoformat(fact.effective_from) + LATE_LIST >= told_on:
        return
    earlier = [m for m in state.marks(fact.producer, "member") if m.value["certificate"] == fact.certificate]
    own = [m for m in earlier if m.value.get("season") == fact.season]
    if own and max(own, key=lambda m: (m.effective_from, m.index)).value["status"] == "listed":
        return
    land = {*fact.plots, *(str(mark.value["plot"]) for mark in state.marks(fact.producer, "holds"))}
    delivered = any(
        balance < 0 and key.split("/")[2] == fact.season
        for plot in land
        for (_, key), balance in state.balances("estimate", plot).items()
    )
    if delivered:
        yield Problem("listed-after-delivery", "/body/effective_from", fact.effective_from, told_on.isoformat())


@rule(MemberStatusSet, effect="flag")
def member_fits_the_group(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """The listed plots of a member stay within the hectares the scheme lets a group member have."""
    fact = heard.fact
    own = state.birth(fact.certificate) if isinstance(fact, MemberStatusSet) else None
    scheme = packs.scheme(state, str(own.get("scheme", ""))) if own is not None else None
    limit = scheme.limits.get("member-hectares") if scheme is not None else None
    if not isinstance(fact, MemberStatusSet) or limit is None or fact.status != "listed":
        return
    areas = [(state.birth(plot) or {}).get("area_m2") for plot in dict.fromkeys(fact.plots)]
    square_metres = sum(area for area in areas if isinstance(area, int))
    allowed = limit.ratio.floor_of(10_000)
    if square_metres > allowed:
        yield Problem("member-above-hectares", "/body/plots", square_metres, allowed)


# ---------------------------------------------------------------- papers


@rule(TransactionCertificateRecorded)
def paper_covers_what_was_sold(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Each line names one sale or lot and no more grams than it has; papers of one kind do not cover a gram twice."""
    del packs
    fact = heard.fact
    if not isinstance(fact, TransactionCertificateRecorded):
        return
    lines: dict[str, int] = {}
    for place, line in enumerate(fact.lines):
        where = f"/body/lines/{place}"
        thing = line.sale or line.lot
        if thing is None or (line.sale is not None and line.lot is not None):
            yield Problem("paper-line-unclear", where)
            continue
        lines[thing] = lines.get(thing, 0) + line.grams
        there = _grams_of(state.birth(thing) or {}) - _papered(state, thing, fact.kind)
        if state.birth(thing) is not None and lines[thing] > there:
            yield Problem("paper-exceeds-goods", f"{where}/grams", lines[thing], max(there, 0))


def _grams_of(born: Mapping[str, object]) -> int:
    """The grams of a lot or, summed over its lots as invoiced, of a sale."""
    lots = born.get("lots")
    found = [line.get("invoiced_grams") for line in lots] if isinstance(lots, list) else [born.get("grams")]
    return sum(grams for grams in found if isinstance(grams, int))


def _papered(state: State, thing: str, kind: str) -> int:
    grams = [
        mark.value.get("grams")
        for mark in state.marks(thing, "transaction-certificate")
        if mark.value.get("kind") == kind and not state.marks(str(mark.value["transaction_certificate"]), "withdrawn")
    ]
    return sum(found for found in grams if isinstance(found, int))


@rule(TransactionCertificateRecorded, effect="flag")
def paper_number_is_used_once(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A body's number of one kind stands for one document."""
    del packs
    fact = heard.fact
    if isinstance(fact, TransactionCertificateRecorded):
        for mark in state.marks(paper_subject(fact.body, fact.kind, fact.number), "number"):
            if mark.value["transaction_certificate"] != fact.transaction_certificate:
                yield Problem("paper-number-repeated", "/body/number", fact.number)
                return
