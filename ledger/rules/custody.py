"""Who has it: only the holder acts on stock, only the named receiver takes it, and held stock does not leave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.errors import Problem
from ledger.facts.lots import (
    LabelPrinted,
    LabelSpoiled,
    LotDispatched,
    LotHeld,
    LotInspected,
    LotLost,
    LotPacked,
    LotRecalled,
    LotReceived,
    LotReleased,
    LotReturned,
    LotSampled,
    LotTransformed,
    LotUnpacked,
    Sent,
)
from ledger.facts.trade import LotSold, SoldLot
from ledger.postings import Account
from ledger.rules.base import Heard, Packs, rule
from ledger.rules.identity import has_role
from ledger.state import State

BLOCKED = {"held": "lot-held", "recalled": "lot-recalled", "in-question": "lot-in-question"}


@rule(LotTransformed, LotPacked, LotUnpacked, LotSampled, LotDispatched, LotLost, LotReturned)
def custodian_holds_lot(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Whoever takes stock holds some of it (or speaks for the holder)."""
    del packs
    for place, move in enumerate(heard.postings.moves):
        account = move.account
        if account.kind != "stock" or move.amount >= 0 or state.balance(account) > 0:
            continue
        if any(m.account == account for m in heard.postings.moves[:place]):
            continue
        if state.lot(account.a) is None:
            continue
        yield Problem("not-the-custodian", _where(heard, account.a), account.a, details={"party": account.b})


@rule(LotInspected, LabelPrinted, LabelSpoiled)
def holder_or_role_speaks_of_lot(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A lot's quality and labels are stated by its holder or by someone with a role that sees it."""
    del packs
    fact = heard.fact
    if not isinstance(fact, LotInspected | LabelPrinted | LabelSpoiled) or state.lot(fact.lot) is None:
        return
    if any(has_role(state, heard.actor, role) for role in ("certifier", "authority", "auditor", "buyer", "registrar")):
        return
    if not any(b == heard.actor and grams > 0 for (b, _), grams in state.balances("stock", fact.lot).items()):
        yield Problem("not-the-custodian", "/body/lot", fact.lot, details={"party": heard.actor})


@rule(LotDispatched, LotReturned, LotSold)
def nothing_blocked_leaves(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Held, recalled or questioned stock is not sold or dispatched; it goes back only to a party that has had it."""
    del packs
    fact = heard.fact
    leaving: list[tuple[str, str]] = []
    if isinstance(fact, LotDispatched | LotSold):
        lines: Sequence[Sent | SoldLot] = fact.lots
        leaving = [(f"/body/lots/{place}/lot", line.lot) for place, line in enumerate(lines)]
    elif isinstance(fact, LotReturned) and fact.dispatch is None and not _has_had(state, fact.lot, fact.to or ""):
        leaving = [("/body/lot", fact.lot)]
    for where, lot in leaving:
        books = state.lot(lot)
        for kind in sorted({block.kind for block in books.blocks} & BLOCKED.keys() if books is not None else ()):
            yield Problem(BLOCKED[kind], where, lot, retry="after-change")


@rule(LotDispatched)
def dispatch_names_a_lot_once(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A dispatch has one line per lot and goes to somebody else."""
    del state, packs
    fact = heard.fact
    if not isinstance(fact, LotDispatched):
        return
    if fact.receiver == heard.actor:
        yield Problem("receiver-is-sender", "/body/receiver", fact.receiver)
    yield from _twice([line.lot for line in fact.lots], "lots")


@rule(LotReceived)
def receiver_is_named(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A dispatch is received once, by the party it was sent to, or told by its sender from a bill of lading."""
    del packs
    fact = heard.fact
    if not isinstance(fact, LotReceived):
        return
    born = state.birth(fact.dispatch)
    if born is None:
        return
    if fact.receiver != born["receiver"]:
        yield Problem("not-the-receiver", "/body/receiver", fact.receiver, str(born["receiver"]))
    by_sender = heard.actor == born["sender"] and fact.evidence != "weighed"
    if heard.actor != born["receiver"] and not by_sender:
        yield Problem("not-the-receiver", "/by", heard.actor, str(born["receiver"]))
    yield from _twice([line.lot for line in fact.lots], "lots")
    for place, line in enumerate(fact.lots):
        where = f"/body/lots/{place}"
        transit = state.balance(Account("transit", fact.dispatch, line.lot))
        stated = line.accepted + line.refused + line.missing
        if transit <= 0:
            yield Problem("not-in-transit", f"{where}/lot", line.lot)
        elif stated != transit:
            yield Problem("receipt-does-not-add-up", where, stated, transit)


@rule(LotReturned)
def return_has_a_way(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Refused stock goes back to its sender; accepted stock goes back to a party that is named."""
    del packs
    fact = heard.fact
    if not isinstance(fact, LotReturned):
        return
    if fact.dispatch is not None:
        born = state.birth(fact.dispatch)
        if born is not None and born["sender"] != heard.actor:
            yield Problem("not-the-sender", "/by", heard.actor, str(born["sender"]))
        there = state.balance(Account("return", fact.dispatch, fact.lot))
        if fact.grams > there:
            yield Problem("return-exceeds-refused", "/body/grams", fact.grams, there)
    elif fact.to is None or fact.to == heard.actor:
        yield Problem("return-to-nobody", "/body/to")


@rule(LotHeld)
def holder_or_role_holds(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A lot is held by a party that has some of it, or by a certifier, authority or registrar."""
    del packs
    fact = heard.fact
    if not isinstance(fact, LotHeld) or _may_hold(state, heard.actor):
        return
    for place, lot in enumerate(fact.lots):
        held = state.balances("stock", lot) if state.lot(lot) is not None else {}
        if not any(b == heard.actor and grams > 0 for (b, _), grams in held.items()):
            yield Problem("not-the-custodian", f"/body/lots/{place}", lot, details={"party": heard.actor})


@rule(LotRecalled)
def who_had_it_recalls(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A lot is called back by a party that has or had some of it, or by a certifier, authority or registrar."""
    del packs
    fact = heard.fact
    if not isinstance(fact, LotRecalled) or _may_hold(state, heard.actor):
        return
    for place, lot in enumerate(fact.lots):
        if state.lot(lot) is not None and not _has_had(state, lot, heard.actor):
            yield Problem("not-the-custodian", f"/body/lots/{place}", lot, details={"party": heard.actor})


@rule(LotReleased)
def who_held_releases(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A hold is lifted by who put it, or by a registrar, authority or certifier; and only where it stands."""
    del packs
    fact = heard.fact
    if not isinstance(fact, LotReleased):
        return
    born = state.birth(fact.hold)
    if born is not None and born["by"] != heard.actor and not _may_hold(state, heard.actor):
        yield Problem("not-your-hold", "/body/hold", heard.actor, str(born["by"]))
    for place, lot in enumerate(fact.lots):
        books = state.lot(lot)
        if books is not None and not any(block.source == fact.hold for block in books.blocks):
            yield Problem("not-held", f"/body/lots/{place}", lot)


def _has_had(state: State, lot: str, party: str) -> bool:
    # An account stays in the books when it has run to zero.
    return any(b == party for b, _ in state.balances("stock", lot))


def _may_hold(state: State, party: str) -> bool:
    return any(has_role(state, party, role) for role in ("certifier", "authority", "registrar"))


def _twice(lots: list[str], field: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for place, lot in enumerate(lots):
        if lot in seen:
            yield Problem("lot-named-twice", f"/body/{field}/{place}/lot", lot)
        seen.add(lot)


def _where(heard: Heard, lot: str) -> str:
    fact = heard.fact
    for field in ("inputs", "lots"):
        for place, line in enumerate(getattr(fact, field, ())):
            if getattr(line, "lot", None) == lot:
                return f"/body/{field}/{place}/lot"
    return "/body/lot"
