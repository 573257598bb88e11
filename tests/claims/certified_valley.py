"""A valley whose coffee is certified: organic and Rainforest Alliance, under a forest agreement, on assessed land.

It stands on a real ledger, so that a test reads like the trade: a family delivers, lots are pooled and hulled, and
somebody asks what they carry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ledger.queries import Claim, LotClaims
from tests.world import Draft, Farm, World

ORGANIC, RAINFOREST, FOREST = "eu-organic", "rainforest-alliance", "forest-agreement"
SALE_DAY = "2026-08-05"
NEVER = "00" * 32


@dataclass(frozen=True)
class Family(Farm):
    """A family with a household of its own."""

    household: str


class CertifiedValley:
    """The co-operative, its mill, buyer, certifier and the head of the protected area, with their papers."""

    def __init__(self, world: World, *, licensed: int = 1_000_000) -> None:
        self.world = world
        self.coop = world.coop()
        self.mill = world.mill()
        self.buyer = world.buyer()
        self.certifier = world.certifier()
        self.authority = world.party("Jefatura", "authority")
        world.say(world.role(self.authority, "authority"))
        self.area = world.new_id("area")
        world.say(
            world.draft(
                "area.mapped",
                {
                    "area": self.area,
                    "kind": "conservation",
                    "name": "Bosque",
                    "area_m2": 9_000_000,
                    "district": "Rioja",
                },
                self.coop,
                sealed={"/geometry": '{"type":"Point","coordinates":[-77.2,-6.0]}'},
            )
        )
        self.organic = self._certificate(ORGANIC, "HC-ORG-1")
        volumes = [{"commodity": "coffee", "form": "green", "season": "2026", "grams": licensed}]
        self.rainforest = self._certificate(RAINFOREST, "HC-RA-1", volumes=volumes)
        self.agreement, self.signed = self._agreement()

    def _certificate(self, scheme: str, number: str, **more: Any) -> str:
        certificate = self.world.new_id("certificate")
        units = [
            {"party": party.id, "facility": party.place, "activities": ["all"], "subcontractor": party is self.mill}
            for party in (self.coop, self.mill)
        ]
        body = {
            "certificate": certificate,
            "scheme": scheme,
            "scheme_version": "2026",
            "number": number,
            "holder": self.coop.id,
            "sellers": [self.coop.id],
            "units": units,
            "body": self.certifier.id,
            "products": [{"commodity": "coffee"}],
            "models": ["segregated"],
            "valid_from": "2026-01-01",
            "valid_to": "2026-12-31",
            **more,
        }
        self.world.say(self.world.draft("certificate.recorded", body, self.coop))
        return certificate

    def _agreement(self) -> tuple[str, str]:
        agreement = self.world.new_id("agreement")
        body = {
            "agreement": agreement,
            "framework": FOREST,
            "level": "family",
            "code": "AC-1",
            "institutions": [
                {"party": self.authority.id, "role": "authority"},
                {"party": self.coop.id, "role": "cooperative"},
            ],
            "areas": [self.area],
            "commitments": [{"code": "no-felling", "kind": "prohibit", "critical": True}],
            "valid_from": "2026-01-01",
            "valid_to": "2026-12-31",
        }
        outcome = self.world.say(self.world.draft("agreement.signed", body, self.coop))
        self.world.say(self.world.endorsement(self.authority, outcome, "agreement"))
        return agreement, outcome.digest

    # ------------------------------------------------------------ families

    def family(self, *, organic: bool = True, signatory: bool = True, listed: bool = True) -> Family:
        """A family on felling-free land inside the area; what is not said of it is left out."""
        world, coop = self.world, self.coop
        producer, plot, household = world.new_id("producer"), world.new_id("plot"), world.new_id("household")
        enrolled = {"producer": producer, "code": producer[:6], "district": "Rioja"}
        world.say(world.draft("producer.enrolled", enrolled, coop, sealed={"/person": {"name": "Persona"}}))
        world.say(world.plot(coop, plot, within=self.area))
        home = {"household": household, "code": household[:6], "producers": [producer], "district": "Rioja"}
        world.say(world.draft("household.registered", home, coop))
        family = Family(producer, plot, household)
        if organic:
            self.plot_status(family, "organic", "2024-01-01")
        if signatory:
            joined = {"agreement": self.agreement, "signatory": producer, "household": household}
            world.say(world.draft("agreement.joined", {**joined, "joined_on": "2026-01-10"}, coop))
        if listed:
            for certificate in (self.organic, self.rainforest):
                world.say(self.member(certificate, family, "listed", "2026-01-01"))
        self.assessed(family, "low")
        return family

    def plot_status(self, family: Family, status: str, effective_from: str) -> None:
        """The status of a family's plot under the organic scheme."""
        body = {"plot": family.plot, "scheme": ORGANIC, "status": status, "effective_from": effective_from}
        self.world.say(self.world.draft("plot.status-set", body, self.coop))

    def member(self, certificate: str, family: Family, status: str, effective_from: str) -> Draft:
        """A certificate lists, suspends or removes a family."""
        body = {
            "certificate": certificate,
            "producer": family.producer,
            "season": "2026",
            "status": status,
            "effective_from": effective_from,
        }
        return self.world.draft("member.status-set", body, self.coop)

    def assessed(self, family: Family, result: str) -> None:
        """What a provider says of deforestation on a family's plot."""
        body = {
            "about": "deforestation",
            "provider": "Whisp",
            "version": "2026",
            "assessed_on": "2026-03-01",
            "plots": [{"plot": family.plot, "result": result}],
            "file": NEVER,
        }
        self.world.say(self.world.draft("evidence.recorded", body, self.coop))

    # ------------------------------------------------------------ stock

    def green(self, *deliveries: tuple[Family, int]) -> str:
        """Deliveries of parchment pooled and hulled at four fifths: the green coffee, at the mill."""
        world, coop = self.world, self.coop
        lots = [(world.deliver(family, grams), grams) for family, grams in deliveries]
        pool = world.pool(coop, *lots)
        whole = sum(grams for _, grams in lots)
        main = whole * 4 // 5
        hulled = world.transformation(
            coop,
            [(pool, whole)],
            [("green", main), ("husk", "by-product", whole - main)],
            process="hulling",
            facility=self.mill.place,
        )
        world.say(hulled)
        return str(hulled["outputs"][0]["lot"])

    def sale(self, lot: str, grams: int, *claims: dict[str, Any], **changes: Any) -> Draft:
        """Green coffee is sold to the buyer with these claims."""
        line = {"lot": lot, "grams": grams, "invoiced_grams": grams, "claims": list(claims)}
        sold = self.world.sale(self.coop, self.buyer, line, form="green", **changes)
        return sold.on(SALE_DAY)

    def claim(self, kind: str, name: str) -> dict[str, Any]:
        """A claim as a sale names it."""
        if kind != "certificate":
            return {"kind": kind, "name": name}
        certificate = self.organic if name == ORGANIC else self.rainforest
        return {"kind": kind, "name": name, "model": "segregated", "certificate": certificate}

    def debit(self, grams: int, season: str = "2026") -> dict[str, Any]:
        """Licensed volume a sale draws."""
        return {
            "certificate": self.rainforest,
            "commodity": "coffee",
            "form": "green",
            "season": season,
            "grams": grams,
        }

    def claims(self, lot: str, at: str = SALE_DAY, **more: Any) -> LotClaims:
        """What a lot carries on a day."""
        return self.world.ledger.claims(lot, at, **more)

    def one(self, lot: str, name: str, at: str = SALE_DAY, **more: Any) -> Claim:
        """One claim of a lot."""
        return next(claim for claim in self.claims(lot, at, **more).claims if claim.name == name)

    def status(self, lot: str, name: str, at: str = SALE_DAY, **more: Any) -> str:
        """The status of one claim."""
        return self.one(lot, name, at, **more).status
