"""Corrections: only standing facts, by whoever stated them or above, with the counterparty's word once it acted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ledger.errors import Problem
from ledger.facts.certificates import MassBalanceCredited, VolumeAllocated
from ledger.facts.corrections import FactRetracted
from ledger.facts.premium import PremiumAllocated
from ledger.facts.trade import PledgeRecorded, SaleReversed
from ledger.postings import Account, post
from ledger.rules.base import Heard, Packs, rule
from ledger.rules.identity import has_role
from ledger.state import Known, State
from ledger.statement import meant

NOT_CORRECTABLE = (
    "log.",
    "role.",
    "key.",
    "access.",
    "audit.",
    "finding.",
    "sample.",
    "erasure.done",
    "statement.withheld",
    "pack.",
    "rules.",
    "fact.retracted",
)
"""Log, role, key, audit, access, sample, finding, retraction and destruction facts stand for ever."""

LEANED_ON = frozenset({"lot", "dispatch", "contract", "sale", "payment", "premium", "pledge"})
"""Things whose birth is not taken back once another party has spoken of them, unless that party agrees."""


def correction_target(heard: Heard) -> tuple[str, str] | None:
    """The digest of the statement that is to go, and where the correction names it."""
    if isinstance(heard.fact, FactRetracted):
        return heard.fact.statement, "/body/statement"
    replaced = heard.statement.envelope.replaces
    return None if replaced is None else (replaced, "/replaces")


@rule(corrections=True)
def only_a_standing_fact_is_corrected(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """What is corrected stands, may be corrected at all, and a replacement has its type."""
    del packs
    target = correction_target(heard)
    if target is None:
        return
    digest, where = target
    if isinstance(heard.fact, FactRetracted) and heard.statement.envelope.replaces is not None:
        # A retraction is never replaced, not even by another: one statement corrects one statement.
        yield Problem("not-correctable", "/replaces", heard.statement.type)
    known = state.known(digest)
    if known is None:
        yield Problem("statement-unknown", where, digest, retry="after-sync")
        return
    if known.ended:
        yield Problem("already-corrected", where, digest)
    said = meant(known.statement).type
    if said.startswith(NOT_CORRECTABLE):
        yield Problem("not-correctable", where, said)
    elif where == "/replaces" and said != heard.statement.type:
        yield Problem("replaces-other-type", "/fact", heard.statement.type, said)


@rule(corrections=True)
def correction_is_by_its_stater_or_above(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A fact is corrected by the party that stated it, or by a registrar."""
    del packs
    target = correction_target(heard)
    known = state.known(target[0]) if target is not None else None
    if target is None or known is None:
        return
    by = heard.statement.envelope.by
    owners = {known.statement.envelope.by, known.statement.actor}
    if by not in owners and heard.actor not in owners and not has_role(state, by, "registrar"):
        yield Problem("not-your-fact", target[1], by, known.statement.envelope.by)


@rule(corrections=True)
def counterparty_has_endorsed(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Once another party has acted on a fact, it goes only with that party's endorsement."""
    del packs
    target = correction_target(heard)
    known = state.known(target[0]) if target is not None else None
    if target is None or known is None or known.ended or known.statement.type.startswith(NOT_CORRECTABLE):
        return
    endorsed = {
        str(mark.value["by"])
        for mark in state.marks(known.statement.digest, "endorsed")
        if mark.value["role"] == "retraction"
    }
    own = {heard.actor, heard.statement.envelope.by}
    for party in sorted(_acted(known, state) - endorsed - own):
        yield Problem("counterparty-not-endorsed", target[1], party, retry="after-change")


def _acted(known: Known, state: State) -> set[str]:
    """Parties other than the stater with a standing fact on the statement or on what it bore (a lot, a payment)."""
    said = meant(known.statement)
    acted = set(state.actors(known.statement.digest))
    for reference in said.references:
        if reference.born and reference.kinds[0] in LEANED_ON:
            acted |= state.actors(reference.thing)
    if isinstance(said.fact, PledgeRecorded):
        # A lender need not say anything for its security to count.
        acted.add(said.fact.lender)
    return acted - {said.envelope.by, said.actor}


class TakenBack(NamedTuple):
    """Grams (or cents) a correction takes out of an account again, and what the account had with them."""

    account: Account
    where: str
    grams: int
    there: int


_HANDED_ON = (MassBalanceCredited, PremiumAllocated, SaleReversed, VolumeAllocated)
"""Facts that only give on what was there: whoever got it may have used it, and then it is given a second time."""


def overdrawn_by_correction(heard: Heard, state: State, kind: str) -> Iterator[TakenBack]:
    """The accounts of a kind that would run below zero because a correction undoes what filled them.

    A delivery or a limit is taken back whatever was made of it since, and what leaned on it is in question. But a
    reversed sale, an allocation or a credit that goes once it was used would leave two owners of the same grams.
    """
    target = correction_target(heard)
    known = state.known(target[0]) if target is not None else None
    if target is None or known is None or known.ended or not isinstance(meant(known.statement).fact, _HANDED_ON):
        return
    filled: dict[Account, int] = {}
    for move in post(known.statement).moves:
        if move.account.kind == kind:
            filled[move.account] = filled.get(move.account, 0) + move.amount
    for account, given in filled.items():
        again = sum(move.amount for move in heard.postings.moves if move.account == account)
        # The books judged here are already without the old statement.
        left = state.balance(account) + again
        taken = given - again
        if taken > 0 and left < 0:
            yield TakenBack(account, target[1], taken, left + taken)
