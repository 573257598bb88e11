"""The way of a lot: every process between its deliveries and it, and what happened to it since."""

from __future__ import annotations

from ledger.lineage import levels
from ledger.queries import Step
from ledger.state import Standing
from ledger.store.books import Books, EdgeRow, Fact
from ledger.store.evidence_of import integer

_LATER = ("dispatched", "held", "inspected", "lost", "recalled", "received", "released", "returned")


def steps_of(books: Books, lot: str, birth: Standing) -> tuple[Step, ...]:
    """Births of the lot and of all lots it was made from (deliveries aside), and later facts on it, in log order."""
    into: dict[str, list[EdgeRow]] = {}

    def following(level: list[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in books.edges_into(level):
            into.setdefault(row.output, []).append(row)
            found.setdefault(row.output, []).append(row.input)
        return found

    levels([lot], following)
    births = books.births({lot, *into})
    later = books.marks([lot], _LATER).get(lot, [])
    facts = books.facts({b.index for b in births.values()} | {mark.index for mark in later})
    names = books.names_of({fact.actor for fact in facts.values()})
    places = books.births({str(b.value.get("facility", "")) for b in births.values()})
    made = [
        _made(made_lot, found, facts[found.index], places.get(str(found.value.get("facility", ""))), names, into)
        for made_lot, found in births.items()
    ]
    happened = [_happened(lot, mark, facts[mark.index], str(birth.value["form"]), names) for mark in later]
    return tuple(sorted(made + happened, key=lambda step: (step.index, step.lot)))


def _made(
    lot: str, birth: Standing, fact: Fact, place: Standing | None, names: dict[str, str], into: dict[str, list[EdgeRow]]
) -> Step:
    value = birth.value
    where = place.value if place is not None else {}
    return Step(
        index=birth.index,
        statement=fact.digest,
        type=fact.type,
        at=fact.at,
        lot=lot,
        how=str(value["how"]),
        process=str(value.get("process", "")),
        form=str(value["form"]),
        facility=str(where.get("name") or where.get("code") or ""),
        place=str(where.get("district", "")),
        party=fact.actor,
        party_name=names.get(fact.actor, ""),
        grams=integer(value["grams"]),
        inputs=tuple((row.input, row.grams) for row in into.get(lot, ())),
    )


def _happened(lot: str, mark: Standing, fact: Fact, form: str, names: dict[str, str]) -> Step:
    return Step(
        index=mark.index,
        statement=fact.digest,
        type=fact.type,
        at=fact.at,
        lot=lot,
        how=mark.kind,
        process="",
        form=form,
        facility="",
        place="",
        party=fact.actor,
        party_name=names.get(fact.actor, ""),
        grams=integer(mark.value.get("grams", 0)),
        evidence=str(mark.value.get("evidence", "")),
        receiver=str(mark.value["by"]) if mark.kind == "received" else "",
        refused_grams=integer(mark.value.get("refused", 0)),
        missing_grams=integer(mark.value.get("missing", 0)),
    )
