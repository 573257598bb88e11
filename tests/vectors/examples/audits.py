"""Examples about audits."""

from __future__ import annotations

from tests.vectors.examples import world
from tests.vectors.examples.example import Example, digest, thing

EXAMPLES = (
    Example(
        "audit.opened/1",
        "season",
        "The certification body opens its audit of the co-operative's season and commits to the seed of its samples.",
        {
            "audit": thing("audit 2026"),
            "parties": [world.COOP],
            "period_from": "2026-01-01",
            "period_to": "2026-09-30",
            "ends_on": "2026-12-31",
            "seed_digest": digest("seed of the samples of 2026"),
            "document": digest("audit plan 2026"),
        },
        world.CERTIFIER,
        "2026-10-05T09:00:00-05:00",
        signer="Certificadora Hoja Clara",
    ),
    Example(
        "audit.attested/1",
        "season",
        "It replayed the whole log at home and says what came of it.",
        {
            "audit": thing("audit 2026"),
            "size": 51_204,
            "root": digest("root at 51,204 entries"),
            "rules_version": 1,
            "result": "passed-with-findings",
            "document": digest("audit report 2026"),
        },
        world.CERTIFIER,
        "2026-12-12T16:00:00-05:00",
        signer="Certificadora Hoja Clara",
    ),
)
