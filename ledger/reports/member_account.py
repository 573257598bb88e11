"""What one programme owes one member: deliveries at the price that stands, premium shares, payments, what was repaid.

All in whole minor units. A delivery is worth payable grams at its price, rounded half up; the price is the final one
of the delivery, else of the season at the place, else the one set for the delivery, else the one agreed at the scale,
else the season's provisional one. A payment lowers what is owed by its whole amount; what was kept back of it to repay
an advance or an input credit had lowered it before, and raises it again. Other deductions (freight, contributions) are
the member's own cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from ledger.reports.report import Question
from ledger.reports.source import Source, whole, word
from ledger.state import Standing
from ledger.store import roll

REPAID: Final = ("advance", "input-credit")
"""Kinds of payments that a later payment may keep back to get paid back."""


class Worth(NamedTuple):
    """The price that stands for a delivery, by whom of the above, and the delivery's worth at it."""

    basis: str
    minor: int
    scale: int
    per_grams: int
    currency: str
    due_minor: int


UNPRICED: Final = Worth("", 0, 0, 0, "", 0)


class Delivered(NamedTuple):
    """A delivery as the scale and the receipt have it."""

    party: str
    producer: str
    lot: str
    at_index: int
    delivered_on: str
    receipt: str
    commodity: str
    form: str
    season: str
    terms: str
    gross: int
    tare: int
    net: int
    payable: int
    worth: Worth


class Paid(NamedTuple):
    """A payment to the member; `premium` is the id of the premium it is of, "" for others."""

    party: str
    producer: str
    payment: str
    at_index: int
    paid_on: str
    kind: str
    number: str
    season: str
    currency: str
    minor: int
    deductions: tuple[tuple[str, int], ...]
    premium: str
    use: str
    is_confirmed: bool

    @property
    def kept(self) -> int:
        """What was kept back of it."""
        return sum(minor for _, minor in self.deductions)


class Shared(NamedTuple):
    """A share of a premium that was set aside for the member."""

    party: str
    producer: str
    premium: str
    at_index: int
    allocated_on: str
    season: str
    use: str
    rule: str
    grams: int
    currency: str
    minor: int


class Accounts(NamedTuple):
    """All that the members' accounts of a report are made of, each in log order."""

    deliveries: tuple[Delivered, ...]
    payments: tuple[Paid, ...]
    shares: tuple[Shared, ...]


def worth(grams: int, price: Mapping[str, object], basis: str) -> Worth:
    """So many grams at a price, in minor units, rounded half up."""
    minor, scale = whole(price.get("minor")), whole(price.get("scale"))
    per = whole(price.get("per_grams")) or 1
    divisor = per * 10**scale
    due = (2 * minor * grams + divisor) // (2 * divisor)
    return Worth(basis, minor, scale, per, word(price, "currency"), due)


def accounts(source: Source, question: Question) -> Accounts:
    """Everything up to the day for the party, producer and season asked; a payment that names no season is in none."""
    deliveries = tuple(_deliveries(source, question))
    if question.producer:
        producers = {question.producer}
    else:
        producers = {each.producer for each in deliveries} | _paid_ever(source)
    marks = source.books.marks(producers, ("paid", "premium-share"))
    premiums = {word(mark.value, "premium") for rows in marks.values() for mark in rows if mark.value.get("premium")}
    holders = {thing: word(born.value, "holder") for thing, born in source.books.births(premiums).items()}
    shares = tuple(
        each
        for producer in sorted(marks)
        for each in _shares(producer, marks[producer], holders, question)
        if question.party in ("", each.party)
    )
    payments = tuple(_payments(source, marks, shares, question))
    return Accounts(
        deliveries,
        tuple(each for each in payments if question.season in ("", each.season)),
        tuple(each for each in shares if question.season in ("", each.season)),
    )


def unassigned(source: Source, question: Question) -> tuple[Paid, ...]:
    """Payments that belong to no season that is known: of a whole passbook, not of a season's."""
    if not question.season:
        return ()
    everything = Question(at=question.at, party=question.party, producer=question.producer)
    return tuple(each for each in accounts(source, everything).payments if not each.season)


def _paid_ever(source: Source) -> set[str]:
    """Producers that were ever paid or given a share, with or without a delivery."""
    found = {subject for subject, _ in roll.standing(source.books, ["paid", "premium-share"])}
    births = source.books.births(found)
    return {one for one in found if one in births and births[one].value.get("thing") == "producer"}


def _deliveries(source: Source, question: Question) -> Iterator[Delivered]:
    about = {"how": "harvested"} | ({"season": question.season} if question.season else {})
    births = {
        lot: born
        for lot, born in roll.born(source.books, "lot", **about).items()
        if born.effective_from <= question.at and question.producer in ("", _producer(born))
    }
    actors = source.books.actors_at({born.index for born in births.values()})
    wanted = {lot: born for lot, born in births.items() if question.party in ("", actors[born.index])}
    bodies = roll.bodies(source.books, {born.index for born in wanted.values()})
    places = {word(born.value, "facility") for born in wanted.values()}
    prices = source.books.marks({*wanted, *places}, ("price",))
    for lot, born in wanted.items():
        value, body = born.value, bodies.get(born.index, {})
        net = whole(value.get("grams"))
        payable = value.get("payable_grams")
        grams = payable if isinstance(payable, int) else net
        terms = word(body, "terms") or "purchase"
        found = _priced(born, prices, lot, grams, question.at) if terms == "purchase" else UNPRICED
        yield Delivered(
            actors[born.index],
            _producer(born),
            lot,
            born.index,
            born.effective_from,
            word(value, "receipt"),
            word(value, "commodity"),
            word(value, "form"),
            word(value, "season"),
            terms,
            # Of a statement whose text was withheld the books keep the net weight alone.
            whole(body.get("gross")) or net,
            whole(body.get("tare")),
            net,
            grams,
            found,
        )


def _producer(born: Standing) -> str:
    origins = born.value.get("origins")
    return str(origins[0][0] or "") if isinstance(origins, list) and origins else ""


def _priced(born: Standing, prices: Mapping[str, Sequence[Standing]], lot: str, grams: int, day: str) -> Worth:
    value = born.value
    product = tuple(value.get(name) for name in ("commodity", "form", "season"))
    own = [mark for mark in prices.get(lot, ()) if mark.effective_from <= day]
    season = [
        mark
        for mark in prices.get(word(value, "facility"), ())
        if mark.effective_from <= day
        and tuple(mark.value.get(name) for name in ("commodity", "form", "season")) == product
    ]
    # A provisional price of the season is that of the day of delivery; the final one is for all of it.
    before = [mark for mark in season if mark.effective_from <= born.effective_from]
    agreed = value.get("price")
    choices = (
        ("final", _last(own, "final")),
        ("season-final", _last(season, "final")),
        ("provisional", _last(own, "provisional")),
        ("scale", agreed if isinstance(agreed, Mapping) else None),
        ("season-provisional", _last(before, "provisional")),
    )
    return next((worth(grams, price, basis) for basis, price in choices if price is not None), UNPRICED)


def _last(marks: Sequence[Standing], kind: str) -> Mapping[str, object] | None:
    said = sorted(
        (mark for mark in marks if mark.value.get("kind") == kind), key=lambda each: (each.effective_from, each.index)
    )
    price = said[-1].value.get("price") if said else None
    return price if isinstance(price, Mapping) else None


def _shares(
    producer: str, marks: Sequence[Standing], holders: Mapping[str, str], question: Question
) -> Iterator[Shared]:
    for mark in marks:
        if mark.kind == "premium-share" and mark.effective_from <= question.at:
            value = mark.value
            premium = word(value, "premium")
            yield Shared(
                holders.get(premium, ""),
                producer,
                premium,
                mark.index,
                mark.effective_from,
                word(value, "season"),
                word(value, "use"),
                word(value, "rule"),
                whole(value.get("grams")),
                word(value, "currency"),
                whole(value.get("minor")),
            )


def _payments(
    source: Source, marks: Mapping[str, Sequence[Standing]], shares: Sequence[Shared], question: Question
) -> Iterator[Paid]:
    paid = [
        (producer, mark)
        for producer in sorted(marks)
        for mark in marks[producer]
        if mark.kind == "paid" and mark.effective_from <= question.at
    ]
    confirmed = source.books.marks({word(mark.value, "payment") for _, mark in paid}, ("confirmed",))
    lots = source.books.births({lot for _, mark in paid for lot in _names(mark.value.get("lots"))})
    seasons: dict[tuple[str, str], set[str]] = {}
    for share in shares:
        seasons.setdefault((share.producer, share.premium), set()).add(share.season)
    for producer, mark in paid:
        value = mark.value
        if question.party not in ("", value.get("payer")):
            continue
        named = {word(lots[lot].value, "season") for lot in _names(value.get("lots")) if lot in lots}
        named |= seasons.get((producer, word(value, "premium")), set())
        deductions = value.get("deductions")
        payment = word(value, "payment")
        yield Paid(
            word(value, "payer"),
            producer,
            payment,
            mark.index,
            mark.effective_from,
            word(value, "kind"),
            word(value, "number"),
            word(value, "season") or (next(iter(named)) if len(named) == 1 else ""),
            word(value, "currency"),
            whole(value.get("minor")),
            tuple((str(d["kind"]), whole(d["minor"])) for d in deductions) if isinstance(deductions, list) else (),
            word(value, "premium"),
            word(value, "use"),
            payment in confirmed,
        )


def _names(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []
