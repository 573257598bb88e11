"""Pledges: an owner pledges what is free, what is pledged stays, and only the lender lets go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.errors import Problem
from ledger.facts.lots import (
    LotDispatched,
    LotLost,
    LotPacked,
    LotReturned,
    LotSampled,
    LotTransformed,
    LotUnpacked,
    Sent,
)
from ledger.facts.trade import LotSold, PledgeRecorded, PledgeReleased, ReversedLot, SaleReversed
from ledger.postings import Account
from ledger.rules.base import Heard, Packs, rule
from ledger.rules.contracts import grams_of
from ledger.state import PLEDGED, State


@rule(LotSold, LotDispatched, LotReturned, SaleReversed)
def pledged_grams_stay(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """What is sold, sent or given back leaves the grams alone that are pledged, and nothing made of them leaves."""
    del packs
    kind, whose, leaving = _leaving(heard, state)
    for where, lot, grams in leaving:
        free = _free(state, Account(kind, lot, whose), grams)
        if grams > free:
            yield Problem("lot-pledged", where, grams, max(free, 0), retry="after-change")


def _free(state: State, account: Account, grams: int) -> int:
    """How much may leave an account (stock or title of a lot and a party) for all the pledges; else `grams`."""
    free = grams
    for pledged_lot in _pledged_lots(state, account.a):
        pledged = pledged_by(state, pledged_lot)
        if pledged_lot != account.a:
            # Made of pledged stock: free as long as the pledged grams still lie in their own lot.
            if any(state.balance(Account("title", pledged_lot, whose)) < kept for whose, kept in pledged.items()):
                return 0
            continue
        if account.b in pledged:
            free = min(free, state.balance(account) - pledged[account.b])
        if account.kind == "stock":
            # Stock that lies with a mill or a warehouse is pledged by its owner.
            whole = sum(there for there in state.balances("stock", account.a).values() if there > 0)
            free = min(free, whole - sum(pledged.values()))
    return free


def _pledged_lots(state: State, lot: str) -> list[str]:
    books = state.lot(lot)
    return sorted({block.lot for block in books.blocks if block.kind == PLEDGED}) if books is not None else []


@rule(LotTransformed, LotPacked, LotUnpacked, LotSampled, LotLost, effect="flag")
def pledged_stock_is_left_alone(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Work and losses leave the pledged grams in their lot; where they do not, the lender should know."""
    del packs
    taken: dict[Account, int] = {}
    for move in heard.postings.moves:
        if move.account.kind == "title" and move.amount < 0:
            taken[move.account] = taken.get(move.account, 0) - move.amount
    for account, grams in taken.items():
        if account.a not in _pledged_lots(state, account.a):
            continue
        left = state.balance(account) - grams
        kept = pledged_by(state, account.a).get(account.b, 0)
        if left < kept:
            yield Problem("pledged-stock-worked", "/body", max(left, 0), kept, details={"lot": account.a})


def _leaving(heard: Heard, state: State) -> tuple[str, str, list[tuple[str, str, int]]]:
    """Which kind of account of whom runs down, and where, of which lot and by how much."""
    fact = heard.fact
    if isinstance(fact, LotReturned):
        # Back to a party that has had it, as with every other block; to anybody else it is a dispatch by another name.
        home = fact.dispatch is not None or any(b == fact.to for b, _ in state.balances("stock", fact.lot))
        return "stock", heard.actor, [] if home else [("/body/grams", fact.lot, fact.grams)]
    if isinstance(fact, LotSold):
        own = [(place, line) for place, line in enumerate(fact.lots) if line.owner in (None, heard.actor)]
        return "title", heard.actor, [(f"/body/lots/{place}/grams", line.lot, line.grams) for place, line in own]
    lines: Sequence[Sent | ReversedLot] = fact.lots if isinstance(fact, LotDispatched | SaleReversed) else ()
    leaving = [(f"/body/lots/{place}/grams", line.lot, line.grams) for place, line in enumerate(lines)]
    return ("title", fact.buyer, leaving) if isinstance(fact, SaleReversed) else ("stock", heard.actor, leaving)


def pledged_by(state: State, lot: str) -> dict[str, int]:
    """Grams of a lot that stand pledged, by the party that pledged them."""
    found: dict[str, int] = {}
    for (_, pledger), grams in state.balances("pledge", lot).items():
        if grams > 0:
            found[pledger] = found.get(pledger, 0) + grams
    return found


@rule(PledgeRecorded)
def pledger_owns_what_is_pledged(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A party pledges to another, and only grams it owns and has not pledged yet."""
    del packs
    fact = heard.fact
    if not isinstance(fact, PledgeRecorded):
        return
    if fact.lender == heard.actor:
        yield Problem("lender-is-pledger", "/body/lender", fact.lender)
    free = state.balance(Account("title", fact.lot, heard.actor)) - pledged_by(state, fact.lot).get(heard.actor, 0)
    if state.birth(fact.lot) is not None and fact.grams > free:
        yield Problem("pledge-exceeds-title", "/body/grams", fact.grams, max(free, 0))


@rule(PledgeReleased)
def lender_releases_its_pledge(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Only the lender lets go of a pledge, as it was recorded, and of no more than still stands."""
    del packs
    fact = heard.fact
    born = state.birth(fact.pledge) if isinstance(fact, PledgeReleased) else None
    if not isinstance(fact, PledgeReleased) or born is None:
        return
    if heard.actor != born["lender"]:
        yield Problem("not-the-lender", "/by", heard.actor, str(born["lender"]))
    for name in ("lot", "lender", "pledger"):
        if getattr(fact, name) != born[name]:
            yield Problem("pledge-differs", f"/body/{name}", getattr(fact, name), str(born[name]))
    left = grams_of(born) - sum(grams_of(mark.value) for mark in state.marks(fact.pledge, "freed"))
    if fact.grams > left:
        yield Problem("release-exceeds-pledge", "/body/grams", fact.grams, left)
