"""Licensed volume and mass-balance credits: never overdrawn, never expired, and backed by lots that gave up theirs.

A limit refuses debits, never the fact that lowers the limit: the body may take volume back that was sold already.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.claims.calendar import months_later
from ledger.claims.certificate import CertificateRead, read_certificate
from ledger.errors import Problem
from ledger.facts.certificates import MassBalanceCredited, VolumeAdjusted, VolumeAllocated
from ledger.packs.figure import Figure
from ledger.postings import Account
from ledger.rules.base import Heard, Packs, rule
from ledger.rules.correction import overdrawn_by_correction
from ledger.state import State
from ledger.values import day_of

_ON_CERTIFICATE = ("born", "certificate-status", "extended", "release")


@rule()
def volume_is_not_overdrawn(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Nothing is sold or handed on that the licensed volume does not hold, not by one gram."""
    del packs
    if isinstance(heard.fact, VolumeAdjusted):
        return
    for account, grams in _drawn(heard, "volume").items():
        there = state.balance(account)
        if grams > there:
            yield Problem("volume-overdrawn", _place_of(heard), grams, max(there, 0), details=_said(account))
    for account, where, grams, there in overdrawn_by_correction(heard, state, "volume"):
        yield Problem("volume-overdrawn", where, grams, max(there, 0), details=_said(account))


@rule()
def credits_are_not_overdrawn(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Mass-balance credits are used once, and not after the day they expire."""
    del packs
    day = day_of(heard.statement.envelope.at)
    for account, grams in _drawn(heard, "credit").items():
        there = state.balance(account)
        if grams > there:
            yield Problem("credits-overdrawn", _place_of(heard), grams, max(there, 0), details=_said(account))
        expires_on = account.c.rpartition("/")[2]
        if day > expires_on:
            yield Problem("credits-expired", _place_of(heard), day, expires_on, details=_said(account))
    for account, where, grams, there in overdrawn_by_correction(heard, state, "credit"):
        yield Problem("credits-overdrawn", where, grams, max(there, 0), details=_said(account))


def _drawn(heard: Heard, kind: str) -> dict[Account, int]:
    wanted: dict[Account, int] = {}
    for move in heard.postings.moves:
        if move.account.kind == kind and move.amount < 0:
            wanted[move.account] = wanted.get(move.account, 0) - move.amount
    return wanted


def _said(account: Account) -> dict[str, str | int]:
    return {"certificate": account.a, "account": account.c}


def _place_of(heard: Heard) -> str:
    return "/body/debits" if hasattr(heard.fact, "debits") else "/body/grams"


@rule(VolumeAllocated)
def allocation_has_one_receiver(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Volume goes to a seller of this log, or to a named party of another one: to one of both."""
    del state, packs
    fact = heard.fact
    if not isinstance(fact, VolumeAllocated):
        return
    elsewhere = fact.to_log is not None and fact.party_there is not None
    half_said = (fact.to_log is None) != (fact.party_there is None)
    if half_said or (fact.seller is not None) == elsewhere:
        yield Problem("allocation-unclear", "/body/seller")


# ---------------------------------------------------------------- mass-balance credits


@rule(MassBalanceCredited)
def credit_fits_its_certificate(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Credits are kept at a site of a valid certificate whose scheme allows mass balance for the product.

    They live no longer than the scheme lets them: a period and so many months after it.
    """
    fact = heard.fact
    if not isinstance(fact, MassBalanceCredited):
        return
    read = _certificate(state, fact.certificate)
    if read is None:
        return
    day = day_of(heard.statement.envelope.at)
    if fact.scheme != read.scheme:
        yield Problem("scheme-differs", "/body/scheme", fact.scheme, read.scheme)
    if heard.actor not in read.parties:
        yield Problem("certificate-not-yours", "/by", heard.actor, read.holder)
    if not any(unit.facility == fact.facility for unit in read.units):
        yield Problem("site-not-on-certificate", "/body/facility", fact.facility)
    for lapsed in read.lapses(day):
        yield Problem("certificate-lapsed", "/body/certificate", lapsed.lapse, day)
    if "mass-balance" not in read.models:
        yield Problem("mass-balance-not-allowed", "/body/certificate", ", ".join(read.models))
    scheme = packs.scheme(state, read.scheme)
    if scheme is None:
        return
    models = scheme.models_for(fact.commodity, fact.form)
    if "mass-balance" not in models or scheme.mass_balance is None:
        yield Problem("mass-balance-not-allowed", "/body/form", fact.form, ", ".join(models) or "-")
        return
    months = _whole(scheme.mass_balance.period_months) + _whole(scheme.mass_balance.credit_months)
    last = months_later(day, months)
    if not day <= fact.expires_on <= last:
        yield Problem("credit-life-impossible", "/body/expires_on", fact.expires_on, last)


@rule(MassBalanceCredited)
def credited_lots_are_held_and_unspent(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """The lots are the stater's own and in hand, of the product, and no gram gives up its claim twice."""
    del packs
    fact = heard.fact
    if not isinstance(fact, MassBalanceCredited):
        return
    seen: set[str] = set()
    for place, line in enumerate(fact.lots):
        where = f"/body/lots/{place}"
        born = state.birth(line.lot)
        if born is None or born.get("thing") != "lot":
            continue
        if line.lot in seen:
            yield Problem("lot-named-twice", f"{where}/lot", line.lot)
        seen.add(line.lot)
        product, wanted = f"{born.get('commodity')}/{born.get('form')}", f"{fact.commodity}/{fact.form}"
        if product != wanted:
            yield Problem("credit-product-differs", f"{where}/lot", product, wanted)
        there = _unspent(state, line.lot, heard.actor, fact.scheme)
        if line.grams > there:
            yield Problem("credit-not-backed", f"{where}/grams", line.grams, there, details={"lot": line.lot})
    given = sum(line.grams for line in fact.lots)
    if fact.grams > given:
        yield Problem("credit-exceeds-lots", "/body/grams", fact.grams, given)


def _unspent(state: State, lot: str, party: str, scheme: str) -> int:
    """What a party both has in hand and owns of a lot, less what was credited under the scheme before."""
    own = min(state.balance(Account(kind, lot, party)) for kind in ("stock", "title"))
    spent = [m.value.get("grams") for m in state.marks(lot, "credited") if m.value.get("scheme") == scheme]
    return max(own - sum(grams for grams in spent if isinstance(grams, int)), 0)


def _certificate(state: State, thing: str) -> CertificateRead | None:
    rows = [mark for kind in _ON_CERTIFICATE for mark in state.marks(thing, kind)]
    return read_certificate(thing, {thing: sorted(rows, key=lambda mark: mark.index)})


def _whole(figure: Figure) -> int:
    return figure.ratio.floor_of(1)
