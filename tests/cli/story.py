"""A short story for the command line: two families deliver coffee and the co-op pools it; ids fixed, names invented."""

from __future__ import annotations

from typing import Any

STORE = "STQRE00000000001"
LOT = "PQQK000000000001"
DELIVERIES = ("DEXVERY000000001", "DEXVERY000000002")
DAY = "2026-05-20"


def fact(number: int, kind: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An unsigned fact of that day."""
    return {
        "fact": f"{kind}/1",
        "id": f"FACT{number:012d}",
        "at": f"{DAY}T08:{number:02d}:00-05:00",
        "body": body,
        **more,
    }


def facts(operator: str) -> list[dict[str, Any]]:
    """The whole story, in order; the operator is the co-operative."""
    told = [
        fact(
            1,
            "facility.registered",
            {
                "facility": STORE,
                "party": operator,
                "kind": "collection-centre",
                "code": "CA-01",
                "district": "Distrito Inventado",
            },
        )
    ]
    for place in (1, 2):
        told += _family(place)
    pooled = [{"lot": lot, "grams": 50_000, "empties": True} for lot in DELIVERIES]
    told.append(
        fact(
            30,
            "lot.transformed",
            {
                "commodity": "coffee",
                "process": "pooling",
                "facility": STORE,
                "inputs": pooled,
                "outputs": [{"lot": LOT, "form": "dry-parchment", "kind": "main", "grams": 100_000}],
            },
        )
    )
    return told


def delivery(number: int, lot: str, producer: str, plot: str, net: int = 50_000) -> dict[str, Any]:
    """A family's delivery of dry parchment."""
    return fact(
        number,
        "lot.harvested",
        {
            "lot": lot,
            "commodity": "coffee",
            "form": "dry-parchment",
            "season": "2026",
            "facility": STORE,
            "producer": producer,
            "plot": plot,
            "harvested_from": "2026-05-10",
            "harvested_to": "2026-05-12",
            "gross": net + 1_000,
            "tare": 1_000,
            "net": net,
            "receipt": f"R-{number}",
        },
    )


def _family(place: int) -> list[dict[str, Any]]:
    producer, plot, base = f"PRQDVCER0000000{place}", f"PXQT00000000000{place}", 10 * place
    return [
        fact(
            base,
            "producer.enrolled",
            {"producer": producer, "code": f"P-{place:03d}", "district": "Distrito Inventado"},
            sealed={"/person": {"name": f"Persona Inventada {place}"}},
        ),
        fact(
            base + 1,
            "plot.mapped",
            {"plot": plot, "area_m2": 20_000, "district": "Distrito Inventado"},
            sealed={"/geometry": {"type": "Point", "coordinates": [f"-76.{place:03d}1", "-6.1"]}},
        ),
        fact(
            base + 2,
            "plot.held",
            {"plot": plot, "holder": producer, "tenure": "owner", "held_from": "2020-01-01"},
        ),
        delivery(base + 3, DELIVERIES[place - 1], producer, plot),
    ]
