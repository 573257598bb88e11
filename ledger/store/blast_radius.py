"""The blast radius of a subject: totals over everything downstream, and lots one by one with the claims at stake."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import islice

from ledger.claims import Asked, Evidence, lot_claims
from ledger.impact import Reached, stakes
from ledger.queries import AffectedLot, BlastRadius, Stake
from ledger.rules import Packs
from ledger.store.books import Books
from ledger.store.evidence_of import EvidenceOf
from ledger.store.reach import Reach, reach
from ledger.store.schema import ACCOUNT_KINDS

PORTION = 200
"""Lots whose evidence is loaded together."""


def blast_radius(books: Books, packs: Packs, subject: str, at: str, limit: int) -> BlastRadius:
    """Totals and the first `limit` lots; raises NotFoundError for a subject the log does not know."""
    found = reach(books, subject)
    held = _stock(books, found.lots)
    holders: dict[str, int] = {}
    expected = most = 0
    for lot, by_holder in held.items():
        whole = sum(by_holder.values())
        reached = found.lots[lot]
        most += min(whole, reached.at_most)
        expected += min(whole, reached.expected)
        for holder, grams in by_holder.items():
            holders[holder] = holders.get(holder, 0) + grams
    return BlastRadius(
        subject=subject,
        kind=found.kind,
        size=books.size,
        at=at,
        lots=len(found.lots),
        expected_grams=expected,
        at_most_grams=most,
        held_grams=holders,
        holder_names=books.names_of(holders),
        affected=tuple(islice(affected(books, packs, subject, found, at), limit)),
    )


def affected(books: Books, packs: Packs, subject: str, found: Reach, at: str) -> Iterator[AffectedLot]:
    """Every lot of a reach in order of birth, a portion at a time: a list of any length can be streamed."""
    gathering = EvidenceOf(books, packs)
    lots = list(found.lots.items())
    for first in range(0, len(lots), PORTION):
        portion = lots[first : first + PORTION]
        books.names.read(books.db, [number for number, _ in portion])
        names = {books.names.text(number): reached for number, reached in portion}
        gathered = gathering.lots(names)
        answers: dict[Hashable, tuple[Stake, ...]] = {}
        for lot, reached in names.items():
            if lot not in gathered:
                continue
            evidence = gathered[lot]
            alike = _alike(evidence)
            if alike not in answers:
                claims = lot_claims(evidence, Asked(at))
                answers[alike] = stakes(claims, evidence, found.kind, subject, found.deliveries, at)
            yield AffectedLot(
                lot=lot,
                commodity=evidence.commodity,
                form=evidence.form,
                grams=evidence.grams,
                expected_grams=reached.expected,
                at_most_grams=reached.at_most,
                holders=evidence.holders,
                owners=evidence.owners,
                blocks=tuple(sorted({block.kind for block in evidence.blocks})),
                stakes=answers[alike],
            )


def _alike(evidence: Evidence) -> Hashable:
    """What the standing of a lot's claims follows from: bags of one packing are judged once.

    Good for as long as what it was gathered with is at hand: equal values are one object there.
    """
    own = [step for step in evidence.steps if step.lot == evidence.lot]
    return (
        id(evidence.behind),
        (evidence.grams, evidence.commodity, evidence.form, evidence.kind, evidence.blocks),
        tuple(sorted(evidence.owners.items())),
        tuple((step[1:7], step.inputs) for step in own),
        tuple(step.lot for step in evidence.steps if step.lot != evidence.lot),
        tuple((mark[:3], id(mark.value)) for mark in evidence.of(evidence.lot) if mark.kind != "born"),
    )


def _stock(books: Books, lots: dict[int, Reached]) -> dict[int, dict[str, int]]:
    """What is left of each lot, by holder."""
    rows = books.db.all(
        "SELECT a, b, SUM(amount) FROM move WHERE log = ? AND kind = ? AND a IN @list"
        " AND ix < ? AND (gone IS NULL OR gone >= ?) GROUP BY a, b HAVING SUM(amount) > 0",
        books.log,
        ACCOUNT_KINDS["stock"],
        list(lots),
        books.size,
        books.size,
    )
    books.names.read(books.db, {row[1] for row in rows})
    found: dict[int, dict[str, int]] = {}
    for lot, holder, grams in rows:
        found.setdefault(lot, {})[books.names.text(holder)] = int(grams)
    return found
