"""A season told again, in another order or with something left out, and its books compared up to their indexes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from random import Random
from typing import Any

from ledger.postings import Postings
from ledger.queries import Claim
from ledger.store.schema import ACCOUNT_KINDS
from tests.properties.reference import read
from tests.properties.season import Season, Told
from tests.world import Draft

ASKED = ("2026-06-12", "2026-08-05")
ACCOUNTS = ("stock", "title", "transit", "return", "volume", "field", "loss")
BARRIERS = ("lot.sold/1", "sale.reversed/1", "lot.dispatched/1", "fact.retracted/1", "fact.endorsed/1")
"""Facts judged against more than they name: they keep their place among all others."""


def retell(season: Season, drafts: Iterable[Draft]) -> bool:
    """Tell the drafts of one season in another that has only begun; whether all were accepted."""
    for draft in drafts:
        outcome = season.world.state(draft)
        season.told.append(Told(draft, outcome))
        if outcome.status != "accepted":
            return False
    return True


def books_of(season: Season, lots: Sequence[str], without: Collection[str] = ()) -> dict[str, Any]:
    """Everything the ledger has of a season but its indexes; `without` are subjects that do not count."""
    ledger = season.world.ledger
    told = read(ledger)
    subjects = {mark.subject for fact in told for mark in fact.postings.marks} - {*without}
    firsts = {account.a for fact in told for account, _ in fact.postings.moves}
    with ledger._readers.books(None) as books:
        balances = {kind: books.balances(ACCOUNT_KINDS[kind], sorted(firsts)) for kind in ACCOUNTS}
        marks = {
            subject: sorted((mark.kind, mark.effective_from, repr(mark.value)) for mark in rows)
            for subject, rows in books.marks(sorted(subjects)).items()
        }
        summaries = {lot: found.blocks for lot, found in books.lots(lots).items() if found.blocks}
        born = [lot for lot in lots if books.knows(lot)]
    claims = {(lot, day): [_plain(claim) for claim in ledger.claims(lot, day).claims] for lot in born for day in ASKED}
    behind = {lot: [(c.delivery, c.grams, c.at_most_grams) for c in ledger.trace(lot).contributions] for lot in born}
    return {"balances": balances, "marks": marks, "blocks": summaries, "claims": claims, "behind": behind}


def _plain(claim: Claim) -> tuple[object, ...]:
    reasons = sorted((r.code, r.effect, r.subject, r.day, r.grams, r.families) for r in claim.reasons)
    owners = [(owner.party, owner.grams, owner.status, owner.sold_on) for owner in claim.owners]
    return (claim.name, claim.status, claim.covered_grams, claim.covered_families, claim.totals, reasons, owners)


def reordered(season: Season, random: Random) -> list[Draft]:
    """The accepted drafts in another order, in which facts that share a subject keep theirs."""
    posted = {fact.index: fact.postings for fact in read(season.world.ledger)}
    waiting: list[tuple[Draft, frozenset[str] | None]] = []
    for draft, outcome in season.told:
        if outcome.status == "accepted" and outcome.index is not None:
            stays = draft.fact in BARRIERS or "replaces" in draft.around
            waiting.append((draft, None if stays else _subjects(posted[outcome.index])))
    found: list[Draft] = []
    while waiting:
        free = [place for place in range(len(waiting)) if _is_free(waiting, place)]
        found.append(waiting.pop(random.choice(free))[0])
    return found


def _is_free(waiting: Sequence[tuple[Draft, frozenset[str] | None]], place: int) -> bool:
    mine = waiting[place][1]
    if mine is None:
        return place == 0
    return all(other is not None and mine.isdisjoint(other) for _, other in waiting[:place])


def _subjects(postings: Postings) -> frozenset[str]:
    """What a fact is about. Lists of members only collect who is reached, and a party takes part in everything."""
    found = {mark.subject for mark in postings.marks if not mark.subject.startswith("m/")}
    found |= {edge.input for edge in postings.edges}
    found |= {account.a for account, _ in postings.moves if account.kind != "loss"}
    return frozenset(found)


def taken_back(season: Season) -> list[tuple[Told, Told]]:
    """Every fact that replaced nothing and was retracted, with its retraction."""
    by_digest = {told.outcome.digest: told for told in season.told if told.outcome.status == "accepted"}
    pairs: list[tuple[Told, Told]] = []
    for told in season.accepted("fact.retracted/1"):
        gone = by_digest[told.draft["statement"]]
        if "replaces" not in gone.draft.around:
            pairs.append((gone, told))
    return pairs


def without(season: Season, gone: Collection[str]) -> list[Draft]:
    """The accepted drafts without those statements, and without what was said of them."""
    kept: list[Draft] = []
    for draft, outcome in season.told:
        about = draft.body.get("statement")
        if outcome.status == "accepted" and outcome.digest not in gone and about not in gone:
            kept.append(draft)
    return kept
