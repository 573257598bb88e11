"""One agreement as the marks on it tell it: its terms, statuses, breaches and monitorings, each by what it concerns.

Read once, asked for many households: everything that names a household or land lies under that name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ledger.claims.evidence import Marks
from ledger.state import Standing

WHOLE = ""
"""Under this key stands what concerns the agreement as a whole."""


class Term(NamedTuple):
    """A stretch of days on which the agreement binds; `valid_to` is "" where it has no end.

    `endorsed`: every authority named on the agreement stated or countersigned it.
    """

    valid_from: str
    valid_to: str
    endorsed: bool
    at_index: int

    def covers(self, day: str) -> bool:
        """Whether the term runs on a day."""
        return self.valid_from <= day and (not self.valid_to or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Breach:
    """A breach as it stands after everything that was decided about it; `cured_from` is "" while it is not cured."""

    id: str
    commitment: str
    attributed_to: str
    window_from: str
    monitoring: str
    at_index: int
    cured_from: str = ""
    dismissed: bool = False

    def counts_on(self, day: str) -> bool:
        """From the first day of its window until cured; a dismissed one on no day."""
        return not self.dismissed and self.window_from <= day and (not self.cured_from or day < self.cured_from)


class Monitoring(NamedTuple):
    """What somebody found on a day, by commitment; from `covers_from` on it speaks for earlier days too ("" = none)."""

    id: str
    kind: str
    day: str
    assessed: Mapping[str, str]
    at_index: int
    covers_from: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement with everything said of it. Statuses are in order of effect, terms in order of their first day.

    Breaches, statuses and monitorings stand under the id of the plot or herd they name, else of the household, else
    of the producer, else under `WHOLE`.
    """

    id: str
    framework: str
    level: str
    parent: str
    areas: tuple[str, ...]
    critical: Mapping[str, bool]
    cascades: frozenset[str]
    at_index: int
    terms: tuple[Term, ...]
    statuses: Mapping[str, tuple[Standing, ...]] = field(default_factory=dict)
    breaches: Mapping[str, tuple[Breach, ...]] = field(default_factory=dict)
    monitorings: Mapping[str, tuple[Monitoring, ...]] = field(default_factory=dict)
    successions: tuple[Standing, ...] = ()

    def status_on(self, key: str, day: str) -> Standing | None:
        """The status in force on a day under one key: the last to take effect, and of one day the last stated."""
        return last_on(self.statuses.get(key, ()), day)

    def term_on(self, day: str) -> Term | None:
        """The term that runs on a day; of several the one that began last."""
        return next((term for term in reversed(self.terms) if term.covers(day)), None)

    def successor_on(self, day: str) -> Standing | None:
        """What has taken its place by a day."""
        return last_on(self.successions, day)


def last_on(timeline: Iterable[Standing], day: str) -> Standing | None:
    """The last of a timeline in order of effect that has taken effect by a day."""
    found = None
    for mark in timeline:
        if mark.effective_from > day:
            break
        found = mark
    return found


def in_order(marks: Iterable[Standing]) -> tuple[Standing, ...]:
    """Marks in the order in which they take effect; back-dated ones simply sort in."""
    return tuple(sorted(marks, key=lambda mark: (mark.effective_from, mark.index)))


def text(value: Mapping[str, object], name: str) -> str:
    """A word of a mark, "" where it was not said."""
    return str(value.get(name) or "")


def words(value: Mapping[str, object], name: str) -> tuple[str, ...]:
    """A list of words of a mark."""
    found = value.get(name)
    return tuple(str(item) for item in found) if isinstance(found, list | tuple) else ()


def read_agreement(agreement: str, marks: Marks) -> Agreement | None:
    """What the marks say of an agreement; None where no standing fact bore it."""
    rows = marks.get(agreement, ())
    birth = next((mark for mark in reversed(rows) if mark.kind == "born"), None)
    if birth is None or birth.value.get("thing") != "agreement":
        return None
    value = birth.value
    commitments = value.get("commitments")
    return Agreement(
        id=agreement,
        framework=text(value, "framework"),
        level=text(value, "level"),
        parent=text(value, "parent"),
        areas=words(value, "areas"),
        critical={
            str(each["code"]): bool(each["critical"])
            for each in (commitments if isinstance(commitments, list | tuple) else ())
        },
        cascades=frozenset(words(value, "cascades")),
        at_index=birth.index,
        terms=_terms(birth, rows, marks),
        statuses={key: in_order(found) for key, found in _by_key(rows, "agreement-status").items()},
        breaches=_breaches(rows),
        monitorings={
            key: tuple(_monitoring(mark) for mark in in_order(found))
            for key, found in _by_key(rows, "monitored").items()
        },
        successions=in_order(mark for mark in rows if mark.kind == "superseded"),
    )


def _concerns(value: Mapping[str, object]) -> str:
    """The narrowest thing a mark names: land, else household, else producer, else the whole."""
    return next((text(value, name) for name in ("plot", "herd", "household", "producer") if value.get(name)), WHOLE)


def _by_key(rows: Iterable[Standing], kind: str) -> dict[str, list[Standing]]:
    found: dict[str, list[Standing]] = {}
    for mark in rows:
        if mark.kind == kind:
            found.setdefault(_concerns(mark.value), []).append(mark)
    return found


def _terms(birth: Standing, rows: Iterable[Standing], marks: Marks) -> tuple[Term, ...]:
    institutions = birth.value.get("institutions")
    authorities = {
        str(each["party"])
        for each in (institutions if isinstance(institutions, list | tuple) else ())
        if each["role"] == "authority"
    }
    terms = [_term(birth, authorities, marks)]
    for mark in rows:
        if mark.kind == "renewed":
            terms.append(_term(mark, authorities, marks))
        elif mark.kind == "extended":
            # The running term is the one that ends last; an extension never makes it shorter.
            place = max(range(len(terms)), key=lambda i: terms[i].valid_to or "9999-12-31")
            term, until = terms[place], text(mark.value, "valid_to")
            if term.valid_to and until > term.valid_to:
                terms[place] = term._replace(valid_to=until)
    return tuple(sorted(terms, key=lambda term: (term.valid_from, term.at_index)))


def _term(mark: Standing, authorities: set[str], marks: Marks) -> Term:
    value = mark.value
    agreed = {text(value, "party")} | {
        text(endorsed.value, "by")
        for endorsed in marks.get(text(value, "statement"), ())
        if endorsed.kind == "endorsed" and endorsed.value.get("role") == "agreement"
    }
    return Term(text(value, "valid_from"), text(value, "valid_to"), authorities <= agreed, mark.index)


def _breaches(rows: Iterable[Standing]) -> dict[str, tuple[Breach, ...]]:
    found: dict[str, Breach] = {}
    keys: dict[str, str] = {}
    closings = []
    for mark in rows:
        value = mark.value
        if mark.kind == "breach":
            breach = text(value, "breach")
            keys[breach] = _concerns(value)
            found[breach] = Breach(
                id=breach,
                commitment=text(value, "commitment"),
                attributed_to=text(value, "attributed_to"),
                window_from=text(value, "window_from") or mark.effective_from,
                monitoring=text(value, "monitoring"),
                at_index=mark.index,
            )
        elif mark.kind == "breach-closed":
            closings.append(mark)
    # What is decided later counts, whatever day it names: a dismissal or new attribution holds for the whole breach.
    for mark in closings:
        breach, outcome = text(mark.value, "breach"), text(mark.value, "outcome")
        if breach not in found:
            continue
        was = found[breach]
        if outcome == "cured":
            found[breach] = replace(was, cured_from=mark.effective_from)
        elif outcome == "dismissed":
            found[breach] = replace(was, dismissed=True)
        else:
            whose = text(mark.value, "attributed_to") or was.attributed_to
            found[breach] = replace(was, attributed_to=whose, dismissed=False)
    by_key: dict[str, list[Breach]] = {}
    for breach, judged in found.items():
        by_key.setdefault(keys[breach], []).append(judged)
    return {key: tuple(each) for key, each in by_key.items()}


def _monitoring(mark: Standing) -> Monitoring:
    value = mark.value
    assessed = value.get("assessed")
    return Monitoring(
        id=text(value, "monitoring"),
        kind=text(value, "kind"),
        day=mark.effective_from,
        assessed={str(k): str(v) for k, v in assessed.items()} if isinstance(assessed, Mapping) else {},
        at_index=mark.index,
        covers_from=text(value, "covers_from"),
    )
