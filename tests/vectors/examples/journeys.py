"""Examples about lots on their way and out of reach: dispatched, received, returned, lost, held, recalled."""

from __future__ import annotations

from tests.vectors.examples import world
from tests.vectors.examples.example import Clear, Example, digest, thing

EXAMPLES = (
    Example(
        "lot.dispatched/1",
        "export",
        "Two hundred kilograms of green coffee leave for a buyer with a log of its own.",
        {
            "dispatch": world.DISPATCH,
            "receiver": world.BUYER,
            "lots": [{"lot": world.GREEN, "grams": 200_000, "weighed_grams": 199_800}],
            "facility": world.DRY_MILL,
            "vehicle": "XYZ-000",
            "seals": ["S-000481"],
            "container": "TSTU0000001",
            "documents": [digest("packing list of D-1")],
            "guides": ["T001-00000231"],
            "expected_on": "2026-08-30",
            "destination_log": world.OTHER_LOG,
        },
        world.COOP,
        "2026-07-22T06:10:00-05:00",
        {"basis": "witnessed", "hand": "u-02"},
    ),
    Example(
        "lot.dispatched/1",
        "short",
        "Husk leaves the mill on the owner's own cart.",
        {
            "dispatch": thing("dispatch D-2"),
            "receiver": world.CARRIER,
            "lots": [{"lot": world.HUSK, "grams": 44_900}],
            "facility": world.DRY_MILL,
        },
        world.MILL,
        "2026-07-23T07:00:00-05:00",
        signer="Planta Piedra Lisa",
    ),
    Example(
        "lot.received/1",
        "partly",
        "The buyer weighs in what it accepts, refuses two bags and misses a hundred grams.",
        {
            "dispatch": world.DISPATCH,
            "receiver": world.BUYER,
            "lots": [
                {
                    "lot": world.GREEN,
                    "accepted": 185_900,
                    "refused": 14_000,
                    "missing": 100,
                    "weighed_grams": 185_880,
                }
            ],
            "facility": world.DOCK,
            "seals": ["S-000481"],
            "evidence": "weighed",
        },
        world.BUYER,
        "2026-09-03T14:20:00+02:00",
        {"basis": "witnessed"},
        signer="Puerto Garza Importers",
    ),
    Example(
        "lot.received/1",
        "bill-of-lading",
        "The sender states the arrival from a bill of lading; it never reads as confirmed by the receiver.",
        {
            "dispatch": thing("dispatch D-2"),
            "receiver": world.CARRIER,
            "lots": [{"lot": world.HUSK, "accepted": 44_900}],
            "evidence": "bill-of-lading",
        },
        world.MILL,
        "2026-07-24T09:00:00-05:00",
        {"basis": "document", "basis_document": digest("bill of lading of D-2")},
        signer="Planta Piedra Lisa",
    ),
    Example(
        "lot.returned/1",
        "refused",
        "What the buyer refused is back in the co-operative's store.",
        {
            "lot": world.GREEN,
            "grams": 14_000,
            "dispatch": world.DISPATCH,
            "to": world.COOP,
            "reason": "wet-bags",
        },
        world.COOP,
        "2026-10-02T11:00:00-05:00",
    ),
    Example(
        "lot.lost/1",
        "theft",
        "Fibre was stolen from the sorting centre.",
        {
            "lot": world.FLEECES,
            "grams": 12_400,
            "kind": "theft",
            "owner": world.HERDER,
            "document": digest("police report of 9 March 2026"),
            "note": Clear("Forzaron la puerta trasera la noche del 8 de marzo."),
        },
        world.COOP,
        "2026-03-09T09:30:00-05:00",
    ),
    Example(
        "lot.held/1",
        "residue",
        "Two lots are held until the laboratory answers.",
        {
            "hold": world.HOLD,
            "lots": [world.GREEN, world.SECONDS],
            "reason": "residue-test",
            "document": digest("sampling record of 17 July 2026"),
        },
        world.COOP,
        "2026-07-17T15:00:00-05:00",
    ),
    Example(
        "lot.released/1",
        "residue",
        "The laboratory found nothing: one of the lots may move again.",
        {
            "hold": world.HOLD,
            "lots": [world.GREEN],
            "grounds": "test-negative",
            "document": digest("laboratory report of 21 July 2026"),
        },
        world.COOP,
        "2026-07-21T10:10:00-05:00",
    ),
    Example(
        "lot.recalled/1",
        "fuel",
        "Green coffee that was stored beside fuel is called back from everybody who holds it.",
        {
            "recall": world.RECALL,
            "lots": [world.GREEN],
            "reason": "contamination",
            "document": digest("recall notice of 12 September 2026"),
        },
        world.COOP,
        "2026-09-12T08:45:00-05:00",
    ),
)
