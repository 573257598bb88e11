"""Examples about evidence and incidents."""

from __future__ import annotations

from tests.vectors.examples import world
from tests.vectors.examples.example import Clear, Example, digest, thing

EXAMPLES = (
    Example(
        "evidence.recorded/1",
        "deforestation",
        "A deforestation assessment of two plots came in as a file; one needs a second look.",
        {
            "about": "deforestation",
            "provider": "Whisp",
            "version": "2026-03",
            "assessed_on": "2026-04-02",
            "cutoff": "2020-12-31",
            "plots": [
                {"plot": world.HILL, "result": "low"},
                {"plot": world.RIVER, "result": "more-info-needed"},
            ],
            "file": digest("whisp results 2026-04-02.csv"),
        },
        world.COOP,
        "2026-04-02T16:05:00-05:00",
        {},
    ),
    Example(
        "incident.recorded/1",
        "tenure",
        "A neighbour claims part of a plot.",
        {
            "incident": thing("incident, tenure of a plot"),
            "kind": "tenure",
            "about": world.HILL,
            "opened_on": "2026-03-11",
            "code": "boundary-disputed",
            "document": digest("letter of the neighbour, 2026-03-11"),
            "note": Clear("El vecino reclama la franja junto al río."),
        },
        world.COOP,
        "2026-03-12T09:00:00-05:00",
        {},
    ),
    Example(
        "incident.closed/1",
        "tenure",
        "The two neighbours agreed on the boundary before the judge of peace.",
        {
            "incident": thing("incident, tenure of a plot"),
            "closed_on": "2026-05-20",
            "grounds": "agreement-of-neighbours",
            "document": digest("minutes before the judge of peace, 2026-05-20"),
        },
        world.COOP,
        "2026-05-21T09:00:00-05:00",
        {},
    ),
)
