"""Whose sealed values are hidden, who may see the others, and what is a person's alone: asked of the books each time.

Nothing of this is remembered anywhere: a request for erasure hides from the moment it is in the log, and
one that was taken back does so no longer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from ledger.postings.parties import papers_about
from ledger.state import Standing
from ledger.statement import Statement
from ledger.store.books import Books
from ledger.values import Thing

_OF_A_PERSON: Final = ("born", "erasure", "erased", "holding", "consent")
SEES_PERSONS: Final = "personal-data"
"""The scope a consent must name for an auditor to see who somebody is."""


class Persons:
    """Questions about persons, put to the books as they stand."""

    def __init__(self, books: Books, today: str) -> None:
        """`today` (YYYY-MM-DD) decides whether a role or a consent is in force."""
        self._books = books
        self._today = today

    def is_hidden(self, holder: Thing) -> bool:
        """Whether a person asked for erasure; a plot or herd is hidden when everybody who holds it has asked."""
        marks = self._marks([holder]).get(holder, [])
        if any(mark.kind in ("erasure", "erased") for mark in marks):
            return True
        holders = _holders(marks)
        if not holders:
            return False
        theirs = self._marks(holders)
        return all(any(m.kind in ("erasure", "erased") for m in theirs.get(each, ())) for each in holders)

    def may_see(self, party: Thing, holder: Thing, statement: Statement) -> bool:
        """Whether a party sees what is sealed under a holder's key in a statement.

        Its own, that of the persons it enrolled, and itself; an auditor what a producer consented to. Others nothing.
        """
        if party in (statement.actor, statement.envelope.by, holder):
            return True
        marks = self._marks([holder]).get(holder, [])
        persons = _holders(marks) or {holder}
        theirs = self._marks(persons)
        if any(_birth_party(theirs.get(each, ())) == party for each in persons):
            return True
        return self._is_auditor(party) and all(self._has_consented(theirs.get(each, ()), party) for each in persons)

    def belongings(self, person: Thing) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What goes with a person: (holders of sealed values, digests of personal documents), the person first.

        Plots and herds held by nobody who stays, and personal documents about nobody who stays.
        """
        held = {
            str(mark.value.get("plot") or mark.value.get("herd"))
            for mark in self._books.marks([person], ("holds", "keeps")).get(person, ())
        }
        things = (person, *(thing for thing in sorted(held) if self._goes_with(thing, person)))
        papers = self._books.marks([papers_about(thing) for thing in things], ("paper",)).values()
        personal = {str(mark.value["document"]) for rows in papers for mark in rows if mark.value.get("personal")}
        return things, tuple(sha256 for sha256 in sorted(personal) if self._is_about_none_but(sha256, things))

    def _goes_with(self, thing: Thing, person: Thing) -> bool:
        others = _holders(self._marks([thing]).get(thing, [])) - {person}
        return all(self.is_hidden(other) for other in others)

    def _is_about_none_but(self, sha256: str, things: Collection[Thing]) -> bool:
        return all(
            str(each) in things or self.is_hidden(str(each))
            for mark in self._books.marks([sha256], ("document",)).get(sha256, ())
            for each in _listed(mark.value.get("about"))
        )

    def hides_document(self, sha256: str) -> bool:
        """Whether a personal document is about hidden persons alone."""
        for mark in self._books.marks([sha256], ("document",)).get(sha256, ()):
            about = _listed(mark.value.get("about"))
            if mark.value.get("personal") and about:
                return all(self.is_hidden(str(each)) for each in about)
        return False

    def enrolled(self, holder: Thing) -> bool:
        """Whether a standing fact bore the person."""
        return bool(self._books.births([holder]))

    def _is_auditor(self, party: Thing) -> bool:
        role: Standing | None = None
        for mark in self._books.marks([party], ("role",)).get(party, ()):
            if mark.value["role"] == "auditor" and mark.effective_from <= self._today:
                role = mark
        return role is not None and bool(role.value["granted"])

    def _has_consented(self, marks: Iterable[Standing], party: Thing) -> bool:
        given = [m.value for m in marks if m.kind == "consent" and m.value["to"] == party and self._covers(m)]
        withdrawn = self._books.marks([str(each["consent"]) for each in given], ("withdrawn",))
        return any(
            not any(end.effective_from <= self._today for end in withdrawn.get(str(each["consent"]), ()))
            for each in given
        )

    def _covers(self, mark: Standing) -> bool:
        scope, until = mark.value["scope"], mark.value.get("valid_to")
        return (
            isinstance(scope, list)
            and SEES_PERSONS in scope
            and mark.effective_from <= self._today
            and (until is None or self._today <= str(until))
        )

    def _marks(self, things: Iterable[Thing]) -> dict[str, list[Standing]]:
        return self._books.marks(things, _OF_A_PERSON)


def _holders(marks: Iterable[Standing]) -> set[str]:
    """Everybody who was ever said to hold a plot or herd: what was mapped for one of them may show another."""
    return {str(mark.value["holder"]) for mark in marks if mark.kind == "holding"}


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _birth_party(marks: Iterable[Standing]) -> object:
    return next((mark.value.get("party") for mark in marks if mark.kind == "born"), None)
