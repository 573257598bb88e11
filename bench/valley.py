"""A co-operative on a ledger of its own, and the facts of its season, signed and ready to be offered."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger import canonical, keys
from ledger.book import Ledger
from ledger.keys import SigningKey
from ledger.statement import Disclosure, disclose, sign
from ledger.values import crockford

ORIGIN = "chaski.example/log/bench"
DATABASE = "chaski.db"
AT = "2026-06-12T09:41:00-05:00"
DISTRICTS = ("Moyobamba", "Jepelacio", "Soritor", "Habana")
SACK_GRAMS = 60_000
POOL = 22
"""Deliveries that go into one pool."""


@dataclass(frozen=True, slots=True)
class Grower:
    """A producer with a plot."""

    producer: str
    plot: str


class Valley:
    """One co-operative with its centre, key and growers; what it signs follows from a seed."""

    def __init__(self, ledger: Ledger, folder: Path, seed: int = 1) -> None:
        """Register the co-operative, its key, its centre and the exporter it sends to; the ledger lies in `folder`."""
        self.ledger = ledger
        self.folder = folder
        self._chance = random.Random(seed)
        self.coop, self.exporter, self.centre = self.thing(), self.thing(), self.thing()
        self.key = SigningKey.from_seed(self._chance.randbytes(32))
        self.growers: list[Grower] = []
        self._register(self.coop, "cooperative", "Cooperativa Inventada", self.key)
        ledger.state_as_operator(
            "party.registered/1",
            {"party": self.exporter, "kind": "exporter", "country": "PE", "name": "Exportadora Inventada"},
        )
        centre = {"facility": self.centre, "party": self.coop, "kind": "collection-centre", "code": "CA-01"}
        self.accept([self.said("facility.registered", centre)])

    def _register(self, party: str, kind: str, name: str, key: SigningKey) -> None:
        self.ledger.state_as_operator(
            "party.registered/1", {"party": party, "kind": kind, "country": "PE", "name": name}
        )
        proof = key.sign(keys.possession_message(self.ledger.origin, party, key.public))
        self.ledger.state_as_operator(
            "key.authorised/1",
            {
                "party": party,
                "key": canonical.b64url(key.public),
                "kind": "organisation",
                "proof": canonical.b64url(proof),
            },
        )

    def thing(self) -> str:
        """A new id."""
        return crockford(self._chance.randbytes(10))

    def said(self, fact: str, body: Mapping[str, Any], *, sealed: Mapping[str, Any] | None = None) -> bytes:
        """A submission signed by the co-operative, with its disclosures."""
        disclosures = [self._sealed(pointer, value) for pointer, value in (sealed or {}).items()]
        envelope = {
            "fact": f"{fact}/1",
            "id": self.thing(),
            "log": self.ledger.origin,
            "by": self.coop,
            "at": AT,
            "nonce": canonical.b64url(self._chance.randbytes(16)),
            "body": {**body, **{d.pointer.removeprefix("/"): d.digest for d in disclosures}},
        }
        return b"~".join([sign(envelope, self.key).jws, *(d.text.encode() for d in disclosures)])

    def _sealed(self, pointer: str, value: Any) -> Disclosure:
        return disclose(self._chance.randbytes(16), pointer, value)

    def accept(self, submissions: list[bytes]) -> None:
        """State submissions; all of them must be accepted."""
        for first in range(0, len(submissions), 100):
            for outcome in self.ledger.state(*submissions[first : first + 100], bulk=True):
                assert outcome.status == "accepted", outcome

    # ------------------------------------------------------------ a season

    def enrol(self) -> list[bytes]:
        """A new grower: enrolled, with a plot that is mapped and held, and an estimate."""
        grower, number = Grower(self.thing(), self.thing()), len(self.growers)
        self.growers.append(grower)
        district = DISTRICTS[number % len(DISTRICTS)]
        person = {"name": f"Persona Inventada {number}", "born": "1971-03-02"}
        place = {"type": "Point", "coordinates": ["-76.97123", "-6.03417"]}
        code = {"producer": grower.producer, "code": f"S-{number}", "district": district}
        plot = {"plot": grower.plot, "area_m2": 20_000, "district": district}
        held = {"plot": grower.plot, "holder": grower.producer, "tenure": "owner", "held_from": "2019-01-01"}
        estimate = {
            "estimate": self.thing(),
            "grown": grower.plot,
            "commodity": "coffee",
            "form": "dry-parchment",
            "season": "2026",
            "grams": 2_000 * SACK_GRAMS,
            "method": "declared",
        }
        return [
            self.said("producer.enrolled", code, sealed={"/person": person}),
            self.said("plot.mapped", plot, sealed={"/geometry": place}),
            self.said("plot.held", held),
            self.said("estimate.made", estimate),
        ]

    def settle(self, growers: int) -> None:
        """Enrol growers and have it accepted."""
        self.accept([said for _ in range(growers) for said in self.enrol()])

    def any_grower(self) -> Grower:
        """One of those enrolled."""
        return self._chance.choice(self.growers)

    def harvest(self, lot: str, grower: Grower) -> bytes:
        """A sack of parchment is weighed in."""
        number = self._chance.randrange(10**7)
        return self.said(
            "lot.harvested",
            {
                "lot": lot,
                "commodity": "coffee",
                "form": "dry-parchment",
                "season": "2026",
                "facility": self.centre,
                "producer": grower.producer,
                "plot": grower.plot,
                "harvested_from": "2026-05-20",
                "harvested_to": "2026-06-02",
                "gross": SACK_GRAMS + 200,
                "tare": 200,
                "net": SACK_GRAMS,
                "receipt": f"R-{number}",
                "sacks": 1,
                "measures": [{"kind": "moisture", "value": 115, "scale": 1, "unit": "percent"}],
            },
        )

    def worked(
        self, process: str, inputs: Mapping[str, int], outputs: Mapping[str, tuple[str, str, int]], losses: int = 0
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
        return self.said("lot.transformed", body)

    def packed(self, lot: str, grams: int, packages: Mapping[str, int], kind: str = "bag") -> bytes:
        """A lot of green coffee goes into packages, each a lot of its own."""
        return self.said(
            "lot.packed",
            {
                "commodity": "coffee",
                "form": "green",
                "facility": self.centre,
                "inputs": [{"lot": lot, "grams": grams}],
                "packages": [{"lot": package, "kind": kind, "grams": each} for package, each in packages.items()],
            },
        )

    def dispatched(self, lots: Mapping[str, int]) -> bytes:
        """Packages leave for the exporter."""
        return self.said(
            "lot.dispatched",
            {
                "dispatch": self.thing(),
                "receiver": self.exporter,
                "lots": [{"lot": lot, "grams": grams} for lot, grams in lots.items()],
                "facility": self.centre,
            },
        )

    def weeks(self) -> Iterator[bytes]:
        """The season without end, a hundred facts a week.

        One new grower (4 facts), 88 deliveries, four pools of 22, one pool of those four, one hulling,
        one packing in ten bags, one dispatch. Deliveries come from any grower enrolled so far.
        """
        while True:
            week = self.enrol()
            pools: dict[str, int] = {}
            for _ in range(4):
                lots = [self.thing() for _ in range(POOL)]
                week += [self.harvest(lot, self.any_grower()) for lot in lots]
                pool = self.thing()
                pools[pool] = POOL * SACK_GRAMS
                week.append(
                    self.worked(
                        "pooling", dict.fromkeys(lots, SACK_GRAMS), {pool: ("dry-parchment", "main", pools[pool])}
                    )
                )
            yield from week
            yield from self._export(pools)

    def _export(self, pools: Mapping[str, int]) -> Iterator[bytes]:
        together, green, husk = self.thing(), self.thing(), self.thing()
        grams = sum(pools.values())
        yield self.worked("pooling", pools, {together: ("dry-parchment", "main", grams)})
        kept = grams * 78 // 100
        bags = {self.thing(): kept // 10 for _ in range(10)}
        kept = sum(bags.values())
        outputs = {green: ("green", "main", kept), husk: ("husk", "by-product", grams * 20 // 100)}
        yield self.worked("hulling", {together: grams}, outputs, grams - kept - grams * 20 // 100)
        yield self.packed(green, kept, bags)
        yield self.dispatched(bags)


def new_valley(folder: Path, seed: int = 1) -> Valley:
    """A new ledger in a folder of its own, with a co-operative."""
    folder.mkdir(parents=True)
    ledger = Ledger.create(str(folder / DATABASE), origin=ORIGIN, operator="Operador Inventado")
    return Valley(ledger, folder, seed)
