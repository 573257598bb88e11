"""Moves stock in a story: deliveries at the scale, processes, packing, dispatch and receipt, to the gram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ledger.seasons.draft import Basis, Draft, Hand
from ledger.seasons.families import Family, Goods
from ledger.seasons.organisations import Centre
from ledger.seasons.scribe import Scribe
from ledger.seasons.story import FarmerReceipt

Measures = Sequence[tuple[str, int, int, str]]
"""Kind, value, scale and unit of each measure: moisture 14.5 percent is ("moisture", 145, 1, "percent")."""

Attributes = Sequence[tuple[str, str]]
"""Code and value of each attribute, in the words of the pack: ("colour", "white")."""


@dataclass(frozen=True, slots=True)
class Held:
    """Grams of a lot that lie in somebody's store."""

    lot: str
    form: str
    grams: int
    moisture: int = 0

    def less(self, grams: int) -> Held:
        """What is left when so many grams went."""
        return replace(self, grams=self.grams - grams)


@dataclass(frozen=True, slots=True)
class Weighing:
    """What the scale says about one delivery, and who brought it."""

    family: Family
    net: int
    sacks: int
    tare: int
    picked: tuple[date, date]
    measures: Measures = ()
    delivered_by: str = "self"
    deductions: Sequence[tuple[str, int]] = ()
    vessel: str | None = None
    attributes: Attributes = ()


@dataclass(frozen=True, slots=True)
class Made:
    """One output of a process: a label for its id, its form, kind and grams."""

    label: str
    form: str
    kind: str
    grams: int
    measures: Measures = ()
    vessel: str | None = None
    attributes: Attributes = ()


def measured(measures: Measures) -> list[dict[str, Any]]:
    """Measures as facts write them."""
    return [{"kind": kind, "value": value, "scale": scale, "unit": unit} for kind, value, scale, unit in measures]


def described(attributes: Attributes) -> dict[str, list[dict[str, str]]]:
    """Attributes as facts write them; nothing where there are none."""
    return {"attributes": [{"code": code, "value": value} for code, value in attributes]} if attributes else {}


class Store:
    """One organisation's stock in one commodity, and the hand that writes down what happens to it."""

    def __init__(self, scribe: Scribe, hand: Hand, goods: Goods) -> None:
        """Begin empty. `brought_in` counts every gram harvested; `sources` says which deliveries went into each lot.

        `brought_by` is the family of each delivery, `grams_of` its weight.
        """
        self.scribe = scribe
        self.hand = hand
        self.goods = goods
        self.brought_in = 0
        self.sources: dict[str, dict[str, FarmerReceipt]] = {}
        self.brought_by: dict[str, Family] = {}
        self.grams_of: dict[str, int] = {}
        self._series: dict[str, int] = {}

    def deliver(
        self,
        centre: Centre,
        weighing: Weighing,
        when: datetime,
        *,
        label: str,
        arrives: datetime,
        basis: Basis = "witnessed",
        herd: bool = False,
    ) -> tuple[Held, Draft]:
        """A delivery at the scale, signed by the scale's own key, with the next receipt of the centre's series."""
        lot, receipt = self.scribe.thing(f"lot/{label}"), self._receipt(centre)
        body = self.weighed(centre, weighing, lot, receipt, herd=herd)
        draft = self.scribe.state(centre.scale, "lot.harvested", when, body, arrives=arrives, basis=basis)
        self.brought_in += weighing.net
        self._note(lot, draft, receipt, weighing)
        return Held(lot, self.goods.form, weighing.net, _moisture(weighing.measures)), draft

    def weighed(
        self, centre: Centre, weighing: Weighing, lot: str, receipt: str, *, herd: bool = False
    ) -> dict[str, Any]:
        """The body of a delivery."""
        family = weighing.family
        return {
            "lot": lot,
            "commodity": self.goods.commodity,
            "form": self.goods.form,
            "season": self.goods.season,
            "facility": centre.facility,
            "producer": family.producer,
            "herd" if herd else "plot": family.grown,
            "harvested_from": weighing.picked[0].isoformat(),
            "harvested_to": weighing.picked[1].isoformat(),
            "gross": weighing.net + weighing.tare,
            "tare": weighing.tare,
            "net": weighing.net,
            "sacks": weighing.sacks,
            **described(weighing.attributes),
            "measures": measured(weighing.measures),
            "deductions": [{"kind": kind, "grams": grams} for kind, grams in weighing.deductions],
            "receipt": receipt,
            "delivered_by": weighing.delivered_by,
            "terms": "purchase",
            "vessel": weighing.vessel,
        }

    def correct(self, wrong: Draft, centre: Centre, weighing: Weighing, when: datetime, *, herd: bool = False) -> Held:
        """A delivery weighed right and typed wrong: one fact that replaces the other, under the same receipt."""
        lot, receipt = wrong.body["lot"], wrong.body["receipt"]
        body = self.weighed(centre, weighing, lot, receipt, herd=herd)
        draft = self.scribe.state(self.hand, "lot.harvested", when, body, basis="document", replaces=wrong.id)
        self.brought_in += weighing.net - int(wrong.body["net"])
        self._note(lot, draft, receipt, weighing)
        return Held(lot, self.goods.form, weighing.net, _moisture(weighing.measures))

    def reject(
        self, centre: Centre, family: Family, gross: int, reason: str, when: datetime, *, arrives: datetime
    ) -> None:
        """A delivery that was not taken; nothing enters stock."""
        body = {
            "facility": centre.facility,
            "producer": family.producer,
            "commodity": self.goods.commodity,
            "form": self.goods.form,
            "gross": gross,
            "reason": reason,
        }
        self.scribe.state(centre.scale, "delivery.rejected", when, body, arrives=arrives, basis="witnessed")

    def process(
        self,
        process: str,
        place: str,
        inputs: Sequence[Held],
        outputs: Sequence[Made],
        when: datetime,
        *,
        losses: Mapping[str, int] | None = None,
        measures: Measures = (),
        started_on: date | None = None,
    ) -> list[Held]:
        """Work whole lots into new ones; losses are given by kind and must be the exact rest."""
        made = [
            Held(self.scribe.thing(f"lot/{out.label}"), out.form, out.grams, _moisture(out.measures)) for out in outputs
        ]
        gone = {kind: grams for kind, grams in (losses or {}).items() if grams}
        _adds_up(inputs, made, sum(gone.values()))
        body = {
            "commodity": self.goods.commodity,
            "process": process,
            "facility": place,
            "inputs": [{"lot": one.lot, "grams": one.grams} for one in inputs],
            "outputs": [
                {
                    "lot": held.lot,
                    "form": out.form,
                    "kind": out.kind,
                    "grams": out.grams,
                    **described(out.attributes),
                    "measures": measured(out.measures),
                    **({"vessel": out.vessel} if out.vessel else {}),
                }
                for held, out in zip(made, outputs, strict=True)
            ],
            "losses": [{"kind": kind, "grams": grams} for kind, grams in gone.items()],
            "measures": measured(measures),
            "started_on": started_on.isoformat() if started_on else None,
        }
        self.scribe.state(self.hand, "lot.transformed", when, body)
        self._hand_on(inputs, made)
        return made

    def pack(
        self, place: str, inputs: Sequence[Held], packages: Sequence[tuple[str, str, int, int]], when: datetime
    ) -> list[Held]:
        """Pack stock; each package is (label, kind, grams, units) and a lot of its own."""
        form = inputs[0].form
        made = [Held(self.scribe.thing(f"lot/{label}"), form, grams) for label, _, grams, _ in packages]
        _adds_up(inputs, made, 0)
        body = {
            "commodity": self.goods.commodity,
            "form": form,
            "facility": place,
            "inputs": [{"lot": one.lot, "grams": one.grams} for one in inputs],
            "packages": [
                {"lot": held.lot, "kind": kind, "grams": grams, "units": units}
                for held, (_, kind, grams, units) in zip(made, packages, strict=True)
            ],
        }
        self.scribe.state(self.hand, "lot.packed", when, body)
        self._hand_on(inputs, made)
        return made

    def sample(self, held: Held, grams: int, code: str, purpose: str, when: datetime) -> Held:
        """Take a sample out of a lot; returns what is left."""
        body = {"lot": held.lot, "sample": code, "grams": grams, "purpose": purpose}
        self.scribe.state(self.hand, "lot.sampled", when, body)
        return held.less(grams)

    def inspect(self, lot: str, measures: Measures, result: str, when: datetime) -> None:
        """Measure a lot's quality."""
        body = {
            "lot": lot,
            "inspected_on": when.date().isoformat(),
            "measures": measured(measures),
            "result": result,
        }
        self.scribe.state(self.hand, "lot.inspected", when, body)

    def hold(self, lots: Sequence[str], reason: str, when: datetime) -> str:
        """Stop lots; returns the id of the hold."""
        hold = self.scribe.thing(f"hold/{reason}/{lots[0]}")
        self.scribe.state(self.hand, "lot.held", when, {"hold": hold, "lots": list(lots), "reason": reason})
        return hold

    def release(self, hold: str, lots: Sequence[str], grounds: str, when: datetime) -> None:
        """Let held lots go on, saying why."""
        self.scribe.state(self.hand, "lot.released", when, {"hold": hold, "lots": list(lots), "grounds": grounds})

    def conditions(
        self, lots: Sequence[str], measures: Measures, days: tuple[date, date], when: datetime, gap: int
    ) -> None:
        """What the logger in the cold room or on the lorry recorded; `gap` is minutes without a reading."""
        body = {
            "lots": list(lots),
            "recorded_from": days[0].isoformat(),
            "recorded_to": days[1].isoformat(),
            "measures": measured(measures),
            "gap_minutes": gap,
        }
        self.scribe.state(self.hand, "conditions.recorded", when, body)

    def labels(self, lot: str, count: int, when: datetime) -> None:
        """Labels of a lot were printed."""
        self.scribe.state(self.hand, "label.printed", when, {"lot": lot, "count": count, "format": "a4"})

    def lose(self, held: Held, grams: int, kind: str, when: datetime) -> Held:
        """Stock is gone; returns what is left."""
        self.scribe.state(self.hand, "lot.lost", when, {"lot": held.lot, "grams": grams, "kind": kind})
        return held.less(grams)

    def _receipt(self, centre: Centre) -> str:
        number = self._series[centre.code] = self._series.get(centre.code, 0) + 1
        return f"{centre.code}-{number:06d}"

    def _note(self, lot: str, draft: Draft, receipt: str, weighing: Weighing) -> None:
        self.sources[lot] = {lot: _paper(lot, draft, receipt, weighing.family)}
        self.brought_by[lot], self.grams_of[lot] = weighing.family, weighing.net

    def _hand_on(self, inputs: Sequence[Held], outputs: Sequence[Held]) -> None:
        sources = {lot: receipt for one in inputs for lot, receipt in self.sources[one.lot].items()}
        self.sources.update((one.lot, sources) for one in outputs)


def _paper(lot: str, draft: Draft, number: str, family: Family) -> FarmerReceipt:
    return FarmerReceipt(lot, draft.id, number, family.producer, family.code)


def _moisture(measures: Measures) -> int:
    return next((value for kind, value, _, _ in measures if kind == "moisture"), 0)


def _adds_up(inputs: Sequence[Held], outputs: Sequence[Held], lost: int) -> None:
    """A story that lost or made a gram is wrong in itself; better here than refused by the judge."""
    went_in, came_out = sum(one.grams for one in inputs), sum(one.grams for one in outputs) + lost
    if went_in != came_out:
        message = f"{went_in} g went in and {came_out} g are accounted for"
        raise ValueError(message)


def dried(inputs: Sequence[Held], moisture_after: int, handling_permille: int) -> tuple[int, int, int, int]:
    """What drying leaves of lots with known moisture (tenths of a percent).

    Returns (grams after, lost as moisture, lost in handling, mean moisture before): dry matter stays,
    in x (1 - m1) / (1 - m2), and a little is lost in handling. The mean is rounded down, so that the
    formula over it never promises less than what came out.
    """
    grams = sum(one.grams for one in inputs)
    dry = sum(one.grams * (1000 - one.moisture) for one in inputs)
    after = dry // (1000 - moisture_after)
    handling = share(grams, handling_permille)
    return after - handling, grams - after, handling, 1000 - -(-dry // grams)


def share(grams: int, permille: int) -> int:
    """So many thousandths of an amount, rounded down."""
    return grams * permille // 1000


def take(stock: list[Held], grams: int) -> list[Held]:
    """Take so many grams from the oldest lots on, and leave the rest in `stock`."""
    taken: list[Held] = []
    missing = grams
    while missing:
        oldest = stock.pop(0)
        part = min(missing, oldest.grams)
        taken.append(replace(oldest, grams=part))
        missing -= part
        if part < oldest.grams:
            stock.insert(0, oldest.less(part))
    return taken
