"""Whether a producer's agreement or certificate was valid on the days that decide: harvest days and delivery day.

Each answer names its reason, because a buyer who reads "not valid" has a right to know why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from ledger.state import Standing

Word = Literal["valid", "not-valid", "partly", "unknown"]


class Terms(NamedTuple):
    """What was said at the birth of an agreement or certificate."""

    id: str
    value: Mapping[str, object]

    @property
    def valid_from(self) -> str:
        """First day of validity."""
        return str(self.value.get("valid_from", ""))

    @property
    def valid_to(self) -> str:
        """Last day of validity, or "" where it has none."""
        return str(self.value.get("valid_to", ""))

    def reason(self, day: str) -> str | None:
        """Why the terms themselves do not hold on a day, or None where they do."""
        if day < self.valid_from:
            return "not-yet-valid"
        if self.valid_to and day > self.valid_to:
            return "expired"
        return None


class Membership(NamedTuple):
    """A producer's place in an agreement or on a certificate: changes in order of their effect, and the land listed."""

    terms: Terms
    signatory: str
    changes: tuple[tuple[str, str], ...]
    plots: frozenset[str]
    season: str = ""

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
        if status not in ("joined", "listed"):
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


def verdict(membership: Membership, grown: str, harvested_from: str, harvested_to: str, delivered_on: str) -> Verdict:
    """Judge one membership on the days of one delivery."""
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


def agreements_of(
    signatories: Sequence[str], marks: Mapping[str, Iterable[Standing]], terms: Mapping[str, Terms]
) -> list[Membership]:
    """Every agreement that the producer, its household or its community joined, the narrower one first."""
    found: list[Membership] = []
    for signatory in signatories:
        by_agreement: dict[str, list[tuple[str, str]]] = {}
        for mark in marks.get(signatory, ()):
            if mark.kind == "agreement":
                word = "joined" if mark.value.get("joined") else "left"
                by_agreement.setdefault(str(mark.value["agreement"]), []).append((mark.effective_from, word))
        found.extend(
            Membership(terms[agreement], signatory, tuple(sorted(changes)), frozenset())
            for agreement, changes in by_agreement.items()
            if agreement in terms
        )
    return found


def certificates_of(
    producer: str, commodity: str, marks: Mapping[str, Iterable[Standing]], terms: Mapping[str, Terms]
) -> list[Membership]:
    """Every certificate for this commodity that lists the producer, with the changes of its status."""
    changes: dict[str, list[tuple[str, str]]] = {}
    plots: dict[str, frozenset[str]] = {}
    for mark in marks.get(producer, ()):
        if mark.kind == "member":
            certificate = str(mark.value["certificate"])
            changes.setdefault(certificate, []).append((mark.effective_from, str(mark.value["status"])))
            listed = mark.value.get("plots")
            plots[certificate] = frozenset(listed if isinstance(listed, list) else ())
    return [
        Membership(terms[certificate], producer, tuple(sorted(rows)), plots[certificate])
        for certificate, rows in changes.items()
        if certificate in terms and _covers_commodity(terms[certificate], commodity)
    ]


def _covers_commodity(terms: Terms, commodity: str) -> bool:
    products = terms.value.get("products")
    return isinstance(products, list) and any(product.get("commodity") == commodity for product in products)
