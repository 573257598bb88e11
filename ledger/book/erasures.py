"""The requests for erasure as they stand on a day: what is hidden, what must still be kept and why, what is due."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

from ledger.book.persons import Persons
from ledger.packs.retention import retention_ends
from ledger.postings.privacy import ERASURES
from ledger.queries import ErasureLine
from ledger.state import Standing
from ledger.store.books import Books
from ledger.store.keeping_of import keeping_of

Counts = Callable[[Iterable[str]], Mapping[str, int]]


def erasure_lines(books: Books, today: str, count: Counts) -> list[ErasureLine]:
    """Every request that stands, in log order; `count` says what there is to destroy of some holders."""
    asked = books.marks([ERASURES]).get(ERASURES, [])
    marks = books.marks({str(mark.value["erasure"]) for mark in asked}, ("born", "done"))
    persons = Persons(books, today)
    return [_line(books, persons, today, str(m.value["erasure"]), marks, count) for m in asked]


def _line(
    books: Books,
    persons: Persons,
    today: str,
    erasure: str,
    marks: Mapping[str, list[Standing]],
    count: Counts,
) -> ErasureLine:
    own = marks.get(erasure, [])
    request = next(mark.value for mark in own if mark.kind == "born")
    person = str(request["person"])
    said = (erasure, person, str(request["asked_on"]), str(request["by"]))
    for mark in own:
        if mark.kind == "done":
            counted = mark.value["destroyed"]
            return ErasureLine(*said, "done", mark.effective_from, "", counted if isinstance(counted, dict) else {})
    ends_on, kept_for = _kept(books, person, today)
    holders, documents = persons.belongings(person)
    counts = {**count(holders), "document": len(documents)}
    return ErasureLine(*said, "hidden" if today < ends_on else "due", ends_on, kept_for, counts)


def _kept(books: Books, person: str, today: str) -> tuple[str, str]:
    keeping = keeping_of(books, person)
    ends_on, kept_for = "", ""
    if keeping.last_fact is not None:
        ends_on, period = retention_ends(keeping.last_fact)
        kept_for = period.code
    last_audit = max((last_day for _, last_day in keeping.audits), default="")
    # An audit runs through its last day.
    if last_audit >= today and last_audit >= ends_on:
        return _day_after(last_audit), "audit"
    return ends_on, kept_for


def _day_after(day: str) -> str:
    """The day after."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
