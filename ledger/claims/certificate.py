"""One certificate as the marks tell it: whose it is, what it covers, and why it lapses on a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, cast

from ledger.claims.calendar import days_later
from ledger.claims.evidence import Marks
from ledger.claims.reasons import Effect, Reason
from ledger.packs.scheme import MODELS, Lapse, Model
from ledger.state import Standing

CertificateLapse = Lapse | Literal["not-yet-valid"]
_NO_END = "9999-12-31"
_ENDING: Mapping[str, Lapse] = {"suspended": "suspended", "withdrawn": "withdrawn", "surrendered": "surrendered"}


class Unit(NamedTuple):
    """A site inside the certificate; without a facility every site of the party is meant."""

    party: str
    facility: str
    activities: tuple[str, ...]


class Period(NamedTuple):
    """Days of validity, both included, and the fact that states them."""

    first: str
    last: str
    at_index: int


class Release(NamedTuple):
    """What the body freed: days (both included), everybody's or only those of some members; lots are marked apart."""

    first: str
    last: str
    producers: frozenset[str]
    lots: frozenset[str]

    def covers(self, day: str) -> bool:
        """Whether the day is among those freed."""
        return self.first <= day <= self.last


class Look(NamedTuple):
    """What a party found of the certificate in a public register on a day."""

    day: str
    at_index: int
    register: str
    result: str
    by: str


class Lapsed(NamedTuple):
    """Why a certificate does not hold on a day, and the fact that says so (None where it rests on nothing said)."""

    lapse: CertificateLapse
    at_index: int | None


@dataclass(frozen=True, slots=True)
class CertificateRead:
    """A certificate read from its marks; build it with `read_certificate`."""

    thing: str
    at_index: int
    scheme: str
    number: str
    holder: str
    body: str
    sellers: tuple[str, ...]
    units: tuple[Unit, ...]
    products: tuple[tuple[str, str], ...]
    models: tuple[Model, ...]
    periods: tuple[Period, ...]
    statuses: tuple[tuple[str, int, str], ...]
    releases: tuple[Release, ...]
    is_confirmed: bool
    checks: tuple[Look, ...]

    @property
    def parties(self) -> frozenset[str]:
        """Holder, sellers and the parties of all units."""
        return frozenset((self.holder, *self.sellers, *(unit.party for unit in self.units)))

    def lapses(self, day: str) -> tuple[Lapsed, ...]:
        """Everything that keeps the certificate from holding on the day; empty where it holds.

        A period the body freed as a whole has none: whatever was wrong then, somebody with the say looked at it.
        """
        if any(release.covers(day) and not release.producers and not release.lots for release in self.releases):
            return ()
        found: list[Lapsed] = []
        standing = [row for row in self.statuses if row[0] <= day]
        if standing and standing[-1][2] in _ENDING:
            found.append(Lapsed(_ENDING[standing[-1][2]], standing[-1][1]))
        if not any(period.first <= day <= period.last for period in self.periods):
            found.append(self._outside(day))
        return tuple(found)

    def _outside(self, day: str) -> Lapsed:
        before = [period for period in self.periods if period.last < day]
        after = [period for period in self.periods if period.first > day]
        if before and after:
            return Lapsed("gap", after[0].at_index)
        return Lapsed("expired", before[-1].at_index) if before else Lapsed("not-yet-valid", self.at_index)

    def covers_commodity(self, commodity: str) -> bool:
        """Whether any form of the commodity is in scope: raw material may be delivered before it is the named form."""
        return any(commodity == named for named, _ in self.products)

    def allows(self, model: str) -> bool:
        """Whether goods under the certificate may go under a model: one it names, or one that asks less (ISO 22095)."""
        return model in MODELS and any(named in MODELS[: MODELS.index(model) + 1] for named in self.models)

    def frees(self, producer: str, day: str) -> bool:
        """Whether the body freed this member for the day."""
        return any(producer in release.producers and release.covers(day) for release in self.releases)

    def contradiction(self, on: str) -> Reason | None:
        """What a public register said against it by a day ("" = ever); only a later look that agrees lifts it.

        A register that did not show it says neither, and nobody lifts by an own look what somebody else found.
        """
        own = {self.holder, *self.sellers}
        against: list[Look] = []
        for look in self.checks:
            if on and look.day > on:
                break
            if look.result == "contradicts":
                against.append(look)
            elif look.result == "agrees":
                against = [
                    said
                    for said in against
                    if said.register != look.register or (look.by in own and look.by != said.by)
                ]
        if not against:
            return None
        return Reason("registry-contradicts", "held", self.thing, against[-1].day, against[-1].at_index)

    def last_look(self, on: str) -> Look | None:
        """The latest look anybody took by a day, whatever it showed; None where nobody has looked."""
        return next((look for look in reversed(self.checks) if look.day <= on), None)

    def changes(self) -> Iterator[str]:
        """Every day from which something about it may be different."""
        for first, last, _ in self.periods:
            yield from (first, days_later(last))
        for effective_from, _, _ in self.statuses:
            yield effective_from
        for release in self.releases:
            yield from (release.first, days_later(release.last))


def effect_of(ruling: str) -> Effect:
    """What a pack's word does to a claim: carried is only noted, and a word nobody foresaw holds."""
    return "note" if ruling == "carried" else "not-carried" if ruling == "not-carried" else "held"


def read_certificate(thing: str, marks: Marks) -> CertificateRead | None:
    """A certificate from its marks, or None where no standing fact bore one under this id."""
    rows = marks.get(thing, ())
    born = next((mark for mark in reversed(rows) if mark.kind == "born"), None)
    if born is None or born.value.get("thing") != "certificate":
        return None
    value = born.value
    return CertificateRead(
        thing=thing,
        at_index=born.index,
        scheme=str(value.get("scheme", "")),
        number=str(value.get("number", "")),
        holder=str(value.get("holder", "")),
        body=str(value.get("body", "")),
        sellers=words(value.get("sellers")),
        units=tuple(
            Unit(str(row.get("party", "")), str(row.get("facility") or ""), words(row.get("activities")))
            for row in _tables(value.get("units"))
        ),
        products=tuple(
            (str(row.get("commodity", "")), str(row.get("form") or "")) for row in _tables(value.get("products"))
        ),
        models=cast("tuple[Model, ...]", words(value.get("models"))),
        periods=_periods(born, rows),
        is_confirmed=_is_confirmed(born, marks),
        statuses=tuple(
            sorted(
                (mark.effective_from, mark.index, str(mark.value["status"]))
                for mark in rows
                if mark.kind == "certificate-status"
            )
        ),
        releases=tuple(_release(mark) for mark in rows if mark.kind == "release"),
        checks=tuple(sorted(_look(mark) for mark in rows if mark.kind == "registry")),
    )


def _is_confirmed(born: Standing, marks: Marks) -> bool:
    """Whether the body stated the certificate itself or put its name to what somebody else recorded."""
    body = born.value.get("body")
    endorsed = marks.get(str(born.value.get("statement", "")), ())
    return born.value.get("party") == body or any(m.kind == "endorsed" and m.value.get("by") == body for m in endorsed)


def certificate_lapse(certificate: str, day: str, marks: Marks) -> tuple[CertificateLapse | None, int | None]:
    """Why a certificate does not hold on a day, with the index of the fact that says so; (None, None) where it holds.

    A status (suspended, withdrawn, surrendered) is named before the end of a period. A certificate nobody recorded
    is not valid yet.
    """
    read = read_certificate(certificate, marks)
    if read is None:
        return "not-yet-valid", None
    found = read.lapses(day)
    return (found[0].lapse, found[0].at_index) if found else (None, None)


def _periods(born: Standing, rows: Sequence[Standing]) -> tuple[Period, ...]:
    """The days of validity, in order. An extension without a first day runs on from the last end there is."""
    found = [Period(str(born.value.get("valid_from", "")), str(born.value.get("valid_to") or _NO_END), born.index)]
    for mark in rows:
        if mark.kind != "extended":
            continue
        last = str(mark.value["valid_to"])
        begins = mark.value.get("valid_from")
        if begins is not None:
            found.append(Period(str(begins), last, mark.index))
        else:
            place = max(range(len(found)), key=lambda i: found[i].last)
            if last > found[place].last:
                found[place] = Period(found[place].first, last, mark.index)
    return tuple(sorted(found))


def _look(mark: Standing) -> Look:
    value = mark.value
    found_by = str(value.get("checked_by", ""))
    return Look(mark.effective_from, mark.index, str(value["register"]), str(value["result"]), found_by)


def _release(mark: Standing) -> Release:
    value = mark.value
    return Release(
        str(value.get("from", "0001-01-01")),
        str(value.get("to", _NO_END)),
        frozenset(words(value.get("producers"))),
        frozenset(words(value.get("lots"))),
    )


def words(value: object) -> tuple[str, ...]:
    """A list of the books as texts; empty where there is none."""
    return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()


def _tables(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, list | tuple):
        for item in value:
            if isinstance(item, Mapping):
                yield item
