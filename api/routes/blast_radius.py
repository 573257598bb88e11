"""What falls with a certificate, agreement, family, land, place, lot, document or key: the list to act on."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from io import StringIO
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response, StreamingResponse

from api import described
from api.desk import desk_of
from api.routes.lots import At, Format, Size
from ledger.book.asked import day_asked
from ledger.queries import AffectedLot

router = APIRouter(tags=["lots"])

# A thing (16 characters), a document (SHA-256) or a key (thumbprint).
SUBJECT: Final = r"^([0-9A-HJKMNP-TV-Z]{16}|[0-9a-f]{64}|[A-Za-z0-9_-]{43})$"
COLUMNS: Final = (
    "lot",
    "commodity",
    "form",
    "grams",
    "expected_grams",
    "at_most_grams",
    "holders",
    "owners",
    "blocks",
    "stakes",
)


@router.get("/v1/blast-radius/{subject}", responses=described.blast_radius)
async def blast_radius(
    request: Request,
    subject: Annotated[str, Path(pattern=SUBJECT, description="Id of a thing, SHA-256 of a document, or key.")],
    size: Size = None,
    at: At = None,
    limit: Annotated[int, Query(ge=0, le=1000, description="So many lots; the totals are over all.")] = 200,
    format: Format = "json",  # noqa: A002 - the name the users type
) -> Response:
    """Every lot downstream, with grams expected and at most, who holds it, and the claims that rest on the subject."""
    desk = desk_of(request)
    await desk.access.require(request, "lots:read")
    day = None if at is None else day_asked(at, "/at")
    if format == "csv":
        # Asked once more so that an unknown subject is a problem and not an empty file.
        await desk.read(lambda: desk.ledger.blast_radius(subject, at=day, size=size, limit=0))
        lines = desk.ledger.affected(subject, at=day, size=size)
        return StreamingResponse(_csv(lines), 200, {"cache-control": "no-store"}, "text/csv; charset=utf-8")
    found = await desk.read(lambda: desk.ledger.blast_radius(subject, at=day, size=size, limit=limit))
    return Response(orjson.dumps(asdict(found)), 200, {"cache-control": "no-store"}, "application/json")


def _csv(lots: Iterable[AffectedLot]) -> Iterator[str]:
    yield _line(COLUMNS)
    for lot in lots:
        yield _line(
            (
                lot.lot,
                lot.commodity,
                lot.form,
                lot.grams,
                lot.expected_grams,
                lot.at_most_grams,
                " ".join(f"{party}:{grams}" for party, grams in lot.holders.items()),
                " ".join(f"{party}:{grams}" for party, grams in lot.owners.items()),
                " ".join(lot.blocks),
                " ".join(f"{stake.name}:{stake.status}" for stake in lot.stakes),
            )
        )


def _line(cells: Iterable[object]) -> str:
    text = StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
