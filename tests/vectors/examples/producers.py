"""Examples about producers and households: enrolment, status, inspections, declarations, consents."""

from __future__ import annotations

from tests.vectors.examples import world
from tests.vectors.examples.example import Clear, Example, digest, thing

_INSPECTION_SHEET = digest("internal inspection sheet 2026-0417")

EXAMPLES = (
    Example(
        "producer.enrolled/1",
        "herder",
        "A herder of a registered community goes on the register; name and document number are sealed.",
        {
            "producer": world.HERDER,
            "code": "PC-0023",
            "person": Clear({"name": "Persona Inventada Tres", "document": "PE-DNI 00000023"}),
            "district": "Lampa",
            "sector": "Pampa Callada Baja",
            "community": world.COMMUNITY,
            "also_enrolled": [world.NEIGHBOUR],
        },
        world.COOP,
        "2026-01-12T09:00:00-05:00",
    ),
    Example(
        "producer.succeeded/1",
        "inheritance",
        "A daughter takes over her father's farm.",
        {
            "producer": world.NEIGHBOUR,
            "successor": world.HEIR,
            "reason": "inheritance",
            "effective_from": "2026-08-01",
        },
        world.COOP,
        "2026-08-03T10:00:00-05:00",
    ),
    Example(
        "household.registered/1",
        "couple",
        "Two growers who live and farm together form the household that keeps an agreement.",
        {
            "household": world.HOUSEHOLD,
            "code": "H-0155",
            "producers": [world.GROWER, world.NEIGHBOUR],
            "district": "Moyobamba",
            "sector": "Naranjal Alto",
        },
        world.COOP,
        "2026-01-12T09:30:00-05:00",
    ),
    Example(
        "household.changed/1",
        "heir",
        "A daughter joins the household and her father leaves it.",
        {
            "household": world.HOUSEHOLD,
            "joined": [world.HEIR],
            "left": [world.NEIGHBOUR],
            "effective_from": "2026-08-01",
        },
        world.COOP,
        "2026-08-03T10:05:00-05:00",
    ),
    Example(
        "producer.status-set/1",
        "conditional",
        "The internal control system approves a producer on condition, for one season.",
        {
            "producer": world.GROWER,
            "programme": world.COOP,
            "status": "conditional",
            "effective_from": "2026-03-20",
            "season": "2026",
            "reason": Clear("Falta cerrar el pozo de aguas mieles antes de junio."),
        },
        world.COOP,
        "2026-03-21T08:30:00-05:00",
    ),
    Example(
        "inspection.made/1",
        "internal",
        "The yearly internal inspection of a grower: one minor finding, and what her plot should give.",
        {
            "inspection": world.INSPECTION,
            "kind": "internal",
            "subject": world.GROWER,
            "visited_on": "2026-03-19",
            "result": "passed-with-findings",
            "inspector": Clear({"name": "Persona Inventada Cuatro", "licence": "ICS-07"}),
            "conflict_of_interest": False,
            "plots": [world.HILL],
            "findings": [
                {
                    "code": "5.3.2",
                    "severity": "minor",
                    "cure_by": "2026-06-01",
                    "note": Clear("Pozo de aguas mieles sin tapa."),
                }
            ],
            "estimates": [
                {
                    "grown": world.HILL,
                    "commodity": "coffee",
                    "form": "dry-parchment",
                    "season": "2026",
                    "grams": 1_214_400,
                }
            ],
            "document": _INSPECTION_SHEET,
        },
        world.COOP,
        "2026-03-20T15:00:00-05:00",
        {"basis": "document", "basis_document": _INSPECTION_SHEET, "hand": "u-09"},
    ),
    Example(
        "producer.declared/1",
        "yearly",
        "A grower's declaration for the year; what she does not know stays unknown.",
        {
            "producer": world.GROWER,
            "year": 2026,
            "declarations": [
                {"code": "no-child-labour", "answer": "yes"},
                {"code": "no-felling-since-2020", "answer": "yes"},
                {"code": "land-title", "answer": "unknown"},
            ],
            "document": digest("yearly declaration of NM-0417, 2026"),
        },
        world.COOP,
        "2026-03-20T15:20:00-05:00",
    ),
    Example(
        "consent.given/1",
        "lender",
        "A grower lets a lender see what she delivered, until the end of the year.",
        {
            "consent": thing("consent 14"),
            "producer": world.GROWER,
            "to": world.LENDER,
            "purpose": "credit",
            "scope": ["deliveries", "payments"],
            "valid_to": "2026-12-31",
            "document": digest("signed consent of NM-0417"),
        },
        world.COOP,
        "2026-08-10T09:00:00-05:00",
    ),
    Example(
        "consent.withdrawn/1",
        "lender",
        "She takes it back.",
        {"consent": thing("consent 14"), "effective_from": "2026-10-01"},
        world.COOP,
        "2026-10-01T12:00:00-05:00",
    ),
)
