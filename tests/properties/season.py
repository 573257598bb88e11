"""A season in a certified valley, told step by step: deliveries, mixtures, sales, sanctions and corrections.

Every step has a name and plain numbers as arguments (which of the lots there are, how much of it), so that a step
always means something whatever was told before it, and a story can be shortened by leaving steps out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from ledger.queries import Outcome
from ledger.store.schema import ACCOUNT_KINDS
from tests.claims.certified_valley import FOREST, ORGANIC, RAINFOREST, SALE_DAY, CertifiedValley, Family
from tests.world import Draft, Party, World, lots_of

CLAIMS = {ORGANIC: "certificate", RAINFOREST: "certificate", FOREST: "conservation"}
LICENSED = 9_000
BEARING = ("lot.harvested/1", "lot.transformed/1", "lot.packed/1")


class Told(NamedTuple):
    """What was stated, and what the ledger thought of it."""

    draft: Draft
    outcome: Outcome


class Season:
    """Five families of every kind, two certificates (one of licensed volume), an agreement, two buyers."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.valley = valley = CertifiedValley(world, licensed=LICENSED)
        self.coop, self.certifier, self.authority = valley.coop, valley.certifier, valley.authority
        self.buyers = [valley.buyer, world.buyer("Otro comprador")]
        self.families: list[Family] = [
            valley.family(),
            valley.family(),
            valley.family(organic=False),
            valley.family(organic=False, signatory=False),
            valley.family(organic=False, signatory=False, listed=False),
        ]
        valley.plot_status(self.families[2], "in-conversion", "2025-01-01")
        valley.plot_status(self.families[3], "conventional", "2025-01-01")
        self.begun = world.ledger.head().size
        self.told: list[Told] = []
        self.lots: list[str] = []
        self._stock_up()

    def _stock_up(self) -> None:
        """Good green coffee, some that is mixed with what carries nothing, and parchment of three families."""
        for one, other in ((0, 1), (1, 3)):
            self.do("deliver", family=one, grams=3_000, picked=1)
            self.do("deliver", family=other, grams=3_000, picked=0)
            self.do("pool", picks=[0, 1], tenths=10)
            self.do("hull", pick=0, percent=80)
        for family, grams in ((0, 4_000), (2, 2_000), (4, 1)):
            self.do("deliver", family=family, grams=grams, picked=1)

    @property
    def certificates(self) -> Sequence[str]:
        """Organic first, then the one with licensed volume."""
        return (self.valley.organic, self.valley.rainforest)

    # ------------------------------------------------------------ stating

    def say(self, draft: Draft | None) -> Outcome | None:
        """State it, whatever the ledger thinks of it; None where there was nothing to say."""
        if draft is None:
            return None
        outcome = self.world.state(draft)
        self.told.append(Told(draft, outcome))
        if outcome.status == "accepted" and draft.fact in BEARING:
            self.lots += [lot for lot in lots_of(draft) if lot not in self.lots]
        return outcome

    def accepted(self, *facts: str) -> list[Told]:
        """What was accepted so far, of these types if any are named."""
        return [told for told in self.told if told.outcome.status == "accepted" and told.draft.fact in (*facts,)]

    def do(self, step: str, **arguments: Any) -> Outcome | None:
        """One step by its name."""
        draft: Draft | None = getattr(self, step)(**arguments)
        return self.say(draft)

    def stock(self, party: Party, kind: str = "stock") -> dict[str, int]:
        """What a party has in hand (or owns), lot by lot in the order they came to be."""
        with self.world.ledger._readers.books(None) as books:
            found = books.balances(ACCOUNT_KINDS[kind], self.lots)
        return {lot: grams for lot in self.lots if (grams := found.get(lot, {}).get(party.id, 0)) > 0}

    def form(self, lot: str) -> str:
        """The form of a lot; "" where no standing fact bore it."""
        with self.world.ledger._readers.books(None) as books:
            born = books.births([lot]).get(lot)
        return "" if born is None else str(born.value["form"])

    def _some(self, form: str, pick: int) -> tuple[str, int] | None:
        held = [(lot, grams) for lot, grams in self.stock(self.coop).items() if self.form(lot) == form]
        return held[pick % len(held)] if held else None

    # ------------------------------------------------------------ stock

    def deliver(self, family: int, grams: int, picked: int) -> Draft:
        """Parchment of a family, picked in one of three windows."""
        first, last = (("2026-04-20", "2026-04-30"), ("2026-05-20", "2026-06-02"), ("2026-06-08", "2026-06-11"))[picked]
        farm = self.families[family]
        return self.world.delivery(farm, grams, self.coop, harvested_from=first, harvested_to=last)

    def pool(self, picks: list[int], tenths: int) -> Draft | None:
        """Some parchment lots, or a part of each, become one."""
        held = [(lot, grams) for lot, grams in self.stock(self.coop).items() if self.form(lot) == "dry-parchment"]
        chosen = {held[pick % len(held)] for pick in picks} if held else set()
        inputs = [(lot, max(1, grams * tenths // 10)) for lot, grams in held if (lot, grams) in chosen]
        return self.world.pooling(self.coop, inputs) if inputs else None

    def split(self, pick: int, small: int) -> Draft | None:
        """A parchment lot becomes a small one and the rest."""
        found = self._some("dry-parchment", pick)
        if found is None or found[1] <= small:
            return None
        parts = [("dry-parchment", small), ("dry-parchment", found[1] - small)]
        return self.world.transformation(self.coop, [found], parts, process="splitting")

    def hull(self, pick: int, percent: int) -> Draft | None:
        """Parchment becomes green coffee, now and then more than physics allows."""
        found = self._some("dry-parchment", pick)
        if found is None or found[1] < 10:
            return None
        main = found[1] * percent // 100
        outputs = [("green", main), ("husk", "by-product", found[1] - main)]
        place = self.valley.mill.place
        return self.world.transformation(self.coop, [found], outputs, process="hulling", facility=place)

    def pack(self, pick: int, small: int) -> Draft | None:
        """Green coffee goes into two bags."""
        found = self._some("green", pick)
        if found is None or found[1] <= small:
            return None
        return self.world.packing(self.coop, [found], [small, found[1] - small], form="green")

    def dispatch(self, pick: int, quarters: int, buyer: int) -> Draft | None:
        """Green coffee leaves for a buyer."""
        found = self._some("green", pick)
        if found is None:
            return None
        return self.world.dispatch(self.coop, self.buyers[buyer], (found[0], max(1, found[1] * quarters // 4)))

    def receive(self, pick: int, missing: int) -> Draft | None:
        """A dispatch arrives, perhaps not all of it."""
        sent = self.accepted("lot.dispatched/1")
        if not sent:
            return None
        draft = sent[pick % len(sent)].draft
        by = next(buyer for buyer in self.buyers if buyer.id == draft["receiver"])
        lines = []
        for line in draft["lots"]:
            short = min(missing, line["grams"])
            lines.append({"lot": line["lot"], "accepted": line["grams"] - short, "missing": short})
        return self.world.receipt(by, draft, *lines)

    def hold(self, pick: int) -> Draft | None:
        """A lot must not move."""
        held = sorted(self.stock(self.coop))
        return self.world.hold(self.coop, held[pick % len(held)]) if held else None

    def release(self, pick: int) -> Draft | None:
        """A hold is lifted."""
        holds = self.accepted("lot.held/1")
        return self.world.release(self.coop, holds[pick % len(holds)].draft) if holds else None

    # ------------------------------------------------------------ trade

    def sell(self, pick: int, quarters: int, buyer: int, claims: frozenset[str], day: str) -> Draft | None:
        """Green coffee is sold with whatever claims, carried or not, and licensed volume where one wants it."""
        owned = [(lot, grams) for lot, grams in self.stock(self.coop, "title").items() if self.form(lot) == "green"]
        if not owned:
            return None
        lot, whole = owned[pick % len(owned)]
        grams = max(1, whole * quarters // 4)
        said = [self.valley.claim(CLAIMS[name], name) for name in sorted(claims)]
        line = {"lot": lot, "grams": grams, "invoiced_grams": grams, "claims": said}
        debits = [self.valley.debit(grams)] if RAINFOREST in claims else []
        sale = self.world.sale(self.coop, self.buyers[buyer], line, form="green")
        return (sale.but(debits=debits) if debits else sale).on(day)

    def sell_carried(self, pick: int, quarters: int, buyer: int) -> Draft | None:
        """Green coffee is sold with whatever it carries."""
        asked = self.sell(pick, quarters, buyer, frozenset(), SALE_DAY)
        if asked is None:
            return None
        found = self.valley.claims(asked["lots"][0]["lot"], SALE_DAY, party=self.coop.id).claims
        carried = frozenset(claim.name for claim in found if claim.status == "carried") & CLAIMS.keys()
        return self.sell(pick, quarters, buyer, carried, SALE_DAY)

    def reverse(self, pick: int, quarters: int) -> Draft | None:
        """A sale is undone, whole or in part."""
        sales = self.accepted("lot.sold/1")
        if not sales:
            return None
        sale = sales[pick % len(sales)].draft
        [line] = sale["lots"]
        grams = max(1, line["grams"] * quarters // 4)
        debits = [{**one, "grams": grams} for one in sale.body.get("debits", [])]
        back = self.world.reversal(self.coop, sale, (line["lot"], grams))
        return (back.but(debits=debits) if debits else back).on(sale.at)

    def relinquish(self, pick: int, scheme: str) -> Draft | None:
        """The claim of a lot is given up."""
        held = sorted(self.stock(self.coop))
        if not held:
            return None
        body = {"lot": held[pick % len(held)], "scheme": scheme}
        return self.world.draft("claim.relinquished", body, self.coop)

    # ------------------------------------------------------------ papers

    def certificate_status(self, which: int, status: str, day: str) -> Draft:
        """The body suspends, restores, withdraws: from any day, also one long gone."""
        body = {"certificate": self.certificates[which], "status": status, "effective_from": day}
        return self.world.draft("certificate.status-set", body, self.certifier)

    def member_status(self, which: int, family: int, status: str, day: str) -> Draft:
        """A certificate lists, suspends or removes a family."""
        return self.valley.member(self.certificates[which], self.families[family], status, day)

    def plot_status(self, family: int, status: str, day: str) -> Draft:
        """What a plot is under the organic scheme from a day."""
        body = {"plot": self.families[family].plot, "scheme": ORGANIC, "status": status, "effective_from": day}
        return self.world.draft("plot.status-set", body, self.coop)

    def adjust_volume(self, grams: int) -> Draft:
        """The body grants or takes back licensed volume, also what was sold already."""
        body = {
            "certificate": self.valley.rainforest,
            "commodity": "coffee",
            "form": "green",
            "season": "2026",
            "delta_grams": grams,
            "reason": "re-inspection",
        }
        return self.world.draft("volume.adjusted", body, self.certifier)

    def agreement_status(self, status: str, day: str, family: int | None) -> Draft:
        """The authority decides, for all or for one family."""
        body = {
            "agreement": self.valley.agreement,
            "status": status,
            "effective_from": day,
            "decided_by": self.authority.id,
            "household": None if family is None else self.families[family].household,
        }
        return self.world.draft("agreement.status-set", body, self.authority)

    def breach(self, family: int, day: str, whose: str) -> Draft:
        """Trees were felled on a plot."""
        body = {
            "breach": self.world.new_id("breach"),
            "agreement": self.valley.agreement,
            "commitment": "no-felling",
            "severity": "serious",
            "attributed_to": whose,
            "window_from": day,
            "producer": self.families[family].producer,
            "plot": self.families[family].plot,
            "area_m2": 4_000,
        }
        return self.world.draft("breach.recorded", body, self.authority)

    def close(self, pick: int, outcome: str, day: str) -> Draft | None:
        """A breach is cured or dismissed."""
        breaches = self.accepted("breach.recorded/1")
        if not breaches:
            return None
        body = {
            "breach": breaches[pick % len(breaches)].draft["breach"],
            "agreement": self.valley.agreement,
            "outcome": outcome,
            "effective_from": day,
            "decided_by": self.authority.id,
        }
        return self.world.draft("breach.closed", body, self.authority)

    # ------------------------------------------------------------ corrections

    def retract(self, pick: int, fact: str) -> Draft | None:
        """Something told (of a kind, if any is named) never happened; the latest are the likeliest."""
        told = [
            one
            for one in self.told
            if one.outcome.status == "accepted"
            and (one.draft.fact.startswith(fact) if fact else one.draft.fact != "fact.retracted/1")
        ]
        if not told:
            return None
        gone = told[-1 - pick % len(told)]
        return self.world.retraction(self._party(gone.draft.by), gone.outcome)

    def weigh_again(self, pick: int, grams: int) -> Draft | None:
        """A delivery weighed otherwise than was said."""
        deliveries = self.accepted("lot.harvested/1")
        if not deliveries:
            return None
        draft, outcome = deliveries[pick % len(deliveries)]
        farm = next(family for family in self.families if family.producer == draft["producer"])
        days = {name: draft[name] for name in ("harvested_from", "harvested_to")}
        return self.world.delivery(farm, grams, self.coop, lot=draft["lot"], **days).replacing(outcome)

    def hull_again(self, pick: int, percent: int) -> Draft | None:
        """Hulling gave otherwise than was said."""
        hulled = [told for told in self.accepted("lot.transformed/1") if told.draft["process"] == "hulling"]
        if not hulled:
            return None
        draft, outcome = hulled[pick % len(hulled)]
        whole = sum(line["grams"] for line in draft["inputs"])
        main = whole * percent // 100
        outputs = [{**draft["outputs"][0], "grams": main}, {**draft["outputs"][1], "grams": whole - main}]
        again = self.world.draft("lot.transformed", draft.but(outputs=outputs).body, self.coop)
        return again.replacing(outcome)

    def endorse(self, pick: int, buyer: int) -> Draft | None:
        """A buyer agrees to a retraction to come."""
        told = [one for one in self.told if one.outcome.status == "accepted"]
        if not told:
            return None
        return self.world.endorsement(self.buyers[buyer], told[-1 - pick % len(told)].outcome)

    def _party(self, thing: str) -> Party:
        there = [self.coop, self.certifier, self.authority, *self.buyers]
        return next(party for party in there if party.id == thing)


@contextmanager
def begun_season() -> Iterator[Season]:
    """A season on a ledger in memory, which is closed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        season = Season(World.begin(Path(folder)))
        try:
            yield season
        finally:
            season.world.ledger.close()
