"""Pays families in a story, and follows a premium from the buyer to the member, to the cent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.seasons.draft import Hand
from ledger.seasons.scribe import Scribe
from ledger.seasons.stock import share
from ledger.shares import divide


@dataclass(frozen=True, slots=True)
class Payment:
    """Money for a producer: kind, amount in minor units, for which deliveries or season, and what is kept back."""

    producer: str
    kind: str
    minor: int
    currency: str
    lots: Sequence[str] = ()
    season: str | None = None
    kept: Sequence[tuple[str, int]] = ()


def pay(scribe: Scribe, hand: Hand, number: str, payment: Payment, when: datetime) -> str:
    """A producer is paid; returns the id of the payment."""
    thing = scribe.thing(f"payment/{number}")
    body = {
        "payment": thing,
        "producer": payment.producer,
        "kind": payment.kind,
        "amount": {"minor": payment.minor, "currency": payment.currency},
        "deductions": [{"kind": kind, "minor": minor} for kind, minor in payment.kept],
        "season": payment.season,
        "lots": list(payment.lots),
        "paid_on": when.date().isoformat(),
        "number": number,
    }
    scribe.state(hand, "payment.made", when, body, basis="document")
    return thing


def thank(scribe: Scribe, farmer: Hand, payment: str, when: datetime, *, premium: bool = False) -> None:
    """Whoever was paid says that the money arrived."""
    scribe.state(farmer, "premium.confirmed" if premium else "payment.confirmed", when, {"payment": payment})


@dataclass(frozen=True, slots=True)
class Premium:
    """A premium for a sale: its kind, amount in minor units, who paid it, and the kilos each producer brought."""

    sale: str
    kind: str
    minor: int
    currency: str
    payer: str
    season: str
    brought: Mapping[str, int]

    @property
    def for_members(self) -> int:
        """Six tenths are for the members, the rest for what their assembly decides."""
        return share(self.minor, 600)

    @property
    def due(self) -> Mapping[str, int]:
        """What each producer gets: by kilos, to the cent."""
        return divide(self.for_members, self.brought)


def divide_premium(scribe: Scribe, hand: Hand, premium: Premium, days: tuple[datetime, datetime]) -> str:
    """A premium comes in, and the assembly divides all of it; returns its id."""
    thing = scribe.thing(f"premium/{premium.sale}")
    received = {
        "premium": thing,
        "kind": premium.kind,
        "amount": {"minor": premium.minor, "currency": premium.currency},
        "sale": premium.sale,
        "payer": premium.payer,
        "received_on": days[0].date().isoformat(),
    }
    scribe.state(hand, "premium.received", days[0], received, basis="document")
    due, project = premium.due, share(premium.minor, 250)
    rest = premium.minor - premium.for_members - project
    shares = [
        {"producer": producer, "grams": grams, "minor": due[producer]}
        for producer, grams in sorted(premium.brought.items())
    ]
    allocated = {
        "premium": thing,
        "season": premium.season,
        "currency": premium.currency,
        "lines": [
            {"use": "member-payment", "minor": premium.for_members, "rule": "per-kilo", "producers": shares},
            {"use": "project", "minor": project, "rule": "assembly", "purpose": "school-roof"},
            {"use": "reserve", "minor": rest, "rule": "assembly"},
        ],
        "minutes": scribe.digest("minutes of the assembly"),
    }
    scribe.state(hand, "premium.allocated", days[1], allocated, basis="document")
    return thing


def pay_premium(scribe: Scribe, hand: Hand, thing: str, producer: str, amount: tuple[int, str], when: datetime) -> str:
    """A member's part of an allocated premium is paid; returns the id of the payment."""
    payment = scribe.thing(f"premium-payment/{thing}/{producer}")
    minor, currency = amount
    body = {
        "premium": thing,
        "payment": payment,
        "use": "member-payment",
        "producer": producer,
        "amount": {"minor": minor, "currency": currency},
        "paid_on": when.date().isoformat(),
    }
    scribe.state(hand, "premium.paid", when, body, basis="document")
    return payment
