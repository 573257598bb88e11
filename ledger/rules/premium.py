"""A premium's way: one source, divided by its holder as stated, never above what is there, to the cent."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.errors import Problem
from ledger.facts.corrections import FactRetracted
from ledger.facts.premium import PremiumAllocated, PremiumLine, PremiumPaid, PremiumReceived
from ledger.postings.premium import premium_account
from ledger.rules.base import Heard, Packs, rule
from ledger.rules.contracts import party_of
from ledger.rules.correction import overdrawn_by_correction
from ledger.shares import divide
from ledger.state import State


@rule(PremiumReceived)
def premium_has_one_source(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A premium comes from a contract or from a sale, and its seller states it."""
    del packs
    fact = heard.fact
    if not isinstance(fact, PremiumReceived):
        return
    if (fact.contract is None) == (fact.sale is None):
        yield Problem("premium-source-unclear", "/body/contract")
        return
    seller = ""
    if fact.contract is not None:
        seller = party_of(state, fact.contract, "seller")
    elif fact.sale is not None:
        seller = str((state.birth(fact.sale) or {}).get("seller", ""))
    if seller and heard.actor != seller:
        yield Problem("not-your-premium", "/by", heard.actor, seller)


@rule(PremiumAllocated, PremiumPaid)
def holder_divides_the_premium(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Whoever received a premium allocates and pays it, in its own currency."""
    del packs
    fact = heard.fact
    born = state.birth(fact.premium) if isinstance(fact, PremiumAllocated | PremiumPaid) else None
    if not isinstance(fact, PremiumAllocated | PremiumPaid) or born is None:
        return
    if heard.actor != born["holder"]:
        yield Problem("not-your-premium", "/by", heard.actor, str(born["holder"]))
    paid = isinstance(fact, PremiumPaid)
    currency = fact.amount.currency if isinstance(fact, PremiumPaid) else fact.currency
    if currency != born["currency"]:
        where = "/body/amount/currency" if paid else "/body/currency"
        yield Problem("currency-differs", where, currency, str(born["currency"]))


@rule(PremiumAllocated)
def allocation_stays_within_the_premium(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """No more is allocated than is still open, so no cent is allocated twice."""
    del packs
    fact = heard.fact
    if not isinstance(fact, PremiumAllocated) or state.birth(fact.premium) is None:
        return
    wanted = sum(line.minor for line in fact.lines)
    there = state.balance(premium_account(fact.premium, "open", fact.currency))
    if wanted > there:
        yield Problem("premium-overallocated", "/body/lines", wanted, max(there, 0))


@rule(PremiumAllocated)
def shares_sum_to_their_line(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """The shares of a line are its amount to the cent, each producer stands once, and members are named."""
    del state, packs
    fact = heard.fact
    if not isinstance(fact, PremiumAllocated):
        return
    for place, line in enumerate(fact.lines):
        where = f"/body/lines/{place}"
        if not line.producers:
            if line.use == "member-payment":
                yield Problem("members-unnamed", f"{where}/producers")
            continue
        whole = sum(share.minor for share in line.producers)
        if whole != line.minor:
            yield Problem("shares-differ-from-line", f"{where}/producers", whole, line.minor)
        seen: set[str] = set()
        for number, share in enumerate(line.producers):
            if share.producer in seen:
                yield Problem("share-named-twice", f"{where}/producers/{number}/producer", share.producer)
            seen.add(share.producer)


@rule(PremiumAllocated)
def shares_follow_the_stated_rule(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Shares by kilos or in equal parts are what the division gives, so that each member can check their own."""
    del state, packs
    fact = heard.fact
    if not isinstance(fact, PremiumAllocated):
        return
    for place, line in enumerate(fact.lines):
        if line.rule == "assembly" or not line.producers:
            continue
        where = f"/body/lines/{place}/producers"
        if line.rule == "per-kilo" and any(share.grams is None for share in line.producers):
            yield Problem("share-grams-missing", where)
            continue
        due = shares_due(line)
        for number, share in enumerate(line.producers):
            if share.minor != due[share.producer]:
                yield Problem("share-differs", f"{where}/{number}/minor", share.minor, due[share.producer])


def shares_due(line: PremiumLine) -> dict[str, int]:
    """What the stated rule gives each producer of a line, in minor units; for the assembly's own, what it said."""
    if line.rule == "assembly":
        return {share.producer: share.minor for share in line.producers}
    weights = {share.producer: (share.grams or 0) if line.rule == "per-kilo" else 1 for share in line.producers}
    return divide(line.minor, weights)


@rule(PremiumAllocated, effect="flag")
def assembly_left_minutes(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """What an assembly decided stands in its minutes."""
    del state, packs
    fact = heard.fact
    if isinstance(fact, PremiumAllocated) and fact.minutes is None:
        for place, line in enumerate(fact.lines):
            if line.rule == "assembly":
                yield Problem("minutes-missing", f"/body/lines/{place}/rule", line.rule)


@rule(PremiumPaid, PremiumAllocated, FactRetracted)
def payment_stays_within_the_allocation(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """No more is paid for a use, or to a producer, than was allocated and is not paid yet.

    An allocation that was paid from is not taken back: what it set aside would be free to be paid a second time.
    """
    del packs
    fact = heard.fact
    for _, where, minor, there in overdrawn_by_correction(heard, state, "money"):
        yield Problem("premium-overpaid", where, minor - there, 0)
    if not isinstance(fact, PremiumPaid) or state.birth(fact.premium) is None:
        return
    account = premium_account(fact.premium, fact.use, fact.amount.currency, fact.producer or "")
    there = state.balance(account)
    if fact.amount.minor > there:
        yield Problem("premium-overpaid", "/body/amount/minor", fact.amount.minor, max(there, 0))
