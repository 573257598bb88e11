"""Grants as the books have them: who may look at whose facts, how, at which, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ledger.audit.fieldwork.period import ALWAYS, Period
from ledger.audit.fieldwork.window import Window, around
from ledger.facts.audits import Look
from ledger.postings.audits import access_to, looks_through
from ledger.state import Standing
from ledger.store.books import Books


@dataclass(frozen=True, slots=True)
class Grant:
    """One grant; empty `themes` and `lots` stand for all, `ended` is the index of `access.ended`, if any."""

    grant: str
    auditor: str
    by: str
    audit: str
    parties: tuple[str, ...]
    looks: tuple[str, ...]
    themes: tuple[str, ...]
    lots: tuple[str, ...]
    period_from: str
    period_to: str
    until: str
    index: int
    ended: int | None

    def opens(self, look: Look, today: str) -> bool:
        """Whether it stands on a day (UTC) and opens this way of looking."""
        return self.ended is None and today <= self.until and look in self.looks

    def window(self, books: Books) -> Window:
        """What may be shown through it."""
        lots = around(books, self.lots) if self.lots else None
        return Window(frozenset(self.parties), Period(self.period_from, self.period_to), lots)

    def reads(self, fact_type: str) -> bool:
        """Whether it lets facts of a type be read."""
        return not self.themes or fact_type.partition(".")[0] in self.themes


@dataclass(frozen=True, slots=True)
class Used:
    """One look through a grant, as the node recorded it."""

    grant: str
    look: str
    about: str
    statement: str
    period_from: str
    period_to: str
    log_size: int
    answer: str
    index: int
    on: str


def grants_to(books: Books, party: str) -> list[Grant]:
    """Every grant an auditor ever got, oldest first."""
    return _grants(books, (str(m.value["grant"]) for m in books.marks([party], ("access",)).get(party, ())))


def grants_on(books: Books, parties: Iterable[str]) -> list[Grant]:
    """Every grant that opens what is these parties' own, oldest first."""
    marks = books.marks([access_to(party) for party in parties], ("access",)).values()
    return _grants(books, (str(mark.value["grant"]) for rows in marks for mark in rows))


def grant_of(books: Books, grant: str) -> Grant | None:
    """One grant by its id, or None."""
    return next(iter(_grants(books, [grant])), None)


def uses_of(books: Books, grant: str) -> list[Used]:
    """Every look through a grant, oldest first."""
    subject = looks_through(grant)
    return [_used(grant, mark) for mark in books.marks([subject], ("used",)).get(subject, ())]


def _grants(books: Books, names: Iterable[str]) -> list[Grant]:
    wanted = dict.fromkeys(names)
    births = {name: mark for name, mark in books.births(wanted).items() if mark.value.get("thing") == "grant"}
    ends = books.marks(births, ("ended",))
    found = [_grant(name, mark, ends.get(name, [])) for name, mark in births.items()]
    return sorted(found, key=lambda grant: grant.index)


def _grant(name: str, mark: Standing, ends: list[Standing]) -> Grant:
    said = mark.value
    return Grant(
        grant=name,
        auditor=str(said["auditor"]),
        by=str(said["by"]),
        audit=str(said.get("audit") or ""),
        parties=_listed(said, "parties"),
        looks=_listed(said, "looks"),
        themes=_listed(said, "themes"),
        lots=_listed(said, "lots"),
        period_from=str(said.get("period_from") or ALWAYS.begins),
        period_to=str(said.get("period_to") or ALWAYS.ends),
        until=str(said["until"]),
        index=mark.index,
        ended=ends[0].index if ends else None,
    )


def _used(grant: str, mark: Standing) -> Used:
    said = mark.value
    size = said["log_size"]
    return Used(
        grant=grant,
        look=str(said["look"]),
        about=str(said.get("about") or ""),
        statement=str(said.get("statement") or ""),
        period_from=str(said.get("period_from") or ""),
        period_to=str(said.get("period_to") or ""),
        log_size=size if isinstance(size, int) else 0,
        answer=str(said["answer"]),
        index=mark.index,
        on=mark.effective_from,
    )


def _listed(said: Mapping[str, object], name: str) -> tuple[str, ...]:
    found = said.get(name)
    return tuple(str(each) for each in found) if isinstance(found, list) else ()
