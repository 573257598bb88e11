"""The books worked out from nothing but the statements of a log: slow, plain, and without a single query.

Everything is a sum or a recursion over the postings of the facts that stood at a size.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ledger import Ledger
from ledger.facts.corrections import FactRetracted
from ledger.postings import Account, Postings, post
from ledger.statement import Statement, parse_statement


@dataclass(frozen=True)
class Told:
    """A fact of the log: where it stands, what it means, and whose place it takes."""

    index: int
    statement: Statement
    postings: Postings
    place: int
    ends: int | None


def read(ledger: Ledger, before: Sequence[Told] = ()) -> list[Told]:
    """Every fact of a log, from its bytes; `before` are the first of them, where they were read already."""
    told = list(before)
    by_digest = {fact.statement.digest: fact for fact in told}
    for index in range(len(told), ledger.head().size):
        digest = ledger.entry(index).decode().splitlines()[5]
        statement = parse_statement(ledger.fact(digest).jws.encode())
        assert statement.digest == digest
        fact, replaced = statement.fact, statement.envelope.replaces
        target = by_digest.get(fact.statement if isinstance(fact, FactRetracted) else replaced or "")
        place = index if target is None else target.place
        found = Told(index, statement, post(statement), place, None if target is None else target.index)
        told.append(found)
        by_digest[digest] = found
    return told


class PlainBooks:
    """The books at a size: the union of the postings of what stood then."""

    def __init__(self, told: list[Told], size: int) -> None:
        gone = {fact.ends for fact in told[:size]}
        self.standing = [fact for fact in told[:size] if fact.index not in gone]
        self.births = {
            mark.subject
            for fact in self.standing
            for mark in fact.postings.marks
            if mark.kind == "born" and mark.value.get("thing") == "lot"
        }
        self.named = {
            mark.subject
            for fact in told[:size]
            for mark in fact.postings.marks
            if mark.kind == "born" and mark.value.get("thing") == "lot"
        }
        self._blocks: dict[str, frozenset[tuple[str, str, str]]] = {}
        self._overdrawn = self._shortages()

    def stock(self) -> dict[str, dict[str, int]]:
        """Grams of each lot by holder, zeros left out."""
        sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for fact in self.standing:
            for (kind, lot, holder, _), grams in fact.postings.moves:
                if kind == "stock":
                    sums[lot][holder] += grams
        held = {lot: {holder: grams for holder, grams in by.items() if grams} for lot, by in sums.items()}
        return {lot: by for lot, by in held.items() if by}

    def totals(self) -> dict[str, int]:
        """Grams per kind of account."""
        sums: dict[str, int] = defaultdict(int)
        for fact in self.standing:
            for account, grams in fact.postings.moves:
                sums[account.kind] += grams
        return sums

    def blocks(self, lot: str) -> frozenset[tuple[str, str, str]]:
        """Why a lot must not move: (kind, source, lot where it began), worked out from its inputs backwards."""
        if lot in self._blocks:
            return self._blocks[lot]
        found: set[tuple[str, str, str]] = set()
        for fact in self.standing:
            for edge in fact.postings.edges:
                if edge.output == lot:
                    own = ("in-question", "overdrawn", edge.input)
                    overdrew = fact.index in self._overdrawn[edge.input]
                    found |= {block for block in self.blocks(edge.input) if overdrew or block != own}
        if lot not in self.births:
            found.add(("in-question", "no-birth", lot))
        if self._overdrawn[lot]:
            found.add(("in-question", "overdrawn", lot))
        for fact in self.standing:
            for mark in fact.postings.marks:
                if mark.subject == lot and mark.kind in ("held", "recalled"):
                    found.add((mark.kind, str(mark.value["hold"]), lot))
                elif mark.subject == lot and mark.kind == "released":
                    found = {block for block in found if block[1] != mark.value["hold"]}
        self._blocks[lot] = frozenset(found)
        return self._blocks[lot]

    def deliveries(self, lot: str) -> set[str]:
        """The deliveries behind a lot (lots nobody bore stand for themselves)."""
        parents = {
            edge.input for fact in self.standing for edge in fact.postings.edges if edge.output == lot and edge.grams
        }
        return set().union(*(self.deliveries(parent) for parent in parents)) if parents else {lot}

    def _shortages(self) -> dict[str, set[int]]:
        """Per lot, the facts that took more out of an account of it than had come in by then."""
        accounts: dict[Account, list[tuple[int, int, int]]] = defaultdict(list)
        for fact in self.standing:
            for account, grams in fact.postings.moves:
                if account.kind in ("stock", "title", "transit", "return"):
                    accounts[account].append((fact.place, -grams, fact.index))
        short: dict[str, set[int]] = defaultdict(set)
        for (kind, first, second, _), moves in accounts.items():
            total = 0
            for _, taken, index in sorted(moves):
                total -= taken
                if taken > 0 and total < 0:
                    short[first if kind in ("stock", "title") else second].add(index)
        return short
