"""Which statements go into the bundle of a lot: those behind it, those of its makers, and no other lot's."""

from __future__ import annotations

from ledger.audit.bundles.about_lot import Spoken, about_lot


def told(*lines: tuple[str, str, str]) -> list[Spoken]:
    """Statements as (digest, "kind:id ..." that are born, "id ..." that are named); `!x` corrects statement x."""
    found = []
    for index, (digest, born, named) in enumerate(lines):
        births = tuple((word.partition(":")[2], word.partition(":")[0]) for word in born.split())
        words = named.split()
        corrects = next((word[1:] for word in words if word.startswith("!")), "")
        ids = frozenset({*(thing for thing, _ in births), *(word for word in words if not word.startswith("!"))})
        found.append(Spoken(index, digest, ids, births, corrects))
    return found


STORY = told(
    ("coop", "party:coop", ""),
    ("ana", "producer:ana", "coop"),
    ("eva", "producer:eva", "coop"),
    ("plot", "plot:hill", "coop"),
    ("held", "", "hill ana"),
    ("mine", "lot:one", "ana hill coop"),
    ("hers", "lot:two", "eva coop"),
    ("also", "lot:three", "ana hill coop"),
    ("pool", "lot:pool", "one coop"),
    ("agreed", "agreement:forest", "coop"),
    ("joined", "", "forest ana"),
    ("joined too", "", "forest eva"),
    ("seen", "", "forest"),
    ("sold", "sale:s", "pool coop buyer"),
    ("buyer", "party:buyer", ""),
    ("stranger", "party:stranger", ""),
    ("mistake", "", "ana"),
    ("taken back", "", "!mistake"),
    ("endorsed", "", "!hers"),
)


def chosen(lot: str) -> set[str]:
    return {STORY[index].digest for index in about_lot(STORY, lot)}


def test_a_lot_brings_what_it_was_made_of_and_who_made_it() -> None:
    assert {"pool", "mine", "ana", "plot", "held", "sold", "buyer", "coop"} <= chosen("pool")


def test_the_agreements_of_its_makers_come_with_it_but_not_what_others_signed() -> None:
    there = chosen("pool")

    assert {"agreed", "joined", "seen"} <= there
    assert "joined too" not in there


def test_other_lots_stay_out_even_of_the_same_producer() -> None:
    there = chosen("pool")

    assert not {"hers", "also", "eva", "endorsed", "stranger"} & there


def test_corrections_come_with_what_they_correct() -> None:
    assert {"mistake", "taken back"} <= chosen("pool")
    assert "endorsed" in chosen("two")


def test_what_is_no_lot_has_no_statements() -> None:
    assert about_lot(STORY, "ana") == set()
    assert about_lot(STORY, "nowhere") == set()
