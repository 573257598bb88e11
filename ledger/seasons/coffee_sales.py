"""Sells the coffee: contracts by what is kept apart, claims that are carried, money for families, and a premium."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from ledger.seasons.agreements import FAIR_TRADE, ORGANIC
from ledger.seasons.calendar import at, day, later
from ledger.seasons.coffee_enrolment import GOODS, Cast, Enrolled
from ledger.seasons.money import Payment, Premium, divide_premium, pay, pay_premium, thank
from ledger.seasons.scribe import Scribe
from ledger.seasons.stock import Held, Store
from ledger.seasons.story import Attempt
from ledger.seasons.trade import EVIDENCED, Claims, Deal, Sold, attempt, certified, kept, sell, sign_contract

FOREST, ORGANIC_ONLY, ORDINARY = "forest", "organic", "ordinary"
STREAMS = (FOREST, ORGANIC_ONLY, ORDINARY)
"""What is kept apart: certified under a running agreement, certified, and everything else."""

GREEN = ("coffee", "green")
WINDOW = (day(5, 1), date(2026, 12, 31))
_TERMS = {FOREST: ("NA-2026-F", 655), ORGANIC_ONLY: ("NA-2026-O", 640), ORDINARY: ("NA-2026-C", 540)}
"""Number of the contract and US cents for a kilogram."""

PREMIUM_CENTS = 44
"""US cents for a kilogram of green coffee, about 20 cents for a pound."""

ADVANCE, SETTLEMENT = 520, 310
"""Céntimos of a sol for a kilogram of parchment."""


@dataclass
class Sales:
    """What was sold to the buyer overseas, container by container, and what the families with a telephone were paid."""

    scribe: Scribe
    cast: Cast
    enrolled: Enrolled
    store: Store
    sold: list[tuple[str, Held, str, datetime]] = field(default_factory=list)
    brought: dict[str, int] = field(default_factory=dict)

    def container(self, stream: str, bags: Held, when: datetime) -> None:
        """A container is sold with the claims it carries."""
        line = Sold(bags, self._claims(stream))
        sale = sell(self.scribe, self._deal(stream), f"container/{len(self.sold)}", [line], when)
        self.sold.append((stream, bags, sale, when))

    def seconds(self, lots: Sequence[Held], when: datetime) -> None:
        """The second grade is sold in town, and nothing is claimed."""
        deal = Deal(
            "LOCAL-2026", self.cast.cooperative.hand, self.cast.roaster, ("coffee", "seconds"), 900, "PEN", WINDOW
        )
        sign_contract(self.scribe, deal, sum(one.grams for one in lots), (), when)
        sell(self.scribe, deal, "seconds", [Sold(one) for one in lots], when)

    def contracts(self) -> None:
        """Each stream has its contract, signed before its first container; the forest's is why it was kept apart."""
        signed = {ORGANIC_ONLY: at(day(4, 14), 16), FOREST: at(day(6, 10), 16), ORDINARY: at(day(4, 14), 17)}
        for stream in STREAMS:
            grams = sum(bags.grams for kind, bags, _, _ in self.sold if kind == stream)
            if grams:
                sign_contract(self.scribe, self._deal(stream), grams, self._claims(stream), signed[stream])

    def advance(self, held: Held, when: datetime) -> None:
        """A family with a telephone has its advance, and says so."""
        (receipt,) = self.store.sources[held.lot].values()
        farmer = self.cast.farmers[receipt.producer_code]
        money = Payment(receipt.producer, "advance", held.grams * ADVANCE // 1000, "PEN", lots=(held.lot,))
        paid = pay(self.scribe, self.cast.cooperative.hand, f"AD-{receipt.number}", money, when)
        thank(self.scribe, farmer, paid, when + timedelta(minutes=30))
        code = receipt.producer_code
        self.brought[code] = self.brought.get(code, 0) + held.grams

    def settle(self, when: date) -> None:
        """After the harvest comes the rest of the price, less the credit for inputs."""
        producers = {family.code: family.producer for family in self.enrolled.families}
        for place, (code, grams) in enumerate(sorted(self.brought.items())):
            money = Payment(
                producers[code],
                "settlement",
                grams * SETTLEMENT // 1000,
                "PEN",
                season=GOODS.season,
                kept=(("input-credit", 12_000),),
            )
            paid = pay(self.scribe, self.cast.cooperative.hand, f"LQ-{code}", money, at(when, 10, place * 15))
            thank(self.scribe, self.cast.farmers[code], paid, at(when, 18, place * 15))

    def premium(self) -> None:
        """The Fairtrade premium of one container reaches its members by their kilos; who has a telephone confirms."""
        _, bags, sale, when = self._with_a_telephone()
        premium = Premium(
            sale=sale,
            kind="fairtrade-premium",
            minor=bags.grams * PREMIUM_CENTS // 1000,
            currency="USD",
            payer=self.cast.buyer.party,
            season=GOODS.season,
            brought=self._kilos(bags),
        )
        hand, first = self.cast.cooperative.hand, when.date()
        days = (at(later(first, 30), 11), at(later(first, 34), 17))
        thing = divide_premium(self.scribe, hand, premium, days)
        codes = {family.producer: family.code for family in self.enrolled.families}
        by_telephone = [producer for producer in premium.due if codes[producer] in self.cast.farmers]
        others = [producer for producer in premium.due if codes[producer] not in self.cast.farmers][:3]
        for place, producer in enumerate([*by_telephone, *others]):
            amount = (premium.due[producer], premium.currency)
            paid = pay_premium(self.scribe, hand, thing, producer, amount, at(later(first, 38), 10, place * 10))
            if producer in by_telephone:
                farmer = self.cast.farmers[codes[producer]]
                thank(self.scribe, farmer, paid, at(later(first, 38), 19, place * 10), premium=True)

    def refused(self, ordinary: Held, when: datetime) -> Attempt:
        """Somebody offers the ordinary coffee as organic."""
        claim = certified(ORGANIC, self.enrolled.organic)
        return attempt(self.scribe, self._deal(ORDINARY), Sold(ordinary, [claim]), "claim-not-carried", when)

    def _with_a_telephone(self) -> tuple[str, Held, str, datetime]:
        fair = [each for each in self.sold if each[0] != ORDINARY]
        heard = (each for each in fair if self._codes(each[1]) & self.cast.farmers.keys())
        return next(heard, fair[0])

    def _codes(self, bags: Held) -> set[str]:
        return {receipt.producer_code for receipt in self.store.sources[bags.lot].values()}

    def _kilos(self, bags: Held) -> Mapping[str, int]:
        """Grams of parchment by producer in the deliveries behind a container."""
        found: dict[str, int] = {}
        for lot, receipt in self.store.sources[bags.lot].items():
            found[receipt.producer] = found.get(receipt.producer, 0) + self.store.grams_of[lot]
        return found

    def _deal(self, stream: str) -> Deal:
        number, cents = {FOREST: ("NA-2026-F", 655), ORGANIC_ONLY: ("NA-2026-O", 640), ORDINARY: ("NA-2026-C", 540)}[
            stream
        ]
        return Deal(number, self.cast.cooperative.hand, self.cast.buyer.party, GREEN, cents, "USD", WINDOW)

    def _claims(self, stream: str) -> Claims:
        if stream == ORDINARY:
            return [EVIDENCED]
        papers = [certified(ORGANIC, self.enrolled.organic), certified(FAIR_TRADE, self.enrolled.fair)]
        return [*papers, *([kept("forest-agreement")] if stream == FOREST else ()), EVIDENCED]
