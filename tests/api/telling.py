"""What happens in the small world: farms deliver, their coffee is pooled, a lot is held."""

from __future__ import annotations

from typing import Any

from tests.api.world import OPENED, World, thing


def state(world: World, *facts: dict[str, Any]) -> None:
    """State facts through the node for the co-operative; every one must be accepted."""
    for outcome in world.ledger.state(*facts, party=world.coop):
        assert outcome.status == "accepted", outcome.problems


def pooled_lot(world: World, farms: int, *, held: bool = False) -> str:
    """So many farms join an agreement and a certificate, deliver 100 kg each, and all is pooled into one lot."""
    name = f"pool of {farms}"
    first = farms * 100
    numbers = range(first, first + farms)
    agreement, certificate, area = (thing(f"{kind} {name}") for kind in ("agreement", "certificate", "area"))
    state(
        world,
        world.unsigned(
            "area.mapped/1",
            {
                "area": area,
                "kind": "conservation",
                "name": f"Bosque {farms}",
                "area_m2": 9_000_000,
                "district": "Pardo Miguel",
            },
            sealed={"/geometry": {"type": "Point", "coordinates": ["-77.2", "-6.0"]}},
            at=OPENED,
        ),
        world.unsigned(
            "agreement.signed/1",
            {
                "agreement": agreement,
                "framework": "forest-agreement",
                "level": "family",
                "code": f"AC-{farms}",
                "institutions": [{"party": world.coop, "role": "cooperative"}],
                "areas": [area],
                "commitments": [{"code": "no-felling", "kind": "prohibit", "critical": True}],
                "valid_from": "2026-01-01",
                "valid_to": "2026-12-31",
            },
            at=OPENED,
        ),
        world.unsigned(
            "certificate.recorded/1",
            {
                "certificate": certificate,
                "scheme": "eu-organic",
                "scheme_version": "2018/848",
                "number": f"PE-BIO-{farms}",
                "holder": world.coop,
                "body": world.coop,
                "products": [{"commodity": "coffee"}],
                "models": ["segregated"],
                "valid_from": "2026-01-01",
                "valid_to": "2026-05-25",
            },
            at=OPENED,
        ),
    )
    for number in numbers:
        producer = thing(f"producer {number}")
        joined = {"agreement": agreement, "signatory": producer, "joined_on": "2026-02-01"}
        listed = {
            "certificate": certificate,
            "producer": producer,
            "season": "2026",
            "status": "listed",
            "effective_from": "2026-02-01",
        }
        enrolled, mapped, held_by = world.farm(number)
        mapped["body"]["within"] = area
        state(world, enrolled, mapped, held_by)
        if number % 3:
            state(world, world.unsigned("agreement.joined/1", joined, at=OPENED))
        state(world, world.unsigned("member.status-set/1", listed, at=OPENED))
    state(world, *(world.unsigned("lot.harvested/1", world.delivery(number, 100_000)) for number in numbers))
    lot = thing(name)
    pooling = {
        "commodity": "coffee",
        "process": "pooling",
        "facility": world.acopio,
        "inputs": [{"lot": thing(f"lot {number}"), "grams": 100_000} for number in numbers],
        "outputs": [{"lot": lot, "form": "dry-parchment", "kind": "main", "grams": 100_000 * farms}],
    }
    state(world, world.unsigned("lot.transformed/1", pooling, at="2026-06-20T09:00:00-05:00"))
    if held:
        hold = {"hold": thing(f"hold {name}"), "lots": [lot], "reason": "sample-failed"}
        state(world, world.unsigned("lot.held/1", hold, at="2026-06-21T09:00:00-05:00"))
    return lot
