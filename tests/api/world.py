"""A small world in a real ledger: an operator, a co-operative that signs for itself, a few farms, one buyer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ledger import canonical
from ledger.book import Ledger
from ledger.keys import SigningKey, possession_message
from ledger.statement import sign
from ledger.values import crockford

OPENED = "2026-05-01T08:00:00-05:00"


def thing(name: str) -> str:
    """The id of something, the same in every run."""
    return crockford(hashlib.sha256(name.encode()).digest()[:10])


@dataclass
class World:
    """The ledger, the parties, and the ways they speak."""

    ledger: Ledger
    key: SigningKey = field(default_factory=lambda: SigningKey.from_seed(bytes(32)))
    coop: str = field(default_factory=lambda: thing("coop"))
    buyer: str = field(default_factory=lambda: thing("buyer"))
    acopio: str = field(default_factory=lambda: thing("acopio"))

    def signed(self, fact: str, body: dict[str, Any], *, by: str = "", name: str = "", **more: Any) -> bytes:
        """A statement signed by the co-operative's own key (of another party too, if asked to lie)."""
        envelope = {
            "fact": fact,
            "id": thing(name or f"{fact}{canonical.encode(body).decode()}"),
            "log": self.ledger.origin,
            "by": by or self.coop,
            "at": "2026-06-12T09:41:00-05:00",
            "nonce": "AAAAAAAAAAAAAAAAAAAAAA",
            "body": body,
            **more,
        }
        return sign(envelope, self.key).jws

    def unsigned(self, fact: str, body: dict[str, Any], *, name: str = "", **more: Any) -> dict[str, Any]:
        """A fact for the node to sign."""
        identity = thing(name or f"{fact}{canonical.encode(body).decode()}")
        return {"id": identity, "fact": fact, "at": "2026-06-12T09:41:00-05:00", "body": body, **more}

    def delivery(self, farm: int, grams: int, **changes: Any) -> dict[str, Any]:
        """The body of a delivery of one farm."""
        return {
            "lot": thing(f"lot {farm}"),
            "commodity": "coffee",
            "form": "dry-parchment",
            "season": "2026",
            "facility": self.acopio,
            "producer": thing(f"producer {farm}"),
            "plot": thing(f"plot {farm}"),
            "harvested_from": "2026-05-20",
            "harvested_to": "2026-06-02",
            "gross": grams + 1000,
            "tare": 1000,
            "net": grams,
            "receipt": f"B001-{farm:06d}",
            **changes,
        }

    def farm(self, number: int) -> list[dict[str, Any]]:
        """A producer with one plot, as unsigned facts."""
        producer, plot = thing(f"producer {number}"), thing(f"plot {number}")
        return [
            self.unsigned(
                "producer.enrolled/1",
                {"producer": producer, "code": f"VM-{number:04d}", "district": "Pardo Miguel"},
                sealed={"/person": {"name": f"Inventada {number}"}},
                at=OPENED,
            ),
            self.unsigned(
                "plot.mapped/1",
                {"plot": plot, "area_m2": 12_000, "district": "Pardo Miguel"},
                sealed={"/geometry": {"type": "Point", "coordinates": [f"-77.{number:04d}1", "-5.8"]}},
                at=OPENED,
            ),
            self.unsigned(
                "plot.held/1",
                {"plot": plot, "holder": producer, "tenure": "owner", "held_from": "2020-01-01"},
                at=OPENED,
            ),
        ]


def found(folder: Path, public_url: str = "https://chaski.example") -> World:
    """A ledger in a folder, with the co-operative, its key, the node's delegation, its scale and the buyer."""
    ledger = Ledger.create(
        str(folder / "chaski.db"),
        origin=f"{urlsplit(public_url).netloc}/log/demo",
        operator="Operador Inventado",
        public_url=public_url,
        demo_seed="tests",
    )
    world = World(ledger)
    for party, kind, name in (
        (world.coop, "cooperative", "Cooperativa Inventada"),
        (world.buyer, "buyer", "Buyer Inc"),
    ):
        body = {"party": party, "kind": kind, "country": "PE", "name": name}
        ledger.state_as_operator("party.registered/1", body)
    proof = world.key.sign(possession_message(ledger.origin, world.coop, world.key.public))
    ledger.state_as_operator(
        "key.authorised/1",
        {
            "party": world.coop,
            "key": canonical.b64url(world.key.public),
            "kind": "organisation",
            "proof": canonical.b64url(proof),
            "fact_types": [],
        },
    )
    ledger.delegate(world.coop)
    facility = {
        "facility": world.acopio,
        "party": world.coop,
        "kind": "collection-centre",
        "code": "A1",
        "name": "Acopio",
    }
    outcome = ledger.state(world.signed("facility.registered/1", facility, at=OPENED))[0]
    assert outcome.status == "accepted", outcome.problems
    return world
