"""A co-operative that signs the facts of its season: growers, deliveries, processes, packages, dispatches."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bench.voice import AT, Voice

DISTRICTS = ("Moyobamba", "Jepelacio", "Soritor", "Habana")
SACK_GRAMS = 60_000
SCHEME = "eu-organic"
FRAMEWORK = "forest-agreement"
_ROW = 100
"""Plots that lie side by side; each is a square of two hectares with land of nobody's between it and the next."""


@dataclass(frozen=True, slots=True)
class Grower:
    """A producer with a plot."""

    producer: str
    plot: str


@dataclass(frozen=True, slots=True)
class Sack:
    """A delivery as it is weighed in: its grams, when it was picked and when it came."""

    grams: int = SACK_GRAMS
    picked_from: str = "2026-05-20"
    picked_to: str = "2026-06-02"
    at: str = AT


class Coop(Voice):
    """One co-operative with its centre, the exporter it sends to, and its growers."""

    def __init__(self, origin: str, chance: random.Random, *, season: str = "2026", valley: int = 0) -> None:
        """Nothing is stated yet; no two plots lie on the same land, nor those of two valleys."""
        super().__init__(origin, chance)
        self._west = -78.0 + 0.4 * valley
        self.season = season
        self.exporter, self.centre, self.area = self.thing(), self.thing(), self.thing()
        self.growers: list[Grower] = []

    def opened(self, *, at: str = AT) -> bytes:
        """The centre where it weighs, works and keeps its lots."""
        centre = {"facility": self.centre, "party": self.party, "kind": "collection-centre", "code": "CA-01"}
        return self.said("facility.registered", centre, at=at)

    def outlined(self, *, at: str = AT) -> bytes:
        """The area around all plots that its agreement is about."""
        west, east = self._west - 0.002, self._west + 0.003 * _ROW
        body = {
            "area": self.area,
            "kind": "conservation",
            "name": "Bosque Inventado",
            "area_m2": 1_000_000_000,
            "district": DISTRICTS[0],
        }
        return self.said("area.mapped", body, sealed={"/geometry": _rectangle(west, -6.3, east, -5.99)}, at=at)

    # ------------------------------------------------------------ growers

    def enrol(self, *, at: str = AT) -> list[bytes]:
        """A new grower: enrolled, with a plot that is mapped and held, and an estimate."""
        grower, number = Grower(self.thing(), self.thing()), len(self.growers)
        self.growers.append(grower)
        district = DISTRICTS[number % len(DISTRICTS)]
        person = {"name": f"Persona Inventada {number}", "born": "1971-03-02"}
        code = {"producer": grower.producer, "code": f"S-{number}", "district": district}
        plot = {"plot": grower.plot, "area_m2": 20_000, "district": district, "within": self.area}
        held = {"plot": grower.plot, "holder": grower.producer, "tenure": "owner", "held_from": "2019-01-01"}
        estimate = {
            "estimate": self.thing(),
            "grown": grower.plot,
            "commodity": "coffee",
            "form": "dry-parchment",
            "season": self.season,
            "grams": 2_000 * SACK_GRAMS,
            "method": "declared",
        }
        return [
            self.said("producer.enrolled", code, sealed={"/person": person}, at=at),
            self.said("plot.mapped", plot, sealed={"/geometry": self._square(number)}, at=at),
            self.said("plot.held", held, at=at),
            self.said("estimate.made", estimate, at=at),
        ]

    def _square(self, number: int) -> dict[str, Any]:
        row, column = divmod(number, _ROW)
        west, south, side = self._west + 0.003 * column, -6.0 - 0.003 * row, 0.00128
        return _rectangle(west, south, west + side, south + side)

    def any_grower(self) -> Grower:
        """One of those enrolled."""
        return self.chance.choice(self.growers)

    # ------------------------------------------------------------ agreement and certificate

    def agreed(self, agreement: str, *, at: str = AT) -> bytes:
        """A conservation agreement over its area for the year of its season, which families join one by one."""
        body = {
            "agreement": agreement,
            "framework": FRAMEWORK,
            "level": "community",
            "code": f"AC-{agreement[:6]}",
            "institutions": [{"party": self.party, "role": "cooperative"}],
            "areas": [self.area],
            "commitments": [{"code": "no-felling", "kind": "prohibit", "critical": True}],
            "valid_from": f"{self.season}-01-01",
            "valid_to": f"{self.season}-12-31",
        }
        return self.said("agreement.signed", body, at=at)

    def certified(self, certificate: str, body: str, *, at: str = AT) -> bytes:
        """A certificate held by the co-operative, issued by `body`."""
        recorded = {
            "certificate": certificate,
            "scheme": SCHEME,
            "scheme_version": "2018-848",
            "number": f"PE-BIO-{certificate[:6]}",
            "holder": self.party,
            "sellers": [self.party],
            "units": [{"party": self.party, "facility": self.centre, "activities": ["collection", "processing"]}],
            "body": body,
            "products": [{"commodity": "coffee"}],
            "models": ["segregated"],
            "valid_from": f"{self.season}-01-01",
            "valid_to": f"{self.season}-12-31",
        }
        return self.said("certificate.recorded", recorded, at=at)

    def joined(self, agreement: str, grower: Grower, *, at: str = AT) -> bytes:
        """A grower joins the agreement."""
        body = {"agreement": agreement, "signatory": grower.producer, "joined_on": f"{self.season}-02-01"}
        return self.said("agreement.joined", body, at=at)

    def listed(self, certificate: str, grower: Grower, *, at: str = AT) -> bytes:
        """The certificate lists a grower."""
        body = {
            "certificate": certificate,
            "producer": grower.producer,
            "season": self.season,
            "status": "listed",
            "effective_from": f"{self.season}-02-01",
        }
        return self.said("member.status-set", body, at=at)

    def lives_in(self, grower: Grower, *, at: str = AT) -> bytes:
        """The household of a grower just enrolled."""
        place = len(self.growers) - 1
        body = {
            "household": self.thing(),
            "code": f"F-{place}",
            "producers": [grower.producer],
            "district": DISTRICTS[place % len(DISTRICTS)],
        }
        return self.said("household.registered", body, at=at)

    def organic(self, grower: Grower, *, at: str = AT) -> bytes:
        """A grower's plot has been organic for years."""
        body = {
            "plot": grower.plot,
            "scheme": SCHEME,
            "status": "organic",
            "effective_from": "2022-01-01",
            "conversion_started": "2019-01-01",
            "last_forbidden_input": "2018-12-31",
        }
        return self.said("plot.status-set", body, at=at)

    # ------------------------------------------------------------ lots

    def harvest(self, lot: str, grower: Grower, sack: Sack = Sack()) -> bytes:
        """Parchment is weighed in."""
        number = self.chance.randrange(10**10)
        return self.said(
            "lot.harvested",
            {
                "lot": lot,
                "commodity": "coffee",
                "form": "dry-parchment",
                "season": self.season,
                "facility": self.centre,
                "producer": grower.producer,
                "plot": grower.plot,
                "harvested_from": sack.picked_from,
                "harvested_to": sack.picked_to,
                "gross": sack.grams + 200,
                "tare": 200,
                "net": sack.grams,
                "receipt": f"R-{number}",
                "sacks": 1,
                "measures": [{"kind": "moisture", "value": 115, "scale": 1, "unit": "percent"}],
            },
            at=sack.at,
        )

    def pooled(self, lots: Mapping[str, int], pool: str, *, at: str = AT) -> bytes:
        """Parchment lots become one."""
        return self.worked("pooling", lots, {pool: ("dry-parchment", "main", sum(lots.values()))}, at=at)

    def hulled(self, lot: str, grams: int, green: str, *, at: str = AT) -> tuple[bytes, int]:
        """Parchment becomes green coffee, 78 of 100, and husk; returns the submission and the green grams."""
        kept, husk = grams * 78 // 100, grams * 20 // 100
        outputs = {green: ("green", "main", kept), self.thing(): ("husk", "by-product", husk)}
        return self.worked("hulling", {lot: grams}, outputs, grams - kept - husk, at=at), kept

    def worked(
        self,
        process: str,
        inputs: Mapping[str, int],
        outputs: Mapping[str, tuple[str, str, int]],
        losses: int = 0,
        *,
        at: str = AT,
    ) -> bytes:
        """Lots become other lots: outputs are (form, kind, grams) by lot."""
        body: dict[str, Any] = {
            "commodity": "coffee",
            "process": process,
            "facility": self.centre,
            "inputs": [{"lot": lot, "grams": grams} for lot, grams in inputs.items()],
            "outputs": [
                {"lot": lot, "form": form, "kind": kind, "grams": grams} for lot, (form, kind, grams) in outputs.items()
            ],
        }
        if losses:
            body["losses"] = [{"kind": "process", "grams": losses}]
        return self.said("lot.transformed", body, at=at)

    def packed(self, lot: str, packages: Mapping[str, int], kind: str = "bag", *, at: str = AT) -> bytes:
        """Green coffee goes into packages, each a lot of its own, until nothing is left of it."""
        return self._packed({lot: sum(packages.values())}, packages, kind, at)

    def loaded(self, bags: Mapping[str, int], container: str, *, at: str = AT) -> bytes:
        """Bags go into a container, a lot of its own."""
        return self._packed(bags, {container: sum(bags.values())}, "container", at)

    def _packed(self, lots: Mapping[str, int], packages: Mapping[str, int], kind: str, at: str) -> bytes:
        return self.said(
            "lot.packed",
            {
                "commodity": "coffee",
                "form": "green",
                "facility": self.centre,
                "inputs": [{"lot": lot, "grams": grams} for lot, grams in lots.items()],
                "packages": [{"lot": package, "kind": kind, "grams": each} for package, each in packages.items()],
            },
            at=at,
        )

    def sold(self, lots: Mapping[str, int], certificate: str = "", *, at: str = AT) -> bytes:
        """Green coffee is sold to the exporter, as certified where a certificate is named."""
        claims = [{"kind": "certificate", "name": SCHEME, "model": "segregated", "certificate": certificate}]
        return self.said(
            "lot.sold",
            {
                "sale": self.thing(),
                "buyer": self.exporter,
                "commodity": "coffee",
                "form": "green",
                "lots": [
                    {"lot": lot, "grams": grams, "invoiced_grams": grams, "claims": claims if certificate else []}
                    for lot, grams in lots.items()
                ],
            },
            at=at,
        )

    def dispatched(self, lots: Mapping[str, int], dispatch: str = "", *, at: str = AT) -> bytes:
        """Packages leave for the exporter."""
        return self.said(
            "lot.dispatched",
            {
                "dispatch": dispatch or self.thing(),
                "receiver": self.exporter,
                "lots": [{"lot": lot, "grams": grams} for lot, grams in lots.items()],
                "facility": self.centre,
            },
            at=at,
        )

    def arrived(self, dispatch: str, lots: Iterable[tuple[str, int]], *, at: str = AT) -> bytes:
        """The bill of lading says that everything arrived."""
        return self.said(
            "lot.received",
            {
                "dispatch": dispatch,
                "receiver": self.exporter,
                "lots": [{"lot": lot, "accepted": grams} for lot, grams in lots],
                "evidence": "bill-of-lading",
            },
            at=at,
        )


def _rectangle(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return {"type": "Polygon", "coordinates": [[[f"{x:.6f}", f"{y:.6f}"] for x, y in corners]]}
