"""A co-operative that pays its members: prices, payments and premiums, so that stories of money read like the trade."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.queries import Outcome
from tests.rules.test_premium import members, premium
from tests.world import DAY, Farm, Party, World


class Till:
    """What a co-operative sets, pays and divides; amounts in centimos of soles (premiums: cents of dollars)."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.coop: Party = world.coop()

    def season_price(self, minor: int, kind: str = "provisional", on: str = "2026-06-01", scale: int = 0) -> Outcome:
        """So many minor units for a kilo of dry parchment of the season."""
        season = {"facility": self.coop.place, "commodity": "coffee", "form": "dry-parchment", "season": "2026"}
        return self._price(minor, kind, on, scale, season=season)

    def lot_price(self, lot: str, minor: int, kind: str = "provisional", on: str = DAY) -> Outcome:
        """The same for one delivery."""
        return self._price(minor, kind, on, 0, lot=lot)

    def _price(self, minor: int, kind: str, on: str, scale: int, **what: Any) -> Outcome:
        price = {"minor": minor, "scale": scale, "currency": "PEN", "per_grams": 1_000}
        body = {"kind": kind, "price": price, "effective_from": on, **what}
        return self.world.say(self.world.draft("price.set", body, self.coop))

    def pay(self, farm: Farm, minor: int, kind: str = "settlement", on: str = DAY, **more: Any) -> str:
        """A payment of the season; deductions as {kind: minor}."""
        kept: Mapping[str, int] = more.pop("deductions", {})
        body = {
            "payment": self.world.new_id("payment"),
            "producer": farm.producer,
            "kind": kind,
            "amount": {"minor": minor, "currency": "PEN"},
            "deductions": [{"kind": each, "minor": amount} for each, amount in kept.items()] or None,
            "season": "2026",
            "paid_on": on,
        }
        self.world.say(self.world.draft("payment.made", body | more, self.coop))
        return str(body["payment"])

    def premium(self, minor: int, *shares: tuple[Farm, int], on: str = DAY) -> str:
        """A premium comes in and is divided among members as the assembly said."""
        pot = premium(self.world, self.coop, minor)
        line = members(sum(part for _, part in shares), "assembly", *((farm, None, part) for farm, part in shares))
        body = {"premium": pot, "season": "2026", "currency": "USD", "lines": [line], "minutes": "ab" * 32}
        self.world.say(self.world.draft("premium.allocated", body, self.coop).on(on))
        return pot

    def pay_premium(self, pot: str, farm: Farm, minor: int, on: str = DAY) -> str:
        """A member's part of a premium is paid."""
        body = {
            "premium": pot,
            "payment": self.world.new_id("payment"),
            "use": "member-payment",
            "producer": farm.producer,
            "amount": {"minor": minor, "currency": "USD"},
            "paid_on": on,
        }
        self.world.say(self.world.draft("premium.paid", body, self.coop))
        return str(body["payment"])

    def confirmed(self, payment: str, kind: str = "payment.confirmed") -> None:
        """Somebody other than who paid says that the member has it."""
        key = self.world.own_key(self.world.mill())
        self.world.say(key.sign(self.world.draft(kind, {"payment": payment}, self.world.mill())))
