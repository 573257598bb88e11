"""Where a report reads: the books at one size, with the packs in force and the small look-ups all reports share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from ledger.claims import Appraiser
from ledger.packs.framework import FrameworkPack
from ledger.packs.scheme import SchemePack
from ledger.rules import Packs
from ledger.state import Standing
from ledger.store.books import Books
from ledger.store.evidence_of import EvidenceOf

Marks = Mapping[str, Sequence[Standing]]


class Source:
    """The books of one log size for one report."""

    def __init__(self, books: Books, packs: Packs) -> None:
        """Nothing is read before it is asked for."""
        self.books = books
        self._packs = packs

    def at_size(self, size: int) -> Source:
        """The same log as known earlier."""
        return Source(Books(self.books.db, self.books.log, self.books.names, size), self._packs)

    @cached_property
    def evidence(self) -> EvidenceOf:
        """Gathers what claims rest on."""
        return EvidenceOf(self.books, self._packs)

    @cached_property
    def _in_force(self) -> tuple[Mapping[str, SchemePack], Mapping[str, FrameworkPack]]:
        found = self._packs.among(self.books.adopted_packs())
        return found.schemes, found.frameworks

    @property
    def schemes(self) -> Mapping[str, SchemePack]:
        """The certification schemes in force, by code."""
        return self._in_force[0]

    @property
    def frameworks(self) -> Mapping[str, FrameworkPack]:
        """The agreement frameworks in force, by code."""
        return self._in_force[1]

    def around(self, things: Iterable[str]) -> Appraiser:
        """Everything that bears on claims around these things is loaded; who judges claims over it."""
        return self.evidence.around(things)

    def codes(self, things: Iterable[str]) -> dict[str, str]:
        """The code its own party gave each thing; where there is none, its number, else "". Never a name."""
        return {thing: code_of(born) for thing, born in self.books.births(things).items()}


def code_of(born: Standing) -> str:
    """The code in a birth: of a producer, household, plot, agreement or certificate."""
    return str(born.value.get("code") or born.value.get("number") or "")


def birth(marks: Marks, thing: str) -> Mapping[str, object]:
    """What was said at a thing's birth; empty where nobody bore it."""
    return next((mark.value for mark in reversed(marks.get(thing, ())) if mark.kind == "born"), {})


def whole(value: object) -> int:
    """A whole number the books hold, else 0."""
    return value if isinstance(value, int) else 0


def word(value: Mapping[str, object], name: str) -> str:
    """A text the books hold, else ""."""
    found = value.get(name)
    return found if isinstance(found, str) else ""


def listed(pairs: Iterable[str]) -> str:
    """Several words in one cell, each once, in order."""
    return "; ".join(sorted(set(pairs)))
