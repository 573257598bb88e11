"""Examples about other statements: countersignature, justification of a flag, retraction."""

from __future__ import annotations

from tests.vectors.examples import world
from tests.vectors.examples.deliveries import DELIVERED
from tests.vectors.examples.example import Clear, Example, digest

EXAMPLES = (
    Example(
        "fact.endorsed/1",
        "receipt",
        "The buyer countersigns what the carrier stated about the arrival.",
        {"statement": digest("statement of arrival of D-1"), "role": "receipt"},
        world.BUYER,
        "2026-09-04T11:00:00+02:00",
        signer="Puerto Garza Importers",
    ),
    Example(
        "flag.justified/1",
        "over-estimate",
        "The field technician explains why a plot gave more than was estimated.",
        {
            "statement": DELIVERED,
            "flag": "over-estimate",
            "grounds": "new-planting",
            "note": Clear("La parte alta entró en producción este año; visita del 5 de junio."),
            "document": digest("visit report of 5 June 2026"),
        },
        world.COOP,
        "2026-06-15T10:25:00-05:00",
        {"hand": "u-09"},
    ),
    Example(
        "fact.retracted/1",
        "duplicate",
        "The clerk had entered one delivery twice under two lot numbers.",
        {
            "statement": digest("statement of delivery B001-000732, entered twice"),
            "reason": "duplicate",
            "note": Clear("El mismo recibo se registró en la tableta y en la oficina."),
        },
        world.COOP,
        "2026-06-12T19:40:00-05:00",
        {"hand": "u-02"},
    ),
)
