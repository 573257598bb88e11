"""Lots for those who work with them: the list, one lot, what it carries, and its trace back and forward."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api import described
from api.desk import desk_of
from api.errors import in_words
from api.language import language_of
from ledger.book.asked import day_asked, known_asked
from ledger.queries import Contribution, LotLine
from ledger.reports import csv_file
from ledger.words import Language
from ledger.words.reasons import say_reason

router = APIRouter(tags=["lots"])

ID: Final = r"^[0-9A-HJKMNP-TV-Z]{16}$"
LotName = Annotated[str, Path(pattern=ID, description="The lot's id, 16 characters of Crockford base32.")]
Size = Annotated[
    int | None, Query(ge=1, le=2**53 - 1, description="As known when the log held so many entries; without it, now.")
]
At = Annotated[
    str | None,
    Query(
        description="The day claims are asked for, YYYY-MM-DD; without it, today in Lima.",
        json_schema_extra={"format": "date"},
        openapi_examples={"day": {"value": "2026-08-05"}},
    ),
]
KnownAt = Annotated[
    str | None,
    Query(
        description="What the log knew: a log size, or a moment (RFC 3339). Without it, all it knows now.",
        openapi_examples={"size": {"value": "1200"}, "moment": {"value": "2026-08-05T18:00:00-05:00"}},
    ),
]
Format = Annotated[Literal["json", "csv"], Query(description="csv is for spreadsheets.")]


@router.get("/v1/lots", responses=described.lots)
async def list_lots(
    request: Request,
    party: Annotated[str | None, Query(pattern=ID, description="Only lots this party holds grams of.")] = None,
    commodity: Annotated[str | None, Query(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)] = None,
    after: Annotated[
        str, Query(pattern=r"^([0-9A-HJKMNP-TV-Z]{16})?$", description="The last lot of the page before.")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    format: Format = "json",  # noqa: A002 - the name the users type
) -> Response:
    """Lots in the order of their birth; `next` leads to the following page."""
    desk = desk_of(request)
    await desk.access.require(request, "lots:read")
    lines = await desk.read(lambda: desk.ledger.lots(party=party, commodity=commodity, after=after, limit=limit))
    if format == "csv":
        return _csv([_lot_row(line) for line in lines], [each.name for each in fields(LotLine)])
    following = None
    if len(lines) == limit:
        following = str(request.url.include_query_params(after=lines[-1].lot).query)
    return _json({"lots": [asdict(line) for line in lines], "next": f"/v1/lots?{following}" if following else None})


@router.get("/v1/lots/{lot}", responses=described.lot)
async def read_lot(request: Request, lot: LotName, size: Size = None, at: At = None) -> Response:
    """What is known about a lot: weight, holders, origin, claims, journey, blocks."""
    desk = desk_of(request)
    await desk.access.require(request, "lots:read")
    day = _day(at)
    view = await desk.read(lambda: desk.ledger.lot(lot, size=size, at=day))
    shown = asdict(view)
    shown["flags"] = [in_words(flag, language_of(request)) for flag in view.flags]
    _say_reasons(shown["claims"], language_of(request))
    return _json(shown)


@router.get("/v1/lots/{lot}/claims", responses=described.claims)
async def claims_of_lot(
    request: Request,
    lot: LotName,
    at: At = None,
    known_at: KnownAt = None,
    party: Annotated[
        str | None, Query(pattern=ID, description="As the lot would stand with this owner; without it, all owners.")
    ] = None,
) -> Response:
    """What a lot carries on a day and why: per scheme, agreement framework and for the EUDR evidence.

    `at` and `known_at` are two questions: how things stood on a day, and what the log had heard of it by then.
    """
    desk, language = desk_of(request), language_of(request)
    await desk.access.require(request, "lots:read")
    day, known = _day(at), None if known_at is None else known_asked(known_at, "/known_at")
    found = await desk.read(lambda: desk.ledger.claims(lot, day, known_at=known, party=party))
    shown = asdict(found)
    _say_reasons(shown["claims"], language)
    answer = _json(shown)
    answer.headers["content-language"] = language
    return answer


@router.get("/v1/lots/{lot}/trace", responses=described.trace)
async def trace_lot(request: Request, lot: LotName, size: Size = None, format: Format = "json") -> Response:  # noqa: A002
    """Back to every delivery with its grams in this lot, forward to every lot made of it, and the steps between."""
    desk = desk_of(request)
    await desk.access.require(request, "lots:read")
    trace = await desk.read(lambda: desk.ledger.trace(lot, size=size))
    if format == "csv":
        names = [each.name for each in fields(Contribution)]
        return _csv([_contribution_row(line, names) for line in trace.contributions], names)
    return await desk.read(lambda: _json(asdict(trace)))


def _lot_row(line: LotLine) -> dict[str, Any]:
    return asdict(line) | {"holders": " ".join(f"{party}:{grams}" for party, grams in line.holders.items())}


def _contribution_row(line: Contribution, names: list[str]) -> dict[str, Any]:
    """A delivery as a row; its claims in one cell, as in `eu-organic:carried eudr:held`."""
    claims = " ".join(f"{claim.name}:{claim.status}" for claim in line.claims)
    return {name: getattr(line, name) for name in names} | {"claims": claims}


def _day(at: str | None) -> str | None:
    return None if at is None else day_asked(at, "/at")


def _say_reasons(claims: list[dict[str, Any]], language: Language) -> None:
    """Give every reason its words beside its code."""
    for claim in claims:
        for reason in (
            *claim["reasons"],
            *claim["totals"],
            *(r for owner in claim["owners"] for r in owner["reasons"]),
        ):
            reason["words"] = say_reason(reason["code"], language)


def _json(value: dict[str, Any]) -> Response:
    return Response(orjson.dumps(value), 200, {"cache-control": "no-store"}, "application/json")


def _csv(rows: list[dict[str, Any]], names: list[str]) -> Response:
    text = csv_file.csv_text(names, ([row[name] for name in names] for row in rows))
    return Response(text, 200, {"cache-control": "no-store"}, csv_file.MEDIA_TYPE)
