"""Marks and scheme packs written by hand, so that pure tests of certificates read like the trade."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ledger.claims.evidence import Delivery, Marks, Place, StepTaken
from ledger.packs.figure import Figure
from ledger.packs.pack import Names
from ledger.packs.ruling import Ruling
from ledger.packs.scheme import LAPSES, MODELS, AfterLapse, AllowedProduct, Effect, Lapse, MassBalance, SchemePack
from ledger.state import Standing

CERTIFICATE, RENEWED = "CERTIFICATE-2026", "CERTIFICATE-2027"
COOP, MILL, BUYER, BODY = "COOP", "MILL", "BUYER", "BODY"
STORE, DRY_MILL, SHED = "STORE", "DRY-MILL", "SHED"
ANA, PLOT, FIELD = "ANA", "PLOT", "FIELD"


def ruling(value: str) -> Ruling:
    """A word of a pack as a test states it."""
    return Ruling(value, "test", verified=False)


def after(new_sales: Effect, contracted: Effect, before: Effect) -> AfterLapse:
    """What a lapse does."""
    return AfterLapse(new_sales, contracted, before, "test", verified=False)


def scheme(**changes: Any) -> SchemePack:
    """A segregated group scheme that asks for organic plots, unless changed."""
    lapses: dict[Lapse, AfterLapse] = dict.fromkeys(LAPSES, after("not-carried", "held", "held"))
    lapses["suspended"] = after("held", "held", "held")
    pack = SchemePack(
        code="organic",
        version="1",
        names=Names("orgánico", "organic"),
        standard="test",
        products=(
            AllowedProduct("coffee", (), ("identity-preserved", "segregated"), "test", verified=False),
            AllowedProduct("cocoa", (), MODELS, "test", verified=False),
        ),
        members_listed=ruling("yes"),
        ics_status_counts=ruling("no"),
        member_days=("harvest", "delivery"),
        plot_status=ruling("organic"),
        conversion_months=Figure(36, 0, "months", "test", verified=False),
        member_suspended=ruling("held"),
        member_removed=ruling("not-carried"),
        parallel_production=ruling("held"),
        unknown_harvest=ruling("carried"),
        lapses=lapses,
        volume=ruling("none"),
        mass_balance=MassBalance(
            Figure(3, 0, "months", "test", verified=False), Figure(12, 0, "months", "test", verified=False)
        ),
        registry_age_days=None,
        transaction_certificate="tc",
        premium_kinds=(),
        limits={},
        sources={},
        digest="",
    )
    return replace(pack, **changes)


@dataclass
class Said:
    """What was said, in log order; `at(size)` is what was known when the log had that size."""

    rows: list[tuple[str, Standing]] = field(default_factory=list)

    def say(self, subject: str, kind: str, day: str, **value: object) -> int:
        """One mark; its index in the log."""
        index = len(self.rows)
        self.rows.append((subject, Standing(index, kind, day, value)))
        return index

    def at(self, known_at: int | None = None) -> Marks:
        """The marks that stood at a log size."""
        found: dict[str, list[Standing]] = {}
        for subject, mark in self.rows[:known_at]:
            found.setdefault(subject, []).append(mark)
        return found

    def size(self) -> int:
        """How long the log is."""
        return len(self.rows)

    # ------------------------------------------------------------ the trade's words

    def certificate(self, thing: str = CERTIFICATE, **changes: Any) -> int:
        """A group certificate of a co-operative and its service mill, valid in 2026."""
        about: dict[str, Any] = {
            "thing": "certificate",
            "scheme": "organic",
            "number": thing,
            "holder": COOP,
            "sellers": [],
            "units": [
                {"party": COOP, "facility": STORE, "activities": ["storing"], "subcontractor": False},
                {"party": MILL, "facility": DRY_MILL, "activities": ["hulling"], "subcontractor": True},
            ],
            "body": BODY,
            "products": [{"commodity": "coffee", "form": "green"}],
            "models": ["segregated"],
            "valid_from": "2026-01-01",
            "valid_to": "2026-12-31",
        } | changes
        index = self.say(thing, "born", "2026-01-01", **{name: v for name, v in about.items() if v is not None})
        self.say(about["holder"], "certificate-of", "2026-01-01", certificate=thing, **{"as": "holder"})
        for seller in about["sellers"]:
            self.say(seller, "certificate-of", "2026-01-01", certificate=thing, **{"as": "seller"})
        for unit in about["units"]:
            self.say(unit["party"], "certificate-of", "2026-01-01", certificate=thing, **{"as": "unit"})
            if unit["facility"]:
                self.say(unit["facility"], "certified", "2026-01-01", certificate=thing)
        return index

    def status(self, status: str, day: str, thing: str = CERTIFICATE) -> int:
        """The certificate's status from a day."""
        return self.say(thing, "certificate-status", day, status=status)

    def extended(self, to: str, begins: str | None = None, thing: str = CERTIFICATE) -> int:
        """The certificate runs on, or again from a day."""
        value = {"valid_to": to} | ({"valid_from": begins} if begins else {})
        return self.say(thing, "extended", begins or "2026-01-01", **value)

    def member(
        self,
        status: str,
        day: str,
        producer: str = ANA,
        *,
        season: str = "2026",
        plots: Sequence[str] = (),
        thing: str = CERTIFICATE,
    ) -> int:
        """A member listed, suspended or removed."""
        return self.say(producer, "member", day, certificate=thing, season=season, status=status, plots=list(plots))

    def plot(self, status: str, day: str, plot: str = PLOT, *, of: str = "organic", **more: str) -> int:
        """A plot's status under a scheme."""
        return self.say(plot, "status", day, scheme=of, status=status, **more)

    def release(self, thing: str = CERTIFICATE, **value: object) -> int:
        """The body frees members, lots or a period."""
        for lot in value.get("lots", ()):  # type: ignore[attr-defined]
            self.say(lot, "released-claim", "2026-09-01", certificate=thing)
        return self.say(thing, "release", "2026-09-01", grounds="sampled", **value)

    def registry(self, result: str, day: str, register: str = "public", by: str = BUYER) -> int:
        """A look into a public register."""
        return self.say(CERTIFICATE, "registry", day, register=register, result=result, checked_on=day, checked_by=by)


def good() -> Said:
    """A valid certificate, a listed member, an organic plot: everything is in order."""
    said = Said()
    said.certificate()
    said.member("listed", "2026-01-15")
    said.plot("organic", "2020-01-01")
    return said


def delivery(
    delivered_on: str = "2026-06-12",
    picked: tuple[str, str] = ("2026-05-20", "2026-06-02"),
    *,
    season: str = "2026",
    lot: str = "LOT",
) -> Delivery:
    """A co-operative takes parchment in."""
    return Delivery(lot, "harvested", delivered_on, *picked, season, "dry-parchment", STORE, COOP, 1000, 7)


def place(of: Delivery | None = None, *, producer: str = ANA, grown: str = PLOT) -> Place:
    """Where it grew."""
    return Place(producer, "", "", grown, of or delivery())


def step(
    day: str = "2026-07-01", process: str = "hulling", facility: str = DRY_MILL, party: str = MILL, how: str = ""
) -> StepTaken:
    """A lot is worked."""
    return StepTaken("GREEN", how or "transformed", process, day, facility, party, "green", 9)


def effects(reasons: Iterable[Any]) -> dict[str, str]:
    """Codes with what they do."""
    return {reason.code: reason.effect for reason in reasons}
