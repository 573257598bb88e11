"""Examples about agreements."""

from __future__ import annotations

from tests.vectors.examples import world
from tests.vectors.examples.example import Clear, Example, digest

EXAMPLES = (
    Example(
        "agreement.signed/1",
        "family",
        "A coffee family in a protected forest renews its conservation agreement for a year.",
        {
            "agreement": world.AGREEMENT,
            "framework": "forest-conservation",
            "level": "family",
            "code": "AC-2026-118",
            "parent": world.FRAMEWORK_AGREEMENT,
            "institutions": [
                {"party": world.AUTHORITY, "role": "authority"},
                {"party": world.FUNDER, "role": "funder"},
                {"party": world.COOP, "role": "cooperative"},
            ],
            "areas": [world.FOREST],
            "commitments": [
                {
                    "code": "no-felling",
                    "kind": "prohibit",
                    "critical": True,
                    "text": Clear("No talar ni quemar bosque dentro ni fuera de la parcela."),
                },
                {"code": "shade-trees", "kind": "do", "critical": False},
                {"code": "coffee-area", "kind": "limit", "critical": False},
            ],
            "benefits": [
                {"code": "improved-stove", "text": Clear("Una cocina mejorada instalada antes de agosto.")},
                {"code": "training"},
            ],
            "valid_from": "2026-02-01",
            "valid_to": "2027-01-31",
            "life_plan": digest("life plan of household H-0155, 2026"),
            "cascades": ["suspension"],
            "document": digest("signed agreement AC-2026-118, scan"),
        },
        world.COOP,
        "2026-02-03T11:20:00-05:00",
        {"basis": "document", "basis_document": digest("signed agreement AC-2026-118, scan")},
    ),
    Example(
        "agreement.signed/1",
        "community",
        "A herding community agrees to rest its fenced pasture; the agreement has no end date.",
        {
            "agreement": world.FRAMEWORK_AGREEMENT,
            "framework": "managed-pasture",
            "level": "community",
            "code": "AP-2025-004",
            "institutions": [{"party": world.COMMUNITY, "role": "community"}],
            "commitments": [{"code": "rest-pasture", "kind": "do", "critical": True}],
            "valid_from": "2025-11-01",
        },
        world.COMMUNITY,
        "2025-11-02T10:05:00-05:00",
    ),
    Example(
        "agreement.joined/1",
        "family",
        "A producer joins the community's agreement for the household she farms with.",
        {
            "agreement": world.AGREEMENT,
            "signatory": world.GROWER,
            "household": world.HOUSEHOLD,
            "joined_on": "2026-02-01",
            "document": digest("signature sheet of 1 February 2026"),
        },
        world.COOP,
        "2026-02-03T11:32:00-05:00",
        {"basis": "document", "basis_document": digest("signature sheet of 1 February 2026")},
    ),
    Example(
        "agreement.joined/1",
        "committee",
        "The tourism committee joins as a party; the sheet was not scanned.",
        {"agreement": world.FRAMEWORK_AGREEMENT, "signatory": world.COMMITTEE, "joined_on": "2026-03-10"},
        world.AUTHORITY,
        "2026-03-10T16:00:00-05:00",
    ),
)
