"""What subscribers can be told of: a table of kinds, each with what makes one out of the facts just accepted.

Bodies carry ids, types, indexes and the log's size, never a name and never a sealed value. Who may hear an event
is decided in announcing.py, how it travels in ledger/outbox.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from ledger.canonical import Plain
from ledger.postings import Mark, Postings, post
from ledger.statement import Statement, meant

MOST_LINES: Final = 500
"""Lots or changes in one event; a recall of a thousand lots makes two."""


@dataclass(frozen=True)
class Accepted:
    """A fact that was just accepted, and the statement it takes out of the books, if any."""

    index: int
    recorded_at: str
    statement: Statement
    ended: Statement | None = None

    @cached_property
    def meant(self) -> Statement:
        """The statement whose words count."""
        return meant(self.statement)

    @cached_property
    def postings(self) -> Postings:
        """What it means."""
        return post(self.statement)

    @cached_property
    def ended_postings(self) -> Postings:
        """What is no longer meant."""
        return Postings() if self.ended is None else post(self.ended)

    @cached_property
    def staters(self) -> frozenset[str]:
        """Whose statement it is: who stated it and for whom; of a corrected one too."""
        heard = (self.statement, self.meant, self.ended or self.statement)
        return frozenset(party for each in heard for party in (each.envelope.by, each.actor))

    @cached_property
    def lots(self) -> tuple[str, ...]:
        """Every lot it names, once, in its own order; with those of the statement it corrects."""
        heard = (self.meant,) if self.ended is None else (self.meant, self.ended)
        named = (ref.thing for each in heard for ref in each.references if "lot" in ref.kinds)
        return tuple(dict.fromkeys(named))


@dataclass(frozen=True, slots=True)
class LotChange:
    """A lot whose blocks became others at an index: the kinds of block before and after."""

    index: int
    lot: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def _reaches_nothing(subject: str) -> Iterable[tuple[str, int, int]]:
    del subject
    return ()


@dataclass(frozen=True, slots=True)
class Batch:
    """The facts of one transaction, the log's size after it, and (asked for when needed) which lots changed.

    `reach` gives the lots downstream of a subject, with the grams of it expected in each and at most in each.
    """

    size: int
    facts: Sequence[Accepted]
    lot_changes: Callable[[], Iterable[LotChange]]
    reach: Callable[[str], Iterable[tuple[str, int, int]]] = _reaches_nothing

    def fact(self, index: int) -> Accepted:
        """The fact at an index."""
        return self.facts[index - self.facts[0].index]


@dataclass(frozen=True, slots=True)
class News:
    """One event before anybody in particular is told.

    `lines` goes under `name` in the body; of a line that is about a lot only who may see that lot is told, unless
    it is their own statement.
    """

    event: str
    fact: Accepted
    name: str = ""
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One item of an event's list, and the lot it is about, if it is about one."""

    said: Plain
    lot: str | None = None


@dataclass(frozen=True, slots=True)
class EventKind:
    """A kind of event: its name, and what makes such events out of a batch."""

    name: str
    make: Callable[[Batch], Iterable[News]]


def _recorded(batch: Batch) -> Iterator[News]:
    """Every accepted fact."""
    for fact in batch.facts:
        yield News("fact.recorded", fact, "lots", tuple(Line(lot, lot) for lot in fact.lots))


def _lots_changed(batch: Batch) -> Iterator[News]:
    """Lots that were held, recalled, released or came into question; forward of what was said, too."""
    found: dict[int, list[Line]] = {}
    for change in batch.lot_changes():
        said: Plain = {"lot": change.lot, "before": list(change.before), "status": list(change.after)}
        found.setdefault(change.index, []).append(Line(said, change.lot))
    for index, lines in sorted(found.items()):
        yield News("lot.status-changed", batch.fact(index), "changes", tuple(lines))


def _marked(event: str, kind: str, subject: str, says: Sequence[str]) -> Callable[[Batch], Iterator[News]]:
    """Facts that put, or take away, marks of a kind on a subject."""

    def make(batch: Batch) -> Iterator[News]:
        for fact in batch.facts:
            put = [mark for mark in fact.postings.marks if mark.kind == kind]
            standing = {mark.subject for mark in put}
            gone = [m for m in fact.ended_postings.marks if m.kind == kind and m.subject not in standing]
            lines = [Line(_said(mark, subject, says)) for mark in put]
            # A correction that leaves nothing in the place of a mark takes it away: that is a change as well.
            lines += [Line({subject: mark.subject, "withdrawn": True}) for mark in gone]
            if lines:
                yield News(event, fact, "changes", tuple(lines))

    return make


def _reached(batch: Batch) -> Iterator[News]:
    """What a sanction, breach or revoked key reaches: every lot downstream that the listener may see."""
    for fact in batch.facts:
        marks = (*fact.postings.marks, *fact.ended_postings.marks)
        for subject in dict.fromkeys(hit for mark in marks if (hit := _hit(mark))):
            lines = [
                Line({"subject": subject, "lot": lot, "expected_grams": expected, "at_most_grams": most}, lot)
                for lot, expected, most in batch.reach(subject)
            ]
            if lines:
                yield News("blast-radius", fact, "lots", tuple(lines))


_SHAKES: Final = frozenset({"certificate-status", "member", "agreement-status", "breach", "breach-closed", "revoked"})


def _hit(mark: Mark) -> str:
    """Whom or what a mark may bring down: the land or household it names, else its own subject; "" for none."""
    if mark.kind not in _SHAKES:
        return ""
    named = (mark.value.get(name) for name in ("plot", "herd", "producer", "household"))
    return next((str(one) for one in named if one), mark.subject)


def _said(mark: Mark, subject: str, says: Sequence[str]) -> Plain:
    said: dict[str, Plain] = {subject: mark.subject, "effective_from": mark.effective_from}
    for name in says:
        value = mark.value.get(name)
        if isinstance(value, str):
            said[name] = value
    return said


EVENTS: Final[Mapping[str, EventKind]] = {
    kind.name: kind
    for kind in (
        EventKind("fact.recorded", _recorded),
        EventKind("lot.status-changed", _lots_changed),
        EventKind(
            "certificate.status-changed",
            _marked("certificate.status-changed", "certificate-status", "certificate", ("status",)),
        ),
        EventKind(
            "agreement.status-changed",
            _marked("agreement.status-changed", "agreement-status", "agreement", ("status", "breach")),
        ),
        EventKind("breach.recorded", _marked("breach.recorded", "breach", "agreement", ("breach", "severity"))),
        EventKind("blast-radius", _reached),
    )
}
"""Every kind of event there is. A new kind is a line here and a function that makes it."""


def visible(news: News, *, all_of_it: bool, lots: frozenset[str]) -> News | None:
    """The event as a party may hear it: all of it, or only the lines about lots that are or were in its hands."""
    if all_of_it:
        return news
    lines = tuple(line for line in news.lines if line.lot in lots)
    return replace(news, lines=lines) if lines else None


def bodies(news: News, *, origin: str, size: int) -> Iterator[dict[str, Plain]]:
    """The body of an event, in parts where its list is long; `id` and `webhook` are filled in per subscriber."""
    envelope = news.fact.statement.envelope
    fact: dict[str, Plain] = {
        "id": envelope.id,
        "type": news.fact.statement.type,
        "digest": news.fact.statement.digest,
        "by": envelope.by,
    }
    if envelope.on_behalf_of is not None:
        fact["for"] = envelope.on_behalf_of
    parts = max(1, -(-len(news.lines) // MOST_LINES))
    for part in range(parts):
        lines = news.lines[part * MOST_LINES : (part + 1) * MOST_LINES]
        yield {
            "event": news.event,
            "log": origin,
            "index": news.fact.index,
            "recorded_at": news.fact.recorded_at,
            "size": size,
            "fact": fact,
            **({news.name: [line.said for line in lines]} if news.name else {}),
            **({"part": part + 1, "parts": parts} if parts > 1 else {}),
        }
