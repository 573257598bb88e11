"""Examples about lots being worked, packed, inspected and labelled. Grams of a process add up."""

from __future__ import annotations

from tests.vectors.examples import world
from tests.vectors.examples.example import Example, digest, thing

_BAG = thing("bag 1 of green main")
_PALLET = thing("pallet 1 of green main")

EXAMPLES = (
    Example(
        "lot.transformed/1",
        "hulling",
        "Pooled parchment is hulled on contract: green coffee, seconds and husk come out, each with its owner.",
        {
            "commodity": "coffee",
            "process": "hulling",
            "facility": world.DRY_MILL,
            "inputs": [
                {
                    "lot": world.POOLED,
                    "grams": 284_000,
                    "weighed_grams": 283_600,
                    "empties": True,
                    "loss_grams": 1_000,
                    "loss_kind": "handling",
                    "owner": world.COOP,
                }
            ],
            "outputs": [
                {
                    "lot": world.GREEN,
                    "form": "green",
                    "kind": "main",
                    "grams": 224_350,
                    "weighed_grams": 224_400,
                    "owner": world.COOP,
                    "vessel": thing("silo 2 Piedra Lisa"),
                    "measures": [{"kind": "moisture", "value": 112, "scale": 1, "unit": "percent"}],
                },
                {"lot": world.SECONDS, "form": "seconds", "kind": "second", "grams": 14_250, "owner": world.COOP},
                {"lot": world.HUSK, "form": "husk", "kind": "by-product", "grams": 44_900, "owner": world.MILL},
            ],
            "losses": [{"kind": "process", "grams": 500}],
            "started_on": "2026-07-14",
            "measures": [{"kind": "moisture", "value": 118, "scale": 1, "unit": "percent"}],
        },
        world.MILL,
        "2026-07-15T16:40:00-05:00",
        {"for": world.COOP, "basis": "witnessed"},
        signer="Planta Piedra Lisa",
    ),
    Example(
        "lot.transformed/1",
        "topping-up",
        "Wet cocoa goes into a box on top of what lies there: the old content and the new beans become one new lot.",
        {
            "commodity": "cocoa",
            "process": "pooling",
            "facility": world.FERMENTARY,
            "inputs": [
                {"lot": world.FERMENTING, "grams": 410_000, "empties": True},
                {"lot": world.WET_BEANS, "grams": 64_000, "empties": True},
            ],
            "outputs": [
                {
                    "lot": thing("lot box 3, batch 41, topped up"),
                    "form": "wet-beans",
                    "kind": "main",
                    "grams": 474_000,
                    "vessel": world.BOX,
                }
            ],
        },
        world.COOP,
        "2026-04-18T18:00:00-05:00",
    ),
    Example(
        "lot.transformed/1",
        "sorting",
        "Master sorters work fleeces of a community: each class and colour becomes a lot of its own.",
        {
            "commodity": "alpaca-fibre",
            "process": "sorting",
            "facility": world.SORTING,
            "inputs": [{"lot": world.FLEECES, "grams": 82_400, "empties": True}],
            "outputs": [
                {
                    "lot": thing("lot superfina white"),
                    "form": "sorted",
                    "kind": "main",
                    "grams": 31_000,
                    "attributes": [{"code": "class", "value": "superfina"}, {"code": "colour", "value": "white"}],
                    "measures": [{"kind": "fineness", "value": 194, "scale": 1, "unit": "micrometre"}],
                },
                {
                    "lot": thing("lot fina white"),
                    "form": "sorted",
                    "kind": "main",
                    "grams": 41_200,
                    "attributes": [{"code": "class", "value": "fina"}, {"code": "colour", "value": "white"}],
                },
                {
                    "lot": thing("lot bragas white"),
                    "form": "bragas",
                    "kind": "second",
                    "grams": 8_700,
                    "attributes": [{"code": "colour", "value": "white"}],
                },
            ],
            "losses": [{"kind": "process", "grams": 1_500}],
        },
        world.COOP,
        "2026-03-07T16:20:00-05:00",
        {"basis": "witnessed"},
    ),
    Example(
        "lot.transformed/1",
        "grading",
        "The morning's fruit is graded by calibre; culls are a second, handling takes a little.",
        {
            "commodity": "dragon-fruit",
            "process": "grading",
            "facility": world.PACKHOUSE,
            "inputs": [{"lot": world.FRUIT, "grams": 180_000, "empties": True}],
            "outputs": [
                {
                    "lot": thing("lot fruit large"),
                    "form": "fresh",
                    "kind": "main",
                    "grams": 92_500,
                    "attributes": [{"code": "species", "value": "yellow"}, {"code": "calibre", "value": "large"}],
                },
                {
                    "lot": thing("lot fruit medium"),
                    "form": "fresh",
                    "kind": "main",
                    "grams": 65_400,
                    "attributes": [{"code": "species", "value": "yellow"}, {"code": "calibre", "value": "medium"}],
                },
                {
                    "lot": thing("lot fruit culls"),
                    "form": "culls",
                    "kind": "second",
                    "grams": 21_300,
                    "attributes": [{"code": "species", "value": "yellow"}],
                },
            ],
            "losses": [{"kind": "handling", "grams": 800}],
        },
        world.COOP,
        "2026-02-19T13:50:00-05:00",
        {"basis": "witnessed"},
    ),
    Example(
        "lot.packed/1",
        "bags",
        "Green coffee is packed into bags of 69 kg; one has a label of its own, two share one.",
        {
            "commodity": "coffee",
            "form": "green",
            "facility": world.DRY_MILL,
            "inputs": [{"lot": world.GREEN, "grams": 207_000, "owner": world.COOP}],
            "packages": [
                {"lot": _BAG, "kind": "bag", "grams": 69_000, "owner": world.COOP},
                {"lot": _PALLET, "kind": "pallet", "grams": 138_000, "units": 2},
            ],
        },
        world.COOP,
        "2026-07-16T10:00:00-05:00",
    ),
    Example(
        "lot.unpacked/1",
        "bag",
        "A bag is opened and its content goes back to the silo.",
        {
            "commodity": "coffee",
            "form": "green",
            "facility": world.DRY_MILL,
            "inputs": [{"lot": _BAG, "grams": 69_000, "empties": True}],
            "output": thing("lot green from bag 1"),
            "grams": 69_000,
            "owner": world.COOP,
        },
        world.COOP,
        "2026-07-18T09:15:00-05:00",
    ),
    Example(
        "lot.inspected/1",
        "cupping",
        "The lot is cupped: 84.25 points.",
        {
            "lot": world.GREEN,
            "inspected_on": "2026-07-17",
            "measures": [
                {"kind": "cup-score", "value": 8_425, "scale": 2, "unit": "points"},
                {"kind": "moisture", "value": 112, "scale": 1, "unit": "percent"},
            ],
            "result": "passed",
            "document": digest("cupping sheet of 17 July 2026"),
        },
        world.COOP,
        "2026-07-17T12:30:00-05:00",
    ),
    Example(
        "lot.sampled/1",
        "buyer",
        "A sample goes to the buyer before shipment.",
        {
            "lot": world.GREEN,
            "sample": "NM-26-031",
            "grams": 350,
            "owner": world.COOP,
            "purpose": "pre-shipment",
        },
        world.COOP,
        "2026-07-17T12:45:00-05:00",
    ),
    Example(
        "conditions.recorded/1",
        "cold-chain",
        "The logger in a load of yellow pitahaya reads 7.4 degrees at most, with a gap of half an hour.",
        {
            "lots": [world.FRUIT],
            "recorded_from": "2026-02-19",
            "recorded_to": "2026-02-20",
            "measures": [
                {"kind": "temperature", "value": 74, "scale": 1, "unit": "celsius"},
                {"kind": "humidity", "value": 862, "scale": 1, "unit": "percent"},
            ],
            "gap_minutes": 30,
            "file": digest("logger file of 20 February 2026"),
        },
        world.COOP,
        "2026-02-20T20:00:00-05:00",
    ),
    Example(
        "label.printed/1",
        "a4",
        "Three labels for the bags of a lot.",
        {"lot": world.GREEN, "count": 3, "format": "a4"},
        world.COOP,
        "2026-07-16T10:20:00-05:00",
    ),
    Example(
        "label.spoiled/1",
        "wet",
        "One label got wet and was destroyed.",
        {"lot": world.GREEN, "count": 1},
        world.COOP,
        "2026-07-16T10:50:00-05:00",
    ),
)
