"""Examples about certificates and the members they list."""

from __future__ import annotations

from tests.vectors.examples import world
from tests.vectors.examples.example import Example, digest

EXAMPLES = (
    Example(
        "certificate.recorded/1",
        "licensed-volume",
        "A group certificate with a licensed volume of green coffee, and a mill that works for it.",
        {
            "certificate": world.RA_CERTIFICATE,
            "scheme": "rainforest-alliance",
            "scheme_version": "2020 v1.3",
            "number": "HC-RA-2026-0012",
            "holder": world.COOP,
            "sellers": [world.COOP, world.CENTRAL],
            "units": [
                {"party": world.COOP, "facility": world.STORE, "activities": ["storing", "trading"]},
                {
                    "party": world.MILL,
                    "facility": world.DRY_MILL,
                    "activities": ["hulling"],
                    "subcontractor": True,
                },
            ],
            "body": world.CERTIFIER,
            "products": [{"commodity": "coffee", "form": "green"}],
            "models": ["identity-preserved", "segregated"],
            "valid_from": "2026-03-15",
            "valid_to": "2027-03-14",
            "volumes": [{"commodity": "coffee", "form": "green", "season": "2026", "grams": 410_000_000}],
            "document": digest("certificate HC-RA-2026-0012, pdf"),
        },
        world.COOP,
        "2026-03-16T09:10:00-05:00",
        {"basis": "document", "basis_document": digest("certificate HC-RA-2026-0012, pdf")},
    ),
    Example(
        "certificate.recorded/1",
        "no-expiry",
        "The certifier records an organic certificate for every form of cocoa; it names no end.",
        {
            "certificate": world.CERTIFICATE,
            "scheme": "nop",
            "scheme_version": "2023",
            "number": "HC-2026-0091",
            "holder": world.COOP,
            "body": world.CERTIFIER,
            "products": [{"commodity": "cocoa"}],
            "models": ["segregated"],
            "valid_from": "2026-01-20",
        },
        world.CERTIFIER,
        "2026-01-21T08:00:00-05:00",
        signer="Certificadora Hoja Clara",
    ),
    Example(
        "member.status-set/1",
        "listed",
        "The certificate lists a member with one of her plots for the season.",
        {
            "certificate": world.RA_CERTIFICATE,
            "producer": world.GROWER,
            "plots": [world.HILL],
            "season": "2026",
            "status": "listed",
            "effective_from": "2026-03-15",
            "document": digest("member list 2026 of HC-RA-2026-0012"),
        },
        world.COOP,
        "2026-03-16T09:40:00-05:00",
    ),
    Example(
        "member.status-set/1",
        "suspended",
        "The certifier suspends a member in mid-season.",
        {
            "certificate": world.RA_CERTIFICATE,
            "producer": world.NEIGHBOUR,
            "season": "2026",
            "status": "suspended",
            "effective_from": "2026-06-20",
        },
        world.CERTIFIER,
        "2026-06-22T15:30:00-05:00",
        signer="Certificadora Hoja Clara",
    ),
)
