"""The books as judge sees them: what was not asked for is not silently empty, it is an error of ours."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger.postings import Account, Move
from ledger.state import Blocking, LotBooks, Origin, Standing, State, UnloadedError, Wants

BORN = Standing(3, "born", "2026-06-12", {"thing": "lot"})
READINGS: dict[str, Callable[[State], object]] = {
    "marks": lambda state: state.marks("X", "born"),
    "latest": lambda state: state.latest("X", "born"),
    "birth": lambda state: state.birth("X"),
    "stands": lambda state: state.stands("X"),
    "balance": lambda state: state.balance(Account("stock", "X", "Y")),
    "balances": lambda state: state.balances("stock", "X"),
    "known": lambda state: state.known("X"),
    "digest_of": lambda state: state.digest_of("X"),
    "at_seq": lambda state: state.at_seq("X", 1),
    "lot": lambda state: state.lot("X"),
    "origins": lambda state: state.origins(1),
    "actors": lambda state: state.actors("X"),
    "downstream": lambda state: state.downstream("X"),
}


@pytest.mark.parametrize("reading", READINGS)
def test_reading_what_was_not_loaded_is_an_error(reading: str) -> None:
    with pytest.raises(UnloadedError):
        READINGS[reading](State())


@pytest.mark.parametrize("reading", READINGS)
def test_what_was_loaded_and_is_not_there_is_known_to_be_absent(reading: str) -> None:
    state = State()
    state.load_marks(["X"], [])
    state.load_balances([("stock", "X")], [])
    state.load_known(["X"], [])
    state.load_ids(["X"], [])
    state.load_seqs([("X", 1)], [])
    state.load_lots(["X"], [])
    state.load_origin_sets([1], [])
    state.load_actors(["X"], [])
    state.load_downstream(["X"], [])
    assert not READINGS[reading](state)
    assert not state.missing(Wants({"X"}, {("stock", "X")}, {"X"}, {"X"}, {("X", 1)}, {"X"}, {1}, {"X"}, {"X"}))


def test_only_what_is_missing_is_asked_for_again() -> None:
    state = State()
    state.load_marks(["X"], [("X", BORN)])
    state.set_lot("X", LotBooks(1, (Blocking("held", "H", "X"),)))
    state.set_origin_set(1, (Origin("P", "G", "X", 5),))
    missing = state.missing(Wants(subjects={"X", "Y"}, lots={"X", "Y"}, origin_sets={1, 2}))
    assert (missing.subjects, missing.lots, missing.origin_sets) == ({"Y"}, {"Y"}, {2})


def test_the_books_without_a_fact_lack_its_marks_and_its_grams_and_nothing_else() -> None:
    state = State()
    later = Standing(4, "held", "2026-06-13", {"hold": "H"})
    state.load_marks(["X"], [("X", BORN), ("X", later)])
    mine, other = Account("stock", "X", "C"), Account("stock", "X", "B")
    state.load_balances([("stock", "X")], [(mine, 60), (other, 40)])
    without = state.without(3, [Move(mine, 100), Move(Account("stock", "Z", "C"), 7)])
    assert without.birth("X") is None
    assert without.marks("X", "held") == [later]
    assert (without.balance(mine), without.balance(other)) == (-40, 40)
    assert (state.birth("X"), state.balance(mine)) == ({"thing": "lot"}, 60)
    with pytest.raises(UnloadedError):
        without.balances("stock", "Z")
