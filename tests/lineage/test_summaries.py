"""Summaries of lots: shared origin sets, what blocks a lot, who overdrew; as facts arrive and all over again."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ledger.lineage import Birth, LotBasis, birth_sets, contributions, debits_below_zero, inherit, resummarise
from ledger.state import Blocking, LotBooks, Origin, Standing
from tests.lineage.reference import Plain
from tests.lineage.test_walk import random_history

seeds = st.integers(min_value=0, max_value=2**32)
HELD = Blocking("held", "H1", "A")
SHORT = Blocking("in-question", "overdrawn", "A")


class Kept:
    """Summaries as the store keeps them: made birth by birth, in the order of the history."""

    def __init__(self, plain: Plain) -> None:
        self.plain = plain
        self.books: dict[str, LotBooks] = {}
        self.sets: dict[int, tuple[Origin, ...]] = {}
        self.numbers = {lot: number for number, lot in enumerate(plain.grams)}
        self.births = {lot: self._birth(lot) for lot in plain.grams}
        self.facts: dict[int, list[str]] = {}
        for lot in plain.grams:
            fact = lot if not plain.parents[lot] else lot.partition("-")[0]
            self.facts.setdefault(self.index(fact), []).append(lot)
        for lots in self.facts.values():
            births = [self.births[lot] for lot in lots]
            known: Mapping[str, LotBooks | None] = dict(self.books)
            made, sets = birth_sets(births, known, self.sets.__getitem__, self.numbers.__getitem__)
            self.books.update(made)
            self.sets.update(sets)

    @staticmethod
    def index(fact: str) -> int:
        """The index of a fact of `random_history`: the number in the names it gives."""
        return int(fact[1:].partition("-")[0])

    def _birth(self, lot: str) -> Birth:
        from ledger.postings import Edge

        parents = self.plain.parents[lot]
        value: dict[str, object] = {"thing": "lot", "grams": self.plain.grams[lot]}
        if not parents:
            value["origins"] = [[f"P-{lot}", f"G-{lot}", self.plain.grams[lot]]]
        return Birth(lot, value, tuple(Edge(lot, parent, grams) for parent, grams in parents.items()))

    def bases(self) -> dict[str, LotBasis]:
        """What a summarising of everything again starts from."""
        return {
            lot: LotBasis(
                self.index(lot),
                birth.value,
                tuple((edge.input, self.index(lot), edge.grams) for edge in birth.edges),
                (),
            )
            for lot, birth in self.births.items()
        }


@given(seeds)
def test_origin_sets_name_exactly_the_deliveries_behind_a_lot(seed: int) -> None:
    plain = random_history(seed)
    kept = Kept(plain)
    for lot, books in kept.books.items():
        assert books.origin_set is not None
        rows = kept.sets[books.origin_set]
        assert {row.delivery for row in rows} == plain.deliveries(lot)
        assert sum(share.grams for share in contributions(plain.grams[lot], rows)) == plain.grams[lot]


@given(seeds)
def test_contributions_stay_within_rounding_of_the_exact_shares(seed: int) -> None:
    """Each mixing rounds each row by less than a gram; a history of n mixings is off by less than n grams."""
    plain = random_history(seed)
    kept = Kept(plain)
    for lot, books in kept.books.items():
        assert books.origin_set is not None
        exact = plain.exact(lot)
        steps = 1 + len(plain.backward(lot))
        for origin, grams in contributions(plain.grams[lot], kept.sets[books.origin_set]):
            assert abs(grams - exact[origin.delivery] * plain.grams[lot]) < steps


@given(seeds)
def test_siblings_share_a_set_and_splits_write_none(seed: int) -> None:
    plain = random_history(seed)
    kept = Kept(plain)
    for lots in kept.facts.values():
        assert len({kept.books[lot].origin_set for lot in lots}) == 1
        parents = plain.parents[lots[0]]
        if len(parents) == 1:
            assert kept.books[lots[0]].origin_set == kept.books[next(iter(parents))].origin_set
    roots_and_mixtures = {number for number, lots in kept.facts.items() if len(plain.parents[lots[0]]) != 1}
    assert len(kept.sets) <= len(roots_and_mixtures)


@given(seeds)
def test_summarising_everything_again_changes_nothing(seed: int) -> None:
    kept = Kept(random_history(seed))
    done, sets = resummarise(kept.bases(), {}, kept.books, kept.sets.__getitem__, count(10_000))
    assert done == kept.books
    assert sets == {}


@given(seeds)
def test_summarising_from_nothing_gives_the_same_origins(seed: int) -> None:
    kept = Kept(random_history(seed))
    nothing: dict[str, LotBooks | None] = dict.fromkeys(kept.books)
    done, sets = resummarise(kept.bases(), {}, nothing, kept.sets.__getitem__, count(10_000))
    for lot, books in done.items():
        stored = kept.books[lot].origin_set
        assert books.origin_set is not None
        assert stored is not None
        assert sets[books.origin_set] == kept.sets[stored]


@given(seeds)
def test_a_changed_delivery_changes_what_lies_forward_of_it_and_nothing_else(seed: int) -> None:
    plain = random_history(seed)
    kept = Kept(plain)
    random = Random(seed)
    changed = random.choice([lot for lot, parents in plain.parents.items() if not parents])
    bases = kept.bases()
    value = {"thing": "lot", "origins": [["P-other", "G-other", plain.grams[changed]]]}
    bases[changed] = LotBasis(bases[changed].birth_index, value, (), ())
    forward = plain.forward(changed)
    current: Mapping[str, LotBooks | None] = dict(kept.books)
    done, sets = resummarise({lot: bases[lot] for lot in forward}, {}, current, kept.sets.__getitem__, count(10_000))
    everything, _ = resummarise(bases, {}, current, kept.sets.__getitem__, count(10_000))
    for lot in plain.grams:
        if lot not in forward:
            assert everything[lot] == kept.books[lot]
            continue
        number = done[lot].origin_set
        assert number is not None
        rows = sets.get(number) or kept.sets[number]
        assert ("P-other" in {row.producer for row in rows}) == (changed in plain.deliveries(lot))


# ------------------------------------------------------------ blocks


def test_an_output_inherits_what_blocks_its_inputs_but_not_their_own_shortage() -> None:
    books = {"A": LotBooks(1, (HELD, SHORT)), "B": LotBooks(2, ()), "C": None}
    assert inherit(books) == (HELD,)
    # Once inherited it is no longer the input's own: it goes on with the grams.
    assert inherit({"X": LotBooks(1, (SHORT,))}) == (SHORT,)


def _basis(lot: str, inputs: tuple[tuple[str, int, int], ...] = (), marks: tuple[Standing, ...] = ()) -> LotBasis:
    value: dict[str, object] = {"thing": "lot"} if inputs else {"thing": "lot", "origins": [["P", "G", 10]]}
    return LotBasis(1 if not inputs else inputs[0][1], value, inputs, marks)


def _mark(index: int, kind: str, hold: str) -> Standing:
    return Standing(index, kind, "2026-06-12", {"hold": hold})


def _blocks(lots: dict[str, LotBasis], overdrawn: Mapping[str, frozenset[int]]) -> dict[str, set[tuple[str, str]]]:
    current: dict[str, LotBooks | None] = dict.fromkeys(lots)
    done, _ = resummarise(lots, overdrawn, current, dict[int, tuple[Origin, ...]]().__getitem__, count(1))
    return {lot: {(block.kind, block.source) for block in books.blocks} for lot, books in done.items()}


def test_only_what_the_overdrawing_fact_made_is_in_question() -> None:
    lots = {"A": _basis("A"), "B": _basis("B", (("A", 5, 6),)), "C": _basis("C", (("A", 7, 4),))}
    assert _blocks(lots, {"A": frozenset({7})}) == {
        "A": {("in-question", "overdrawn")},
        "B": set(),
        "C": {("in-question", "overdrawn")},
    }


def test_a_lot_nobody_bore_puts_everything_made_of_it_in_question() -> None:
    lots = {"A": LotBasis(None, None, (), ()), "B": _basis("B", (("A", 5, 6),))}
    question = {("in-question", "no-birth")}
    assert _blocks(lots, {}) == {"A": question, "B": question}


def test_holds_and_releases_count_in_their_order() -> None:
    held = _basis("A", marks=(_mark(3, "held", "H1"), _mark(4, "recalled", "R1"), _mark(6, "released", "H1")))
    again = _basis("B", marks=(_mark(3, "held", "H1"), _mark(4, "released", "H1"), _mark(6, "held", "H1")))
    child = _basis("C", (("A", 5, 6),), marks=(_mark(7, "released", "R1"),))
    assert _blocks({"A": held, "B": again, "C": child}, {}) == {
        "A": {("recalled", "R1")},
        "B": {("held", "H1")},
        "C": set(),
    }


# ------------------------------------------------------------ who overdrew

moves = st.lists(
    st.tuples(
        st.tuples(st.just("1"), st.sampled_from("ab")),
        st.integers(0, 30),
        st.integers(0, 30),
        st.integers(-50, 50).filter(bool),
    ),
    max_size=20,
)


def test_the_fact_that_takes_too_much_is_named() -> None:
    account = ("1", "L/C")
    history = [(account, 1, 1, 98_000), (account, 3, 3, -100_000), (account, 5, 5, 10_000), (account, 6, 6, -8_000)]
    assert debits_below_zero(history) == {3}


def test_a_replacement_stands_in_the_place_of_what_it_replaces() -> None:
    account = ("1", "L/C")
    # Stated at index 9 in the place of fact 1: it was there before fact 3 took from it.
    assert debits_below_zero([(account, 3, 3, -100), (account, 1, 9, 100)]) == frozenset()
    assert debits_below_zero([(account, 3, 3, -100), (account, 9, 9, 100)]) == {3}


def test_what_one_fact_gives_and_takes_counts_together_first_in_then_out() -> None:
    account = ("1", "L/C")
    assert debits_below_zero([(account, 1, 1, -10), (account, 1, 1, 10)]) == frozenset()


@given(moves)
def test_the_facts_named_are_those_of_a_plain_walk(history: list[tuple[tuple[str, str], int, int, int]]) -> None:
    expected: set[int] = set()
    for account in {move[0] for move in history}:
        total = 0
        for _, _, index, amount in sorted((m for m in history if m[0] == account), key=lambda m: (m[1], -m[3])):
            total += amount
            if amount < 0 and total < 0:
                expected.add(index)
    assert debits_below_zero(history) == expected


@given(moves)
def test_nobody_overdrew_where_nothing_was_taken(history: list[tuple[tuple[str, str], int, int, int]]) -> None:
    assert debits_below_zero((a, place, index, abs(grams)) for a, place, index, grams in history) == frozenset()
