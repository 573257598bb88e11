"""Examples about erasure, issued documents and withheld text."""

from __future__ import annotations

from ledger.postings import post
from ledger.postings.privacy import restatement
from ledger.statement import restated_text
from tests.vectors.examples import producers, world
from tests.vectors.examples.example import Example, digest, thing
from tests.vectors.examples.signing import signed

_HERDER = signed(next(each for each in producers.EXAMPLES if each.fact == "producer.enrolled/1"))

EXAMPLES = (
    Example(
        "erasure.requested/1",
        "neighbour",
        "A grower who left asks the co-operative to erase what identifies him.",
        {
            "erasure": thing("erasure 1"),
            "person": world.NEIGHBOUR,
            "asked_on": "2026-11-02",
            "grounds": "consent-withdrawn",
            "document": digest("letter of 2 November 2026"),
        },
        world.COOP,
        "2026-11-02T10:00:00-05:00",
    ),
    Example(
        "erasure.done/1",
        "neighbour",
        "Retention has ended: the operator destroyed his key and all that was sealed under it.",
        {
            "erasure": thing("erasure 1"),
            "person": world.NEIGHBOUR,
            "done_on": "2032-01-01",
            "destroyed": [
                {"kind": "person-key", "count": 2},
                {"kind": "disclosure", "count": 5},
                {"kind": "blind-index", "count": 1},
                {"kind": "document", "count": 1},
            ],
        },
        world.COOP,
        "2032-01-01T08:00:00-05:00",
    ),
    Example(
        "document.issued/1",
        "dossier",
        "The co-operative made a dossier for the buyer from the books at 48,120 entries.",
        {
            "document": digest("dossier of the green lot, pdf"),
            "kind": "dossier",
            "form": "eudr",
            "size": 412_883,
            "log_size": 48_120,
            "packs": [digest("pack coffee 1")],
            "about": [world.GREEN, world.GROWER],
        },
        world.COOP,
        "2026-09-05T09:00:00-05:00",
    ),
    Example(
        "statement.withheld/1",
        "sector",
        "A clerk had typed a name into the sector of an enrolment; the operator takes the text out and masks the word.",
        {
            "statement": _HERDER.digest,
            "reason": "personal-data-in-open-field",
            "restated": restated_text(restatement(_HERDER, post(_HERDER), mask=["sector"])),
        },
        world.COOP,
        "2026-02-03T11:00:00-05:00",
    ),
)
