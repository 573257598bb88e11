"""Whether a producer's agreement or certificate was valid on the days that decide: harvest days and delivery day.

Each answer names its reason, because a buyer who reads "not valid" has a right to know why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from ledger.state import Standing

Word = Literal["valid", "not-valid", "partly", "unknown"]


class Terms(NamedTuple):
    """What was said at the birth of an agreement or certificate; `valid_to` is "" where it has no end."""

    id: str
    value: Mapping[str, object]
    valid_from: str
    valid_to: str

    @classmethod
    def of(cls, thing: str, value: Mapping[str, object]) -> Terms:
        """Take the days of validity out of what was said."""
        return cls(thing, value, str(value.get("valid_from", "")), str(value.get("valid_to", "")))

    def reason(self, day: str) -> str | None:
        """Why the terms themselves do not hold on a day, or None where they do."""
        if day < self.valid_from:
            return "not-yet-valid"
        if self.valid_to and day > self.valid_to:
            return "expired"
        return None


_IN = ("joined", "listed")


class Membership(NamedTuple):
    """A producer's place in an agreement or on a certificate: changes in order of their effect, and the land listed."""

    terms: Terms
    signatory: str
    changes: tuple[tuple[str, str], ...]
    plots: frozenset[str]
    season: str = ""

    def covers_all(self, first: str, last: str, grown: str) -> bool:
        """Whether it plainly covers every day from first to last: nothing ends and nothing changes in between."""
        terms = self.terms
        changed_on, word = self.changes[-1]
        return (
            word in _IN
            and changed_on <= first
            and terms.valid_from <= first
            and (not terms.valid_to or last <= terms.valid_to)
            and (not self.plots or not grown or grown in self.plots)
        )

    def reason(self, day: str, grown: str) -> str | None:
        """Why the membership does not cover this land on a day, or None where it does."""
        if (why := self.terms.reason(day)) is not None:
            return why
        status = ""
        for effective_from, word in self.changes:
            if effective_from <= day:
                status = word
        if not status:
            return "joined-later"
        if status not in _IN:
            return status
        if self.plots and grown and grown not in self.plots:
            return "plot-not-listed"
        return None


class Verdict(NamedTuple):
    """The answer for the harvest days and the delivery day, with reasons."""

    harvest_days: Word
    delivery_day: Word
    reasons: tuple[str, ...]

    @property
    def covers(self) -> bool:
        """Whether every day that decides is covered (unknown harvest days lean on the delivery day)."""
        return self.delivery_day == "valid" and self.harvest_days in ("valid", "unknown")


_COVERED = Verdict("valid", "valid", ())


def verdict(membership: Membership, grown: str, harvested_from: str, harvested_to: str, delivered_on: str) -> Verdict:
    """Judge one membership on the days of one delivery."""
    if harvested_from and membership.covers_all(harvested_from, max(harvested_to, delivered_on), grown):
        return _COVERED
    reasons: list[str] = []
    on_delivery = membership.reason(delivered_on, grown)
    if on_delivery is not None:
        reasons.append(on_delivery)
    if not harvested_from:
        reasons.append("harvest-days-unknown")
        return Verdict("unknown", "valid" if on_delivery is None else "not-valid", tuple(dict.fromkeys(reasons)))
    days = _days_that_matter(membership, harvested_from, harvested_to or harvested_from)
    answers = [membership.reason(day, grown) for day in days]
    reasons += [why for why in answers if why is not None]
    bad = sum(why is not None for why in answers)
    word: Word = "valid" if bad == 0 else "not-valid" if bad == len(answers) else "partly"
    return Verdict(word, "valid" if on_delivery is None else "not-valid", tuple(dict.fromkeys(reasons)))


def _days_that_matter(membership: Membership, first: str, last: str) -> list[str]:
    """The ends of the harvest and every day within it on which something changes: between those nothing does."""
    days = {first, last}
    terms = membership.terms
    days.update(effective for effective, _ in membership.changes if first <= effective <= last)
    if first <= terms.valid_from <= last:
        days.add(terms.valid_from)
    # Validity that ends within the harvest shows on its last day.
    return sorted(days)


class Standings(NamedTuple):
    """What the marks on one signatory say, read in one pass: birth, household, and every membership's changes."""

    birth: Mapping[str, object]
    household: str
    agreements: Mapping[str, tuple[tuple[str, str], ...]]
    certificates: Mapping[str, tuple[tuple[str, str], ...]]
    plots: Mapping[str, frozenset[str]]


NOTHING = Standings({}, "", {}, {}, {})


def standings(marks: Iterable[Standing]) -> Standings:
    """Read the marks of a producer, household or community, oldest first."""
    birth: Mapping[str, object] = {}
    household = ""
    agreements: dict[str, list[tuple[str, str]]] = {}
    certificates: dict[str, list[tuple[str, str]]] = {}
    plots: dict[str, frozenset[str]] = {}
    for mark in marks:
        value = mark.value
        if mark.kind == "born":
            birth = value
        elif mark.kind == "household":
            household = str(value["household"]) if value["member"] else ""
        elif mark.kind == "agreement":
            word = "joined" if value.get("joined") else "left"
            agreements.setdefault(str(value["agreement"]), []).append((mark.effective_from, word))
        elif mark.kind == "member":
            certificate = str(value["certificate"])
            certificates.setdefault(certificate, []).append((mark.effective_from, str(value["status"])))
            listed = value.get("plots")
            plots[certificate] = frozenset(listed if isinstance(listed, list) else ())
    return Standings(
        birth,
        household,
        {thing: tuple(sorted(changes)) for thing, changes in agreements.items()},
        {thing: tuple(sorted(changes)) for thing, changes in certificates.items()},
        plots,
    )


def agreements_of(
    signatories: Sequence[str], found: Mapping[str, Standings], terms: Mapping[str, Terms]
) -> list[Membership]:
    """Every agreement that the producer, its household or its community joined, the narrower one first."""
    return [
        Membership(terms[agreement], signatory, changes, frozenset())
        for signatory in signatories
        for agreement, changes in found.get(signatory, NOTHING).agreements.items()
        if agreement in terms
    ]


def certificates_of(producer: str, found: Mapping[str, Standings], terms: Mapping[str, Terms]) -> list[Membership]:
    """Every certificate among `terms` that lists the producer, with the changes of its status."""
    standing = found.get(producer, NOTHING)
    return [
        Membership(terms[certificate], producer, changes, standing.plots[certificate])
        for certificate, changes in standing.certificates.items()
        if certificate in terms
    ]


def covers_commodity(terms: Terms, commodity: str) -> bool:
    """Whether a certificate is for this commodity."""
    products = terms.value.get("products")
    return isinstance(products, list) and any(product.get("commodity") == commodity for product in products)
