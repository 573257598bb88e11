"""Looking with somebody's eyes: what is its own, or what a grant opens, and every look through a grant is in the log.

The node states `access.used` before it answers, with the SHA-256 of the answer. The rules judge that fact by the log's
own clock: where the grant has ended, run out or does not open this way of looking, there is no fact and no answer. What
lies outside is refused in the same words as what does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any, Final, NamedTuple

from ledger.audit.fieldwork.answers import Answer, written
from ledger.audit.fieldwork.audits import AuditLine, AuditView, FindingLine, all_findings, audit_view, audits
from ledger.audit.fieldwork.drills import FOLLOWED, trace_back, trace_forward
from ledger.audit.fieldwork.grants import Grant, Used, grant_of, grants_on, grants_to, uses_of
from ledger.audit.fieldwork.mass_balance import mass_balance, whose
from ledger.audit.fieldwork.period import Period
from ledger.audit.fieldwork.population import Weighting, population
from ledger.audit.fieldwork.samples import SampleCheck, audit_of_sample, check_sample
from ledger.audit.fieldwork.sampling import population_digest
from ledger.audit.fieldwork.window import EVERYTHING, Window, births
from ledger.book import Ledger
from ledger.errors import NotFoundError, Problem, RefusedError
from ledger.facts.audits import Drawn, Look
from ledger.queries import FactRecord
from ledger.rules import Packs
from ledger.store.books import Books

_SEES_ALL: Final = ("operator", "registrar")

Question = Callable[[Books, Packs, Window, Grant | None], object]
"""Answers out of the books as far as a window lets; raises NotFoundError where it lets nothing be seen."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One look: in which way, and about what; this is what `access.used` says of it."""

    look: Look
    about: str | None = None
    statement: str | None = None
    period: Period | None = None


class Drawable(NamedTuple):
    """A population as asked for."""

    party: str
    of: Drawn
    period: Period
    weighting: Weighting


@dataclass(frozen=True, slots=True)
class Viewer:
    """A party at the ledger: its own it sees as it is, others' through the grants it was given.

    `grant` names the one to look through; without it the oldest that opens what is asked. The operator and registrars
    keep the ledger and see everything.
    """

    ledger: Ledger
    party: str
    grant: str | None = None

    # ------------------------------------------------------------ looks

    def fact(self, name: str) -> Answer:
        """A fact by its id or digest, as it stands; sealed fields show digests only."""
        try:
            record = self.ledger.fact(name)
        except NotFoundError:
            raise _refused() from None
        return self._look(Asked("fact", statement=record.digest), partial(_fact, record), None)

    def trace_back(self, lot: str, *, size: int | None = None) -> Answer:
        """A lot back to its deliveries (`drills.TraceBack`)."""
        today = self.ledger.today()
        return self._look(Asked("trace-back", lot), partial(_trace_back, lot, today), size)

    def trace_forward(self, subject: str, *, size: int | None = None) -> Answer:
        """Where a delivery, producer, household, plot or herd went (`drills.TraceForward`)."""
        return self._look(Asked("trace-forward", subject), partial(_trace_forward, subject), size)

    def mass_balance(self, about: str, period: Period, *, size: int | None = None) -> Answer:
        """What a party or place had, took in, used, made, lost and sent (`mass_balance.MassBalance`)."""
        asked = Asked("mass-balance", about, period=period)
        return self._look(asked, partial(_mass_balance, about, period), size)

    def population(self, wanted: Drawable, *, size: int | None = None) -> Answer:
        """What a sample of a party is drawn from, with weights: the seed stays with whoever draws."""
        asked = Asked("population", wanted.party, period=wanted.period)
        return self._look(asked, partial(_population, wanted), size)

    # ------------------------------------------------------------ what both sides of an audit see

    def sample(self, sample: str) -> SampleCheck:
        """A sample of an audit this party is a side of, drawn again."""
        try:
            self.audit(audit_of_sample(self.ledger, sample))
            return check_sample(self.ledger, sample)
        except NotFoundError:
            raise _refused() from None

    def audits(self) -> list[AuditLine]:
        """The audits this party opened or is audited in; all, for whoever keeps the ledger."""
        with self.ledger.books_and_packs() as (books, _):
            return audits(books, self.ledger.today(), None if _keeps(books, self.party) else self.party)

    def audit(self, audit: str) -> AuditView:
        """One of them."""
        with self.ledger.books_and_packs() as (books, _):
            found = audit_view(books, audit, self.ledger.today())
            mine = found is not None and self.party in (found.line.by, *found.line.parties)
            if found is None or not (mine or _keeps(books, self.party)):
                raise _refused()
            return found

    def findings(self) -> tuple[FindingLine, ...]:
        """The findings this party recorded or that concern it; all, for whoever keeps the ledger."""
        with self.ledger.books_and_packs() as (books, _):
            return all_findings(books, None if _keeps(books, self.party) else self.party)

    def grants(self) -> list[Grant]:
        """Grants given to this party, and on what is its own, oldest first."""
        with self.ledger.books_and_packs() as (books, _):
            both = {each.grant: each for each in (*grants_to(books, self.party), *grants_on(books, [self.party]))}
        return sorted(both.values(), key=lambda each: each.index)

    def uses(self, grant: str) -> list[Used]:
        """Every look through a grant: for whoever gave it, whose it is, and who got it."""
        with self.ledger.books_and_packs() as (books, _):
            found = grant_of(books, grant)
            mine = found is not None and self.party in (found.by, found.auditor, *found.parties)
            if found is None or not (mine or _keeps(books, self.party)):
                raise _refused()
            return uses_of(books, grant)

    # ------------------------------------------------------------ the one way in

    def _look(self, asked: Asked, question: Question, size: int | None) -> Answer:
        keeps, grants = self._standing(asked.look)
        with self.ledger.books_and_packs(size) as (books, packs):
            for grant in grants:
                try:
                    window = self._window(books, grant, keeps=keeps)
                    answer = Answer(written(question(books, packs, window, grant)), books.size)
                except NotFoundError:
                    if keeps:
                        raise
                    continue
                break
            else:
                raise _refused()
        return answer if grant is None else self._recorded(replace(answer, grant=grant.grant), asked)

    def _standing(self, look: Look) -> tuple[bool, list[Grant | None]]:
        """Whether this party keeps the ledger, and through what it may look: None is its own eyes, which come first.

        Asked of the books as they stand, whatever size the question is about: a grant that has ended opens no past.
        """
        with self.ledger.books_and_packs() as (now, _):
            keeps = self.grant is None and _keeps(now, self.party)
            granted = [] if keeps else grants_to(now, self.party)
        today = self.ledger.today()
        through = [each for each in granted if self.grant in (None, each.grant) and each.opens(look, today)]
        return keeps, [*([None] if self.grant is None else []), *through]

    def _window(self, books: Books, grant: Grant | None, *, keeps: bool) -> Window:
        if grant is not None:
            return grant.window(books)
        return EVERYTHING if keeps else Window(frozenset({self.party}))

    def _recorded(self, answer: Answer, asked: Asked) -> Answer:
        """The answer, once it stands in the log that it was given."""
        body: dict[str, Any] = {
            "grant": answer.grant,
            "look": asked.look,
            "about": asked.about,
            "statement": asked.statement,
            "period_from": None if asked.period is None else asked.period.begins,
            "period_to": None if asked.period is None else asked.period.ends,
            "log_size": answer.size,
            "answer": answer.digest,
        }
        try:
            outcome = self.ledger.state_as_node("access.used/1", {n: v for n, v in body.items() if v is not None})
        except RefusedError:
            # The grant ended between the question and the answer, or the auditor's role did.
            raise _refused() from None
        return replace(answer, used=outcome.id)


# ---------------------------------------------------------------- the questions


def _fact(record: FactRecord, books: Books, packs: Packs, window: Window, grant: Grant | None) -> object:
    del books, packs
    readable = grant is None or grant.reads(record.type)
    if not readable or not window.shows(record.actor, record.at[:10]) or not _names_a_lot_of(record, window):
        raise _unseen()
    shown = {each.name: getattr(record, each.name) for each in fields(record)}
    # Under the names the rest of the API gives them.
    return {"fact" if name == "type" else name: value for name, value in shown.items()}


def _names_a_lot_of(record: FactRecord, window: Window) -> bool:
    """Through a window on some lots only facts about one of them are seen."""
    if window.lots is None:
        return True
    lots = window.lots
    return any(text in lots for text in _texts(record.envelope.get("body")))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _trace_back(lot: str, today: str, books: Books, packs: Packs, window: Window, grant: Grant | None) -> object:
    del grant
    _must_show(books, lot, ("lot",), window)
    return trace_back(books, packs, lot, today, window)


def _trace_forward(subject: str, books: Books, packs: Packs, window: Window, grant: Grant | None) -> object:
    del packs, grant
    _must_show(books, subject, FOLLOWED, window)
    return trace_forward(books, subject, window)


def _mass_balance(
    about: str, period: Period, books: Books, packs: Packs, window: Window, grant: Grant | None
) -> object:
    del grant
    if not window.balances(whose(books, about)[1], period):
        raise _unseen()
    return mass_balance(books, packs, about, period)


def _population(asked: Drawable, books: Books, packs: Packs, window: Window, grant: Grant | None) -> object:
    del packs, grant
    if not window.balances(asked.party, asked.period):
        raise _unseen()
    members = population(books, asked.party, asked.of, asked.period, asked.weighting)
    return {
        "party": asked.party,
        "population": asked.of,
        "weighting": asked.weighting,
        "period_from": asked.period.begins,
        "period_to": asked.period.ends,
        "size": books.size,
        "population_size": len(members),
        "population_digest": population_digest(members),
        "members": members,
    }


def _must_show(books: Books, thing: str, kinds: tuple[str, ...], window: Window) -> None:
    """Raise NotFoundError unless the thing stands, is of these kinds, and may be shown."""
    born = births(books, [thing]).get(thing)
    if born is None or born.kind not in kinds:
        raise _unseen(thing)
    shown = window.shows_lot(thing, born.party, born.day) if born.kind == "lot" else _shows_its_own(window, born.party)
    if not shown:
        raise _unseen(thing)


def _shows_its_own(window: Window, party: str) -> bool:
    """Producers and land have no day of their own: whoever enrolled or mapped them opens them, and not lot by lot."""
    return window.parties is None or (party in window.parties and window.lots is None)


def _keeps(books: Books, party: str) -> bool:
    """Whether a party runs the ledger or registers for it."""
    held: dict[str, bool] = {}
    for mark in books.marks([party], ("role",)).get(party, ()):
        held[str(mark.value["role"])] = bool(mark.value["granted"])
    return any(held.get(role, False) for role in _SEES_ALL)


def _unseen(thing: str = "") -> NotFoundError:
    return NotFoundError(Problem("reference-unknown", "", thing[:64]))


def _refused() -> RefusedError:
    return RefusedError(Problem("access-not-granted"))
